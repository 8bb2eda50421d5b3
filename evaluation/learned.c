#include "evaluation/learned.h"

#include <stdlib.h>
#include <string.h>

#include "evaluation/round.h"
#include "model/folds.h"
#include "model/learn.h"
#include "model/parts.h"
#include "model/version.h"

#define INNER_FOLDS   3
#define INNER_BATCHES 3

static enum status learn_fold(const struct evaluating *v, const bool *train,
    struct model **model, double *chosen, struct error *err)
{
	struct learn_options how = { .use = train,
		.seed = v->options->seed,
		.cost = v->options->cost,
		.folds = INNER_FOLDS,
		.batches = INNER_BATCHES };
	struct learn_record record;
	enum status status = learn(v->d, &how, model, &record, err);

	*chosen = record.cost;
	return status;
}

struct answer answer_of(const struct model_answer *a, struct arena *arena)
{
	struct answer answer = { .best = a->scores[0].class_index,
		.none = 1,
		.novelty = a->novelty,
		.novel = a->novel };

	answer.margins =
	    arena_array(arena, a->count + 1, sizeof(*answer.margins));
	answer.confidence =
	    arena_array(arena, a->count + 1, sizeof(*answer.confidence));
	for (size_t c = 0; c < a->count; c++) {
		const struct class_score *score = &a->scores[c];

		answer.margins[score->class_index] = score->margin;
		answer.confidence[score->class_index] = score->confidence;
		answer.none -= score->confidence;
	}
	if (answer.none < 0)
		answer.none = 0;
	return answer;
}

struct judged answer_judged(const struct item *item, size_t truth,
    const struct answer *a, size_t classes)
{
	struct judged j = { .group = item->group,
		.truth = truth,
		.answer = a->best,
		.confidence = a->confidence[a->best],
		.weight = item->weight,
		.novel = a->novel,
		.truth_confidence = a->confidence[truth],
		.squares = a->none * a->none };

	for (size_t c = 0; c < classes; c++)
		j.squares += a->confidence[c] * a->confidence[c];
	return j;
}

static void score_version(struct learned *l, const struct model *model,
    const struct item *item, size_t i, const struct model_answer *hidden,
    struct arena *scratch)
{
	double confidence;
	const char *range = model_version(model, item->class_index,
	    &item->features, hidden, scratch, &confidence);

	l->told[i] = range && item->version;
	l->right[i] =
	    l->told[i] && version_within(range, item->version, scratch);
}

static void keep_maps(const struct evaluating *v, struct learned *l,
    const struct model *model, size_t fold)
{
	enum tier tier = evaluating_tier(v);
	size_t size = model->class_count * sizeof(double);

	for (int view = 0; view < VIEW_COUNT; view++) {
		const struct view_part *part = &model->views[view];
		struct fold_maps *maps = &l->maps[view][fold];

		maps->novelty = part->novelty[tier];
		maps->calibration = part->calibration[tier];
		maps->calibration.bias = arena_alloc(v->arena, size);
		memcpy(
		    maps->calibration.bias, part->calibration[tier].bias, size);
	}
}

static void score_fold(struct evaluating *v, struct learned *l,
    const struct model *model, const bool *test)
{
	struct arena *scratch = arena_new();

	for (size_t i = 0; i < v->d->count; i++) {
		const struct item *item = &v->d->items[i];
		const char *plan = tier_name(item->tier);
		struct model_answer said[VIEW_COUNT], lied;
		struct feature_list forged;

		if (!test[i])
			continue;
		for (int view = 0; view < VIEW_COUNT; view++) {
			model_score(model, (enum model_view)view, plan,
			    &item->features, scratch, &said[view]);
			l->answers[view][i] = answer_of(&said[view], v->arena);
		}
		forged = round_forge(v, scratch, i);
		model_score(model, VIEW_ALL, plan, &forged, scratch, &lied);
		l->forged[i] = answer_of(&lied, v->arena);
		l->scored[i] = true;
		if (l->answers[VIEW_ALL][i].best == item->class_index)
			score_version(
			    l, model, item, i, &said[VIEW_NO_BANNER], scratch);
		arena_reset(scratch);
	}
	arena_free(scratch);
}

static struct learned *learned_room(struct evaluating *v)
{
	size_t room = v->d->count + 1;
	struct learned *l = arena_alloc(v->arena, sizeof(*l));

	l->scored = arena_array(v->arena, room, sizeof(*l->scored));
	l->forged = arena_array(v->arena, room, sizeof(*l->forged));
	for (int view = 0; view < VIEW_COUNT; view++) {
		l->answers[view] =
		    arena_array(v->arena, room, sizeof(*l->answers[view]));
		l->maps[view] = arena_array(
		    v->arena, v->options->folds + 1, sizeof(*l->maps[view]));
	}
	l->told = arena_array(v->arena, room, sizeof(*l->told));
	l->right = arena_array(v->arena, room, sizeof(*l->right));
	l->cost =
	    arena_array(v->arena, v->options->folds + 1, sizeof(*l->cost));
	return l;
}

enum status learned_get(
    struct evaluating *v, const struct learned **learned, struct error *err)
{
	enum status status = STATUS_OK;
	struct learned *l = v->learned;
	bool *train = xcalloc(v->d->count + 1, sizeof(*train));
	bool *test = xcalloc(v->d->count + 1, sizeof(*test));

	if (!l)
		l = learned_room(v);
	for (size_t f = 0;
	     !v->learned && status == STATUS_OK && f < v->options->folds; f++) {
		struct model *model = NULL;

		evaluating_say(v, "learning without fold %zu of %zu", f + 1,
		    v->options->folds);
		evaluating_split(v, f, train, test);
		status = folds_apart(v->d, train, test, err);
		if (status == STATUS_OK)
			status = learn_fold(v, train, &model, &l->cost[f], err);
		if (status == STATUS_OK) {
			keep_maps(v, l, model, f);
			score_fold(v, l, model, test);
		}
		model_free(model);
	}
	if (status == STATUS_OK)
		v->learned = l;
	*learned = v->learned;
	free(train);
	free(test);
	return status;
}

struct answer learned_answer(const struct learned *l, size_t fold,
    enum model_view view, const struct heldout_score *score, size_t classes,
    struct arena *arena)
{
	const struct fold_maps *maps = &l->maps[view][fold];
	double *p = arena_array(arena, classes + 1, sizeof(*p));
	struct answer a = { .margins = score->margins, .confidence = p };
	struct novelty_item signs = { .weight = 1 };
	enum novelty_sign which = SIGN_MARGIN;

	calibration_apply(&maps->calibration, a.margins, classes, p);
	a.best = round_best(p, classes);
	heldout_signs(score, classes, signs.sign);
	signs.sign[SIGN_DISTANCE] = score->distance[a.best];
	a.novelty = novelty_with_none(
	    novelty_value(&maps->novelty, &signs, &which), p, classes, &which);
	a.novel = a.novelty > 1;
	a.none = 1;
	for (size_t c = 0; c < classes; c++)
		a.none -= p[c];
	if (a.none < 0)
		a.none = 0;
	return a;
}

enum status learned_cost(struct evaluating *v, double *cost, struct error *err)
{
	const struct learned *l;
	enum status status;
	size_t most = 0;

	*cost = v->options->cost;
	if (*cost > 0)
		return STATUS_OK;
	status = learned_get(v, &l, err);
	for (size_t f = 0; status == STATUS_OK && f < v->options->folds; f++) {
		size_t times = 0;

		for (size_t g = 0; g < v->options->folds; g++)
			times += l->cost[g] == l->cost[f];
		/* Of equally frequent ones the smallest. */
		if (times > most || (times == most && l->cost[f] < *cost)) {
			most = times;
			*cost = l->cost[f];
		}
	}
	return status;
}
