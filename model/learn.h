/*
 * A dataset, or the part of it that a fold leaves, -> model.
 * train does it once, evaluate once a fold: the same path.
 */
#ifndef MXPRINT_MODEL_LEARN_H
#define MXPRINT_MODEL_LEARN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/dataset.h"
#include "model/parts.h"

#define LEARN_COSTS_MAX 8

struct learn_options {
	const bool *use; /* items to learn from; NULL: all */
	uint64_t seed;
	double cost;	/* 0: chosen */
	size_t folds;	/* inner ones, for calibration and novelty; the cost is
			   chosen on the first alone */
	size_t batches; /* of left-out products; 0: novelty without them */
	bool check_all; /* every training vector against libsvm's own value */
	void (*progress)(void *user, const char *sentence);
	void *user;
};

struct tier_record { /* measured on what was held out */
	size_t items;
	double right; /* weighted by deployment */
	double weight;
	double loss;	/* log-loss, mean */
	double kept;	/* knowns that are not called novel */
	double flagged; /* left-out products' hosts that are */
};

struct learn_record {
	double cost;
	size_t vectors;
	size_t features;
	struct tier_record tiers[VIEW_COUNT][TIER_COUNT];
};

/* The model has no card yet. */
enum status learn(const struct dataset *dataset,
    const struct learn_options *options, struct model **model,
    struct learn_record *record, struct error *err);

#endif
