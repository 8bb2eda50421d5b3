/*
 * An evaluation under way, and what its parts share; for the files of this
 * folder only.
 */
#ifndef MXPRINT_EVALUATION_EVALUATING_H
#define MXPRINT_EVALUATION_EVALUATING_H

#include "common/json.h"
#include "evaluation/evaluate.h"
#include "model/dataset.h"

struct learned; /* evaluation/learned */

struct evaluating {
	const struct evaluate_options *options;
	struct evaluation *e;
	struct dataset *d;
	struct arena *arena;	 /* until the evaluation ends */
	size_t *fold;		 /* of each group; options->folds of them */
	bool *lonely;		 /* by class: folds cannot measure it */
	size_t *donor;		 /* of each item's forged greeting; SIZE_MAX */
	struct learned *learned; /* NULL until a part asked for it */
};

/*
 * A part: run measures and fills its struct within v->e (what the figures need
 * after the end lives in v->e->arena); table and json print that struct. json
 * writes the value of one key, the part's name.
 */
struct evaluate_part {
	const char *name;
	const char *help;
	enum status (*run)(struct evaluating *v, struct error *err);
	void (*table)(const struct evaluation *e, struct buffer *out);
	void (*json)(
	    const struct evaluation *e, struct json_writer *w, const char *key);
};

/* A line of progress. */
void evaluating_say(const struct evaluating *v, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Items of this fold that folds can measure, and those to train on. */
void evaluating_split(
    const struct evaluating *v, size_t fold, bool *train, bool *test);

/*
 * For any other way of leaving out: trains on no item that is gone or tested,
 * and on none of a group that has one. test loses the items whose class has
 * nothing left to train on.
 */
void evaluating_leave(
    const struct evaluating *v, const bool *gone, bool *train, bool *test);

/* The tier of options->plan. */
enum tier evaluating_tier(const struct evaluating *v);

struct judgements evaluating_judgements(const struct evaluating *v);
static inline void judgements_add(struct judgements *j, struct judged one)
{
	j->items[j->count++] = one;
}

/* Yes or no of an item: the share of yes is metric_micro. */
static inline struct judged judged_share(const struct item *item, bool yes)
{
	return (struct judged){
		.group = item->group, .answer = !yes, .weight = item->weight
	};
}

/* The plans that the data hold, smallest first; NULL after the last. Plans
 * that are one to the learner go by the last of their names. */
const char *evaluating_plan(const struct evaluating *v, size_t number);
#define EVALUATING_PLANS 4

#endif
