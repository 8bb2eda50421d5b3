/*
 *  1. each outer fold: learn on the rest, score what is held out (main
 *     figures), and once for each rung of the ladder with fewer groups
 *  2. each batch of products: learn without them, score them (strangers)
 *  3. figures with intervals
 */
#include "model/evaluate.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/random.h"
#include "model/card.h"
#include "model/dataset.h"
#include "model/fit.h"
#include "model/learn.h"

#define INNER_FOLDS   3
#define INNER_BATCHES 3
#define OUTER_BATCHES 8
#define CONFUSIONS    10

static const struct {
	const char *name;
	unsigned mask;
} steps[] = {
	{ "banner", GROUPS_LADDER_BANNER },
	{ "+ EHLO", GROUPS_LADDER_EHLO },
	{ "+ HELP", GROUPS_LADDER_HELP },
	{ "+ negative replies", GROUPS_LADDER_NEGATIVE },
	{ "+ TLS", GROUPS_LADDER_TLS },
};

#define STEPS (sizeof(steps) / sizeof(steps[0]))

struct judgements {
	struct judged *items;
	size_t count;
};

struct evaluating {
	const struct evaluate_options *options;
	struct evaluation *e;
	struct dataset *d;
	enum tier tier;
	struct arena *arena;
	size_t *donor; /* of each item's forged greeting; SIZE_MAX: none */
	struct judgements sure;	 /* confidence as calibrated */
	struct judgements given; /* 0 where novel */
	struct judgements rungs[STEPS][BANNER_STATES];
	struct rated *rated;
	size_t rated_count;
	double known, known_flagged, strange, strange_flagged;
};

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

static void judge(struct judgements *j, const struct item *item, size_t truth,
    size_t answer, double confidence)
{
	j->items[j->count++] = (struct judged){ item->group, truth, answer,
		confidence, item->weight };
}

/* ------------------------------------------------------------- forging */

static void choose_donors(struct evaluating *v)
{
	const struct dataset *d = v->d;
	struct random random;

	v->donor = arena_array(v->arena, d->count + 1, sizeof(*v->donor));
	random_init(&random, v->options->seed);
	for (size_t i = 0; i < d->count; i++) {
		size_t start = (size_t)random_below(&random, d->count);

		v->donor[i] = SIZE_MAX;
		for (size_t k = 0; k < d->count; k++) {
			size_t j = (start + k) % d->count;

			if (strcmp(d->items[j].product, d->items[i].product) ==
			    0)
				continue;
			v->donor[i] = j;
			break;
		}
	}
}

static struct feature_list features_of(struct evaluating *v,
    struct arena *scratch, size_t item, enum banner_state banner)
{
	const struct dataset *d = v->d;
	struct feature_list forged;

	if (banner != BANNER_FORGED || v->donor[item] == SIZE_MAX)
		return d->items[item].features;
	features_forge(scratch, &d->items[item].features,
	    &d->items[v->donor[item]].features, &forged);
	return forged;
}

/* ------------------------------------------------------------- scoring */

static size_t model_index(const struct model *model, const char *product)
{
	for (size_t c = 0; c < model_class_count(model); c++)
		if (strcmp(model_class(model, c), product) == 0)
			return c;
	return CLASS_OTHER;
}

static bool within(const char *range, const char *version, struct arena *arena)
{
	const char *dash = strchr(range, '-');
	const char *low =
	    dash ? arena_copy(arena, range, (size_t)(dash - range)) : range;

	version = version_short(arena, version);
	return version && version_compare(low, version) <= 0 &&
	       version_compare(version, dash ? dash + 1 : range) <= 0;
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
	if (within(range, item->version, scratch))
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

/* ------------------------------------------------------------- the ladder */

static enum status climb(struct evaluating *v, const bool *train,
    const bool *test, size_t step, enum banner_state state, double cost,
    struct error *err)
{
	unsigned mask = steps[step].mask;
	struct arena *scratch = arena_new();
	double *margins = xcalloc(v->d->class_count + 1, sizeof(*margins));
	enum status status;
	struct fit *fit;

	if (state == BANNER_HIDDEN)
		mask &= ~GROUP_BIT(GROUP_BANNER);
	fit = fit_new(v->d, train, mask, v->options->seed);
	status = fit_train(fit, cost, err);
	for (size_t i = 0; status == STATUS_OK && i < v->d->count; i++) {
		const struct item *item = &v->d->items[i];

		if (!test[i] || item->tier != v->tier ||
		    item->class_index == CLASS_OTHER)
			continue;
		for (int s = state; s < BANNER_STATES;
		     s += BANNER_FORGED - BANNER_AS_IS) {
			struct feature_list list =
			    features_of(v, scratch, i, (enum banner_state)s);
			size_t best = 0;
			struct vector x;

			fit_margins(fit, &list, scratch, margins, &x);
			for (size_t c = 1; c < v->d->class_count; c++)
				if (margins[c] > margins[best])
					best = c;
			judge(&v->rungs[step][s], item, item->class_index, best,
			    0);
		}
		arena_reset(scratch);
	}
	fit_free(fit);
	free(margins);
	arena_free(scratch);
	return status;
}

static enum status climb_all(struct evaluating *v, const bool *train,
    const bool *test, double cost, struct error *err)
{
	enum status status = STATUS_OK;

	for (size_t s = 0; status == STATUS_OK && s < STEPS; s++) {
		status = climb(v, train, test, s, BANNER_AS_IS, cost, err);
		/* Hidden, the first rung has nothing left. */
		if (status == STATUS_OK && s > 0)
			status =
			    climb(v, train, test, s, BANNER_HIDDEN, cost, err);
	}
	return status;
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

static enum status run_folds(struct evaluating *v, struct error *err)
{
	size_t folds = v->options->folds;
	size_t *fold =
	    arena_array(v->arena, v->d->group_count + 1, sizeof(*fold));
	bool *train = arena_array(v->arena, v->d->count + 1, sizeof(*train));
	bool *test = arena_array(v->arena, v->d->count + 1, sizeof(*test));
	enum status status = STATUS_OK;

	/* Another seed than inside learn(), or folds would nest alike. */
	dataset_folds(v->d, folds, v->options->seed + 1, fold);
	for (size_t f = 0; status == STATUS_OK && f < folds; f++) {
		struct model *model;
		double cost;

		say(v, "fold %zu of %zu", f + 1, folds);
		for (size_t i = 0; i < v->d->count; i++) {
			test[i] = fold[v->d->items[i].group] == f &&
				  v->d->items[i].class_index != CLASS_OTHER;
			train[i] = fold[v->d->items[i].group] != f;
		}
		status = learn_part(v, train, &model, &cost, err);
		if (status != STATUS_OK)
			break;
		score_with(v, model, test, false);
		model_free(model);
		status = climb_all(v, train, test, cost, err);
	}
	return status;
}

static size_t product_index(const struct dataset *d, const char *product)
{
	size_t p = 0;

	while (p < d->product_count && strcmp(d->products[p], product) != 0)
		p++;
	return p;
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
		for (size_t i = 0; i < d->count; i++) {
			test[i] =
			    product_index(d, d->items[i].product) % batches ==
			    b;
			train[i] = !test[i];
		}
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
			struct feature_list list =
			    features_of(v, scratch, i, (enum banner_state)s);
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

/* ------------------------------------------------------------- figures */

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
		rung->name = v->options->model ? "everything" : steps[s].name;
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

static void figure_all(struct evaluating *v, const char *const *names)
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
		figure_all(&v, class_names(&v));
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
