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
				feature_id id = p->ids[at];

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
	for (size_t piece = 0; piece < p->count; piece++)
		for (size_t n = p->start[piece]; n < p->start[piece + 1]; n++) {
			feature_id id = p->ids[n];

			if (!known->feature[id])
				continue;
			known->square[g][piece] += k->scale[id] * k->scale[id];
			known->count[g][piece]++;
		}
}

void known_learn(struct known *known, const struct kernel *kernel,
    const bool *use, size_t items, unsigned mask, struct arena *arena)
{
	size_t features = kernel->features;
	uint32_t *seen = xcalloc(features + 1, sizeof(*seen));
	uint32_t *last = xmalloc((features + 1) * sizeof(*last));

	memset(last, 0xff, (features + 1) * sizeof(*last));
	count_deployments(kernel, use, items, seen, last);
	known->kernel = kernel;
	known->mask = mask;
	known->feature = arena_array(arena, features + 1, sizeof(bool));
	known->feature_count = 0;
	for (size_t f = 0; f < features; f++) {
		known->feature[f] = seen[f] >= KERNEL_MIN_DEPLOYMENTS;
		known->feature_count += known->feature[f];
	}
	for (size_t g = 0; g < GROUP_COUNT; g++)
		measure_pieces(known, g, arena);
	free(seen);
	free(last);
}

/* ------------------------------------------------------------- points */

/* As vocabulary_fill() has it: each group of its weight, all of length 1. */
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
 * A piece's products with all others of its group, without the features that
 * are not known; in their order, so that the rest is the same from both sides.
 */
static const double *products_of(
    const struct known *known, size_t g, uint32_t piece, double *room)
{
	const struct kernel *k = known->kernel;
	const struct pieces *p = &k->pieces[g];
	const double *row = p->products + piece * p->count;

	if (known->count[g][piece] == p->start[piece + 1] - p->start[piece])
		return row;
	memcpy(room, row, p->count * sizeof(*room));
	for (size_t n = p->start[piece]; n < p->start[piece + 1]; n++) {
		feature_id id = p->ids[n];
		double square = k->scale[id] * k->scale[id];

		if (known->feature[id])
			continue;
		for (size_t h = k->holders_start[id];
		     h < k->holders_start[id + 1]; h++)
			room[k->holders[h]] -= square;
	}
	return room;
}

void known_multiply(const struct known *known, const struct points *points,
    size_t i, const struct points *others, double *out)
{
	const struct kernel *k = known->kernel;
	size_t most = 0;
	double *room;

	for (size_t g = 0; g < GROUP_COUNT; g++)
		if (k->pieces[g].count > most)
			most = k->pieces[g].count;
	room = xmalloc((most + 1) * sizeof(*room));
	memset(out, 0, others->count * sizeof(*out));
	for (size_t g = 0; g < GROUP_COUNT; g++) {
		double own = points->factor[g][i];
		const double *factor = others->factor[g];
		const uint32_t *piece = others->piece[g];
		const double *row;

		if (own <= 0)
			continue;
		row = products_of(known, g, points->piece[g][i], room);
		for (size_t j = 0; j < others->count; j++)
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

static int by_id(const void *a, const void *b)
{
	feature_id x = *(const feature_id *)a;
	feature_id y = *(const feature_id *)b;

	return (x > y) - (x < y);
}

void known_vector(const struct known *known, const struct source *source,
    struct arena *arena, struct vector *vector)
{
	const struct kernel *k = known->kernel;
	size_t room = 0;

	memset(vector, 0, sizeof(*vector));
	for (size_t g = 0; g < GROUP_COUNT; g++)
		room += known->count[g][piece_of(k, source, g)];
	vector->index = arena_array(arena, room + 1, sizeof(feature_id));
	vector->value = arena_array(arena, room + 1, sizeof(double));
	for (size_t g = 0; g < GROUP_COUNT; g++) {
		const struct pieces *p = &k->pieces[g];
		uint32_t piece = piece_of(k, source, g);
		size_t item = g == GROUP_BANNER ? source->donor : source->item;

		if (masked(known, g))
			continue;
		vector->total += k->said[item * GROUP_COUNT + g];
		for (size_t n = p->start[piece]; n < p->start[piece + 1]; n++)
			if (known->feature[p->ids[n]])
				vector->index[vector->count++] = p->ids[n];
	}
	vector->unknown = vector->total - vector->count;
	qsort(vector->index, vector->count, sizeof(feature_id), by_id);
	vocabulary_fill(k->vocabulary, vector);
}
