/*
 * Open addressing over an array of entries kept in insertion order.
 */
#include "common/strmap.h"

#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/digest.h"
#include "common/random.h"

struct entry {
	uint64_t hash;
	const char *key;
	size_t len;
	int64_t value;
};

struct strmap {
	struct arena *keys;
	struct entry *entries;
	size_t count, capacity;
	uint32_t *slots; /* entry index + 1, 0: free */
	size_t mask;
	uint8_t sip[16];
};

struct strmap *strmap_new(void)
{
	struct strmap *map = xcalloc(1, sizeof(*map));
	uint64_t seed[2] = { random_seed(), random_seed() };

	memcpy(map->sip, seed, sizeof(seed));
	map->keys = arena_new();
	map->mask = 63;
	map->slots = xcalloc(map->mask + 1, sizeof(*map->slots));
	return map;
}

void strmap_free(struct strmap *map)
{
	if (!map)
		return;
	arena_free(map->keys);
	free(map->entries);
	free(map->slots);
	free(map);
}

size_t strmap_count(const struct strmap *map)
{
	return map->count;
}

/* The slot of key, or the free one where it belongs. */
static size_t find(
    const struct strmap *map, uint64_t hash, const void *key, size_t len)
{
	size_t at = (size_t)hash & map->mask;

	while (map->slots[at]) {
		const struct entry *e = &map->entries[map->slots[at] - 1];

		if (e->hash == hash && e->len == len &&
		    memcmp(e->key, key, len) == 0)
			break;
		at = (at + 1) & map->mask;
	}
	return at;
}

static void grow_slots(struct strmap *map)
{
	free(map->slots);
	map->mask = map->mask * 2 + 1;
	map->slots = xcalloc(map->mask + 1, sizeof(*map->slots));
	for (size_t i = 0; i < map->count; i++) {
		size_t at = (size_t)map->entries[i].hash & map->mask;

		while (map->slots[at])
			at = (at + 1) & map->mask;
		map->slots[at] = (uint32_t)i + 1;
	}
}

int64_t *strmap_get(const struct strmap *map, const void *key, size_t len)
{
	uint64_t hash = siphash(map->sip, key, len);
	size_t at = find(map, hash, key, len);

	return map->slots[at] ? &map->entries[map->slots[at] - 1].value : NULL;
}

int64_t *strmap_get_text(const struct strmap *map, const char *key)
{
	return strmap_get(map, key, strlen(key));
}

int64_t *strmap_put(
    struct strmap *map, const void *key, size_t len, bool *added)
{
	uint64_t hash = siphash(map->sip, key, len);
	size_t at = find(map, hash, key, len);
	struct entry *e;

	if (added)
		*added = !map->slots[at];
	if (map->slots[at])
		return &map->entries[map->slots[at] - 1].value;
	if (map->count == map->capacity) {
		map->capacity = map->capacity ? map->capacity * 2 : 32;
		map->entries = xrealloc_array(
		    map->entries, map->capacity, sizeof(*map->entries));
	}
	e = &map->entries[map->count++];
	e->hash = hash;
	e->key = arena_copy(map->keys, key, len);
	e->len = len;
	e->value = 0;
	map->slots[at] = (uint32_t)map->count;
	if (map->count * 2 > map->mask)
		grow_slots(map);
	return &map->entries[map->count - 1].value;
}

int64_t *strmap_put_text(struct strmap *map, const char *key, bool *added)
{
	return strmap_put(map, key, strlen(key), added);
}

const char *strmap_key(const struct strmap *map, size_t i, size_t *len)
{
	if (len)
		*len = map->entries[i].len;
	return map->entries[i].key;
}

int64_t strmap_value(const struct strmap *map, size_t i)
{
	return map->entries[i].value;
}
