#include "model/heldout.h"

#include <stdlib.h>

#include "model/folds.h"

size_t heldout_best(const struct heldout_score *score, size_t classes)
{
	size_t best = 0;

	for (size_t c = 1; c < classes; c++)
		if (score->margins[c] > score->margins[best])
			best = c;
	return best;
}

void heldout_signs(
    const struct heldout_score *score, size_t classes, double sign[SIGN_COUNT])
{
	size_t best = heldout_best(score, classes);

	sign[SIGN_MARGIN] = -score->margins[best];
	sign[SIGN_DISTANCE] = score->distance[best];
	sign[SIGN_UNSEEN] = score->unseen;
}

/* ------------------------------------------------------------- one fit */

/* One fit's scores of the items in `test`. */
static void score_items(const struct fit *fit, const bool *test,
    struct arena *arena, struct heldout_score *scores)
{
	const struct dataset *d = fit->dataset;
	struct fit_stored kept = fit_choose(fit);
	struct arena *scratch = arena_new();

	for (size_t i = 0; i < d->count; i++) {
		struct heldout_score *score = &scores[i];
		struct vector v;

		if (!test[i])
			continue;
		score->margins =
		    arena_array(arena, fit->class_count + 1, sizeof(double));
		score->distance =
		    arena_array(arena, fit->class_count + 1, sizeof(double));
		fit_margins(
		    fit, &d->items[i].features, scratch, score->margins, &v);
		score->unseen = novelty_unseen(&v);
		novelty_distances(&v, fit->vectors, kept.class_of, kept.stored,
		    fit->count, fit->class_count, score->distance);
		for (size_t c = 0; c < fit->class_count; c++)
			score->distance[c] =
			    novelty_stretch(score->distance[c], score->unseen);
		arena_reset(scratch);
	}
	arena_free(scratch);
}

/* ------------------------------------------------------------- rounds */

struct split {
	bool *train;
	bool *test;
	size_t train_count;
	size_t test_count;
};

static void split_begin(struct split *s, size_t count)
{
	s->train = xcalloc(count + 1, sizeof(bool));
	s->test = xcalloc(count + 1, sizeof(bool));
}

static void split_end(struct split *s)
{
	free(s->train);
	free(s->test);
}

static void assign(struct split *s, size_t item, bool used, bool held_out)
{
	s->train[item] = used && !held_out;
	s->test[item] = used && held_out;
	s->train_count += s->train[item];
	s->test_count += s->test[item];
}

static enum status run_split(const struct heldout *h, const struct split *s,
    const double *costs, size_t cost_count, struct heldout_score **scores,
    struct error *err)
{
	enum status status = STATUS_OK;
	struct fit *fit;

	if (s->train_count == 0 || s->test_count == 0)
		return STATUS_OK;
	fit = fit_new(h->dataset, s->train, h->mask, h->seed);
	for (size_t c = 0; status == STATUS_OK && c < cost_count; c++) {
		status = fit_train(fit, costs[c], err);
		if (status == STATUS_OK)
			score_items(fit, s->test, h->arena, scores[c]);
	}
	fit_free(fit);
	return status;
}

enum status heldout_folds(const struct heldout *h, const size_t *fold,
    size_t folds, const double *costs, size_t cost_count,
    struct heldout_score **scores, struct error *err)
{
	const struct dataset *d = h->dataset;
	enum status status = STATUS_OK;

	for (size_t f = 0; status == STATUS_OK && f < folds; f++) {
		struct split s = { 0 };

		split_begin(&s, d->count);
		for (size_t i = 0; i < d->count; i++)
			assign(&s, i, h->use[i], fold[d->items[i].group] == f);
		status = run_split(h, &s, costs, cost_count, scores, err);
		split_end(&s);
	}
	return status;
}

enum status heldout_products(const struct heldout *h, size_t batches,
    double cost, struct heldout_score *scores, struct error *err)
{
	const struct dataset *d = h->dataset;
	enum status status = STATUS_OK;

	for (size_t b = 0; status == STATUS_OK && b < batches; b++) {
		struct split s = { 0 };

		split_begin(&s, d->count);
		folds_batch(d, batches, b, s.test);
		for (size_t i = 0; i < d->count; i++)
			assign(&s, i, h->use[i], s.test[i]);
		status = run_split(h, &s, &cost, 1, &scores, err);
		split_end(&s);
	}
	return status;
}
