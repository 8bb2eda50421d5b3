/*
 * Scores of items by machines that have not seen them: what calibration,
 * novelty limits, the choice of the cost and every reported figure rest on.
 *
 * Two ways of not having seen: the item's group is in a held-out fold, or its
 * whole product is left out.
 */
#ifndef MXPRINT_MODEL_HELDOUT_H
#define MXPRINT_MODEL_HELDOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/error.h"
#include "model/dataset.h"
#include "model/fit.h"
#include "model/novelty.h"

struct heldout_score {	  /* of one item; margins NULL: not scored */
	double *margins;  /* one a class */
	double *distance; /* to the nearest stored vector of each class */
	double unseen;	  /* share of features */
};

struct heldout {
	const struct dataset *dataset;
	const bool *use; /* items that take part at all */
	unsigned mask;
	uint64_t seed;
	struct arena *arena; /* of the scores */
};

/*
 * scores[cost][item] for every used item of a fold, each by a machine trained
 * on the others. fold has one entry a group.
 */
enum status heldout_fold(const struct heldout *h, const size_t *fold,
    size_t which, const double *costs, size_t cost_count,
    struct heldout_score **scores, struct error *err);

/* scores[item] of those to test, by a machine trained on others. */
enum status heldout_split(const struct heldout *h, const bool *train,
    const bool *test, double cost, struct heldout_score *scores,
    struct error *err);

/* scores[item], each by a machine trained without its product. */
enum status heldout_products(const struct heldout *h, size_t batches,
    double cost, struct heldout_score *scores, struct error *err);

/* Signs of novelty as scoring with the model would see them. */
void heldout_signs(
    const struct heldout_score *score, size_t classes, double sign[SIGN_COUNT]);
size_t heldout_best(const struct heldout_score *score, size_t classes);

#endif
