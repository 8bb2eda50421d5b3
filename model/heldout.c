#include "model/heldout.h"

#include <math.h>
#include <stdlib.h>

#include "common/parallel.h"
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

struct scoring {
	const struct fit *fit;
	const size_t *items;  /* to be scored */
	struct points points; /* these items */
	struct points stored; /* what distances are measured to */
	size_t *class_of_stored;
	struct heldout_score *scores;
};

static void measure_distances(
    const struct scoring *s, size_t at, double unseen, double *distance)
{
	size_t classes = s->fit->class_count;
	double *product = xmalloc((s->stored.count + 1) * sizeof(*product));

	known_multiply(&s->fit->known, &s->points, at, &s->stored,
	    s->stored.count, product);
	for (size_t c = 0; c < classes; c++)
		distance[c] = 1;
	for (size_t i = 0; i < s->stored.count; i++) {
		size_t c = s->class_of_stored[i];

		/* no less than 0: rounding */
		distance[c] = fmin(distance[c], fmax(1 - product[i], 0));
	}
	for (size_t c = 0; c < classes; c++)
		distance[c] = novelty_stretch(distance[c], unseen);
	free(product);
}

static enum status score_item(void *user, size_t at, struct error *err)
{
	const struct scoring *s = user;
	size_t item = s->items[at];
	struct heldout_score *score = &s->scores[item];

	(void)err;
	score->unseen =
	    known_unseen(&s->fit->known, &(struct source){ item, item });
	fit_item_margins(s->fit, item, item, score->margins);
	measure_distances(s, at, score->unseen, score->distance);
	return STATUS_OK;
}

static void list_stored(struct scoring *s, struct arena *scratch)
{
	const struct fit *fit = s->fit;
	struct fit_stored kept = fit_choose(fit);
	struct source *sources =
	    arena_array(scratch, fit->count + 1, sizeof(*sources));
	size_t count = 0;

	s->class_of_stored =
	    arena_array(scratch, fit->count + 1, sizeof(*s->class_of_stored));
	for (size_t i = 0; i < fit->count; i++)
		if (kept.stored[i]) {
			s->class_of_stored[count] = kept.class_of[i];
			sources[count++] = fit->sources[i];
		}
	known_points(&fit->known, sources, count, scratch, &s->stored);
}

/* One fit's scores of the items in `test`. */
static void score_items(const struct fit *fit, const bool *test,
    struct arena *arena, struct heldout_score *scores)
{
	const struct dataset *d = fit->dataset;
	struct arena *scratch = arena_new();
	size_t *items = arena_array(scratch, d->count + 1, sizeof(*items));
	struct source *sources =
	    arena_array(scratch, d->count + 1, sizeof(*sources));
	struct scoring s = { .fit = fit, .items = items, .scores = scores };
	size_t count = 0;

	for (size_t i = 0; i < d->count; i++) {
		if (!test[i])
			continue;
		scores[i].margins =
		    arena_array(arena, fit->class_count + 1, sizeof(double));
		scores[i].distance =
		    arena_array(arena, fit->class_count + 1, sizeof(double));
		sources[count] = (struct source){ i, i };
		items[count++] = i;
	}
	known_points(&fit->known, sources, count, scratch, &s.points);
	list_stored(&s, scratch);
	parallel_for(count, score_item, &s, NULL);
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

/* What looks like a product left out is not learned from either. */
static void leave_groups(struct split *s, const struct dataset *d)
{
	bool *touched = xcalloc(d->group_count + 1, sizeof(*touched));

	for (size_t i = 0; i < d->count; i++)
		touched[d->items[i].group] |= s->test[i];
	for (size_t i = 0; i < d->count; i++) {
		if (!s->train[i] || !touched[d->items[i].group])
			continue;
		s->train[i] = false;
		s->train_count--;
	}
	free(touched);
}

static enum status run_split(const struct heldout *h, const struct split *s,
    const double *costs, size_t cost_count, struct heldout_score **scores,
    struct error *err)
{
	enum status status;
	struct fit *fit;

	if (s->train_count == 0 || s->test_count == 0)
		return STATUS_OK;
	status = folds_apart(h->dataset, s->train, s->test, err);
	if (status != STATUS_OK)
		return status;
	fit = fit_new(h->dataset, s->train, h->mask, h->seed);
	for (size_t c = 0; status == STATUS_OK && c < cost_count; c++) {
		status = fit_train(fit, costs[c], err);
		if (status == STATUS_OK)
			score_items(fit, s->test, h->arena, scores[c]);
	}
	fit_free(fit);
	return status;
}

enum status heldout_fold(const struct heldout *h, const size_t *fold,
    size_t which, const double *costs, size_t cost_count,
    struct heldout_score **scores, struct error *err)
{
	const struct dataset *d = h->dataset;
	struct split s = { 0 };
	enum status status;

	split_begin(&s, d->count);
	for (size_t i = 0; i < d->count; i++)
		assign(&s, i, h->use[i], fold[d->items[i].group] == which);
	status = run_split(h, &s, costs, cost_count, scores, err);
	split_end(&s);
	return status;
}

enum status heldout_split(const struct heldout *h, const bool *train,
    const bool *test, double cost, struct heldout_score *scores,
    struct error *err)
{
	size_t count = h->dataset->count;
	struct split s = { 0 };
	enum status status;

	split_begin(&s, count);
	for (size_t i = 0; i < count; i++)
		assign(&s, i, train[i] || test[i], test[i]);
	status = run_split(h, &s, &cost, 1, &scores, err);
	split_end(&s);
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
		leave_groups(&s, d);
		status = run_split(h, &s, &cost, 1, &scores, err);
		split_end(&s);
	}
	return status;
}
