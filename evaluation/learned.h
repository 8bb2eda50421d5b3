/*
 * Each item's answers by the model learned without its fold: calibrated, with
 * novelty, both views, every plan. Learned once however many parts ask.
 */
#ifndef MXPRINT_EVALUATION_LEARNED_H
#define MXPRINT_EVALUATION_LEARNED_H

#include "evaluation/evaluating.h"

struct answer {
	size_t best; /* class */
	double *confidence;
	double none;
	double novelty;
	bool novel;
};

struct learned {
	bool *scored; /* by item; false: folds cannot measure it */
	struct answer *answers[VIEW_COUNT];
	bool *told; /* by item: a version range */
	bool *right;
	double *cost; /* chosen in each fold */
};

enum status learned_get(
    struct evaluating *v, const struct learned **learned, struct error *err);

/* One model, learned on some items. */
enum status learned_model(const struct evaluating *v, const bool *train,
    double cost, struct model **model, double *chosen, struct error *err);

/* The cost for rounds other than these folds: what most folds chose. */
enum status learned_cost(struct evaluating *v, double *cost, struct error *err);

/* An answer beside the truth. */
struct judged answer_judged(const struct item *item, size_t truth,
    const struct answer *a, size_t classes);

/* Copies a model's answer, its classes in the model's order; in arena. */
struct answer answer_of(const struct model *model, enum model_view view,
    const char *plan, const struct feature_list *features,
    struct arena *scratch, struct arena *arena);

#endif
