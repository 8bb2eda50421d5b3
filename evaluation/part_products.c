#include "evaluation/part_products.h"

#include <stdlib.h>
#include <string.h>

#include "evaluation/evaluating.h"
#include "evaluation/learned.h"
#include "evaluation/print.h"
#include "evaluation/rated.h"

static const char *const views[VIEW_COUNT] = { "everything", "no-banner" };

struct gathered { /* of one view */
	struct rated *rated;
	size_t count;
	struct judgements strange, known; /* novel or not */
};

static void gather(struct gathered *g, const struct item *item,
    const struct answer *a, bool strange)
{
	g->rated[g->count++] =
	    (struct rated){ item->group, strange, a->novelty, item->weight };
	judgements_add(
	    strange ? &g->strange : &g->known, judged_share(item, a->novel));
}

static void gather_known(const struct evaluating *v, const struct learned *l,
    enum model_view view, struct gathered *g)
{
	for (size_t i = 0; i < v->d->count; i++) {
		const struct item *item = &v->d->items[i];

		if (l->scored[i] && item->tier == evaluating_tier(v))
			gather(g, item, &l->answers[view][i], false);
	}
}

/* ------------------------------------------------------------- a product */

static bool of_product(
    const struct evaluating *v, const struct item *item, size_t product)
{
	return strcmp(item->product, v->d->products[product]) == 0;
}

/* A product's hosts, answered by a model that has never seen it. */
static void meet(struct evaluating *v, const struct model *model,
    enum model_view view, size_t product, struct gathered *g,
    struct stranger *s)
{
	struct arena *arena = v->e->arena;
	struct arena *scratch = arena_new();
	struct judgements mine = evaluating_judgements(v);

	s->product = arena_strdup(arena, v->d->products[product]);
	s->named = arena_array(arena, v->d->class_count + 1, sizeof(*s->named));
	for (size_t i = 0; i < v->d->count; i++) {
		const struct item *item = &v->d->items[i];
		struct answer a;

		if (item->tier != evaluating_tier(v) ||
		    !of_product(v, item, product))
			continue;
		a = answer_of(model, view, v->options->plan, &item->features,
		    scratch, scratch);
		gather(g, item, &a, true);
		judgements_add(&mine, judged_share(item, a.novel));
		s->deployments += item->weight;
		if (!a.novel)
			figures_add_pair(s->named, &s->named_count,
			    v->d->class_count, s->product,
			    arena_strdup(arena, model_class(model, a.best)),
			    item->weight);
		arena_reset(scratch);
	}
	figures_sort_pairs(s->named, s->named_count);
	s->novel = metrics_interval(
	    metric_micro, mine.items, mine.count, 1, v->options->seed);
	arena_free(scratch);
}

static enum status leave_product(struct evaluating *v, size_t product,
    double cost, struct gathered g[VIEW_COUNT], struct error *err)
{
	bool *out = xcalloc(v->d->count + 1, sizeof(*out));
	bool *train = xcalloc(v->d->count + 1, sizeof(*train));
	bool *test = xcalloc(v->d->count + 1, sizeof(*test));
	struct model *model = NULL;
	enum status status;

	evaluating_say(
	    v, "product %zu of %zu left out", product + 1, v->d->product_count);
	for (size_t i = 0; i < v->d->count; i++)
		out[i] = of_product(v, &v->d->items[i], product);
	evaluating_leave(v, out, train, test);
	status = learned_model(v, train, cost, &model, &cost, err);
	for (int view = 0; status == STATUS_OK && view < VIEW_COUNT; view++) {
		struct open_set *set = &v->e->products.views[view];

		meet(v, model, (enum model_view)view, product, &g[view],
		    &set->strangers[set->stranger_count]);
		if (set->strangers[set->stranger_count].deployments > 0)
			set->stranger_count++;
	}
	model_free(model);
	free(out);
	free(train);
	free(test);
	return status;
}

/* ------------------------------------------------------------- all */

static struct figure share(
    const struct evaluating *v, const struct judgements *j)
{
	return metrics_interval(
	    metric_micro, j->items, j->count, 1, v->options->seed);
}

static void open_set_take(
    const struct evaluating *v, const struct gathered *g, struct open_set *set)
{
	set->strange = g->strange.count;
	set->known = g->known.count;
	set->auroc =
	    rated_interval(rated_auroc, g->rated, g->count, v->options->seed);
	set->false_accept = rated_interval(
	    rated_false_accept, g->rated, g->count, v->options->seed);
	set->strange_novel = share(v, &g->strange);
	set->known_novel = share(v, &g->known);
}

enum status evaluate_products(struct evaluating *v, struct error *err)
{
	struct products_figures *f = &v->e->products;
	struct gathered g[VIEW_COUNT];
	const struct learned *l;
	double cost = 0;
	enum status status = learned_get(v, &l, err);

	if (status == STATUS_OK)
		status = learned_cost(v, &cost, err);
	if (status != STATUS_OK)
		return status;
	f->plan = v->e->plan;
	for (int view = 0; view < VIEW_COUNT; view++) {
		g[view].rated = arena_array(
		    v->arena, 2 * v->d->count + 1, sizeof(struct rated));
		g[view].count = 0;
		g[view].strange = evaluating_judgements(v);
		g[view].known = evaluating_judgements(v);
		f->views[view].strangers = arena_array(v->e->arena,
		    v->d->product_count + 1, sizeof(struct stranger));
		gather_known(v, l, (enum model_view)view, &g[view]);
	}
	for (size_t p = 0; status == STATUS_OK && p < v->d->product_count; p++)
		status = leave_product(v, p, cost, g, err);
	for (int view = 0; status == STATUS_OK && view < VIEW_COUNT; view++)
		open_set_take(v, &g[view], &f->views[view]);
	return status;
}

/* ------------------------------------------------------------- output */

static void print_strangers(const struct open_set *set, struct buffer *out)
{
	buffer_printf(out, "\n%-28s %11s %9s   %s\n", "product left out",
	    "deployments", "novel", "named");
	for (size_t s = 0; s < set->stranger_count; s++) {
		const struct stranger *one = &set->strangers[s];

		buffer_printf(
		    out, "%-28s %11.1f", one->product, one->deployments);
		print_share(out, one->novel.value);
		for (size_t n = 0; n < one->named_count; n++)
			buffer_printf(out, "%s%s %.1f", n > 0 ? ", " : "   ",
			    one->named[n].answer, one->named[n].deployments);
		buffer_add_text(out, "\n");
	}
}

void products_table(const struct evaluation *e, struct buffer *out)
{
	const struct products_figures *f = &e->products;

	for (int view = 0; view < VIEW_COUNT; view++) {
		const struct open_set *set = &f->views[view];

		buffer_printf(out,
		    "%sproducts left out one at a time, plan %s%s: %zu "
		    "strange items, %zu known\n",
		    view > 0 ? "\n" : "", f->plan,
		    view == VIEW_ALL ? "" : ", greeting masked", set->strange,
		    set->known);
		print_figure(out, "known from unknown (AUROC)", &set->auroc);
		print_figure(out, "unknown accepted, 95 % of known kept",
		    &set->false_accept);
		print_figure(out, "unknown called novel", &set->strange_novel);
		print_figure(out, "known called novel", &set->known_novel);
		print_strangers(set, out);
	}
}

static void json_open_set(
    const struct open_set *set, struct json_writer *w, const char *key)
{
	json_open_object(w, key);
	json_write_int(w, "items", (int64_t)set->strange);
	json_write_int(w, "known_items", (int64_t)set->known);
	json_figure(w, "auroc", &set->auroc);
	json_figure(w, "false_accept", &set->false_accept);
	json_figure(w, "called_novel", &set->strange_novel);
	json_figure(w, "known_called_novel", &set->known_novel);
	json_open_array(w, "products");
	for (size_t s = 0; s < set->stranger_count; s++) {
		const struct stranger *one = &set->strangers[s];

		json_open_object(w, NULL);
		json_write_text(w, "product", one->product);
		json_write_double(w, "deployments", one->deployments);
		json_figure(w, "called_novel", &one->novel);
		json_pairs(w, "named", one->named, one->named_count);
		json_close_object(w);
	}
	json_close_array(w);
	json_close_object(w);
}

void products_json(
    const struct evaluation *e, struct json_writer *w, const char *key)
{
	json_open_object(w, key);
	json_write_text(w, "plan", e->products.plan);
	for (int view = 0; view < VIEW_COUNT; view++)
		json_open_set(&e->products.views[view], w, views[view]);
	json_close_object(w);
}
