#include "model/known.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/parallel.h"

static bool masked(const struct known *known, size_t g)
{
	return (known->mask & GROUP_BIT(g)) == 0;
}

static uint32_t piece_of(
    const struct kernel *k, const struct source *s, size_t g)
{
	size_t item = g == GROUP_BANNER ? s->donor : s->item;

	return k->piece[item * GROUP_COUNT + g];
}

/* ------------------------------------------------------------- learning */

/* Walks the items of one deployment after the other. */
static void count_deployments(const struct kernel *k, const bool *use,
    size_t items, uint32_t *seen, uint32_t *last)
{
	for (size_t n = 0; n < items; n++) {
		size_t i = k->by_deployment[n];
		uint32_t deployment = k->deployment[i];

		if (!use[i])
			continue;
		for (size_t g = 0; g < GROUP_COUNT; g++) {
			const struct pieces *p = &k->pieces[g];
			uint32_t piece = k->piece[i * GROUP_COUNT + g];

			for (size_t at = p->start[piece];
			     at < p->start[piece + 1]; at++) {
				uint32_t id = p->ids[at];

				seen[id] += last[id] != deployment;
				last[id] = deployment;
			}
		}
	}
}

static void measure_pieces(struct known *known, size_t g, struct arena *arena)
{
	const struct kernel *k = known->kernel;
	const struct pieces *p = &k->pieces[g];

	known->square[g] = arena_array(arena, p->count + 1, sizeof(double));
	known->count[g] = arena_array(arena, p->count + 1, sizeof(uint32_t));
	known->lacks[g] = arena_array(arena, p->count + 1, sizeof(uint32_t));
	for (size_t piece = 0; piece < p->count; piece++)
		for (size_t n = p->start[piece]; n < p->start[piece + 1]; n++) {
			uint32_t id = p->ids[n];

			if (!known->bundle[id]) {
				known->lacks[g][piece]++;
				continue;
			}
			known->square[g][piece] += k->square[id];
			known->count[g][piece] += k->size[id];
		}
}

void known_learn(struct known *known, const struct kernel *kernel,
    const bool *use, size_t items, unsigned mask, struct arena *arena)
{
	size_t bundles = kernel->bundles;
	uint32_t *seen = xcalloc(bundles + 1, sizeof(*seen));
	uint32_t *last = xmalloc((bundles + 1) * sizeof(*last));

	memset(last, 0xff, (bundles + 1) * sizeof(*last));
	count_deployments(kernel, use, items, seen, last);
	known->kernel = kernel;
	known->mask = mask;
	known->bundle = arena_array(arena, bundles + 1, sizeof(bool));
	known->feature_count = 0;
	for (size_t b = 0; b < bundles; b++) {
		known->bundle[b] = seen[b] >= KERNEL_MIN_DEPLOYMENTS;
		known->feature_count += known->bundle[b] ? kernel->size[b] : 0;
	}
	for (size_t g = 0; g < GROUP_COUNT; g++)
		measure_pieces(known, g, arena);
	free(seen);
	free(last);
}

/* ------------------------------------------------------------- points */

/* As vocabulary_vector() has it: each group of its weight, all of length 1. */
static void find_factors(
    const struct known *known, const struct source *source, double *factor)
{
	const struct kernel *k = known->kernel;
	double whole = 0;

	for (size_t g = 0; g < GROUP_COUNT; g++) {
		double square = known->square[g][piece_of(k, source, g)];
		double weight =
		    vocabulary_weight(k->vocabulary, (enum feature_group)g);

		factor[g] = 0;
		if (masked(known, g) || square <= 0)
			continue;
		whole += weight * weight;
		factor[g] = weight / sqrt(square);
	}
	for (size_t g = 0; g < GROUP_COUNT && whole > 0; g++)
		factor[g] /= sqrt(whole);
}

void known_points(const struct known *known, const struct source *sources,
    size_t count, struct arena *arena, struct points *points)
{
	points->count = count;
	for (size_t g = 0; g < GROUP_COUNT; g++) {
		points->piece[g] =
		    arena_array(arena, count + 1, sizeof(uint32_t));
		points->factor[g] =
		    arena_array(arena, count + 1, sizeof(double));
	}
	for (size_t i = 0; i < count; i++) {
		double factor[GROUP_COUNT];

		find_factors(known, &sources[i], factor);
		for (size_t g = 0; g < GROUP_COUNT; g++) {
			points->piece[g][i] =
			    piece_of(known->kernel, &sources[i], g);
			points->factor[g][i] = factor[g];
		}
	}
}

/*
 * A piece's products with all others of its group, without the bundles that
 * are not known; in their order, so that the rest is the same from both sides.
 */
static const double *products_of(
    const struct known *known, size_t g, uint32_t piece, double *room)
{
	const struct kernel *k = known->kernel;
	const struct pieces *p = &k->pieces[g];
	const double *row = p->products + piece * p->count;

	if (known->lacks[g][piece] == 0)
		return row;
	memcpy(room, row, p->count * sizeof(*room));
	for (size_t n = p->start[piece]; n < p->start[piece + 1]; n++) {
		uint32_t id = p->ids[n];

		if (known->bundle[id])
			continue;
		for (size_t h = k->holders_start[id];
		     h < k->holders_start[id + 1]; h++)
			room[k->holders[h]] -= k->square[id];
	}
	return room;
}

void known_multiply(const struct known *known, const struct points *points,
    size_t i, const struct points *others, size_t count, double *out)
{
	const struct kernel *k = known->kernel;
	size_t most = 0;
	double *room;

	for (size_t g = 0; g < GROUP_COUNT; g++)
		if (k->pieces[g].count > most)
			most = k->pieces[g].count;
	room = xmalloc((most + 1) * sizeof(*room));
	memset(out, 0, count * sizeof(*out));
	for (size_t g = 0; g < GROUP_COUNT; g++) {
		double own = points->factor[g][i];
		const double *factor = others->factor[g];
		const uint32_t *piece = others->piece[g];
		const double *row;

		if (own <= 0)
			continue;
		row = products_of(known, g, points->piece[g][i], room);
		for (size_t j = 0; j < count; j++)
			out[j] += own * factor[j] * row[piece[j]];
	}
	free(room);
}

double known_unseen(const struct known *known, const struct source *source)
{
	const struct kernel *k = known->kernel;
	double said = 0, seen = 0;

	for (size_t g = 0; g < GROUP_COUNT; g++) {
		size_t item = g == GROUP_BANNER ? source->donor : source->item;

		if (masked(known, g))
			continue;
		said += k->said[item * GROUP_COUNT + g];
		seen += known->count[g][piece_of(k, source, g)];
	}
	return said > 0 ? (said - seen) / said : 1;
}

struct term {
	uint32_t bundle;
	double factor;
};

static int by_bundle(const void *a, const void *b)
{
	const struct term *x = a;
	const struct term *y = b;

	return (x->bundle > y->bundle) - (x->bundle < y->bundle);
}

static size_t list_terms(
    const struct known *known, const struct source *source, struct term *terms)
{
	const struct kernel *k = known->kernel;
	double factor[GROUP_COUNT];
	size_t count = 0;

	find_factors(known, source, factor);
	for (size_t g = 0; g < GROUP_COUNT; g++) {
		const struct pieces *p = &k->pieces[g];
		uint32_t piece = piece_of(k, source, g);

		if (factor[g] <= 0)
			continue;
		for (size_t n = p->start[piece]; n < p->start[piece + 1]; n++)
			if (known->bundle[p->ids[n]])
				terms[count++] =
				    (struct term){ p->ids[n], factor[g] };
	}
	qsort(terms, count, sizeof(*terms), by_bundle);
	return count;
}

void known_vector(const struct known *known, const struct source *source,
    struct arena *arena, struct vector *vector)
{
	const struct kernel *k = known->kernel;
	size_t room = 0, count;
	struct term *terms;

	for (size_t g = 0; g < GROUP_COUNT; g++) {
		const struct pieces *p = &k->pieces[g];
		uint32_t piece = piece_of(k, source, g);

		room += p->start[piece + 1] - p->start[piece];
	}
	terms = xcalloc(room + 1, sizeof(*terms));
	count = list_terms(known, source, terms);
	memset(vector, 0, sizeof(*vector));
	vector->count = count;
	vector->index = arena_array(arena, count + 1, sizeof(*vector->index));
	vector->value = arena_array(arena, count + 1, sizeof(*vector->value));
	for (size_t i = 0; i < count; i++) {
		vector->index[i] = terms[i].bundle;
		vector->value[i] = terms[i].factor;
	}
	free(terms);
}
