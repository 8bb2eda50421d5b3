/*
 * Before freezing: which deployments showed a feature, as a sorted list of
 * deployment numbers (a transcript of an earlier deployment may come late).
 * After: names in order, with group and scale.
 *
 * The scale is 1 + ln((1 + N) / (1 + n)) for a feature that n of N
 * deployments showed: what all show weighs 1, what few show a few times that.
 */
#include "features/vocabulary.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "features/vocabulary_state.h"

static const double default_weights[] = {
	[GROUP_BANNER] = 0.5, /* chosen by the administrator, may be forged */
	[GROUP_EHLO] = 1.0,
	[GROUP_HELP] = 0.7,
	[GROUP_CODES] = 1.0,
	[GROUP_WORDS] = 1.0,
	[GROUP_CHARS] = 0.8, /* much the same evidence as the words */
	[GROUP_ECHO] = 0.6,
	[GROUP_WIRE] = 0.6,
	[GROUP_TLS] = 0.3,  /* the library's and the operator's */
	[GROUP_TIME] = 0.1, /* the network's as much as the server's */
};

_Static_assert(
    sizeof(default_weights) / sizeof(*default_weights) == GROUP_COUNT,
    "a weight for each group");

struct vocabulary *vocabulary_new(void)
{
	struct vocabulary *v = xcalloc(1, sizeof(*v));

	v->map = strmap_new();
	v->deployments = strmap_new();
	memcpy(v->weights, default_weights, sizeof(v->weights));
	return v;
}

void vocabulary_free(struct vocabulary *v)
{
	if (!v)
		return;
	for (size_t i = 0; i < v->count; i++)
		free(v->entries[i].seen);
	free(v->entries);
	strmap_free(v->map);
	strmap_free(v->deployments);
	free(v);
}

size_t vocabulary_count(const struct vocabulary *v)
{
	return v->count;
}

const char *vocabulary_name(const struct vocabulary *v, feature_id id)
{
	assert(id < v->count);
	return v->entries[id].name;
}

enum feature_group vocabulary_group(const struct vocabulary *v, feature_id id)
{
	assert(id < v->count);
	return v->entries[id].group;
}

double vocabulary_scale(const struct vocabulary *v, feature_id id)
{
	assert(id < v->count);
	return v->entries[id].scale;
}

void vocabulary_set_weight(
    struct vocabulary *v, enum feature_group group, double weight)
{
	assert(group < GROUP_COUNT && weight >= 0);
	v->weights[group] = weight;
}

double vocabulary_weight(const struct vocabulary *v, enum feature_group group)
{
	assert(group < GROUP_COUNT);
	return v->weights[group];
}

struct vocabulary_entry *vocabulary_add(
    struct vocabulary *v, enum feature_group group)
{
	if (v->count == v->capacity) {
		v->capacity = v->capacity ? v->capacity * 2 : 4096;
		v->entries = xrealloc_array(
		    v->entries, v->capacity, sizeof(*v->entries));
	}
	v->entries[v->count] = (struct vocabulary_entry){ .group = group };
	return &v->entries[v->count++];
}

static void mark_seen(struct vocabulary_entry *e, uint32_t deployment)
{
	uint32_t low = 0, high = e->seen_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (e->seen[middle] < deployment)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < e->seen_count && e->seen[low] == deployment)
		return;
	if (e->seen_count == e->seen_capacity) {
		e->seen_capacity = e->seen_capacity ? e->seen_capacity * 2 : 2;
		e->seen =
		    xrealloc_array(e->seen, e->seen_capacity, sizeof(*e->seen));
	}
	memmove(e->seen + low + 1, e->seen + low,
	    (e->seen_count - low) * sizeof(*e->seen));
	e->seen[low] = deployment;
	e->seen_count++;
}

void vocabulary_observe(struct vocabulary *v, const struct feature_list *list,
    const char *deployment)
{
	bool added;
	int64_t *slot = strmap_put_text(v->deployments, deployment, &added);

	assert(!v->frozen);
	if (added)
		*slot = (int64_t)strmap_count(v->deployments) - 1;
	for (size_t i = 0; i < list->count; i++) {
		int64_t *at =
		    strmap_put_text(v->map, list->items[i].name, &added);

		if (added) {
			*at = (int64_t)v->count;
			vocabulary_add(v, list->items[i].group);
		}
		mark_seen(&v->entries[*at], (uint32_t)*slot);
	}
}

static int by_name(const void *a, const void *b)
{
	const struct vocabulary_entry *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* Names first live in the map's arena; the kept ones move to a new map. */
static void reindex(struct vocabulary *v)
{
	struct strmap *map = strmap_new();

	for (size_t i = 0; i < v->count; i++)
		*strmap_put_text(map, v->entries[i].name, NULL) = (int64_t)i;
	for (size_t i = 0; i < v->count; i++)
		v->entries[i].name = strmap_key(map, i, NULL);
	strmap_free(v->map);
	v->map = map;
	v->frozen = true;
}

static double scale_of(double seen, double n)
{
	return 1 + log((1 + n) / (1 + seen));
}

static void sort_entries(struct vocabulary *v)
{
	if (v->count)
		qsort(v->entries, v->count, sizeof(*v->entries), by_name);
	reindex(v);
}

void vocabulary_freeze(struct vocabulary *v, size_t min_groups)
{
	double n = (double)strmap_count(v->deployments);
	size_t kept = 0;

	assert(!v->frozen);
	for (size_t i = 0; i < v->count; i++) {
		struct vocabulary_entry *e = &v->entries[i];
		uint32_t seen = e->seen_count;

		free(e->seen);
		e->seen = NULL;
		e->seen_count = e->seen_capacity = 0;
		if (seen < min_groups)
			continue;
		e->name = strmap_key(v->map, i, NULL);
		e->scale = scale_of((double)seen, n);
		v->entries[kept++] = *e;
	}
	v->count = kept;
	sort_entries(v);
}

struct vocabulary *vocabulary_of(
    const struct vocabulary_count *counts, size_t count, size_t deployments)
{
	struct vocabulary *v = vocabulary_new();

	for (size_t i = 0; i < count; i++) {
		struct vocabulary_entry *e = vocabulary_add(v, counts[i].group);

		e->name = counts[i].name;
		e->scale = scale_of(
		    (double)counts[i].deployments, (double)deployments);
	}
	sort_entries(v);
	return v;
}

/* Ids are distinct and small: a radix sort, a byte at a time. */
static void sort_ids(
    feature_id *ids, feature_id *other, size_t count, size_t vocabulary_size)
{
	feature_id *from = ids, *to = other;
	int passes = 0;

	for (unsigned shift = 0; shift < 32 && vocabulary_size >> shift;
	     shift += 8, passes++) {
		size_t starts[257] = { 0 };
		feature_id *swap = from;

		for (size_t i = 0; i < count; i++)
			starts[((from[i] >> shift) & 255) + 1]++;
		for (size_t i = 1; i < 257; i++)
			starts[i] += starts[i - 1];
		for (size_t i = 0; i < count; i++)
			to[starts[(from[i] >> shift) & 255]++] = from[i];
		from = to;
		to = swap;
	}
	if (passes % 2)
		memcpy(ids, other, count * sizeof(*ids));
}

static size_t known_ids(const struct vocabulary *v,
    const struct feature_list *list, unsigned mask, feature_id *ids,
    struct vector *out)
{
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++) {
		const struct named_feature *f = &list->items[i];
		const int64_t *id;

		if (!(mask & GROUP_BIT(f->group)) || v->weights[f->group] == 0)
			continue;
		out->total++;
		id = strmap_get_text(v->map, f->name);
		if (!id || v->entries[*id].group != f->group)
			out->unknown++;
		else
			ids[count++] = (feature_id)*id;
	}
	return count;
}

/* The values of a vector whose indices are there. */
static void fill_values(const struct vocabulary *v, struct vector *out)
{
	double squares[GROUP_COUNT] = { 0 }, factor[GROUP_COUNT] = { 0 };
	double whole = 0;

	for (size_t i = 0; i < out->count; i++) {
		const struct vocabulary_entry *e = &v->entries[out->index[i]];

		squares[e->group] += e->scale * e->scale;
	}
	for (size_t g = 0; g < GROUP_COUNT; g++) {
		if (squares[g] > 0)
			whole += v->weights[g] * v->weights[g];
	}
	for (size_t g = 0; g < GROUP_COUNT; g++) {
		if (squares[g] > 0)
			factor[g] = v->weights[g] / sqrt(squares[g] * whole);
	}
	for (size_t i = 0; i < out->count; i++) {
		const struct vocabulary_entry *e = &v->entries[out->index[i]];

		out->value[i] = e->scale * factor[e->group];
	}
}

void vocabulary_vector(const struct vocabulary *v,
    const struct feature_list *list, unsigned mask, struct arena *arena,
    struct vector *out)
{
	feature_id *ids = arena_array(arena, list->count, sizeof(*ids));
	feature_id *other = arena_array(arena, list->count, sizeof(*ids));

	assert(v->frozen);
	memset(out, 0, sizeof(*out));
	out->count = known_ids(v, list, mask, ids, out);
	sort_ids(ids, other, out->count, v->count);
	out->index = ids;
	out->value = arena_array(arena, out->count, sizeof(*out->value));
	fill_values(v, out);
}
