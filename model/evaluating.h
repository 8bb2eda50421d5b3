/*
 * An evaluation under way; for the files evaluate, ladder and figures only.
 */
#ifndef MXPRINT_MODEL_EVALUATING_H
#define MXPRINT_MODEL_EVALUATING_H

#include "model/dataset.h"
#include "model/evaluate.h"

#define STEPS 5 /* rungs of the ladder; the last has all evidence */

struct judgements {
	struct judged *items;
	size_t count;
};

struct evaluating {
	const struct evaluate_options *options;
	struct evaluation *e;
	struct dataset *d;
	enum tier tier;
	struct arena *arena;
	size_t *donor; /* of each item's forged greeting; SIZE_MAX: none */
	struct judgements sure;	 /* confidence as calibrated */
	struct judgements given; /* 0 where novel */
	struct judgements rungs[STEPS][BANNER_STATES];
	struct rated *rated;
	size_t rated_count;
	double known, known_flagged, strange, strange_flagged;
};

static inline void judge(struct judgements *j, const struct item *item,
    size_t truth, size_t answer, double confidence)
{
	j->items[j->count++] = (struct judged){ item->group, truth, answer,
		confidence, item->weight };
}

/* An item's features with its greeting as is or forged; in scratch. */
struct feature_list evaluating_features(const struct evaluating *v,
    struct arena *scratch, size_t item, enum banner_state banner);

/* One fold on every rung, trained at this cost. */
enum status ladder_climb(struct evaluating *v, const bool *train,
    const bool *test, double cost, struct error *err);
const char *ladder_name(size_t step);

/* From judgements to figures with intervals; names[class]. */
void figures_take(struct evaluating *v, const char *const *names);

#endif
