#include "evaluation/leaving.h"

#include <stdlib.h>
#include <string.h>

#include "evaluation/evaluating.h"
#include "evaluation/learned.h"
#include "evaluation/print.h"
#include "evaluation/told.h"
#include "model/heldout.h"
#include "model/parts.h"

static const char *const names[VIEW_COUNT] = {
	[VIEW_ALL] = "as-is",
	[VIEW_NO_BANNER] = "masked",
};

enum status leaving_begin(
    struct evaluating *v, struct leaving *l, struct error *err)
{
	enum status status;

	memset(l, 0, sizeof(*l));
	l->v = v;
	l->members =
	    arena_array(v->arena, v->d->count + 1, sizeof(*l->members));
	for (int view = 0; view < VIEW_COUNT; view++)
		l->views[view] = evaluating_judgements(v);
	l->told = telling_list_new(v);
	l->telling =
	    arena_array(v->arena, v->d->count + 1, sizeof(*l->telling));
	status = learned_get(v, &l->learned, err);
	return status == STATUS_OK ? learned_cost(v, &l->cost, err) : status;
}

/* Of the items tested, which both views have answered. */
static void take(struct leaving *l, const bool *test,
    struct heldout_score *const scores[VIEW_COUNT], struct arena *scratch)
{
	const struct dataset *d = l->v->d;

	for (size_t i = 0; i < d->count; i++) {
		const struct item *item = &d->items[i];
		struct answer answers[VIEW_COUNT];
		const struct answer *views[VIEW_COUNT];

		if (!test[i])
			continue;
		l->members[l->views[0].count] = i;
		for (int view = 0; view < VIEW_COUNT; view++) {
			const struct heldout_score *score = &scores[view][i];

			judgements_add(&l->views[view],
			    (struct judged){ .group = item->group,
				.truth = item->class_index,
				.answer = heldout_best(score, d->class_count),
				.weight = item->weight });
			answers[view] = learned_answer(l->learned,
			    l->v->fold[item->group], (enum model_view)view,
			    score, d->class_count, scratch);
			views[view] = &answers[view];
		}
		l->telling[i] =
		    told_of(l->v, d->classes, d->class_count, views, item);
		telling_add(&l->told, item, item->group, l->telling[i]);
	}
}

static enum status score_round(
    struct leaving *l, const bool *train, const bool *test, struct error *err)
{
	struct arena *scratch = arena_new();
	struct heldout_score *scores[VIEW_COUNT];
	enum status status = STATUS_OK;

	for (int view = 0; status == STATUS_OK && view < VIEW_COUNT; view++) {
		struct heldout round = { .dataset = l->v->d,
			.mask = model_view_mask((enum model_view)view),
			.seed = l->v->options->seed,
			.arena = scratch };

		scores[view] = arena_array(
		    scratch, l->v->d->count + 1, sizeof(*scores[view]));
		status = heldout_split(
		    &round, train, test, l->cost, scores[view], err);
	}
	if (status == STATUS_OK)
		take(l, test, scores, scratch);
	arena_free(scratch);
	return status;
}

enum status leaving_round(
    struct leaving *l, const bool *gone, bool *test, struct error *err)
{
	const struct dataset *d = l->v->d;
	bool *train = xcalloc(d->count + 1, sizeof(*train));
	enum status status = STATUS_OK;
	size_t tested = 0;
	double wanted = 0;

	for (size_t i = 0; i < d->count; i++) {
		test[i] = test[i] && d->items[i].tier == evaluating_tier(l->v);
		if (test[i] && d->items[i].class_index != CLASS_OTHER)
			wanted += d->items[i].weight;
	}
	evaluating_leave(l->v, gone, train, test);
	for (size_t i = 0; i < d->count; i++) {
		tested += test[i];
		if (test[i])
			wanted -= d->items[i].weight;
	}
	l->untaught += wanted;
	if (tested > 0)
		status = score_round(l, train, test, err);
	free(train);
	return status;
}

void leaving_take(const struct leaving *l, struct leaving_figures *f)
{
	for (int view = 0; view < VIEW_COUNT; view++)
		f->views[view] = figures_accuracy(
		    &l->views[view], l->v->d->class_count, l->v->options->seed);
	f->told = told_take(&l->told, l->v->options->seed);
	f->untaught = l->untaught;
}

/* ------------------------------------------------------------- shares */

static int by_value(const void *a, const void *b)
{
	return strcmp(((const struct leaving_share *)a)->value,
	    ((const struct leaving_share *)b)->value);
}

static void take_share(const struct leaving *l,
    const char *(*of)(const struct item *item), struct leaving_share *share)
{
	const struct item *items = l->v->d->items;
	struct judged *mine =
	    xcalloc(l->views[VIEW_ALL].count + 1, sizeof(*mine));
	struct judged *told =
	    xcalloc(l->views[VIEW_ALL].count + 1, sizeof(*told));

	for (int view = 0; view < VIEW_COUNT; view++) {
		const struct judgements *j = &l->views[view];
		size_t count = 0;

		share->deployments = 0;
		for (size_t k = 0; k < j->count; k++) {
			const char *value = of(&items[l->members[k]]);

			if (!value || strcmp(value, share->value) != 0)
				continue;
			told[count] = judged_share(&items[l->members[k]],
			    l->telling[l->members[k]] == TELLING_RIGHT);
			mine[count++] = j->items[k];
			share->deployments += j->items[k].weight;
		}
		share->micro[view] = metrics_interval(
		    &metric_micro, mine, count, 1, l->v->options->seed);
		if (view != VIEW_ALL)
			continue;
		for (size_t k = 0; k < count; k++)
			mine[k] = told[k];
		share->told = metrics_interval(
		    &metric_micro, mine, count, 1, l->v->options->seed);
	}
	free(mine);
	free(told);
}

struct leaving_share *leaving_by(const struct leaving *l,
    const char *(*of)(const struct item *item), size_t *count)
{
	size_t all = l->views[VIEW_ALL].count;
	struct arena *arena = l->v->e->arena;
	struct leaving_share *shares =
	    arena_array(arena, all + 1, sizeof(*shares));

	*count = 0;
	for (size_t k = 0; k < all; k++) {
		const char *value = of(&l->v->d->items[l->members[k]]);
		size_t at = 0;

		while (value && at < *count &&
		       strcmp(shares[at].value, value) != 0)
			at++;
		if (value && at == *count)
			shares[(*count)++].value = arena_strdup(arena, value);
	}
	qsort(shares, *count, sizeof(*shares), by_value);
	for (size_t s = 0; s < *count; s++)
		take_share(l, of, &shares[s]);
	return shares;
}

/* ------------------------------------------------------------- output */

void leaving_table(const struct leaving_figures *f, struct buffer *out)
{
	buffer_printf(out, "%zu rounds, %zu items judged\n", f->rounds,
	    f->views[VIEW_ALL].items);
	print_figure(out, "accuracy, deployments equal (micro)",
	    &f->views[VIEW_ALL].micro);
	print_figure(
	    out, "accuracy, products equal (macro)", &f->views[VIEW_ALL].macro);
	print_figure(
	    out, "  greeting masked (micro)", &f->views[VIEW_NO_BANNER].micro);
	print_figure(
	    out, "  greeting masked (macro)", &f->views[VIEW_NO_BANNER].macro);
	print_told(out, "greeting as it is", &f->told);
	if (f->untaught > 0)
		buffer_printf(out,
		    "not judged, nothing of the product was left: %.1f\n",
		    f->untaught);
}

void leaving_print_shares(struct buffer *out, const char *title,
    const struct leaving_share *shares, size_t count)
{
	buffer_printf(out, "\n%-28s %11s %9s %9s %9s\n", title, "deployments",
	    "right", "masked", "told");
	for (size_t s = 0; s < count; s++) {
		buffer_printf(out, "%-28s %11.1f", shares[s].value,
		    shares[s].deployments);
		for (int view = 0; view < VIEW_COUNT; view++)
			print_share(out, shares[s].micro[view].value);
		print_share(out, shares[s].told.value);
		buffer_add_text(out, "\n");
	}
}

void leaving_json(const struct leaving_figures *f, struct json_writer *w)
{
	json_write_int(w, "rounds", (int64_t)f->rounds);
	json_write_double(w, "not_judged", f->untaught);
	for (int view = 0; view < VIEW_COUNT; view++)
		json_accuracy(w, names[view], &f->views[view]);
	json_told(w, "told", &f->told);
}

void leaving_json_shares(struct json_writer *w, const char *key,
    const char *name, const struct leaving_share *shares, size_t count)
{
	json_open_array(w, key);
	for (size_t s = 0; s < count; s++) {
		json_open_object(w, NULL);
		json_write_text(w, name, shares[s].value);
		json_write_double(w, "deployments", shares[s].deployments);
		for (int view = 0; view < VIEW_COUNT; view++)
			json_figure(w, names[view], &shares[s].micro[view]);
		json_figure(w, "told", &shares[s].told);
		json_close_object(w);
	}
	json_close_array(w);
}
