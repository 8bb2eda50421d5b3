/*
 * A decision under way; for the files decide and decide_reasons only.
 */
#ifndef MXPRINT_MODEL_DECIDING_H
#define MXPRINT_MODEL_DECIDING_H

#include "model/decide.h"
#include "model/reasons.h"
#include "model/verdict.h"

/* One transcript on its way to a prediction. */
struct decision {
	const struct classifier *classifier;
	struct arena *arena;
	const struct transcript *t;
	struct prediction *p;
	struct feature_list features;
	struct model_answer answers[VIEW_COUNT];
	struct rule_hits hits;
	struct verdict_input input;
	struct verdict verdict;
	struct reason_list reasons;
};

/*
 * Index of a class of that family (NULL: of none), or of the best class that is
 * of another family than the best one.
 */
size_t decision_rival(
    const struct decision *d, enum model_view view, const char *family);

/* The sentences of an answer, strongest first; and of a host without one. */
void decision_explain(struct decision *d);
void decision_explain_silent(struct decision *d);

/* Which words name the operators, the front and what is behind it. */
void decision_list_evidence(struct decision *d);

#endif
