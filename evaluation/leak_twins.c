/*
 * Which of two twins is it? By the nearest vector, and by linear machines.
 */
#include <stdlib.h>
#include <string.h>

#include "evaluation/leaking.h"
#include "model/svm_matrix.h"

#define COST 100.0 /* one vector a deployment: no reason to give way */

/* Linear machines, one a twin of the clan, against all other twins. */
struct twins {
	const struct clan *clan;
	size_t *member; /* those with a twin, in order */
	size_t *other;	/* the twin of each: index into member */
	size_t count;
	double *weights; /* [twin * dimension + feature] */
	double *bias;
	size_t dimension;
};

static size_t member_named(const struct clan *clan, const char *name)
{
	for (size_t i = 0; name && i < clan->count; i++)
		if (strcmp(clan->members[i].name, name) == 0)
			return i;
	return SIZE_MAX;
}

static void add_twin(struct twins *t, size_t member, size_t other)
{
	t->member[t->count] = member;
	t->other[t->count++] = other;
}

/* Pairs follow each other: a twin is in one pair only. */
static void find_pairs(struct twins *t)
{
	bool *taken = xcalloc(t->clan->count + 1, sizeof(*taken));

	for (size_t i = 0; i < t->clan->count; i++) {
		size_t j = member_named(t->clan, t->clan->members[i].twin);

		if (j == SIZE_MAX || j == i || taken[i] || taken[j])
			continue;
		taken[i] = taken[j] = true;
		add_twin(t, i, t->count + 1);
		add_twin(t, j, t->count - 1);
	}
	free(taken);
}

static const struct leak_deployment *twin(const struct twins *t, size_t k)
{
	return &t->clan->members[t->member[k]];
}

static double credit_of(double own, double other)
{
	return own > other + LEAK_SAME ? 1 : other > own + LEAK_SAME ? 0 : 0.5;
}

/* ------------------------------------------------------------- machines */

static void collapse(struct twins *t, size_t k, const double *coefficient)
{
	double *row = t->weights + k * t->dimension;

	for (size_t i = 0; i < t->count; i++) {
		const struct vector *v = &twin(t, i)->vector;

		for (size_t n = 0; n < v->count; n++)
			row[v->index[n]] += coefficient[i] * v->value[n];
	}
}

static enum status train(struct twins *t, struct error *err)
{
	struct svm_matrix *kernel = svm_matrix_new(t->count);
	size_t *items = xcalloc(t->count + 1, sizeof(*items));
	bool *positive = xcalloc(t->count + 1, sizeof(*positive));
	double *coefficient = xcalloc(t->count + 1, sizeof(*coefficient));
	enum status status = STATUS_OK;

	for (size_t i = 0; i < t->count; i++) {
		items[i] = i;
		for (size_t j = i; j < t->count; j++)
			svm_matrix_set(kernel, i, j,
			    vector_dot(
				&twin(t, i)->vector, &twin(t, j)->vector));
	}
	for (size_t k = 0; status == STATUS_OK && k < t->count; k++) {
		positive[k] = true;
		status = svm_rest_train(kernel, items, positive, t->count, COST,
		    coefficient, &t->bias[k], err);
		positive[k] = false;
		collapse(t, k, coefficient);
	}
	free(coefficient);
	free(positive);
	free(items);
	svm_matrix_free(kernel);
	return status;
}

/* ------------------------------------------------------------- features */

static struct leak_feature *feature_slot(struct leaking *l, const char *name)
{
	bool added;
	int64_t *slot = strmap_put_text(l->names, name, &added);

	if (added) {
		size_t count = strmap_count(l->names);

		*slot = (int64_t)count - 1;
		if (count > l->feature_room) {
			l->feature_room =
			    l->feature_room ? 2 * l->feature_room : 1024;
			l->features = xrealloc_array(
			    l->features, l->feature_room, sizeof(*l->features));
		}
		l->features[*slot] = (struct leak_feature){ NULL, 0, 0 };
	}
	return &l->features[*slot];
}

/* What spoke for the right twin (minus: for the wrong one) in this view. */
static void note_features(
    struct leaking *l, const struct twins *t, size_t k, const struct vector *x)
{
	const double *own = t->weights + k * t->dimension;
	const double *other = t->weights + t->other[k] * t->dimension;

	for (size_t n = 0; n < x->count; n++) {
		feature_id f = x->index[n];
		double weight = x->value[n] * (own[f] - other[f]);
		struct leak_feature *slot;

		if (weight <= LEAK_SAME && weight >= -LEAK_SAME)
			continue;
		slot = feature_slot(l, vocabulary_name(t->clan->vocabulary, f));
		slot->weight += weight;
		slot->transcripts++;
	}
}

/* ------------------------------------------------------------- asking */

static void ask_twin(struct leaking *l, const struct twins *t, size_t k)
{
	const struct leak_deployment *own = twin(t, k);
	const struct leak_deployment *other = twin(t, t->other[k]);
	size_t group = l->out->pairs - t->count / 2 + k / 2;
	struct arena *scratch = arena_new();

	for (size_t i = 0; i < own->asked_count; i++) {
		double weight = 1.0 / (double)own->asked_count;
		struct vector x;

		vocabulary_vector(t->clan->vocabulary, &own->asked[i]->features,
		    GROUPS_ALL, scratch, &x);
		leak_tally_add(&l->nearest, group,
		    credit_of(vector_dot(&x, &own->vector),
			vector_dot(&x, &other->vector)),
		    weight);
		leak_tally_add(&l->linear, group,
		    credit_of(t->bias[k] + vector_dot_row(&x,
					       t->weights + k * t->dimension,
					       t->dimension),
			t->bias[t->other[k]] +
			    vector_dot_row(&x,
				t->weights + t->other[k] * t->dimension,
				t->dimension)),
		    weight);
		note_features(l, t, k, &x);
		arena_reset(scratch);
	}
	l->nearest.deployments++;
	l->nearest.baseline += 0.5;
	l->linear.deployments++;
	l->linear.baseline += 0.5;
	arena_free(scratch);
}

enum status leak_twins(
    struct leaking *l, const struct clan *clan, struct error *err)
{
	struct twins t = { .clan = clan,
		.dimension = vocabulary_count(clan->vocabulary) };
	enum status status = STATUS_OK;

	t.member = xcalloc(clan->count + 1, sizeof(*t.member));
	t.other = xcalloc(clan->count + 1, sizeof(*t.other));
	find_pairs(&t);
	t.weights = xcalloc(t.count * t.dimension + 1, sizeof(double));
	t.bias = xcalloc(t.count + 1, sizeof(double));
	if (t.count > 0)
		status = train(&t, err);
	l->out->pairs += t.count / 2;
	for (size_t k = 0; status == STATUS_OK && k < t.count; k++)
		ask_twin(l, &t, k);
	free(t.bias);
	free(t.weights);
	free(t.other);
	free(t.member);
	return status;
}
