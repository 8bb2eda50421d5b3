#include "model/kernel.h"

#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/parallel.h"
#include "common/strmap.h"
#include "model/svm.h"

#define NONE UINT32_MAX

/* ------------------------------------------------------------- features */

static void number_deployments(struct kernel *k, const struct dataset *d)
{
	struct strmap *map = strmap_new();
	size_t *at;

	k->deployment =
	    arena_array(k->arena, d->count + 1, sizeof(*k->deployment));
	for (size_t i = 0; i < d->count; i++) {
		bool added;
		int64_t *slot = strmap_put_text(
		    map, dataset_deployment(d, &d->items[i]), &added);

		if (added)
			*slot = (int64_t)strmap_count(map) - 1;
		k->deployment[i] = (uint32_t)*slot;
	}
	k->deployment_count = strmap_count(map);
	strmap_free(map);
	at = xcalloc(k->deployment_count + 2, sizeof(*at));
	for (size_t i = 0; i < d->count; i++)
		at[k->deployment[i] + 1]++;
	for (size_t n = 0; n < k->deployment_count; n++)
		at[n + 1] += at[n];
	k->by_deployment =
	    arena_array(k->arena, d->count + 1, sizeof(*k->by_deployment));
	for (size_t i = 0; i < d->count; i++)
		k->by_deployment[at[k->deployment[i]]++] = i;
	free(at);
}

struct census { /* by number of the name */
	uint32_t *deployments;
	uint32_t *last; /* deployment that was counted */
	uint8_t *group; /* GROUP_COUNT: not in any item */
};

static void count_names(
    const struct kernel *k, const struct dataset *d, struct census *c)
{
	for (size_t n = 0; n < d->count; n++) {
		size_t i = k->by_deployment[n];
		const struct item *item = &d->items[i];

		for (size_t f = 0; f < item->features.count; f++) {
			uint32_t name = item->name[f];

			if (c->last[name] == k->deployment[i])
				continue;
			c->last[name] = k->deployment[i];
			c->deployments[name]++;
			if (c->group[name] == GROUP_COUNT)
				c->group[name] =
				    (uint8_t)item->features.items[f].group;
		}
	}
}

/* The vocabulary, and the feature of each name (NONE: dropped). */
static void make_vocabulary(
    struct kernel *k, const struct dataset *d, feature_id *feature)
{
	size_t names = strmap_count(d->names), kept = 0;
	struct census c = { xcalloc(names + 1, sizeof(uint32_t)),
		xmalloc((names + 1) * sizeof(uint32_t)), xmalloc(names + 1) };
	struct vocabulary_count *counts = xcalloc(names + 1, sizeof(*counts));

	memset(c.last, 0xff, (names + 1) * sizeof(uint32_t));
	memset(c.group, GROUP_COUNT, names + 1);
	count_names(k, d, &c);
	for (size_t n = 0; n < names; n++)
		if (c.deployments[n] >= KERNEL_MIN_DEPLOYMENTS)
			counts[kept++] = (struct vocabulary_count){
				strmap_key(d->names, n, NULL),
				(enum feature_group)c.group[n], c.deployments[n]
			};
	k->vocabulary = vocabulary_of(counts, kept, k->deployment_count);
	k->features = kept;
	k->scale = arena_array(k->arena, kept + 1, sizeof(*k->scale));
	k->group = arena_array(k->arena, kept + 1, sizeof(*k->group));
	k->deployments =
	    arena_array(k->arena, kept + 1, sizeof(*k->deployments));
	memset(feature, 0xff, names * sizeof(*feature));
	for (size_t f = 0; f < kept; f++) {
		const char *name =
		    vocabulary_name(k->vocabulary, (feature_id)f);
		size_t n = (size_t)*strmap_get_text(d->names, name);

		feature[n] = (feature_id)f;
		k->scale[f] = vocabulary_scale(k->vocabulary, (feature_id)f);
		k->group[f] = c.group[n];
		k->deployments[f] = c.deployments[n];
	}
	free(counts);
	free(c.deployments);
	free(c.last);
	free(c.group);
}

/* ------------------------------------------------------------- pieces */

static int by_id(const void *a, const void *b)
{
	feature_id x = *(const feature_id *)a;
	feature_id y = *(const feature_id *)b;

	return (x > y) - (x < y);
}

struct sorting {
	struct strmap *map[GROUP_COUNT]; /* ids of a piece -> its number */
	size_t room[GROUP_COUNT];	 /* of ids */
	uint32_t *ids[GROUP_COUNT];	 /* of the item at hand */
	size_t count[GROUP_COUNT];
};

static void sort_item(struct kernel *k, const struct item *item,
    const feature_id *feature, struct sorting *s, uint32_t *said)
{
	memset(s->count, 0, sizeof(s->count));
	for (size_t f = 0; f < item->features.count; f++) {
		enum feature_group g = item->features.items[f].group;
		feature_id id = feature[item->name[f]];

		said[g]++;
		if (id != NONE && k->group[id] == g)
			s->ids[g][s->count[g]++] = id;
	}
	for (size_t g = 0; g < GROUP_COUNT; g++)
		qsort(s->ids[g], s->count[g], sizeof(feature_id), by_id);
}

static void add_piece(
    struct pieces *p, const feature_id *ids, size_t count, size_t *room)
{
	size_t end = p->count > 0 ? p->start[p->count] : 0;

	if (end + count > *room) {
		*room = 2 * (end + count);
		p->ids = xrealloc_array(p->ids, *room, sizeof(*p->ids));
	}
	/* grown at powers of two */
	if ((p->count & (p->count + 1)) == 0)
		p->start = xrealloc_array(
		    p->start, 2 * p->count + 2, sizeof(*p->start));
	p->start[0] = 0;
	if (count > 0)
		memcpy(p->ids + end, ids, count * sizeof(*ids));
	p->start[++p->count] = end + count;
}

static void make_pieces(
    struct kernel *k, const struct dataset *d, const feature_id *feature)
{
	struct sorting s = { 0 };
	size_t cells = d->count * GROUP_COUNT;

	k->piece = arena_array(k->arena, cells + 1, sizeof(*k->piece));
	k->said = arena_array(k->arena, cells + 1, sizeof(*k->said));
	for (size_t g = 0; g < GROUP_COUNT; g++) {
		s.map[g] = strmap_new();
		s.ids[g] = xcalloc(FEATURES_MAX + 1, sizeof(feature_id));
	}
	for (size_t i = 0; i < d->count; i++) {
		sort_item(
		    k, &d->items[i], feature, &s, &k->said[i * GROUP_COUNT]);
		for (size_t g = 0; g < GROUP_COUNT; g++) {
			struct pieces *p = &k->pieces[g];
			bool added;
			int64_t *slot = strmap_put(s.map[g], s.ids[g],
			    s.count[g] * sizeof(feature_id), &added);

			if (added) {
				*slot = (int64_t)p->count;
				add_piece(p, s.ids[g], s.count[g], &s.room[g]);
			}
			k->piece[i * GROUP_COUNT + g] = (uint32_t)*slot;
		}
	}
	for (size_t g = 0; g < GROUP_COUNT; g++) {
		strmap_free(s.map[g]);
		free(s.ids[g]);
	}
}

/*
 * Of `count` ids, as they now stand in the pieces.
 * While lists fill, start[i + 1] runs from the start of i to its end.
 */
static void list_holders(struct kernel *k, size_t count, struct arena *arena)
{
	size_t *start = arena_array(arena, count + 2, sizeof(*start));

	for (size_t g = 0; g < GROUP_COUNT; g++) {
		const struct pieces *p = &k->pieces[g];

		for (size_t n = 0; n < p->start[p->count]; n++)
			start[p->ids[n] + 2]++;
	}
	for (size_t i = 0; i < count; i++)
		start[i + 2] += start[i + 1];
	k->holders =
	    arena_array(arena, start[count + 1] + 1, sizeof(*k->holders));
	for (size_t g = 0; g < GROUP_COUNT; g++) {
		const struct pieces *p = &k->pieces[g];

		for (size_t piece = 0; piece < p->count; piece++)
			for (size_t n = p->start[piece];
			     n < p->start[piece + 1]; n++)
				k->holders[start[p->ids[n] + 1]++] =
				    (uint32_t)piece;
	}
	k->holders_start = start;
}

/* ------------------------------------------------------------- bundles */

/* Those of one bundle have the same key: group and holders. */
static int64_t *bundle_slot(const struct kernel *k, size_t feature,
    struct strmap *map, uint32_t *key, bool *added)
{
	size_t first = k->holders_start[feature];
	size_t count = k->holders_start[feature + 1] - first;

	key[0] = k->group[feature];
	memcpy(key + 1, k->holders + first, count * sizeof(*key));
	return strmap_put(map, key, (count + 1) * sizeof(*key), added);
}

static void number_bundles(struct kernel *k, feature_id *first)
{
	struct strmap *map = strmap_new();
	size_t most = 0;
	uint32_t *key;

	for (size_t g = 0; g < GROUP_COUNT; g++)
		if (k->pieces[g].count > most)
			most = k->pieces[g].count;
	key = xcalloc(most + 1, sizeof(*key));
	for (size_t f = 0; f < k->features; f++) {
		bool added;
		int64_t *slot = bundle_slot(k, f, map, key, &added);

		if (added) {
			first[k->bundles] = (feature_id)f;
			k->bundle_group[k->bundles] = k->group[f];
			*slot = (int64_t)k->bundles++;
		}
		k->bundle[f] = (uint32_t)*slot;
		k->size[*slot]++;
		k->square[*slot] += k->scale[f] * k->scale[f];
	}
	free(key);
	strmap_free(map);
}

/* A bundle stands where its first feature stood: the order stays. */
static void replace_ids(
    const struct kernel *k, struct pieces *p, const feature_id *first)
{
	size_t from = 0, to = 0;

	for (size_t piece = 0; piece < p->count; piece++) {
		size_t end = p->start[piece + 1];

		for (; from < end; from++) {
			uint32_t bundle = k->bundle[p->ids[from]];

			if (first[bundle] == p->ids[from])
				p->ids[to++] = bundle;
		}
		p->start[piece + 1] = to;
	}
}

static void bundle_features(struct kernel *k)
{
	struct arena *scratch = arena_new();
	feature_id *first =
	    arena_array(scratch, k->features + 1, sizeof(*first));
	size_t room = k->features + 1;

	k->bundle = arena_array(k->arena, room, sizeof(*k->bundle));
	k->size = arena_array(k->arena, room, sizeof(*k->size));
	k->square = arena_array(k->arena, room, sizeof(*k->square));
	k->bundle_group = arena_array(k->arena, room, sizeof(*k->bundle_group));
	list_holders(k, k->features, scratch);
	number_bundles(k, first);
	for (size_t g = 0; g < GROUP_COUNT; g++)
		replace_ids(k, &k->pieces[g], first);
	list_holders(k, k->bundles, k->arena);
	arena_free(scratch);
}

/* ------------------------------------------------------------- products */

struct row {
	uint32_t group;
	uint32_t piece;
};

struct filling {
	struct kernel *k;
	struct row *rows;
};

/*
 * From the piece itself on: the rest is by symmetry. Bundles are added up in
 * their order, so that the sum is the same from either side.
 */
static enum status fill_row(void *user, size_t i, struct error *err)
{
	const struct filling *f = user;
	const struct kernel *k = f->k;
	const struct pieces *p = &k->pieces[f->rows[i].group];
	size_t piece = f->rows[i].piece;
	double *row = p->products + piece * p->count;

	(void)err;
	for (size_t n = p->start[piece]; n < p->start[piece + 1]; n++) {
		uint32_t id = p->ids[n];

		for (size_t h = k->holders_start[id + 1];
		     h-- > k->holders_start[id] && k->holders[h] >= piece;)
			row[k->holders[h]] += k->square[id];
	}
	for (size_t other = piece + 1; other < p->count; other++)
		p->products[other * p->count + piece] = row[other];
	return STATUS_OK;
}

static void multiply(struct kernel *k)
{
	struct filling f = { .k = k };
	size_t total = 0, at = 0;

	for (size_t g = 0; g < GROUP_COUNT; g++) {
		struct pieces *p = &k->pieces[g];

		total += p->count;
		p->products = xcalloc(p->count * p->count + 1, sizeof(double));
	}
	f.rows = xcalloc(total + 1, sizeof(*f.rows));
	for (size_t g = 0; g < GROUP_COUNT; g++)
		for (size_t piece = 0; piece < k->pieces[g].count; piece++)
			f.rows[at++] =
			    (struct row){ (uint32_t)g, (uint32_t)piece };
	parallel_for(total, fill_row, &f, NULL);
	free(f.rows);
}

const struct kernel *kernel_of(const struct dataset *d)
{
	struct kernel *k = *d->kernel;
	feature_id *feature;

	if (k)
		return k;
	k = xcalloc(1, sizeof(*k));
	k->arena = arena_new();
	feature = xcalloc(strmap_count(d->names) + 1, sizeof(*feature));
	number_deployments(k, d);
	make_vocabulary(k, d, feature);
	make_pieces(k, d, feature);
	free(feature);
	bundle_features(k);
	multiply(k);
	*d->kernel = k;
	return k;
}

struct gram *kernel_spare(const struct dataset *d, struct gram *next)
{
	struct kernel *k = *d->kernel;
	struct gram *spare = k->spare;

	k->spare = next;
	return spare;
}

void kernel_free(struct kernel *kernel)
{
	if (!kernel)
		return;
	gram_free(kernel->spare);
	for (size_t g = 0; g < GROUP_COUNT; g++) {
		free(kernel->pieces[g].start);
		free(kernel->pieces[g].ids);
		free(kernel->pieces[g].products);
	}
	vocabulary_free(kernel->vocabulary);
	arena_free(kernel->arena);
	free(kernel);
}
