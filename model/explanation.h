/*
 * Everything behind one prediction, for `mxprint explain`: what each view
 * holds possible, what speaks for and against its best class, the rules that
 * matched, and which probe that was not sent would settle it.
 *
 * Memory: everything lives in the arena.
 */
#ifndef MXPRINT_MODEL_EXPLANATION_H
#define MXPRINT_MODEL_EXPLANATION_H

#include <stddef.h>

#include "common/arena.h"
#include "model/decide.h"
#include "model/reasons.h"

#define EXPLANATION_TOPICS 24
#define EXPLANATION_SETTLE 3

struct explained_view {
	struct model_answer answer;
	const char *best; /* class, and the one it is weighed against */
	const char *rival;
	struct reason_topic topics[EXPLANATION_TOPICS];
	size_t topic_count;
};

struct settling_probe {
	const char *probe; /* id; not sent in this transcript */
	double weight;	   /* how much the two weigh its answers differently,
			      the strongest 1 */
};

struct explanation {
	struct prediction *prediction;
	bool asked_model;
	struct explained_view views[VIEW_COUNT];
	struct rule_hits hits;
	struct settling_probe settle[EXPLANATION_SETTLE]; /* best first */
	size_t settle_count;
};

void explanation_make(const struct classifier *classifier, struct arena *arena,
    const struct transcript *t, struct explanation *explanation);

/*
 * Probes that were not sent to t and whose answers class a and class b are
 * weighed differently by, best first; count <= max.
 */
size_t settle_probes(const struct model *model, const struct transcript *t,
    size_t class_a, size_t class_b, struct arena *arena,
    struct settling_probe *out, size_t max);

#endif
