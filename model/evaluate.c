/*
 *  1. each outer fold: learn on the rest, score what is held out (main
 *     figures), and once for each rung of the ladder with fewer groups
 *  2. each batch of products: learn without them, score them (strangers)
 *  3. figures with intervals
 */
#include "model/evaluate.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/random.h"
#include "model/card.h"
#include "model/evaluating.h"
#include "model/folds.h"
#include "model/forge.h"
#include "model/learn.h"
#include "model/version.h"

#define INNER_FOLDS   3
#define INNER_BATCHES 3
#define OUTER_BATCHES 8

void evaluate_options_defaults(struct evaluate_options *options)
{
	memset(options, 0, sizeof(*options));
	options->plan = "standard";
	options->folds = 10;
	options->seed = 1;
	options->min_deployments = 3;
}

static void say(const struct evaluating *v, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void say(const struct evaluating *v, const char *format, ...)
{
	char sentence[200];
	va_list args;

	if (!v->options->progress)
		return;
	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	v->options->progress(v->options->user, sentence);
}

static struct judgements judgements_new(struct evaluating *v)
{
	return (
	    struct judgements){ .items = arena_array(v->arena, v->d->count + 1,
				    sizeof(struct judged)) };
}

/* ------------------------------------------------------------- forging */

static void choose_donors(struct evaluating *v)
{
	const struct dataset *d = v->d;
	struct random random;

	v->donor = arena_array(v->arena, d->count + 1, sizeof(*v->donor));
	random_init(&random, v->options->seed);
	for (size_t i = 0; i < d->count; i++)
		v->donor[i] = forge_donor(d, NULL, i, &random);
}

/* ------------------------------------------------------------- scoring */

static size_t model_index(const struct model *model, const char *product)
{
	for (size_t c = 0; c < model_class_count(model); c++)
		if (strcmp(model_class(model, c), product) == 0)
			return c;
	return CLASS_OTHER;
}

static void judge_version(struct evaluating *v, const struct model *model,
    const struct item *item, size_t class_index, struct arena *scratch)
{
	double confidence;
	const char *range = model_version(
	    model, class_index, &item->features, scratch, &confidence);

	if (!range || !item->version)
		return;
	v->e->versions_given += item->weight;
	if (version_within(range, item->version, scratch))
		v->e->versions_right += item->weight;
}

static void rate(struct evaluating *v, const struct item *item,
    const struct model_answer *a, bool strange)
{
	v->rated[v->rated_count++] =
	    (struct rated){ item->group, strange, a->novelty, item->weight };
	*(strange ? &v->strange : &v->known) += item->weight;
	if (a->novel)
		*(strange ? &v->strange_flagged : &v->known_flagged) +=
		    item->weight;
}

static void count_pair(struct evaluating *v, struct confusion *list,
    size_t *count, const char *truth, const char *answer, double weight)
{
	size_t at = 0;

	while (at < *count && (strcmp(list[at].truth, truth) != 0 ||
				  strcmp(list[at].answer, answer) != 0))
		at++;
	if (at == *count) {
		if (*count == v->d->count)
			return;
		list[at].truth = arena_strdup(v->e->arena, truth);
		list[at].answer = arena_strdup(v->e->arena, answer);
		++*count;
	}
	list[at].deployments += weight;
}

static void score_known(struct evaluating *v, const struct model *model,
    const struct item *item, size_t truth, struct arena *scratch)
{
	struct evaluation *e = v->e;
	struct model_answer a;
	size_t best;

	model_score(
	    model, VIEW_ALL, v->options->plan, &item->features, scratch, &a);
	best = a.scores[0].class_index;
	judge(&v->sure, item, truth, best, a.scores[0].confidence);
	judge(
	    &v->given, item, truth, best, a.novel ? 0 : a.scores[0].confidence);
	rate(v, item, &a, false);
	if (best == truth)
		judge_version(v, model, item, truth, scratch);
	else
		count_pair(v, e->confusions, &e->confusion_count, item->product,
		    model_class(model, best), item->weight);
}

static void score_stranger(struct evaluating *v, const struct model *model,
    const struct item *item, struct arena *scratch)
{
	struct evaluation *e = v->e;
	struct model_answer a;

	model_score(
	    model, VIEW_ALL, v->options->plan, &item->features, scratch, &a);
	rate(v, item, &a, true);
	if (!a.novel)
		count_pair(v, e->accepted, &e->accepted_count, item->product,
		    model_class(model, a.scores[0].class_index), item->weight);
}

static void score_with(struct evaluating *v, const struct model *model,
    const bool *test, bool strange)
{
	struct arena *scratch = arena_new();

	for (size_t i = 0; i < v->d->count; i++) {
		const struct item *item = &v->d->items[i];
		size_t truth = model_index(model, item->product);

		if (!test[i] || item->tier != v->tier)
			continue;
		if (strange || truth == CLASS_OTHER)
			score_stranger(v, model, item, scratch);
		else
			score_known(v, model, item, truth, scratch);
		arena_reset(scratch);
	}
	arena_free(scratch);
}

/* ------------------------------------------------------------- folds */

static enum status learn_part(struct evaluating *v, const bool *train,
    struct model **model, double *cost, struct error *err)
{
	struct learn_options how = { .use = train,
		.seed = v->options->seed,
		.cost = v->options->cost,
		.folds = INNER_FOLDS,
		.batches = INNER_BATCHES };
	struct learn_record record;
	enum status status = learn(v->d, &how, model, &record, err);

	*cost = record.cost;
	return status;
}

static bool *leave_unmeasured(struct evaluating *v)
{
	struct evaluation *e = v->e;
	bool *use = arena_array(v->arena, v->d->count + 1, sizeof(*use));
	bool *lonely;

	for (size_t i = 0; i < v->d->count; i++)
		use[i] = true;
	lonely = folds_lonely(v->d, use, v->arena);
	e->unmeasured = arena_array(
	    e->arena, v->d->class_count + 1, sizeof(*e->unmeasured));
	for (size_t c = 0; c < v->d->class_count; c++)
		if (lonely[c])
			e->unmeasured[e->unmeasured_count++] =
			    arena_strdup(e->arena, v->d->classes[c]);
	return lonely;
}

static enum status run_folds(struct evaluating *v, struct error *err)
{
	size_t folds = v->options->folds;
	size_t *fold =
	    arena_array(v->arena, v->d->group_count + 1, sizeof(*fold));
	bool *train = arena_array(v->arena, v->d->count + 1, sizeof(*train));
	bool *test = arena_array(v->arena, v->d->count + 1, sizeof(*test));
	bool *lonely = leave_unmeasured(v);
	enum status status = STATUS_OK;

	/* Another seed than inside learn(), or folds would nest alike. */
	folds_assign(v->d, folds, v->options->seed + 1, fold);
	for (size_t f = 0; status == STATUS_OK && f < folds; f++) {
		struct model *model;
		double cost;

		say(v, "fold %zu of %zu", f + 1, folds);
		for (size_t i = 0; i < v->d->count; i++) {
			size_t c = v->d->items[i].class_index;

			test[i] = fold[v->d->items[i].group] == f &&
				  c != CLASS_OTHER && !lonely[c];
			train[i] = fold[v->d->items[i].group] != f;
		}
		status = learn_part(v, train, &model, &cost, err);
		if (status != STATUS_OK)
			break;
		score_with(v, model, test, false);
		model_free(model);
		status = ladder_climb(v, train, test, cost, err);
	}
	return status;
}

static enum status run_strangers(struct evaluating *v, struct error *err)
{
	const struct dataset *d = v->d;
	size_t batches =
	    d->product_count < OUTER_BATCHES ? d->product_count : OUTER_BATCHES;
	bool *train = arena_array(v->arena, d->count + 1, sizeof(*train));
	bool *test = arena_array(v->arena, d->count + 1, sizeof(*test));
	enum status status = STATUS_OK;

	for (size_t b = 0; status == STATUS_OK && b < batches; b++) {
		struct model *model;
		double cost;

		say(v, "products left out, round %zu of %zu", b + 1, batches);
		folds_batch(d, batches, b, test);
		for (size_t i = 0; i < d->count; i++)
			train[i] = !test[i];
		status = learn_part(v, train, &model, &cost, err);
		if (status != STATUS_OK)
			break;
		score_with(v, model, test, true);
		model_free(model);
	}
	return status;
}

/* ------------------------------------------------------------- a model */

static void note_seen(struct evaluating *v, const struct model *model)
{
	struct arena *scratch = arena_new();
	struct json *card;

	if (json_parse(scratch, model_card(model), strlen(model_card(model)),
		&card, NULL) == STATUS_OK)
		for (size_t i = 0; i < v->d->count; i++) {
			const struct item *item = &v->d->items[i];

			if (item->tier == v->tier && item->deployment &&
			    card_has_deployment(card, item->deployment))
				v->e->seen++;
		}
	arena_free(scratch);
}

static void score_states(struct evaluating *v, const struct model *model)
{
	struct arena *scratch = arena_new();

	for (size_t i = 0; i < v->d->count; i++) {
		const struct item *item = &v->d->items[i];
		size_t truth = model_index(model, item->product);

		if (item->tier != v->tier || truth == CLASS_OTHER)
			continue;
		for (int s = 0; s < BANNER_STATES; s++) {
			struct feature_list list = evaluating_features(
			    v, scratch, i, (enum banner_state)s);
			struct model_answer a;

			model_score(model,
			    s == BANNER_HIDDEN ? VIEW_NO_BANNER : VIEW_ALL,
			    v->options->plan, &list, scratch, &a);
			judge(&v->rungs[STEPS - 1][s], item, truth,
			    a.scores[0].class_index, a.scores[0].confidence);
		}
		arena_reset(scratch);
	}
	arena_free(scratch);
}

static void run_model(struct evaluating *v)
{
	bool *test = arena_array(v->arena, v->d->count + 1, sizeof(*test));

	for (size_t i = 0; i < v->d->count; i++)
		test[i] = true;
	note_seen(v, v->options->model);
	score_with(v, v->options->model, test, false);
	score_states(v, v->options->model);
}

/* ------------------------------------------------------------- all of it */

static void begin(struct evaluating *v)
{
	struct evaluation *e = v->e;

	e->transcripts = v->d->transcripts;
	e->groups = v->d->group_count;
	e->plan = arena_strdup(e->arena, v->options->plan);
	e->confusions =
	    arena_array(e->arena, v->d->count + 1, sizeof(*e->confusions));
	e->accepted =
	    arena_array(e->arena, v->d->count + 1, sizeof(*e->accepted));
	e->class_count = v->options->model
			     ? model_class_count(v->options->model)
			     : v->d->class_count;
	v->tier = tier_of_plan(v->options->plan);
	v->sure = judgements_new(v);
	v->given = judgements_new(v);
	for (size_t s = 0; s < STEPS; s++)
		for (int b = 0; b < BANNER_STATES; b++)
			v->rungs[s][b] = judgements_new(v);
	v->rated =
	    arena_array(v->arena, 2 * v->d->count + 1, sizeof(*v->rated));
	choose_donors(v);
}

static const char *const *class_names(const struct evaluating *v)
{
	const struct model *model = v->options->model;
	const char **names;

	if (!model)
		return v->d->classes;
	names =
	    arena_array(v->arena, model_class_count(model) + 1, sizeof(*names));
	for (size_t c = 0; c < model_class_count(model); c++)
		names[c] = model_class(model, c);
	return names;
}

enum status evaluate(const struct evaluate_options *options,
    struct evaluation **evaluation, struct error *err)
{
	struct evaluating v = { .options = options, .arena = arena_new() };
	struct arena *arena = arena_new();
	enum status status = dataset_read(options->catalog, options->paths,
	    options->path_count, options->min_deployments, &v.d, err);

	*evaluation = NULL;
	v.e = arena_alloc(arena, sizeof(*v.e));
	v.e->arena = arena;
	if (status == STATUS_OK) {
		begin(&v);
		if (options->model)
			run_model(&v);
		else if (v.d->class_count < 2)
			status = error_set(err, STATUS_DATA,
			    "fewer than two products with at least %zu "
			    "deployments; nothing to tell apart",
			    options->min_deployments);
		else
			status = run_folds(&v, err);
	}
	if (status == STATUS_OK && !options->model)
		status = run_strangers(&v, err);
	if (status == STATUS_OK && v.rated_count == 0)
		status = error_set(err, STATUS_DATA,
		    "no transcript of the plan '%s' or a larger one",
		    options->plan);
	if (status == STATUS_OK) {
		figures_take(&v, class_names(&v));
		*evaluation = v.e;
	} else {
		arena_free(arena);
	}
	dataset_free(v.d);
	arena_free(v.arena);
	return status;
}

void evaluation_free(struct evaluation *evaluation)
{
	if (evaluation)
		arena_free(evaluation->arena);
}
