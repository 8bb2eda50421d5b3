#include "evaluation/leaving.h"

#include <stdlib.h>
#include <string.h>

#include "evaluation/evaluating.h"
#include "evaluation/learned.h"
#include "evaluation/print.h"
#include "evaluation/round.h"

static const char *const names[LEAVING_VIEWS] = { "as-is", "masked" };

const char *leaving_view_name(enum leaving_view view)
{
	return names[view];
}

enum status leaving_begin(
    struct evaluating *v, struct leaving *l, struct error *err)
{
	memset(l, 0, sizeof(*l));
	l->v = v;
	l->members =
	    arena_array(v->arena, v->d->count + 1, sizeof(*l->members));
	for (int view = 0; view < LEAVING_VIEWS; view++)
		l->views[view] = evaluating_judgements(v);
	return learned_cost(v, &l->cost, err);
}

static void take(void *user, size_t i, bool forged, const double *margins)
{
	struct leaving *l = user;
	const struct item *item = &l->v->d->items[i];

	(void)forged;
	l->members[l->to->count] = i;
	judgements_add(
	    l->to, (struct judged){ .group = item->group,
		       .truth = item->class_index,
		       .answer = round_best(margins, l->v->d->class_count),
		       .weight = item->weight });
}

enum status leaving_round(
    struct leaving *l, const bool *gone, bool *test, struct error *err)
{
	const struct dataset *d = l->v->d;
	bool *train = xcalloc(d->count + 1, sizeof(*train));
	struct round round = { .train = train,
		.test = test,
		.cost = l->cost,
		.take = take,
		.user = l };
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
	for (int view = 0;
	     tested > 0 && status == STATUS_OK && view < LEAVING_VIEWS;
	     view++) {
		round.mask = view == LEAVING_AS_IS ? GROUPS_ALL : ROUND_MASKED;
		l->to = &l->views[view];
		status = round_run(l->v, &round, err);
	}
	free(train);
	return status;
}

void leaving_take(const struct leaving *l, struct leaving_figures *f)
{
	for (int view = 0; view < LEAVING_VIEWS; view++)
		f->views[view] = figures_accuracy(
		    &l->views[view], l->v->d->class_count, l->v->options->seed);
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
	    xcalloc(l->views[LEAVING_AS_IS].count + 1, sizeof(*mine));

	for (int view = 0; view < LEAVING_VIEWS; view++) {
		const struct judgements *j = &l->views[view];
		size_t count = 0;

		share->deployments = 0;
		for (size_t k = 0; k < j->count; k++) {
			const char *value = of(&items[l->members[k]]);

			if (!value || strcmp(value, share->value) != 0)
				continue;
			mine[count++] = j->items[k];
			share->deployments += j->items[k].weight;
		}
		share->micro[view] = metrics_interval(
		    &metric_micro, mine, count, 1, l->v->options->seed);
	}
	free(mine);
}

struct leaving_share *leaving_by(const struct leaving *l,
    const char *(*of)(const struct item *item), size_t *count)
{
	size_t all = l->views[LEAVING_AS_IS].count;
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
	    f->views[LEAVING_AS_IS].items);
	print_figure(out, "accuracy, deployments equal (micro)",
	    &f->views[LEAVING_AS_IS].micro);
	print_figure(out, "accuracy, products equal (macro)",
	    &f->views[LEAVING_AS_IS].macro);
	print_figure(
	    out, "  greeting masked (micro)", &f->views[LEAVING_MASKED].micro);
	print_figure(
	    out, "  greeting masked (macro)", &f->views[LEAVING_MASKED].macro);
	if (f->untaught > 0)
		buffer_printf(out,
		    "not judged, nothing of the product was left: %.1f\n",
		    f->untaught);
}

void leaving_print_shares(struct buffer *out, const char *title,
    const struct leaving_share *shares, size_t count)
{
	buffer_printf(out, "\n%-28s %11s %9s %9s\n", title, "deployments",
	    "right", "masked");
	for (size_t s = 0; s < count; s++) {
		buffer_printf(out, "%-28s %11.1f", shares[s].value,
		    shares[s].deployments);
		for (int view = 0; view < LEAVING_VIEWS; view++)
			print_share(out, shares[s].micro[view].value);
		buffer_add_text(out, "\n");
	}
}

void leaving_json(const struct leaving_figures *f, struct json_writer *w)
{
	json_write_int(w, "rounds", (int64_t)f->rounds);
	json_write_double(w, "not_judged", f->untaught);
	for (int view = 0; view < LEAVING_VIEWS; view++)
		json_accuracy(w, names[view], &f->views[view]);
}

void leaving_json_shares(struct json_writer *w, const char *key,
    const char *name, const struct leaving_share *shares, size_t count)
{
	json_open_array(w, key);
	for (size_t s = 0; s < count; s++) {
		json_open_object(w, NULL);
		json_write_text(w, name, shares[s].value);
		json_write_double(w, "deployments", shares[s].deployments);
		for (int view = 0; view < LEAVING_VIEWS; view++)
			json_figure(w, names[view], &shares[s].micro[view]);
		json_close_object(w);
	}
	json_close_array(w);
}
