/*
 * Instead of the parts: a given model, on transcripts that it should not have
 * been trained on.
 */
#ifndef MXPRINT_EVALUATION_PART_MODEL_H
#define MXPRINT_EVALUATION_PART_MODEL_H

#include "common/error.h"
#include "evaluation/figures.h"
#include "evaluation/part_ladder.h"

struct evaluating;
struct evaluation;

struct model_figures {
	struct plan_figures plan;
	struct detail_figures detail;
	struct accuracy greetings[GREETINGS];
	size_t strangers; /* items of products it does not know */
	struct figure strange_novel, known_novel;
	struct told_figures told_strange;
	size_t seen; /* items of deployments it was trained on */
};

enum status evaluate_model(struct evaluating *v, struct error *err);
void model_table(const struct evaluation *e, struct buffer *out);
void model_json(
    const struct evaluation *e, struct json_writer *w, const char *key);

#endif
