/*
 *  1. deployments with a standard transcript and one of a larger plan, in
 *     order of product, version and name
 *  2. each clan (product and version) by itself: its vocabulary, its vectors,
 *     its twins, its members among each other
 *  3. figures with intervals
 */
#include "evaluation/leak.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evaluation/leaking.h"

void leak_tally_add(
    struct leak_tally *tally, size_t group, double credit, double weight)
{
	if (tally->count + 2 > tally->room) {
		tally->room = tally->room ? 2 * tally->room : 64;
		tally->items = xrealloc_array(
		    tally->items, tally->room, sizeof(*tally->items));
	}
	if (credit > 0)
		tally->items[tally->count++] = (struct judged){ .group = group,
			.weight = weight * credit };
	if (credit < 1)
		tally->items[tally->count++] = (struct judged){ .group = group,
			.answer = 1,
			.weight = weight * (1 - credit) };
}

/* ------------------------------------------------------------- gathering */

/* What a transcript of the standard plan shows, or a larger one's view. */
static bool is_learned(const struct item *item)
{
	return item->tier == TIER_STANDARD && !item->derived;
}

static bool is_asked(const struct item *item)
{
	return item->tier == TIER_STANDARD && item->derived;
}

static void note_item(
    struct leak_deployment *x, const struct item *item, struct arena *arena)
{
	const struct item **asked;

	x->product = item->product;
	x->version = item->version ? item->version : "";
	if (item->from.twin)
		x->twin = item->from.twin;
	if (is_learned(item) && !x->learned)
		x->learned = item;
	if (!is_asked(item))
		return;
	asked = arena_array(arena, x->asked_count + 1, sizeof(struct item *));
	if (x->asked_count > 0)
		memcpy(asked, x->asked, x->asked_count * sizeof(struct item *));
	asked[x->asked_count++] = item;
	x->asked = asked;
}

static int by_clan(const void *a, const void *b)
{
	const struct leak_deployment *x = a;
	const struct leak_deployment *y = b;
	int order = strcmp(x->product, y->product);

	if (order == 0)
		order = strcmp(x->version, y->version);
	return order ? order : strcmp(x->name, y->name);
}

static struct leak_deployment *gather(
    const struct dataset *d, struct arena *arena, size_t *count)
{
	struct leak_deployment *all =
	    arena_array(arena, d->every_count + 1, sizeof(*all));
	struct strmap *map = strmap_new();
	size_t found = 0;

	for (size_t i = 0; i < d->every_count; i++) {
		const struct item *item = &d->every[i];
		const char *name = dataset_deployment(d, item);
		bool added;
		int64_t *slot = strmap_put_text(map, name, &added);

		if (added)
			*slot = (int64_t)found++;
		all[*slot].name = name;
		note_item(&all[*slot], item, arena);
	}
	strmap_free(map);
	*count = 0;
	for (size_t i = 0; i < found; i++)
		if (all[i].learned && all[i].asked_count > 0)
			all[(*count)++] = all[i];
	qsort(all, *count, sizeof(*all), by_clan);
	return all;
}

/* ------------------------------------------------------------- clans */

static void make_vectors(struct clan *clan)
{
	clan->arena = arena_new();
	clan->vocabulary = vocabulary_new();
	for (size_t i = 0; i < clan->count; i++) {
		struct leak_deployment *x = &clan->members[i];

		vocabulary_observe(
		    clan->vocabulary, &x->learned->features, x->name);
	}
	vocabulary_freeze(clan->vocabulary, 1);
	for (size_t i = 0; i < clan->count; i++)
		vocabulary_vector(clan->vocabulary,
		    &clan->members[i].learned->features, GROUPS_ALL,
		    clan->arena, &clan->members[i].vector);
}

static enum status measure_clan(struct leaking *l,
    struct leak_deployment *members, size_t count, struct error *err)
{
	struct clan clan = { .members = members, .count = count };
	enum status status;

	if (count < 2)
		return STATUS_OK;
	make_vectors(&clan);
	status = leak_twins(l, &clan, err);
	leak_among(l, &clan);
	vocabulary_free(clan.vocabulary);
	arena_free(clan.arena);
	return status;
}

static bool same_clan(
    const struct leak_deployment *x, const struct leak_deployment *y)
{
	return strcmp(x->product, y->product) == 0 &&
	       strcmp(x->version, y->version) == 0;
}

/* ------------------------------------------------------------- figures */

static struct leak_test test_of(struct leak_tally *tally, uint64_t seed)
{
	struct leak_test test = { .deployments = tally->deployments,
		.accuracy = { NAN, NAN, NAN },
		.baseline = NAN };

	if (tally->deployments > 0) {
		test.accuracy = metrics_interval(
		    &metric_micro, tally->items, tally->count, 2, seed);
		test.baseline = tally->baseline / (double)tally->deployments;
		test.leaks = test.accuracy.low > test.baseline + LEAK_SAME;
	}
	free(tally->items);
	return test;
}

static int by_weight(const void *a, const void *b)
{
	const struct leak_feature *x = a;
	const struct leak_feature *y = b;

	if (x->weight != y->weight)
		return x->weight < y->weight ? 1 : -1;
	return strcmp(x->name, y->name);
}

/* Only what points the right way more than the wrong one. */
static void keep_features(struct leaking *l)
{
	size_t count = strmap_count(l->names);
	struct leak *out = l->out;

	out->features =
	    arena_array(l->arena, LEAK_FEATURES_MAX, sizeof(*out->features));
	for (size_t i = 0; i < count; i++)
		l->features[i].name = strmap_key(l->names, i, NULL);
	if (count > 0)
		qsort(l->features, count, sizeof(*l->features), by_weight);
	for (size_t i = 0; i < count && i < LEAK_FEATURES_MAX; i++) {
		if (!(l->features[i].weight > LEAK_SAME))
			break;
		out->features[i] = l->features[i];
		out->features[i].name =
		    arena_strdup(l->arena, l->features[i].name);
		out->feature_count = i + 1;
	}
}

enum status leak_measure(const struct dataset *dataset, uint64_t seed,
    struct arena *arena, struct leak *out, struct error *err)
{
	struct leaking l = {
		.arena = arena, .out = out, .names = strmap_new()
	};
	struct arena *scratch = arena_new();
	enum status status = STATUS_OK;
	struct leak_deployment *all;
	size_t count;

	memset(out, 0, sizeof(*out));
	all = gather(dataset, scratch, &count);
	for (size_t i = 0, next; status == STATUS_OK && i < count; i = next) {
		for (next = i + 1;
		     next < count && same_clan(&all[i], &all[next]);)
			next++;
		status = measure_clan(&l, all + i, next - i, err);
	}
	out->nearest = test_of(&l.nearest, seed);
	out->linear = test_of(&l.linear, seed);
	out->among = test_of(&l.among, seed);
	out->among.leaks = false;
	out->equal = test_of(&l.equal, seed);
	out->measured = out->pairs > 0 || out->equal.deployments > 0;
	out->found =
	    out->nearest.leaks || out->linear.leaks || out->equal.leaks;
	keep_features(&l);
	free(l.features);
	strmap_free(l.names);
	arena_free(scratch);
	return status;
}
