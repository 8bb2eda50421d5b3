/*
 * One round of training: some items of a dataset -> vocabulary, vectors and
 * one-vs-rest machines for one set of feature groups. Folds, left-out
 * products and the final model are all made by this, each with a vocabulary
 * of its own, so that what was left out stays unseen.
 *
 * Where the greeting is among the groups, every group of the dataset adds one
 * copy with the greeting of another product: greetings can be forged, and the
 * weights should know it.
 */
#ifndef MXPRINT_MODEL_FIT_H
#define MXPRINT_MODEL_FIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "features/vector.h"
#include "features/vocabulary.h"
#include "model/dataset.h"
#include "model/novelty.h"
#include "model/svm.h"

/* A feature seen in fewer deployments is none: it might tell that one. */
#define FIT_MIN_DEPLOYMENTS 2

struct fit {
	const struct dataset *dataset;
	struct arena *arena;
	unsigned mask; /* feature groups */
	struct vocabulary *vocabulary;
	struct vector *vectors;
	size_t *source; /* the item of each vector */
	bool *forged;
	size_t count;
	struct gram *gram;
	size_t class_count;
	double *weights; /* [feature * class_count + class] */
	double *bias;
};

/* use: one flag an item of the dataset. */
struct fit *fit_new(const struct dataset *dataset, const bool *use,
    unsigned mask, uint64_t seed);
void fit_free(struct fit *fit);

/* Fills weights and bias for this cost; may be called again. */
enum status fit_train(struct fit *fit, double cost, struct error *err);

/* margins[class]; the vector lives in arena. */
void fit_margins(const struct fit *fit, const struct feature_list *features,
    struct arena *arena, double *margins, struct vector *vector);

/* Which vectors are worth keeping for the distance (model/novelty). */
struct fit_stored {
	size_t *class_of; /* SIZE_MAX: forged, or of no class */
	bool *stored;
};
struct fit_stored fit_choose(const struct fit *fit);

#endif
