/*
 * Part "ladder": what each kind of evidence adds, with the greeting as it is,
 * masked, and replaced by another product's. The folds are those of the part
 * "folds"; machines see ever more groups of features, of all plans' items, as
 * the shipped model does, and each plan's are judged apart.
 *
 * Confidence, for the share named at precision 0.98, is a softmax with one
 * scale, fitted for each fold on the margins of the other folds' deployments.
 *
 * Cost: 7 fits a fold. The first rung has nothing to be masked, and on the last
 * one, all evidence, the models of the folds answer, which are these machines.
 */
#ifndef MXPRINT_EVALUATION_PART_LADDER_H
#define MXPRINT_EVALUATION_PART_LADDER_H

#include "common/error.h"
#include "evaluation/figures.h"

struct evaluating;
struct evaluation;

#define LADDER_RUNGS 5
#define LADDER_PLANS 4

enum greeting { GREETING_AS_IS, GREETING_MASKED, GREETING_FORGED, GREETINGS };

struct rung { /* with one state of the greeting */
	struct accuracy accuracy;
	struct figure coverage_98;
};

struct ladder_figures {
	const char *plans[LADDER_PLANS];
	struct rung rungs[LADDER_PLANS][LADDER_RUNGS][GREETINGS];
	size_t plan_count;
};

const char *greeting_name(enum greeting greeting); /* "as-is" */

enum status evaluate_ladder(struct evaluating *v, struct error *err);
void ladder_table(const struct evaluation *e, struct buffer *out);
void ladder_json(
    const struct evaluation *e, struct json_writer *w, const char *key);

#endif
