/*
 * One round of training: some items of a dataset -> one-vs-rest machines for
 * one set of feature groups. Folds, left-out products and the final model are
 * all made by this, each with a vocabulary of its own (model/known), so that
 * what was left out stays unseen.
 *
 * Where the greeting is among the groups, every group of the dataset adds one
 * copy with the greeting of another product: greetings can be forged, and the
 * weights should know it.
 *
 * What libsvm found is collapsed: a weight for each bundle and class, and a
 * bias. The margins that these give are checked against libsvm's own values.
 *
 * Memory: 16 bytes for each pair of vectors while the fit lives, and up to
 * 200 MB a thread while it trains.
 */
#ifndef MXPRINT_MODEL_FIT_H
#define MXPRINT_MODEL_FIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "features/vector.h"
#include "model/dataset.h"
#include "model/known.h"
#include "model/novelty.h"
#include "model/svm.h"

#define FIT_CHECK_SOME 256 /* what fit_new() sets */
#define FIT_CHECK_ALL  1

struct fit {
	const struct dataset *dataset;
	struct arena *arena;
	struct known known; /* its vocabulary */
	struct source *sources;
	bool *forged;
	size_t count; /* of vectors */
	struct points points;
	struct gram *gram;
	size_t check; /* every so many vectors are checked against libsvm */
	size_t class_count;
	/* [bundle * class_count + class]; times the scale of one of the
	 * bundle's features, it is that feature's weight */
	double *weights;
	double *bias;
	double *sums[GROUP_COUNT]; /* [piece * class_count + class] */
};

/* use: one flag an item of the dataset. */
struct fit *fit_new(const struct dataset *dataset, const bool *use,
    unsigned mask, uint64_t seed);
void fit_free(struct fit *fit);

/* Fills weights and bias for this cost; may be called again. */
enum status fit_train(struct fit *fit, double cost, struct error *err);

/*
 * margins[class] of an item of the dataset, known to the fit or not, with the
 * greeting of donor (or its own: donor is the item).
 */
void fit_item_margins(
    const struct fit *fit, size_t item, size_t donor, double *margins);

/* Which vectors are worth keeping for the distance (model/novelty). */
struct fit_stored {
	size_t *class_of; /* SIZE_MAX: forged, or of no class */
	bool *stored;
};
struct fit_stored fit_choose(const struct fit *fit);

#endif
