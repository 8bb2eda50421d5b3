/*
 * Learning under way; for the files learn and maps only.
 */
#ifndef MXPRINT_MODEL_LEARNING_H
#define MXPRINT_MODEL_LEARNING_H

#include "model/calibration.h"
#include "model/heldout.h"
#include "model/learn.h"

struct learning {
	const struct dataset *d;
	const struct learn_options *options;
	struct arena *arena;
	bool *use;
	size_t *fold;
	bool *lonely; /* by class: cannot be held out and trained on */
	double cost;
	struct heldout_score *known[VIEW_COUNT];   /* by fold */
	struct heldout_score *strange[VIEW_COUNT]; /* by product */
	size_t *stored[VIEW_COUNT]; /* item of each stored vector */
	struct learn_record *record;
};

/*
 * Held-out items of one tier (TIER_COUNT: all) that belong to a class; out has
 * room for every item of the dataset.
 */
size_t maps_collect(const struct learning *l,
    const struct heldout_score *scores, enum tier tier,
    struct calibration_item *out);

/* Calibration and novelty limits of both views and every tier. */
void maps_make(struct learning *l, struct model *model);

#endif
