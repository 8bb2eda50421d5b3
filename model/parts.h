/*
 * What a model is made of. Made by learn, written and read by file, used by
 * score; evaluation keeps the calibration of a fold's model. Others use the
 * functions of model/file.
 */
#ifndef MXPRINT_MODEL_PARTS_H
#define MXPRINT_MODEL_PARTS_H

#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/buffer.h"
#include "common/digest.h"
#include "features/extractor.h"
#include "features/vector.h"
#include "features/vocabulary.h"
#include "model/calibration.h"
#include "model/file.h"
#include "model/novelty.h"
#include "model/reduce.h"
#include "model/version.h"

#define MODEL_CLASSES_MAX 2000

/* The feature groups of a view. */
static inline unsigned model_view_mask(enum model_view view)
{
	return view == VIEW_ALL ? GROUPS_ALL
				: GROUPS_ALL & ~GROUP_BIT(GROUP_BANNER);
}

struct view_part {
	double *weights; /* [bundle * class_count + class] */
	double *bias;
	struct calibration calibration[TIER_COUNT];
	struct novelty novelty[TIER_COUNT];
	struct vector *stored; /* kept for the distance; of bundles */
	size_t *stored_class;
	bool *stored_fronted; /* a front answers, as if of another version */
	size_t stored_count;
};

struct model {
	struct arena *arena;
	const char *card;
	size_t card_len;
	const char *name;
	const char **classes;
	size_t class_count;
	struct vocabulary *vocabulary;
	size_t feature_count;
	/*
	 * Features that always came together in training are a bundle. The
	 * weight of a feature is its scale times that of its bundle, and what
	 * a stored vector has there its scale times the value of the bundle.
	 */
	uint32_t *bundle;      /* of each feature */
	uint8_t *bundle_group; /* of each bundle */
	size_t bundle_count;
	struct view_part views[VIEW_COUNT];
	struct version_table *versions; /* one a class */
};

/* Everything allocated but the vocabulary, which is taken over. */
struct model *model_new(const char *const *classes, size_t class_count,
    struct vocabulary *vocabulary);

/* [bundle]: values of its features, each times its scale, added up. */
double *model_bundles(
    const struct model *model, const struct vector *v, struct arena *arena);

/* The file's bytes; also sets model->name from the card and their hash. */
void model_pack(struct model *model, struct buffer *out);

#endif
