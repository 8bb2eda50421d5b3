/*
 * Each item's answers by the model learned without its fold: calibrated, with
 * novelty, both views, every plan. Learned once however many parts ask.
 *
 * What other parts would otherwise train again is kept: the margins under a
 * forged greeting, and the maps that turn such a model's margins and signs of
 * novelty into confidences and a verdict.
 *
 * Cost: one learn a fold. A learn is 14 fits (three inner folds and three
 * batches of products for each view, then both views), trained 20 times, the
 * inner folds of one view once for each cost tried.
 */
#ifndef MXPRINT_EVALUATION_LEARNED_H
#define MXPRINT_EVALUATION_LEARNED_H

#include "evaluation/evaluating.h"
#include "model/calibration.h"
#include "model/heldout.h"
#include "model/novelty.h"

struct answer {
	size_t best;	 /* class */
	double *margins; /* one a class */
	double *confidence;
	double none;
	double novelty;
	bool novel;
};

struct fold_maps { /* of a fold's model, for one view and the judged plan */
	struct calibration calibration;
	struct novelty novelty;
};

struct learned {
	bool *scored; /* by item; false: folds cannot measure it */
	struct answer *answers[VIEW_COUNT];
	struct answer *forged; /* of VIEW_ALL, the greeting forged */
	struct fold_maps *maps[VIEW_COUNT]; /* by fold */
	bool *told;			    /* by item: a version range */
	bool *right;
	double *cost; /* chosen in each fold */
};

enum status learned_get(
    struct evaluating *v, const struct learned **learned, struct error *err);

/* The cost for rounds other than these folds: what most folds chose. */
enum status learned_cost(struct evaluating *v, double *cost, struct error *err);

/*
 * A score by other machines, as the model of a fold would put it: with that
 * model's calibration and limits of novelty. Takes over the margins.
 */
struct answer learned_answer(const struct learned *l, size_t fold,
    enum model_view view, const struct heldout_score *score, size_t classes,
    struct arena *arena);

/* An answer beside the truth. */
struct judged answer_judged(const struct item *item, size_t truth,
    const struct answer *a, size_t classes);

/* Copies a model's answer, its classes in the model's order; in arena. */
struct answer answer_of(const struct model_answer *a, struct arena *arena);

#endif
