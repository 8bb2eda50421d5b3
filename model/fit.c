#include "model/fit.h"

#include <stdlib.h>
#include <string.h>

#include "common/random.h"
#include "model/forge.h"

/* The item of each group that is copied: one of the standard plan, if any. */
static void choose_bases(const struct dataset *d, const bool *use, size_t *base)
{
	for (size_t g = 0; g < d->group_count; g++)
		base[g] = SIZE_MAX;
	for (size_t i = 0; i < d->count; i++) {
		size_t *slot = &base[d->items[i].group];

		if (use[i] && (*slot == SIZE_MAX ||
				  (d->items[*slot].tier != TIER_STANDARD &&
				      d->items[i].tier == TIER_STANDARD)))
			*slot = i;
	}
}

static void add_vector(struct fit *fit, const struct feature_list *features,
    size_t source, bool forged)
{
	vocabulary_vector(fit->vocabulary, features, fit->mask, fit->arena,
	    &fit->vectors[fit->count]);
	fit->source[fit->count] = source;
	fit->forged[fit->count] = forged;
	fit->count++;
}

static void add_forged(struct fit *fit, const bool *use, uint64_t seed)
{
	const struct dataset *d = fit->dataset;
	size_t *base = xcalloc(d->group_count + 1, sizeof(*base));
	struct random random;

	random_init(&random, seed);
	choose_bases(d, use, base);
	for (size_t g = 0; g < d->group_count; g++) {
		struct feature_list forged;
		size_t donor;

		if (base[g] == SIZE_MAX)
			continue;
		donor = forge_donor(d, use, base[g], &random);
		if (donor == SIZE_MAX)
			continue;
		features_forge(fit->arena, &d->items[base[g]].features,
		    &d->items[donor].features, &forged);
		add_vector(fit, &forged, base[g], true);
	}
	free(base);
}

static void learn_vocabulary(struct fit *fit, const bool *use)
{
	const struct dataset *d = fit->dataset;

	fit->vocabulary = vocabulary_new();
	for (size_t i = 0; i < d->count; i++)
		if (use[i])
			vocabulary_observe(fit->vocabulary,
			    &d->items[i].features,
			    dataset_deployment(d, &d->items[i]));
	vocabulary_freeze(fit->vocabulary, FIT_MIN_DEPLOYMENTS);
}

struct fit *fit_new(const struct dataset *dataset, const bool *use,
    unsigned mask, uint64_t seed)
{
	struct fit *fit = xcalloc(1, sizeof(*fit));
	size_t room = dataset->count + dataset->group_count + 1;
	size_t dimension;

	fit->dataset = dataset;
	fit->arena = arena_new();
	fit->mask = mask;
	fit->vectors = arena_array(fit->arena, room, sizeof(*fit->vectors));
	fit->source = arena_array(fit->arena, room, sizeof(*fit->source));
	fit->forged = arena_array(fit->arena, room, sizeof(*fit->forged));
	learn_vocabulary(fit, use);
	for (size_t i = 0; i < dataset->count; i++)
		if (use[i])
			add_vector(fit, &dataset->items[i].features, i, false);
	if ((mask & GROUP_BIT(GROUP_BANNER)) != 0 &&
	    mask != GROUP_BIT(GROUP_BANNER))
		add_forged(fit, use, seed);
	dimension = vocabulary_count(fit->vocabulary);
	fit->gram = gram_new(fit->vectors, fit->count, dimension);
	fit->class_count = dataset->class_count;
	fit->weights =
	    xcalloc(dimension * fit->class_count + 1, sizeof(double));
	fit->bias = xcalloc(fit->class_count + 1, sizeof(double));
	return fit;
}

void fit_free(struct fit *fit)
{
	if (!fit)
		return;
	gram_free(fit->gram);
	vocabulary_free(fit->vocabulary);
	arena_free(fit->arena);
	free(fit->weights);
	free(fit->bias);
	free(fit);
}

enum status fit_train(struct fit *fit, double cost, struct error *err)
{
	bool *positive = xcalloc(fit->count + 1, sizeof(*positive));
	enum status status = STATUS_OK;

	for (size_t c = 0; status == STATUS_OK && c < fit->class_count; c++) {
		for (size_t i = 0; i < fit->count; i++)
			positive[i] =
			    fit->dataset->items[fit->source[i]].class_index ==
			    c;
		status = svm_fit(fit->gram, positive, cost, fit->weights + c,
		    fit->class_count, &fit->bias[c], err);
	}
	free(positive);
	return status;
}

void fit_margins(const struct fit *fit, const struct feature_list *features,
    struct arena *arena, double *margins, struct vector *vector)
{
	vocabulary_vector(fit->vocabulary, features, fit->mask, arena, vector);
	for (size_t c = 0; c < fit->class_count; c++)
		margins[c] = fit->bias[c];
	for (size_t k = 0; k < vector->count; k++) {
		const double *row =
		    fit->weights + vector->index[k] * fit->class_count;

		for (size_t c = 0; c < fit->class_count; c++)
			margins[c] += vector->value[k] * row[c];
	}
}

/* Hosts behind a front are chosen apart: their versions must not be read
 * from the front's answers, so both kinds are needed (model_version). */
struct fit_stored fit_choose(const struct fit *fit)
{
	size_t *kind = xcalloc(fit->count + 1, sizeof(*kind));
	struct fit_stored s = { 0 };

	s.class_of =
	    arena_array(fit->arena, fit->count + 1, sizeof(*s.class_of));
	s.stored = arena_array(fit->arena, fit->count + 1, sizeof(*s.stored));
	for (size_t i = 0; i < fit->count; i++) {
		const struct item *item = &fit->dataset->items[fit->source[i]];

		s.class_of[i] = fit->forged[i] ? SIZE_MAX : item->class_index;
		kind[i] = s.class_of[i] == SIZE_MAX
			      ? SIZE_MAX
			      : 2 * s.class_of[i] + item->fronted;
	}
	novelty_choose(
	    fit->gram, kind, fit->count, 2 * fit->class_count, s.stored);
	free(kind);
	return s;
}
