/*
 * Part "identifiability": what cannot be told apart (evaluation/
 * identifiability), and how near the model comes to that.
 */
#ifndef MXPRINT_EVALUATION_PART_IDENTIFIABILITY_H
#define MXPRINT_EVALUATION_PART_IDENTIFIABILITY_H

#include "common/buffer.h"
#include "common/json.h"
#include "evaluation/identifiability.h"
#include "evaluation/interval.h"

struct evaluating;
struct evaluation;

/* On the items that folds judge, where a group counts once. */
struct against_ceiling {
	struct figure micro, macro; /* the model's accuracy in its folds */
	struct ceiling ceiling;	    /* of any classifier there */
};

struct identifiability_figures {
	struct identifiability all;
	struct against_ceiling *model; /* one a row of `all` */
};

enum status evaluate_identifiability(struct evaluating *v, struct error *err);
void identifiability_table(const struct evaluation *e, struct buffer *out);
void identifiability_json(
    const struct evaluation *e, struct json_writer *w, const char *key);

#endif
