#include "model/dataset.h"

#include <stdlib.h>
#include <string.h>

#include "common/strmap.h"
#include "model/dataset_state.h"
#include "model/kernel.h"

/* ------------------------------------------------------------- groups */

static size_t root_of(size_t *parent, size_t i)
{
	while (parent[i] != i)
		i = parent[i] = parent[parent[i]];
	return i;
}

static void join(size_t *parent, struct strmap *map, const char *key, size_t i)
{
	bool added;
	int64_t *slot = strmap_put_text(map, key, &added);

	if (added)
		*slot = (int64_t)i;
	else
		parent[root_of(parent, i)] = root_of(parent, (size_t)*slot);
}

/* Items of one deployment, or with one form behind the greeting, belong
 * together. */
static void find_groups(struct dataset *d, const struct gathered *from)
{
	size_t *parent = xcalloc(d->count + 1, sizeof(*parent));
	size_t *number = xcalloc(d->count + 1, sizeof(*number));
	struct strmap *deployments = strmap_new();
	struct strmap *alike = strmap_new();

	for (size_t i = 0; i < d->count; i++)
		parent[i] = i;
	for (size_t i = 0; i < d->count; i++) {
		struct item *item = &d->items[i];

		if (item->deployment)
			join(parent, deployments, item->deployment, i);
		join(parent, alike, from[i].behind, i);
		join(
		    parent, alike, item->hash, i); /* views of one transcript */
	}
	for (size_t i = 0; i < d->count; i++) {
		size_t root = root_of(parent, i);

		if (number[root] == 0)
			number[root] = ++d->group_count;
		d->items[i].group = number[root] - 1;
	}
	d->group_names =
	    arena_array(d->arena, d->group_count + 1, sizeof(*d->group_names));
	for (size_t g = 0; g < d->group_count; g++)
		d->group_names[g] = arena_printf(d->arena, "g%zu", g);
	strmap_free(alike);
	strmap_free(deployments);
	free(number);
	free(parent);
}

static size_t slot_of(const struct item *item)
{
	return item->group * TIER_COUNT + item->tier;
}

static bool same_features(const struct item *a, const struct item *b)
{
	return a->features.count == b->features.count &&
	       memcmp(a->name, b->name, a->features.count * sizeof(*a->name)) ==
		   0;
}

/* What is kept of one group and tier: a list from first by next, SIZE_MAX
 * at its end. */
struct kept {
	size_t *first;
	size_t *next;
};

/* Room for item i among the kept ones of its group and tier? */
static bool wanted(const struct dataset *d, const struct kept *kept, size_t i)
{
	const struct item *item = &d->items[i];
	size_t count = 0;

	for (size_t j = kept->first[slot_of(item)]; j != SIZE_MAX;
	     j = kept->next[j]) {
		const struct item *other = &d->items[j];

		if (other->product_index != item->product_index)
			continue;
		if (++count >= GROUP_TIER_MAX || same_features(other, item))
			return false;
	}
	return true;
}

/* What was really said under a plan goes before views derived for it. */
static void drop_copies(struct dataset *d)
{
	size_t slots = d->group_count * TIER_COUNT, left = 0;
	struct kept kept = { xcalloc(slots + 1, sizeof(size_t)),
		xcalloc(d->count + 1, sizeof(size_t)) };
	bool *stays = xcalloc(d->count + 1, sizeof(*stays));

	for (size_t s = 0; s < slots; s++)
		kept.first[s] = SIZE_MAX;
	for (int derived = 0; derived < 2; derived++)
		for (size_t i = 0; i < d->count; i++) {
			size_t *first = &kept.first[slot_of(&d->items[i])];

			if (d->items[i].derived != (derived == 1) ||
			    !wanted(d, &kept, i))
				continue;
			stays[i] = true;
			kept.next[i] = *first;
			*first = i;
		}
	for (size_t i = 0; i < d->count; i++)
		if (stays[i])
			d->items[left++] = d->items[i];
	d->count = left;
	free(kept.first);
	free(kept.next);
	free(stays);
}

static void set_weights(struct dataset *d)
{
	size_t *count =
	    xcalloc(d->group_count * TIER_COUNT + 1, sizeof(*count));

	for (size_t i = 0; i < d->count; i++)
		count[slot_of(&d->items[i])]++;
	for (size_t i = 0; i < d->count; i++) {
		struct item *item = &d->items[i];

		item->weight = 1.0 / (double)count[slot_of(item)];
	}
	free(count);
}

/* ------------------------------------------------------------- classes */

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void list_products(struct dataset *d)
{
	struct strmap *map = strmap_new();
	bool added;

	for (size_t i = 0; i < d->count; i++)
		strmap_put_text(map, d->items[i].product, &added);
	d->product_count = strmap_count(map);
	d->products =
	    arena_array(d->arena, d->product_count + 1, sizeof(*d->products));
	d->product_groups = arena_array(
	    d->arena, d->product_count + 1, sizeof(*d->product_groups));
	for (size_t p = 0; p < d->product_count; p++)
		d->products[p] =
		    arena_strdup(d->arena, strmap_key(map, p, NULL));
	qsort(d->products, d->product_count, sizeof(*d->products), by_text);
	for (size_t p = 0; p < d->product_count; p++)
		*strmap_get_text(map, d->products[p]) = (int64_t)p;
	for (size_t i = 0; i < d->count; i++)
		d->items[i].product_index =
		    (size_t)*strmap_get_text(map, d->items[i].product);
	strmap_free(map);
}

const char *dataset_deployment(
    const struct dataset *dataset, const struct item *item)
{
	return item->deployment ? item->deployment
				: dataset->group_names[item->group];
}

static void count_deployments(struct dataset *d)
{
	struct strmap *map = strmap_new();
	struct arena *scratch = arena_new();

	for (size_t i = 0; i < d->count; i++) {
		const struct item *item = &d->items[i];
		bool added;

		strmap_put_text(map,
		    arena_printf(scratch, "%zu %s", item->product_index,
			dataset_deployment(d, item)),
		    &added);
		d->product_groups[item->product_index] += added;
		arena_reset(scratch);
	}
	arena_free(scratch);
	strmap_free(map);
}

static void find_classes(struct dataset *d, size_t min_deployments)
{
	size_t *class_of = xcalloc(d->product_count + 1, sizeof(*class_of));

	count_deployments(d);
	d->classes =
	    arena_array(d->arena, d->product_count + 1, sizeof(*d->classes));
	for (size_t p = 0; p < d->product_count; p++) {
		class_of[p] = CLASS_OTHER;
		if (d->product_groups[p] < min_deployments)
			continue;
		class_of[p] = d->class_count;
		d->classes[d->class_count++] = d->products[p];
	}
	for (size_t i = 0; i < d->count; i++)
		d->items[i].class_index = class_of[d->items[i].product_index];
	free(class_of);
}

/* ------------------------------------------------------------- assembling */

static int by_hash(const void *a, const void *b)
{
	const struct item *x = &((const struct gathered *)a)->item;
	const struct item *y = &((const struct gathered *)b)->item;
	int order = strcmp(x->hash, y->hash);

	return order ? order : (int)x->tier - (int)y->tier;
}

static void hash_items(struct dataset *d)
{
	struct sha256 *sha = sha256_new();

	for (size_t i = 0; i < d->count; i++) {
		sha256_add(sha, d->items[i].hash, SHA256_HEX_SIZE - 1);
		if (d->items[i].utc_ms > d->newest_utc_ms)
			d->newest_utc_ms = d->items[i].utc_ms;
		if (i == 0 ||
		    strcmp(d->items[i].hash, d->items[i - 1].hash) != 0)
			d->transcripts++;
	}
	sha256_finish(sha, d->hash);
}

struct dataset *dataset_assemble(struct arena *arena, struct strmap *names,
    struct gathered *items, size_t count, size_t min_deployments)
{
	struct dataset *d = arena_alloc(arena, sizeof(*d));

	d->arena = arena;
	d->names = names;
	d->kernel = arena_alloc(arena, sizeof(*d->kernel));
	d->items = arena_array(arena, count + 1, sizeof(*d->items));
	d->count = count;
	qsort(items, count, sizeof(*items), by_hash);
	for (size_t i = 0; i < count; i++)
		d->items[i] = items[i].item;
	find_groups(d, items);
	hash_items(d);
	list_products(d);
	find_classes(d, min_deployments);
	d->every = arena_array(arena, count + 1, sizeof(*d->every));
	memcpy(d->every, d->items, count * sizeof(*d->every));
	d->every_count = count;
	drop_copies(d);
	set_weights(d);
	return d;
}

void dataset_free(struct dataset *dataset)
{
	if (!dataset)
		return;
	kernel_free(*dataset->kernel);
	strmap_free(dataset->names);
	arena_free(dataset->arena);
}
