/*
 * Part "folds": deployments left out in grouped folds, answered by models
 * learned as `mxprint train` does it, for every plan; one plan in detail.
 *
 * Cost: one learn a fold (evaluation/learned), which the other parts share.
 */
#ifndef MXPRINT_EVALUATION_PART_FOLDS_H
#define MXPRINT_EVALUATION_PART_FOLDS_H

#include "common/error.h"
#include "evaluation/figures.h"

struct evaluating;
struct evaluation;

#define FOLDS_PLANS 4

struct folds_figures {
	struct plan_figures plans[FOLDS_PLANS];
	size_t plan_count;
	const char *judged; /* the plan of `detail`; NULL: not in the data */
	struct detail_figures detail;
	/* Products whose deployments all look the same: held out together,
	 * none is left to learn from, so nothing can be said about them. */
	const char **unmeasured;
	size_t unmeasured_count;
};

enum status evaluate_folds(struct evaluating *v, struct error *err);
void folds_table(const struct evaluation *e, struct buffer *out);
void folds_json(
    const struct evaluation *e, struct json_writer *w, const char *key);

#endif
