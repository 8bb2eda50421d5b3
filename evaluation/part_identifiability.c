#include "evaluation/part_identifiability.h"

#include <math.h>
#include <stdlib.h>

#include "evaluation/evaluating.h"
#include "evaluation/learned.h"
#include "evaluation/print.h"

#define SETS_SHOWN 10 /* in the table; the JSON has all */

/* ------------------------------------------------------------- measuring */

static void compare(const struct evaluating *v, const struct learned *learned,
    const struct identifiability_row *row, struct against_ceiling *out)
{
	enum model_view view = row->banner ? VIEW_ALL : VIEW_NO_BANNER;
	size_t room = v->d->count + 1;
	const struct item **items = xcalloc(room, sizeof(struct item *));
	double *weight = xcalloc(room, sizeof(*weight));
	size_t *truth = xcalloc(room, sizeof(*truth));
	struct judgements j = evaluating_judgements(v);
	size_t classes = v->d->class_count;
	uint64_t seed = v->options->seed;

	for (size_t i = 0; i < v->d->count; i++) {
		const struct item *item = &v->d->items[i];

		if (item->tier != row->tier || !learned->scored[i])
			continue;
		items[j.count] = item;
		weight[j.count] = item->weight;
		truth[j.count] = item->class_index;
		judgements_add(&j, answer_judged(item, item->class_index,
				       &learned->answers[view][i], classes));
	}
	out->micro =
	    metrics_interval(&metric_micro, j.items, j.count, classes, seed);
	out->macro =
	    metrics_interval(&metric_macro, j.items, j.count, classes, seed);
	out->ceiling = ceiling_of(items, weight, truth, j.count, classes,
	    row->banner ? GROUPS_ALL : GROUPS_ALL & ~GROUP_BIT(GROUP_BANNER));
	free(truth);
	free(weight);
	free(items);
}

enum status evaluate_identifiability(struct evaluating *v, struct error *err)
{
	struct identifiability_figures *f = &v->e->identifiability;
	const struct learned *learned;
	enum status status = learned_get(v, &learned, err);

	if (status != STATUS_OK)
		return status;
	evaluating_say(v, "looking for what cannot be told apart");
	identifiability_measure(v->d, v->e->arena, &f->all);
	f->model =
	    arena_array(v->e->arena, f->all.count + 1, sizeof(*f->model));
	for (size_t i = 0; i < f->all.count; i++)
		compare(v, learned, &f->all.rows[i], &f->model[i]);
	return STATUS_OK;
}

/* ------------------------------------------------------------- table */

static void put_ceiling(struct buffer *out, const struct ceiling *c)
{
	buffer_printf(out, " %9.1f", c->alike);
	if (isnan(c->micro))
		buffer_printf(out, " %7s %7s", "-", "-");
	else
		buffer_printf(out, " %7.4f %7.4f", c->micro, c->macro);
}

static void put_sets(
    struct buffer *out, const char *what, const struct alike_list *list)
{
	if (list->count == 0)
		return;
	buffer_printf(out, "  %s\n", what);
	for (size_t i = 0; i < list->count && i < SETS_SHOWN; i++)
		buffer_printf(out, "%8.1f  %s\n", list->sets[i].deployments,
		    list->sets[i].names);
	if (list->count > SETS_SHOWN)
		buffer_printf(
		    out, "          and %zu more\n", list->count - SETS_SHOWN);
}

static void put_model(
    const struct identifiability_figures *f, struct buffer *out)
{
	buffer_printf(out,
	    "\nthe model in its folds, groups that look alike counting once"
	    "\n\n%-9s %-9s %9s %9s %9s %9s\n",
	    "plan", "greeting", "micro", "ceiling", "macro", "ceiling");
	for (size_t i = 0; i < f->all.count; i++) {
		const struct identifiability_row *row = &f->all.rows[i];
		const struct against_ceiling *m = &f->model[i];

		buffer_printf(out, "%-9s %-9s", row->plan,
		    row->banner ? "as is" : "masked");
		print_share(out, m->micro.value);
		print_share(out, m->ceiling.micro);
		print_share(out, m->macro.value);
		print_share(out, m->ceiling.macro);
		buffer_add_text(out, "\n");
	}
}

static void put_rows(const struct identifiability *it, struct buffer *out)
{
	buffer_printf(out,
	    "deployments that answer like another product's (version's), and "
	    "the accuracy that no\nclassifier can pass\n\n%-9s %-9s %11s %6s "
	    "%9s %7s %7s %9s %7s %7s\n",
	    "plan", "greeting", "deployments", "forms", "products", "micro",
	    "macro", "versions", "micro", "macro");
	for (size_t i = 0; i < it->count; i++) {
		const struct identifiability_row *row = &it->rows[i];

		buffer_printf(out, "%-9s %-9s %11.0f %6zu", row->plan,
		    row->banner ? "as is" : "masked", row->products.deployments,
		    row->forms);
		put_ceiling(out, &row->products);
		put_ceiling(out, &row->versions);
		buffer_add_text(out, "\n");
	}
}

void identifiability_table(const struct evaluation *e, struct buffer *out)
{
	const struct identifiability *it = &e->identifiability.all;

	put_rows(it, out);
	put_model(&e->identifiability, out);
	for (size_t i = 0; i < it->count; i++) {
		const struct identifiability_row *row = &it->rows[i];

		if (row->banner ||
		    row->product_sets.count + row->version_sets.count == 0)
			continue;
		buffer_printf(out, "\n%s, greeting masked\n", row->plan);
		put_sets(out, "products alike", &row->product_sets);
		put_sets(out, "versions alike", &row->version_sets);
	}
}

/* ------------------------------------------------------------- JSON */

static void json_ceiling(
    struct json_writer *w, const char *key, const struct ceiling *c)
{
	json_open_object(w, key);
	json_write_double(w, "deployments", c->deployments);
	json_write_double(w, "alike", c->alike);
	json_write_double(w, "ceiling_micro", c->micro);
	json_write_double(w, "ceiling_macro", c->macro);
	json_close_object(w);
}

static void json_sets(
    struct json_writer *w, const char *key, const struct alike_list *list)
{
	json_open_array(w, key);
	for (size_t i = 0; i < list->count; i++) {
		json_open_object(w, NULL);
		json_write_text(w, "names", list->sets[i].names);
		json_write_double(w, "deployments", list->sets[i].deployments);
		json_write_int(w, "forms", (int64_t)list->sets[i].forms);
		json_close_object(w);
	}
	json_close_array(w);
}

static void json_model(struct json_writer *w, const struct against_ceiling *m)
{
	json_open_object(w, "model");
	json_figure(w, "micro", &m->micro);
	json_figure(w, "macro", &m->macro);
	json_write_double(w, "ceiling_micro", m->ceiling.micro);
	json_write_double(w, "ceiling_macro", m->ceiling.macro);
	json_close_object(w);
}

void identifiability_json(
    const struct evaluation *e, struct json_writer *w, const char *key)
{
	const struct identifiability_figures *f = &e->identifiability;

	json_open_array(w, key);
	for (size_t i = 0; i < f->all.count; i++) {
		const struct identifiability_row *row = &f->all.rows[i];

		json_open_object(w, NULL);
		json_write_text(w, "plan", row->plan);
		json_write_text(
		    w, "greeting", row->banner ? "as-is" : "masked");
		json_write_int(w, "forms", (int64_t)row->forms);
		json_ceiling(w, "products", &row->products);
		json_ceiling(w, "versions", &row->versions);
		json_model(w, &f->model[i]);
		json_sets(w, "products_alike", &row->product_sets);
		json_sets(w, "versions_alike", &row->version_sets);
		json_close_object(w);
	}
	json_close_array(w);
}
