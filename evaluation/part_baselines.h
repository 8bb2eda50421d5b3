/*
 * Part "baselines": how other methods do on the folds of the model.
 *
 * Every method learns from the same deployments and names the same ones; the
 * model is the first row. Differences are paired: both methods on the same
 * draws of deployments. Confidences of methods that have none of their own:
 *   majority     share of the largest product
 *   codes        share of the product among the nearest, times the share of
 *                probes that agree
 *   neighbour    the same share, times the cosine
 *   rules        the rule's precision
 *
 * Memory: rows live in the arena of the evaluation.
 */
#ifndef MXPRINT_EVALUATION_PART_BASELINES_H
#define MXPRINT_EVALUATION_PART_BASELINES_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buffer.h"
#include "common/error.h"
#include "common/json.h"
#include "evaluation/interval.h"

enum baseline_figure {
	BASELINE_MICRO,
	BASELINE_MACRO,
	BASELINE_COVERAGE, /* named at precision 0.98 */
	BASELINE_ECE,
	BASELINE_FIGURES
};

struct baseline_row {
	const char *name;
	const char *text;
	struct figure figures[BASELINE_FIGURES];
	struct figure against[BASELINE_FIGURES]; /* this minus the model's */
	bool better[BASELINE_FIGURES];		 /* than the model */
	bool wins;				 /* better in any of these */
};

struct baselines_figures {
	size_t judged; /* items */
	struct baseline_row *rows;
	size_t count;
};

struct evaluating;
struct evaluation;

/* Items of the plan that is judged, greetings hidden. */
enum status evaluate_baselines(struct evaluating *v, struct error *err);
void baselines_table(const struct evaluation *e, struct buffer *out);
void baselines_json(
    const struct evaluation *e, struct json_writer *w, const char *key);

#endif
