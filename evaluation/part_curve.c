#include "evaluation/part_curve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/random.h"
#include "evaluation/evaluating.h"
#include "evaluation/learned.h"
#include "evaluation/print.h"
#include "evaluation/round.h"

static const size_t sizes[CURVE_POINTS] = { 1, 2, 4, 8, 16, 0 };

struct drawing {
	struct evaluating *v;
	size_t *place; /* of each group, shuffled */
	size_t *rank;  /* by item: its group among those of its product
			  that are trained on, in that order */
	struct judgements *to;
};

static void take(void *user, size_t i, bool forged, const double *margins)
{
	struct drawing *g = user;
	const struct item *item = &g->v->d->items[i];

	(void)forged;
	judgements_add(
	    g->to, (struct judged){ .group = item->group,
		       .truth = item->class_index,
		       .answer = round_best(margins, g->v->d->class_count),
		       .weight = item->weight });
}

/* Ranks hold for every size: a smaller one trains on a part of a larger. */
static void rank_groups(struct drawing *g, size_t fold)
{
	const struct dataset *d = g->v->d;
	size_t *at = xcalloc(d->group_count + 1, sizeof(*at));

	for (size_t n = 0; n < d->group_count; n++)
		at[g->place[n]] = n;
	for (size_t p = 0; p < d->product_count; p++) {
		size_t *first = xcalloc(d->group_count + 1, sizeof(*first));
		size_t rank = 0;

		/* first[place] = 1: the group there has this product */
		for (size_t i = 0; i < d->count; i++)
			if (g->v->fold[d->items[i].group] != fold &&
			    strcmp(d->items[i].product, d->products[p]) == 0)
				first[at[d->items[i].group]] = 1;
		for (size_t n = 0; n < d->group_count; n++)
			if (first[n])
				first[n] = rank++;
		for (size_t i = 0; i < d->count; i++)
			if (strcmp(d->items[i].product, d->products[p]) == 0)
				g->rank[i] = first[at[d->items[i].group]];
		free(first);
	}
	free(at);
}

static enum status run_point(
    struct drawing *g, size_t fold, size_t size, double cost, struct error *err)
{
	const struct dataset *d = g->v->d;
	bool *train = xcalloc(d->count + 1, sizeof(*train));
	bool *test = xcalloc(d->count + 1, sizeof(*test));
	struct round round = { .train = train,
		.test = test,
		.mask = ROUND_MASKED,
		.cost = cost,
		.take = take,
		.user = g };
	enum status status;

	for (size_t i = 0; i < d->count; i++) {
		const struct item *item = &d->items[i];
		bool here = g->v->fold[item->group] == fold;

		train[i] = !here && g->rank[i] < size;
		test[i] = here && item->tier == evaluating_tier(g->v) &&
			  item->class_index != CLASS_OTHER &&
			  !g->v->lonely[item->class_index];
	}
	status = round_run(g->v, &round, err);
	free(train);
	free(test);
	return status;
}

static enum status run_fold(struct drawing *g, size_t fold, double cost,
    struct judgements points[CURVE_POINTS], struct error *err)
{
	enum status status = STATUS_OK;

	evaluating_say(g->v, "learning curve, fold %zu of %zu", fold + 1,
	    g->v->options->folds);
	rank_groups(g, fold);
	for (size_t p = 0; status == STATUS_OK && p < CURVE_POINTS; p++) {
		g->to = &points[p];
		if (sizes[p] > 0)
			status = run_point(g, fold, sizes[p], cost, err);
	}
	return status;
}

/* With all deployments: the answers of the folds' own models. */
static void take_learned(
    struct drawing *g, const struct learned *l, struct judgements *all)
{
	g->to = all;
	for (size_t i = 0; i < g->v->d->count; i++)
		if (l->scored[i] &&
		    g->v->d->items[i].tier == evaluating_tier(g->v))
			take(
			    g, i, false, l->answers[VIEW_NO_BANNER][i].margins);
}

enum status evaluate_curve(struct evaluating *v, struct error *err)
{
	const struct dataset *d = v->d;
	struct drawing g = { .v = v,
		.place =
		    arena_array(v->arena, d->group_count + 1, sizeof(*g.place)),
		.rank = arena_array(v->arena, d->count + 1, sizeof(*g.rank)) };
	struct judgements points[CURVE_POINTS];
	const struct learned *l;
	struct random random;
	enum status status = learned_get(v, &l, err);

	for (size_t n = 0; n < d->group_count; n++)
		g.place[n] = n;
	random_init(&random, v->options->seed);
	random_shuffle(&random, g.place, d->group_count);
	for (size_t p = 0; p < CURVE_POINTS; p++)
		points[p] = evaluating_judgements(v);
	for (size_t f = 0; status == STATUS_OK && f < v->options->folds; f++)
		status = run_fold(&g, f, l->cost[f], points, err);
	for (size_t p = 0; status == STATUS_OK && p < CURVE_POINTS; p++) {
		if (sizes[p] == 0)
			take_learned(&g, l, &points[p]);
		v->e->curve.points[p] = (struct curve_point){ sizes[p],
			figures_accuracy(
			    &points[p], d->class_count, v->options->seed) };
	}
	return status;
}

/* ------------------------------------------------------------- output */

void curve_table(const struct evaluation *e, struct buffer *out)
{
	buffer_printf(out, "greeting masked, %zu folds\n%-12s %-28s %s\n",
	    e->folds, "deployments", "  micro", "macro");
	for (size_t p = 0; p < CURVE_POINTS; p++) {
		const struct curve_point *one = &e->curve.points[p];
		const struct accuracy *a = &one->accuracy;

		if (one->deployments > 0)
			buffer_printf(out, "%-12zu", one->deployments);
		else
			buffer_printf(out, "%-12s", "all");
		if (isnan(a->micro.value))
			buffer_add_text(out, " -\n");
		else
			buffer_printf(out,
			    " %5.3f (%.3f - %.3f)        %5.3f (%.3f - "
			    "%.3f)\n",
			    a->micro.value, a->micro.low, a->micro.high,
			    a->macro.value, a->macro.low, a->macro.high);
	}
}

void curve_json(
    const struct evaluation *e, struct json_writer *w, const char *key)
{
	json_open_array(w, key);
	for (size_t p = 0; p < CURVE_POINTS; p++) {
		const struct curve_point *one = &e->curve.points[p];

		json_open_object(w, NULL);
		if (one->deployments > 0)
			json_write_int(w, "deployments_per_product",
			    (int64_t)one->deployments);
		else
			json_write_null(w, "deployments_per_product");
		json_write_int(w, "items", (int64_t)one->accuracy.items);
		json_figure(w, "micro", &one->accuracy.micro);
		json_figure(w, "macro", &one->accuracy.macro);
		json_close_object(w);
	}
	json_close_array(w);
}
