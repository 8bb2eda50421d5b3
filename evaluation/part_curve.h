/*
 * Part "curve": the learning curve. With the greeting masked, how accuracy
 * grows with the number of training deployments of each product. The folds and
 * their costs are those of the part "folds"; where nothing is left out beside
 * the fold, its model answers.
 *
 * Cost: 5 fits a fold, most of them small.
 */
#ifndef MXPRINT_EVALUATION_PART_CURVE_H
#define MXPRINT_EVALUATION_PART_CURVE_H

#include "common/error.h"
#include "evaluation/figures.h"

struct evaluating;
struct evaluation;

#define CURVE_POINTS 6

struct curve_point {
	size_t deployments; /* groups of a product, at most; 0: all */
	struct accuracy accuracy;
};

struct curve_figures {
	struct curve_point points[CURVE_POINTS];
};

enum status evaluate_curve(struct evaluating *v, struct error *err);
void curve_table(const struct evaluation *e, struct buffer *out);
void curve_json(
    const struct evaluation *e, struct json_writer *w, const char *key);

#endif
