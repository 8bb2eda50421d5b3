#include "evaluation/part_folds.h"

#include <stdlib.h>
#include <string.h>

#include "evaluation/evaluating.h"
#include "evaluation/learned.h"
#include "evaluation/print.h"
#include "evaluation/told.h"

static struct judgements judge_plan(const struct evaluating *v,
    const struct learned *l, enum tier tier, size_t *members)
{
	struct judgements j = evaluating_judgements(v);

	for (size_t i = 0; i < v->d->count; i++) {
		const struct item *item = &v->d->items[i];

		if (!l->scored[i] || item->tier != tier)
			continue;
		members[j.count] = i;
		judgements_add(
		    &j, answer_judged(item, item->class_index,
			    &l->answers[VIEW_ALL][i], v->d->class_count));
	}
	return j;
}

static void take_versions(const struct evaluating *v, const struct learned *l,
    enum tier tier, struct plan_figures *f)
{
	struct judgements j = evaluating_judgements(v);

	for (size_t i = 0; i < v->d->count; i++) {
		const struct item *item = &v->d->items[i];

		if (l->scored[i] && l->told[i] && item->tier == tier)
			judgements_add(&j, judged_share(item, l->right[i]));
	}
	f->versions_told = j.count;
	f->versions_right = metrics_interval(
	    &metric_micro, j.items, j.count, 1, v->options->seed);
}

static void take_told(const struct evaluating *v, const struct learned *l,
    enum tier tier, struct plan_figures *f)
{
	struct telling_list as_is = telling_list_new(v);
	struct telling_list forged = telling_list_new(v);

	for (size_t i = 0; i < v->d->count; i++) {
		const struct item *item = &v->d->items[i];
		const struct answer *views[VIEW_COUNT] = {
			[VIEW_ALL] = &l->answers[VIEW_ALL][i],
			[VIEW_NO_BANNER] = &l->answers[VIEW_NO_BANNER][i],
		};

		if (!l->scored[i] || item->tier != tier)
			continue;
		telling_add(&as_is, item, item->group,
		    told_of(v, v->d->classes, v->d->class_count, views, item));
		views[VIEW_ALL] = &l->forged[i];
		telling_add(&forged, item, item->group,
		    told_of(v, v->d->classes, v->d->class_count, views, item));
	}
	f->told = told_take(&as_is, v->options->seed);
	f->told_forged = told_take(&forged, v->options->seed);
}

static void take_detail(struct evaluating *v, const struct learned *l,
    const struct judgements *j, const size_t *members)
{
	size_t classes = v->d->class_count;
	struct arena *arena = v->e->arena;
	struct folds_figures *f = &v->e->by_folds;
	const char **names = arena_array(arena, classes + 1, sizeof(*names));
	double *all = xcalloc(j->count * classes + 1, sizeof(*all));

	for (size_t c = 0; c < classes; c++)
		names[c] = arena_strdup(arena, v->d->classes[c]);
	f->detail = figures_detail(j, names, classes, v->options->seed, arena);
	for (size_t k = 0; k < j->count; k++)
		memcpy(all + k * classes,
		    l->answers[VIEW_ALL][members[k]].confidence,
		    classes * sizeof(*all));
	f->detail.ece_classes = metrics_ece_classes(
	    j->items, all, j->count, classes, v->options->seed);
	f->unmeasured = arena_array(arena, classes + 1, sizeof(*names));
	for (size_t c = 0; c < classes; c++)
		if (v->lonely[c])
			f->unmeasured[f->unmeasured_count++] = names[c];
	free(all);
}

enum status evaluate_folds(struct evaluating *v, struct error *err)
{
	struct folds_figures *f = &v->e->by_folds;
	const struct learned *l;
	enum status status = learned_get(v, &l, err);
	size_t *members;
	const char *plan;

	if (status != STATUS_OK)
		return status;
	members = xcalloc(v->d->count + 1, sizeof(*members));
	while ((plan = evaluating_plan(v, f->plan_count)) != NULL) {
		struct plan_figures *one = &f->plans[f->plan_count++];
		enum tier tier = tier_of_plan(plan);
		struct judgements j = judge_plan(v, l, tier, members);

		*one = figures_plan(&j, v->d->class_count, v->options->seed);
		one->plan = plan;
		take_versions(v, l, tier, one);
		take_told(v, l, tier, one);
		if (tier != evaluating_tier(v))
			continue;
		f->judged = plan;
		take_detail(v, l, &j, members);
	}
	free(members);
	return STATUS_OK;
}

/* ------------------------------------------------------------- output */

void folds_table(const struct evaluation *e, struct buffer *out)
{
	const struct folds_figures *f = &e->by_folds;

	for (size_t p = 0; p < f->plan_count; p++) {
		buffer_printf(out, "%s%zu folds of deployments, plan %s: %zu\n",
		    p > 0 ? "\n" : "", e->folds, f->plans[p].plan,
		    f->plans[p].items);
		print_plan(out, &f->plans[p]);
		if (f->plans[p].plan == f->judged)
			print_detail(out, &f->detail);
	}
	if (f->unmeasured_count == 0)
		return;
	buffer_add_text(out, "\nnot measured, all deployments look the same:");
	for (size_t i = 0; i < f->unmeasured_count; i++)
		buffer_printf(out, "%s %s", i > 0 ? "," : "", f->unmeasured[i]);
	buffer_add_text(out, "\n");
}

void folds_json(
    const struct evaluation *e, struct json_writer *w, const char *key)
{
	const struct folds_figures *f = &e->by_folds;

	json_open_object(w, key);
	for (size_t p = 0; p < f->plan_count; p++) {
		json_open_object(w, f->plans[p].plan);
		json_plan(w, &f->plans[p]);
		if (f->plans[p].plan == f->judged)
			json_detail(w, &f->detail);
		json_close_object(w);
	}
	json_open_array(w, "unmeasured");
	for (size_t i = 0; i < f->unmeasured_count; i++)
		json_write_text(w, NULL, f->unmeasured[i]);
	json_close_array(w);
	json_close_object(w);
}
