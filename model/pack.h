/*
 * Little-endian numbers and counted text in and out of a section of the model
 * file. Reading never goes past the end: after the first fault every further
 * read gives 0 or NULL, and `bad` says so once at the end.
 */
#ifndef MXPRINT_MODEL_PACK_H
#define MXPRINT_MODEL_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/buffer.h"

void pack_u32(struct buffer *out, uint32_t value);
void pack_u64(struct buffer *out, uint64_t value);
void pack_double(struct buffer *out, double value);
void pack_text(struct buffer *out, const char *text); /* u32 length, bytes */

struct unpacking {
	const unsigned char *at;
	size_t left;
	bool bad;
};

uint32_t unpack_u32(struct unpacking *u);
uint64_t unpack_u64(struct unpacking *u);
double unpack_double(struct unpacking *u); /* finite, else bad */
/* Without a NUL inside, at most max bytes; NULL when bad. */
const char *unpack_text(struct unpacking *u, struct arena *arena, size_t max);
/*
 * A count of things that need at least `least` bytes each: bad when more than
 * could follow, so that nothing is allocated for what is not there.
 */
size_t unpack_count(struct unpacking *u, size_t least, size_t max);

#endif
