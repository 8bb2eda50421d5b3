/* Figures of an evaluation, out of the scores of its folds. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/evaluating.h"

#define CONFUSIONS 10 /* shown */

static void figure_classes(struct evaluating *v, const char *const *names)
{
	struct evaluation *e = v->e;
	size_t n = e->class_count;
	double *right = xcalloc(n + 1, sizeof(*right));
	double *answered = xcalloc(n + 1, sizeof(*answered));

	e->classes = arena_array(e->arena, n + 1, sizeof(*e->classes));
	for (size_t i = 0; i < v->sure.count; i++) {
		const struct judged *j = &v->sure.items[i];

		e->classes[j->truth].deployments += j->weight;
		answered[j->answer] += j->weight;
		if (j->answer == j->truth)
			right[j->truth] += j->weight;
	}
	for (size_t c = 0; c < n; c++) {
		struct class_figures *f = &e->classes[c];

		f->product = arena_strdup(e->arena, names[c]);
		f->recall =
		    f->deployments > 0 ? right[c] / f->deployments : NAN;
		f->precision = answered[c] > 0 ? right[c] / answered[c] : NAN;
	}
	free(right);
	free(answered);
}

static void figure_rungs(struct evaluating *v)
{
	struct evaluation *e = v->e;
	uint64_t seed = v->options->seed;

	e->rungs = arena_array(e->arena, STEPS, sizeof(*e->rungs));
	for (size_t s = 0; s < STEPS; s++) {
		struct rung *rung = &e->rungs[e->rung_count];

		if (v->rungs[s][BANNER_AS_IS].count == 0)
			continue;
		e->rung_count++;
		rung->name = v->options->model ? "everything" : ladder_name(s);
		for (int b = 0; b < BANNER_STATES; b++) {
			const struct judgements *j = &v->rungs[s][b];

			rung->micro[b] = metrics_interval(metric_micro,
			    j->items, j->count, e->class_count, seed);
			rung->macro[b] = metrics_interval(metric_macro,
			    j->items, j->count, e->class_count, seed);
		}
	}
}

static int by_deployments(const void *a, const void *b)
{
	const struct confusion *x = a;
	const struct confusion *y = b;
	int order;

	if (x->deployments != y->deployments)
		return x->deployments < y->deployments ? 1 : -1;
	order = strcmp(x->truth, y->truth);
	return order ? order : strcmp(x->answer, y->answer);
}

static void sort_pairs(struct confusion *list, size_t *count)
{
	qsort(list, *count, sizeof(*list), by_deployments);
	if (*count > CONFUSIONS)
		*count = CONFUSIONS;
}

void figures_take(struct evaluating *v, const char *const *names)
{
	struct evaluation *e = v->e;
	const struct judgements *sure = &v->sure;
	size_t n = e->class_count;
	uint64_t seed = v->options->seed;

	e->judged = sure->count;
	e->micro =
	    metrics_interval(metric_micro, sure->items, sure->count, n, seed);
	e->macro =
	    metrics_interval(metric_macro, sure->items, sure->count, n, seed);
	e->ece =
	    metrics_interval(metric_ece, sure->items, sure->count, n, seed);
	e->ece_rest = metrics_interval(
	    metric_ece_rest, sure->items, sure->count, n, seed);
	e->coverage = metrics_interval(
	    metric_coverage, v->given.items, v->given.count, n, seed);
	e->auroc = rated_interval(rated_auroc, v->rated, v->rated_count, seed);
	e->false_accept =
	    rated_interval(rated_false_accept, v->rated, v->rated_count, seed);
	e->known_flagged = v->known > 0 ? v->known_flagged / v->known : NAN;
	e->stranger_flagged =
	    v->strange > 0 ? v->strange_flagged / v->strange : NAN;
	for (size_t i = 0; i < v->rated_count; i++)
		e->strangers += v->rated[i].strange;
	figure_classes(v, names);
	figure_rungs(v);
	sort_pairs(e->confusions, &e->confusion_count);
	sort_pairs(e->accepted, &e->accepted_count);
}
