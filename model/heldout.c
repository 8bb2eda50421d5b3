#include "model/heldout.h"

#include <stdlib.h>
#include <string.h>

size_t heldout_best(const struct heldout_score *score, size_t classes)
{
	size_t best = 0;

	for (size_t c = 1; c < classes; c++)
		if (score->margins[c] > score->margins[best])
			best = c;
	return best;
}

void heldout_signs(const struct heldout_score *score, size_t classes,
    double sign[SIGN_COUNT])
{
	size_t best = heldout_best(score, classes);

	sign[SIGN_MARGIN] = -score->margins[best];
	sign[SIGN_DISTANCE] = score->distance[best];
	sign[SIGN_UNSEEN] = score->unseen;
}

/* ------------------------------------------------------------- one fit */

static void classes_of(const struct fit *fit, size_t *class_of)
{
	for (size_t i = 0; i < fit->count; i++)
		class_of[i] =
		    fit->forged[i]
			? SIZE_MAX
			: fit->dataset->items[fit->source[i]].class_index;
}

/* Distances to all classes at once. */
static void measure(const struct fit *fit, const struct vector *v,
    const size_t *class_of, const bool *stored, double *distance)
{
	for (size_t c = 0; c < fit->class_count; c++)
		distance[c] = 1;
	for (size_t i = 0; i < fit->count; i++) {
		double d;

		if (!stored[i])
			continue;
		d = vector_distance(v, &fit->vectors[i]);
		if (d < distance[class_of[i]])
			distance[class_of[i]] = d;
	}
}

void heldout_score_items(const struct fit *fit, const bool *test,
    struct arena *arena, struct heldout_score *scores)
{
	const struct dataset *d = fit->dataset;
	size_t *class_of = xcalloc(fit->count + 1, sizeof(*class_of));
	bool *stored = xcalloc(fit->count + 1, sizeof(*stored));
	struct arena *scratch = arena_new();

	classes_of(fit, class_of);
	novelty_choose(
	    fit->vectors, class_of, fit->count, fit->class_count, stored);
	for (size_t i = 0; i < d->count; i++) {
		struct heldout_score *score = &scores[i];
		struct vector v;

		if (!test[i])
			continue;
		score->margins = arena_array(
		    arena, fit->class_count + 1, sizeof(double));
		score->distance = arena_array(
		    arena, fit->class_count + 1, sizeof(double));
		fit_margins(
		    fit, &d->items[i].features, scratch, score->margins, &v);
		score->unseen = novelty_unseen(&v);
		measure(fit, &v, class_of, stored, score->distance);
		arena_reset(scratch);
	}
	arena_free(scratch);
	free(stored);
	free(class_of);
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
			heldout_score_items(fit, s->test, h->arena, scores[c]);
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

static size_t product_index(const struct dataset *d, const char *product)
{
	size_t p = 0;

	while (p < d->product_count && strcmp(d->products[p], product) != 0)
		p++;
	return p;
}

enum status heldout_products(const struct heldout *h, size_t batches,
    double cost, struct heldout_score *scores, struct error *err)
{
	const struct dataset *d = h->dataset;
	enum status status = STATUS_OK;

	for (size_t b = 0; status == STATUS_OK && b < batches; b++) {
		struct split s = { 0 };

		split_begin(&s, d->count);
		for (size_t i = 0; i < d->count; i++)
			assign(&s, i, h->use[i],
			    product_index(d, d->items[i].product) % batches ==
				b);
		status = run_split(h, &s, &cost, 1, &scores, err);
		split_end(&s);
	}
	return status;
}
