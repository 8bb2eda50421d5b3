#include "evaluation/part_baselines.h"

#include <stdlib.h>

#include "evaluation/baseline.h"
#include "evaluation/evaluating.h"
#include "evaluation/inner.h"
#include "evaluation/learned.h"
#include "evaluation/paired.h"
#include "evaluation/round.h"
#include "model/folds.h"
#include "model/kernel.h"

static enum status judge_model(
    const struct contest *c, struct said *said, struct error *err)
{
	(void)err;
	for (size_t k = 0; k < c->count; k++)
		said[k] = c->model[k];
	return STATUS_OK;
}

static enum status judge_rules(
    const struct contest *c, struct said *said, struct error *err)
{
	(void)err;
	for (size_t k = 0; k < c->count; k++)
		said[k] = c->rules[k];
	return STATUS_OK;
}

static const struct baseline model_itself = {
	.name = "model",
	.text = "the model: linear, one-vs-rest",
	.judge = judge_model,
};

static const struct baseline rules_alone = {
	.name = "rules",
	.text = "rules alone",
	.judge = judge_rules,
};

/* The first one is what the others are compared with. */
static const struct baseline *const table[] = {
	&model_itself,
	&baseline_majority,
	&rules_alone,
	&baseline_codes,
	&baseline_neighbour,
	&baseline_libsvm,
	&baseline_rbf,
};

#define ROWS (sizeof(table) / sizeof(table[0]))

struct running {
	struct evaluating *v;
	const struct dataset *d;
	struct arena *arena;
	size_t *items; /* of the plan that is judged, in order */
	size_t count;
	struct said *model; /* of every item in its own fold */
	struct said *rules;
	struct judged *judged[ROWS];
	size_t judged_count;
};

/* ------------------------------------------------------------- folds */

static void begin(struct running *r)
{
	enum tier tier = evaluating_tier(r->v);

	r->items = arena_array(r->arena, r->d->count + 1, sizeof(*r->items));
	for (size_t i = 0; i < r->d->count; i++)
		if (r->d->items[i].tier == tier)
			r->items[r->count++] = i;
	r->model = arena_array(r->arena, r->count + 1, sizeof(*r->model));
	r->rules = arena_array(r->arena, r->count + 1, sizeof(*r->rules));
	for (size_t b = 0; b < ROWS; b++)
		r->judged[b] =
		    arena_array(r->arena, r->count + 1, sizeof(*r->judged[b]));
}

static enum status ask_model(struct running *r, struct error *err)
{
	const struct learned *learned;
	enum status status = learned_get(r->v, &learned, err);

	for (size_t k = 0; status == STATUS_OK && k < r->count; k++) {
		const struct answer *a =
		    &learned->answers[VIEW_NO_BANNER][r->items[k]];

		r->model[k].answer = ANSWER_NONE;
		if (learned->scored[r->items[k]])
			r->model[k] = (struct said){ a->best,
				a->confidence[a->best], a->novel };
	}
	return status;
}

static enum status split(
    const struct running *r, size_t fold, struct contest *c, struct error *err)
{
	size_t room = r->d->count + 1;
	bool *all_train = arena_array(c->arena, room, sizeof(*all_train));
	bool *all_test = arena_array(c->arena, room, sizeof(*all_test));
	bool *train = arena_array(c->arena, room, sizeof(*train));
	bool *test = arena_array(c->arena, room, sizeof(*test));

	evaluating_split(r->v, fold, all_train, all_test);
	for (size_t k = 0; k < r->count; k++) {
		train[k] = all_train[r->items[k]];
		test[k] = all_test[r->items[k]];
	}
	c->train = train;
	c->test = test;
	return folds_apart(r->d, all_train, all_test, err);
}

static void make_vectors(struct contest *c)
{
	c->vocabulary = vocabulary_new();
	for (size_t k = 0; k < c->count; k++)
		if (c->train[k])
			vocabulary_observe(c->vocabulary,
			    &contest_item(c, k)->features,
			    dataset_deployment(c->d, contest_item(c, k)));
	vocabulary_freeze(c->vocabulary, KERNEL_MIN_DEPLOYMENTS);
	c->vectors = arena_array(c->arena, c->count + 1, sizeof(*c->vectors));
	for (size_t k = 0; k < c->count; k++)
		vocabulary_vector(c->vocabulary, &contest_item(c, k)->features,
		    c->mask, c->arena, &c->vectors[k]);
	c->cosine = inner_products(
	    c->vectors, c->count, vocabulary_count(c->vocabulary));
}

static void keep(struct running *r, const struct contest *c,
    const struct said *said, size_t row)
{
	size_t at = r->judged_count;

	for (size_t k = 0; k < c->count; k++) {
		const struct item *item = contest_item(c, k);

		if (c->test[k])
			r->judged[row][at++] =
			    (struct judged){ .group = item->group,
				    .truth = item->class_index,
				    .answer = said[k].answer,
				    .confidence = said[k].confidence,
				    .weight = item->weight,
				    .novel = said[k].novel };
	}
}

static bool wanted(const struct running *r, size_t row)
{
	return table[row] != &rules_alone || r->v->options->rules;
}

static enum status run_fold(struct running *r, size_t fold, struct error *err)
{
	struct contest c = { .d = r->d,
		.mask = ROUND_MASKED,
		.seed = r->v->options->seed,
		.items = r->items,
		.count = r->count,
		.model = r->model,
		.rules = r->rules,
		.arena = arena_new() };
	struct said *said = xcalloc(r->count + 1, sizeof(*said));
	enum status status = split(r, fold, &c, err);

	if (status == STATUS_OK)
		make_vectors(&c);
	for (size_t b = 0; status == STATUS_OK && b < ROWS; b++) {
		if (!wanted(r, b))
			continue;
		status = table[b]->judge(&c, said, err);
		keep(r, &c, said, b);
	}
	for (size_t k = 0; k < c.count; k++)
		r->judged_count += c.test[k];
	free(said);
	free(c.cosine);
	vocabulary_free(c.vocabulary);
	arena_free(c.arena);
	return status;
}

static enum status run_folds(struct running *r, struct error *err)
{
	const struct evaluate_options *o = r->v->options;
	enum status status = ask_model(r, err);

	if (status == STATUS_OK && o->rules)
		status = baseline_rules_read(r->d, r->items, r->count, o->rules,
		    o->catalog, o->paths, o->path_count, r->rules, err);
	for (size_t f = 0; status == STATUS_OK && f < o->folds; f++) {
		evaluating_say(
		    r->v, "other methods, fold %zu of %zu", f + 1, o->folds);
		status = run_fold(r, f, err);
	}
	if (status == STATUS_OK && r->judged_count == 0)
		status = error_set(err, STATUS_DATA,
		    "no transcript of the plan '%s' or a larger one that "
		    "could be judged",
		    o->plan);
	return status;
}

/* ------------------------------------------------------------- figures */

static const struct metric *const metrics[BASELINE_FIGURES] = {
	[BASELINE_MICRO] = &metric_micro,
	[BASELINE_MACRO] = &metric_macro,
	[BASELINE_COVERAGE] = &metric_coverage_98,
	[BASELINE_ECE] = &metric_ece,
};

static void take_row(
    const struct running *r, size_t b, struct baseline_row *row)
{
	const struct judged *own = r->judged[b];
	size_t n = r->judged_count;
	size_t classes = r->d->class_count;
	uint64_t seed = r->v->options->seed;

	row->name = table[b]->name;
	row->text = table[b]->text;
	for (int f = 0; f < BASELINE_FIGURES; f++) {
		double gain;

		row->figures[f] =
		    metrics_interval(metrics[f], own, n, classes, seed);
		row->against[f] = paired_difference(
		    metrics[f], own, r->judged[0], n, classes, seed);
		gain = row->against[f].value;
		row->better[f] = f == BASELINE_ECE ? gain < 0 : gain > 0;
		row->wins |= row->better[f];
	}
}

enum status evaluate_baselines(struct evaluating *v, struct error *err)
{
	struct running r = { .v = v, .d = v->d, .arena = arena_new() };
	struct baselines_figures *out = &v->e->baselines;
	enum status status;

	begin(&r);
	out->rows = arena_array(v->e->arena, ROWS, sizeof(*out->rows));
	status = run_folds(&r, err);
	out->judged = r.judged_count;
	for (size_t b = 0; status == STATUS_OK && b < ROWS; b++)
		if (wanted(&r, b))
			take_row(&r, b, &out->rows[out->count++]);
	arena_free(r.arena);
	return status;
}
