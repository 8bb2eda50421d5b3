/*
 * The contract of a baseline: another method on the same folds as the model.
 *
 * A contest is one fold as every method sees it. Items are those of one plan;
 * position k stands for items[k] of the dataset. What is trained on and what
 * is judged never share a group. Vectors and inner products are of all
 * positions, but the vocabulary is of the training part alone.
 *
 * For the files part_baselines and baseline_* only.
 */
#ifndef MXPRINT_EVALUATION_BASELINE_H
#define MXPRINT_EVALUATION_BASELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/error.h"
#include "features/vector.h"
#include "features/vocabulary.h"
#include "model/dataset.h"

#define ANSWER_NONE SIZE_MAX

struct said {
	size_t answer; /* class, or ANSWER_NONE */
	double confidence;
	bool novel; /* named, but held to be none of the known */
};

struct contest {
	const struct dataset *d;
	unsigned mask; /* feature groups */
	uint64_t seed;
	const size_t *items;
	size_t count;
	const bool *train;	  /* by position */
	const bool *test;	  /* of classes that can be held out */
	const struct said *model; /* what these say, without this fold */
	const struct said *rules;
	struct arena *arena;
	struct vocabulary *vocabulary;
	struct vector *vectors;
	double *cosine; /* [position * count + position] */
};

static inline const struct item *contest_item(
    const struct contest *c, size_t position)
{
	return &c->d->items[c->items[position]];
}

struct baseline {
	const char *name;
	const char *text; /* for people */
	/* said[position] for every position to be judged. */
	enum status (*judge)(
	    const struct contest *c, struct said *said, struct error *err);
};

extern const struct baseline baseline_majority, baseline_codes,
    baseline_neighbour; /* baseline_nearest.c */
extern const struct baseline baseline_libsvm, baseline_rbf; /* _svm.c */

/* --- what rules say of each position, whatever the fold (_rules.c) */

struct rule_engine;

/*
 * Reads the files again, for what the dataset does not keep: the transcripts.
 * Greetings are hidden. said has one entry a position.
 */
enum status baseline_rules_read(const struct dataset *d, const size_t *items,
    size_t count, struct rule_engine *rules, const struct catalog *catalog,
    const char *const *paths, size_t path_count, struct said *said,
    struct error *err);

#endif
