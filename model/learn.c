/*
 *  1. folds that no group crosses; the cost: the smallest whose macro
 *     log-loss on the first fold is within one standard error of the best
 *  2. with it, held-out margins of all folds
 *  3. for each view and tier: calibration and novelty limits, from held-out
 *     scores (novelty also from left-out products)
 *  4. both views trained on everything, and the version tables
 */
#include "model/learn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/fit.h"
#include "model/folds.h"
#include "model/heldout.h"
#include "model/learning.h"

static const double costs_tried[] = { 0.1, 1, 10 };

#define COSTS_TRIED (sizeof(costs_tried) / sizeof(costs_tried[0]))

static void say(const struct learning *l, const char *sentence)
{
	if (l->options->progress)
		l->options->progress(l->options->user, sentence);
}

static struct heldout rounds_of(const struct learning *l, enum model_view view)
{
	return (struct heldout){ .dataset = l->d,
		.use = l->use,
		.mask = model_view_mask(view),
		.seed = l->options->seed,
		.arena = l->arena };
}

/* ------------------------------------------------------------- the cost */

struct loss {
	double mean;
	double error; /* standard error of the mean */
};

/* Every class counts the same. */
static struct loss macro_loss(const struct learning *l,
    const struct calibration_item *items, size_t count)
{
	size_t classes = l->d->class_count;
	double *weight = xcalloc(classes + 1, sizeof(*weight));
	double *bias = xcalloc(classes + 1, sizeof(*bias));
	struct calibration c = { .bias = bias };
	struct loss loss = { 0, 0 };
	double present = 0;

	for (size_t i = 0; i < count; i++)
		weight[items[i].truth] += items[i].weight;
	for (size_t k = 0; k < classes; k++)
		present += weight[k] > 0;
	calibration_fit(items, count, classes, 0, &c);
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < count; i++) {
			double share = items[i].weight /
				       (weight[items[i].truth] * present);
			double one =
			    calibration_loss(&c, &items[i], 1, classes);

			if (pass == 0)
				loss.mean += share * one;
			else
				loss.error += share * share *
					      (one - loss.mean) *
					      (one - loss.mean);
		}
	}
	loss.error = sqrt(loss.error);
	free(weight);
	free(bias);
	return loss;
}

static size_t choose_cost(
    const struct learning *l, struct heldout_score **scores)
{
	struct calibration_item *items =
	    xcalloc(l->d->count + 1, sizeof(*items));
	struct loss loss[COSTS_TRIED];
	size_t best = 0, chosen = 0;

	for (size_t c = 0; c < COSTS_TRIED; c++) {
		size_t count = maps_collect(l, scores[c], TIER_COUNT, items);

		loss[c] = macro_loss(l, items, count);
		if (loss[c].mean < loss[best].mean)
			best = c;
	}
	while (chosen < best &&
	       loss[chosen].mean > loss[best].mean + loss[best].error)
		chosen++;
	free(items);
	return chosen;
}

/* ------------------------------------------------------------- held out */

static struct heldout_score *score_room(const struct learning *l)
{
	return arena_array(
	    l->arena, l->d->count + 1, sizeof(struct heldout_score));
}

/* The first fold tells the cost: three trainings a fold would buy little. */
static enum status score_first_fold(struct learning *l, struct error *err)
{
	const struct learn_options *o = l->options;
	struct heldout_score *scores[COSTS_TRIED];
	struct heldout rounds = rounds_of(l, VIEW_ALL);
	size_t tried = o->cost > 0 ? 1 : COSTS_TRIED;
	size_t chosen = 0;
	enum status status;

	for (size_t c = 0; c < tried; c++)
		scores[c] = score_room(l);
	status = heldout_fold(&rounds, l->fold, 0,
	    o->cost > 0 ? &o->cost : costs_tried, tried, scores, err);
	if (status != STATUS_OK)
		return status;
	if (o->cost <= 0)
		chosen = choose_cost(l, scores);
	l->cost = o->cost > 0 ? o->cost : costs_tried[chosen];
	l->known[VIEW_ALL] = scores[chosen];
	l->known[VIEW_NO_BANNER] = score_room(l);
	return STATUS_OK;
}

static enum status score_folds(struct learning *l, struct error *err)
{
	enum status status = score_first_fold(l, err);

	for (int v = 0; v < VIEW_COUNT; v++) {
		struct heldout rounds = rounds_of(l, (enum model_view)v);

		for (size_t f = v == VIEW_ALL ? 1 : 0;
		     status == STATUS_OK && f < l->options->folds; f++)
			status = heldout_fold(&rounds, l->fold, f, &l->cost, 1,
			    &l->known[v], err);
	}
	return status;
}

static enum status score_strangers(struct learning *l, struct error *err)
{
	enum status status = STATUS_OK;

	for (int v = 0; status == STATUS_OK && v < VIEW_COUNT; v++) {
		struct heldout rounds = rounds_of(l, (enum model_view)v);

		l->strange[v] = score_room(l);
		if (l->options->batches > 1)
			status = heldout_products(&rounds, l->options->batches,
			    l->cost, l->strange[v], err);
	}
	return status;
}

/* ------------------------------------------------------------- the model */

/*
 * The model's vocabulary: of the kernel's the features that the fit knows, in
 * the same order. number[bundle of the kernel]: its place in the model.
 */
static struct model *own_model(
    const struct dataset *d, const struct known *known, uint32_t *number)
{
	const struct kernel *k = known->kernel;
	struct vocabulary_count *counts =
	    xcalloc(known->feature_count + 1, sizeof(*counts));
	uint32_t *bundle = xcalloc(known->feature_count + 1, sizeof(*bundle));
	struct vocabulary *v;
	struct model *model;
	size_t bundles = 0, count = 0;

	for (size_t b = 0; b < k->bundles; b++)
		if (known->bundle[b])
			number[b] = (uint32_t)bundles++;
	for (size_t f = 0; f < k->features; f++) {
		if (!known->bundle[k->bundle[f]])
			continue;
		bundle[count] = number[k->bundle[f]];
		counts[count++] = (struct vocabulary_count){
			vocabulary_name(k->vocabulary, (feature_id)f),
			(enum feature_group)k->group[f], k->deployments[f]
		};
	}
	v = vocabulary_of(counts, count, k->deployment_count);
	model = model_new(d->classes, d->class_count, v);
	model->bundle =
	    arena_array(model->arena, count + 1, sizeof(*model->bundle));
	memcpy(model->bundle, bundle, count * sizeof(*bundle));
	model->bundle_group = arena_array(
	    model->arena, bundles + 1, sizeof(*model->bundle_group));
	for (size_t b = 0; b < k->bundles; b++)
		if (known->bundle[b])
			model->bundle_group[number[b]] = k->bundle_group[b];
	model->bundle_count = bundles;
	free(counts);
	free(bundle);
	return model;
}

static void store_vectors(const struct fit *fit, const uint32_t *number,
    struct model *model, struct view_part *view, size_t *source)
{
	struct fit_stored kept = fit_choose(fit);
	size_t count = 0;

	for (size_t i = 0; i < fit->count; i++)
		count += kept.stored[i];
	view->stored =
	    arena_array(model->arena, count + 1, sizeof(*view->stored));
	view->stored_class =
	    arena_array(model->arena, count + 1, sizeof(*view->stored_class));
	view->stored_fronted =
	    arena_array(model->arena, count + 1, sizeof(*view->stored_fronted));
	for (size_t i = 0; i < fit->count; i++) {
		struct vector *v = &view->stored[view->stored_count];
		size_t item = fit->sources[i].item;

		if (!kept.stored[i])
			continue;
		source[view->stored_count] = item;
		view->stored_fronted[view->stored_count] =
		    fit->dataset->items[item].fronted;
		view->stored_class[view->stored_count++] = kept.class_of[i];
		known_vector(&fit->known, &fit->sources[i], model->arena, v);
		for (size_t k = 0; k < v->count; k++)
			v->index[k] = number[v->index[k]];
	}
}

static void copy_rows(const struct fit *fit, const uint32_t *number,
    struct model *model, struct view_part *view)
{
	const struct known *known = &fit->known;
	size_t classes = model->class_count;

	view->weights = arena_array(
	    model->arena, model->bundle_count * classes + 1, sizeof(double));
	view->bias = arena_array(model->arena, classes + 1, sizeof(double));
	memcpy(view->bias, fit->bias, classes * sizeof(double));
	for (size_t b = 0; b < known->kernel->bundles; b++)
		if (known->bundle[b])
			memcpy(view->weights + number[b] * classes,
			    fit->weights + b * classes,
			    classes * sizeof(double));
}

static enum status train_view(struct learning *l, enum model_view view,
    struct model **model, uint32_t *number, struct error *err)
{
	struct fit *fit =
	    fit_new(l->d, l->use, model_view_mask(view), l->options->seed);
	enum status status;

	if (l->options->check_all)
		fit->check = FIT_CHECK_ALL;
	status = fit_train(fit, l->cost, err);
	if (status == STATUS_OK) {
		if (!*model) {
			*model = own_model(l->d, &fit->known, number);
			l->record->vectors = fit->count;
		}
		l->stored[view] = arena_array(
		    l->arena, fit->count + 1, sizeof(*l->stored[view]));
		copy_rows(fit, number, *model, &(*model)->views[view]);
		store_vectors(fit, number, *model, &(*model)->views[view],
		    l->stored[view]);
	}
	fit_free(fit);
	return status;
}

/* Both views see the same items, so they know the same features. */
static enum status train_views(
    struct learning *l, struct model **model, struct error *err)
{
	uint32_t *number =
	    xcalloc(kernel_of(l->d)->bundles + 1, sizeof(*number));
	enum status status = STATUS_OK;

	*model = NULL;
	for (int v = 0; status == STATUS_OK && v < VIEW_COUNT; v++)
		status = train_view(l, (enum model_view)v, model, number, err);
	free(number);
	if (status != STATUS_OK) {
		model_free(*model);
		*model = NULL;
		return status;
	}
	l->record->features = (*model)->feature_count;
	return STATUS_OK;
}

/* Groups with an item that is used; copies of it are used as well here. */
static bool *used_groups(const struct learning *l)
{
	bool *used =
	    arena_array(l->arena, l->d->group_count + 1, sizeof(*used));

	for (size_t i = 0; i < l->d->count; i++)
		used[l->d->items[i].group] |= l->use[i];
	return used;
}

static void learn_versions(const struct learning *l, struct model *model)
{
	size_t every = l->d->every_count;
	struct version_item *items = xcalloc(every + 1, sizeof(*items));
	const bool *used = used_groups(l);

	for (size_t c = 0; c < l->d->class_count; c++) {
		size_t count = 0;

		for (size_t i = 0; i < every; i++) {
			const struct item *item = &l->d->every[i];

			if (used[item->group] && item->class_index == c &&
			    !item->fronted)
				items[count++] =
				    (struct version_item){ item->version,
					    item->group, &item->features,
					    item->name };
		}
		version_learn(model->arena, items, count, &model->versions[c]);
	}
	free(items);
}

/*
 * A front that lets the dialogue through, or stays out of it, hides no
 * version: only those stay marked whose answers would be taken for another.
 */
static void clear_fronts(const struct learning *l, struct model *model)
{
	for (int v = 0; v < VIEW_COUNT; v++) {
		struct view_part *view = &model->views[v];

		for (size_t i = 0; i < view->stored_count; i++) {
			const struct item *item = &l->d->items[l->stored[v][i]];
			const char *answer;

			if (!view->stored_fronted[i] ||
			    item->class_index == CLASS_OTHER || !item->version)
				continue;
			answer =
			    version_answer(&model->versions[item->class_index],
				&item->features, l->arena);
			view->stored_fronted[i] =
			    answer &&
			    !version_within(answer, item->version, l->arena);
		}
	}
}

static void begin(struct learning *l)
{
	size_t count = l->d->count;

	l->arena = arena_new();
	l->use = arena_array(l->arena, count + 1, sizeof(*l->use));
	for (size_t i = 0; i < count; i++)
		l->use[i] = !l->options->use || l->options->use[i];
	l->fold =
	    arena_array(l->arena, l->d->group_count + 1, sizeof(*l->fold));
	l->lonely = folds_lonely(l->d, l->use, l->arena);
	folds_assign(l->d, l->options->folds, l->options->seed, l->fold);
}

enum status learn(const struct dataset *dataset,
    const struct learn_options *options, struct model **model,
    struct learn_record *record, struct error *err)
{
	struct learning l = {
		.d = dataset, .options = options, .record = record
	};
	enum status status;

	memset(record, 0, sizeof(*record));
	*model = NULL;
	begin(&l);
	say(&l, "scoring deployments held out in folds");
	status = score_folds(&l, err);
	if (status == STATUS_OK) {
		say(&l, "scoring products left out one after the other");
		status = score_strangers(&l, err);
	}
	if (status == STATUS_OK) {
		say(&l, "training both views on everything");
		status = train_views(&l, model, err);
	}
	if (status == STATUS_OK) {
		maps_make(&l, *model);
		say(&l, "learning what behaviour proves about versions");
		learn_versions(&l, *model);
		clear_fronts(&l, *model);
		record->cost = l.cost;
	}
	arena_free(l.arena);
	return status;
}
