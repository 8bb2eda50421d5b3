#include "evaluation/part_products.h"

#include <math.h>
#include <string.h>

#include "evaluation/evaluating.h"
#include "evaluation/learned.h"
#include "evaluation/print.h"
#include "evaluation/rated.h"
#include "evaluation/told.h"
#include "model/heldout.h"
#include "model/parts.h"

static const char *const view_names[VIEW_COUNT] = { "everything", "no-banner" };

struct gathered { /* of one view */
	struct rated *rated;
	size_t count;
	struct judgements strange, known; /* novel or not */
};

static void gather(struct gathered *g, const struct item *item, size_t group,
    const struct answer *a, bool strange)
{
	struct judged one = judged_share(item, a->novel);

	one.group = group;
	g->rated[g->count++] =
	    (struct rated){ group, strange, a->novelty, item->weight };
	judgements_add(strange ? &g->strange : &g->known, one);
}

static void gather_known(const struct evaluating *v, const struct learned *l,
    enum model_view view, struct gathered *g)
{
	for (size_t i = 0; i < v->d->count; i++) {
		const struct item *item = &v->d->items[i];

		if (l->scored[i] && item->tier == evaluating_tier(v))
			gather(
			    g, item, item->group, &l->answers[view][i], false);
	}
}

/* ------------------------------------------------------------- a product */

static bool of_product(
    const struct evaluating *v, const struct item *item, size_t product)
{
	return strcmp(item->product, v->d->products[product]) == 0;
}

struct leaving_out { /* a product, in one view */
	struct evaluating *v;
	const struct learned *learned;
	enum model_view view;
	size_t product;
	size_t class_index; /* CLASS_OTHER: none, too few deployments */
	struct answer *answers[VIEW_COUNT]; /* of its items */
};

/* Scores of the hosts by a fit without any group that one of them is in. */
static enum status score(const struct leaving_out *o, double cost,
    struct arena *arena, struct heldout_score *scores, struct error *err)
{
	const struct dataset *d = o->v->d;
	bool *use = arena_array(arena, d->count + 1, sizeof(*use));
	size_t *fold = arena_array(arena, d->group_count + 1, sizeof(*fold));
	struct heldout rounds = { .dataset = d,
		.use = use,
		.mask = model_view_mask(o->view),
		.seed = o->v->options->seed,
		.arena = arena };

	for (size_t g = 0; g < d->group_count; g++)
		fold[g] = 1; /* never held out */
	for (size_t i = 0; i < d->count; i++) {
		use[i] = true;
		if (of_product(o->v, &d->items[i], o->product))
			fold[d->items[i].group] = 0;
	}
	return heldout_fold(&rounds, fold, 0, &cost, 1, &scores, err);
}

/* What a model without the product would say; its class is none. */
static struct answer answer_stranger(const struct leaving_out *o, size_t i,
    const struct heldout_score *score, struct arena *scratch)
{
	const struct dataset *d = o->v->d;

	if (o->class_index != CLASS_OTHER)
		score->margins[o->class_index] = -INFINITY;
	return learned_answer(o->learned, o->v->fold[d->items[i].group],
	    o->view, score, d->class_count, scratch);
}

static void meet(const struct leaving_out *o,
    const struct heldout_score *scores, struct arena *scratch,
    struct gathered *g, struct stranger *s)
{
	struct evaluating *v = o->v;
	struct arena *arena = v->e->arena;
	struct judgements mine = evaluating_judgements(v);

	s->product = arena_strdup(arena, v->d->products[o->product]);
	s->named = arena_array(arena, v->d->class_count + 1, sizeof(*s->named));
	for (size_t i = 0; i < v->d->count; i++) {
		const struct item *item = &v->d->items[i];
		struct answer a;

		if (!scores[i].margins || item->tier != evaluating_tier(v) ||
		    !of_product(v, item, o->product))
			continue;
		a = answer_stranger(o, i, &scores[i], scratch);
		o->answers[o->view][i] = a;
		/* One fit judges all hosts of a product: intervals draw
		 * products. Numbers that no group of known ones has. */
		gather(g, item, v->d->group_count + o->product, &a, true);
		judgements_add(&mine, judged_share(item, a.novel));
		s->deployments += item->weight;
		if (!a.novel)
			figures_add_pair(s->named, &s->named_count,
			    v->d->class_count, s->product,
			    arena_strdup(arena, v->d->classes[a.best]),
			    item->weight);
	}
	figures_sort_pairs(s->named, s->named_count);
	s->novel = metrics_interval(
	    &metric_micro, mine.items, mine.count, 1, v->options->seed);
}

/* The hosts that both views have answered for. */
static void tell(const struct leaving_out *o, struct telling_list *told)
{
	const struct dataset *d = o->v->d;

	for (size_t i = 0; i < d->count; i++) {
		const struct answer *views[VIEW_COUNT];
		bool answered = true;

		for (int view = 0; view < VIEW_COUNT; view++) {
			views[view] = &o->answers[view][i];
			answered &= views[view]->margins != NULL;
		}
		if (answered)
			telling_add(told, &d->items[i],
			    d->group_count + o->product,
			    told_of(o->v, d->classes, d->class_count, views,
				&d->items[i]));
	}
}

static enum status leave_product(struct leaving_out *o, double cost,
    struct gathered g[VIEW_COUNT], struct telling_list *told, struct error *err)
{
	const struct dataset *d = o->v->d;
	struct arena *scratch = arena_new();
	enum status status = STATUS_OK;

	evaluating_say(o->v, "product %zu of %zu left out", o->product + 1,
	    d->product_count);
	o->class_index = CLASS_OTHER;
	for (size_t c = 0; c < d->class_count; c++)
		if (strcmp(d->classes[c], d->products[o->product]) == 0)
			o->class_index = c;
	for (int view = 0; status == STATUS_OK && view < VIEW_COUNT; view++) {
		struct open_set *set = &o->v->e->products.views[view];
		struct stranger *s = &set->strangers[set->stranger_count];
		struct heldout_score *scores =
		    arena_array(scratch, d->count + 1, sizeof(*scores));

		o->view = (enum model_view)view;
		o->answers[view] =
		    arena_array(scratch, d->count + 1, sizeof(struct answer));
		status = score(o, cost, scratch, scores, err);
		if (status != STATUS_OK)
			break;
		meet(o, scores, scratch, &g[view], s);
		set->stranger_count += s->deployments > 0;
	}
	if (status == STATUS_OK)
		tell(o, told);
	arena_free(scratch);
	return status;
}

/* ------------------------------------------------------------- all */

static struct figure share(
    const struct evaluating *v, const struct judgements *j)
{
	return metrics_interval(
	    &metric_micro, j->items, j->count, 1, v->options->seed);
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
	struct telling_list told = telling_list_new(v);
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
	for (size_t p = 0; status == STATUS_OK && p < v->d->product_count;
	     p++) {
		struct leaving_out o = { .v = v, .learned = l, .product = p };

		status = leave_product(&o, cost, g, &told, err);
	}
	for (int view = 0; status == STATUS_OK && view < VIEW_COUNT; view++)
		open_set_take(v, &g[view], &f->views[view]);
	f->told = told_take(&told, v->options->seed);
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
	buffer_add_text(out, "\n");
	print_told(out, "unknown products", &f->told);
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
		json_open_set(&e->products.views[view], w, view_names[view]);
	json_told(w, "told", &e->products.told);
	json_close_object(w);
}
