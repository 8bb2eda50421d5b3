/*
 * The sections of a model file: what each holds, written and read.
 * docs/mxprint-model.5 describes the same bytes.
 */
#ifndef MXPRINT_MODEL_SECTIONS_H
#define MXPRINT_MODEL_SECTIONS_H

#include <stddef.h>

#include "common/buffer.h"
#include "common/error.h"
#include "model/pack.h"
#include "model/parts.h"

struct section {
	const char *name; /* at most 8 bytes */
	void (*write)(const struct model *model, struct buffer *out);
	/* Sets u->bad when the bytes make no sense. */
	void (*read)(struct model *model, struct unpacking *u);
};

/* In the order of the file; each may rely on those before it. */
extern const struct section model_sections[];
extern const size_t model_section_count;

#endif
