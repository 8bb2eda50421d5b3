/*
 * The hash is keyed anew for each transcript, so that no server can choose
 * texts that collide; the order of the features never depends on it.
 */
#include "features/sink.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/random.h"

#define FIRST_CAPACITY 2048

void sink_init(struct feature_sink *sink, struct arena *arena)
{
	sink->arena = arena;
	sink->count = 0;
	sink->capacity = FIRST_CAPACITY;
	sink->items = arena_array(arena, sink->capacity, sizeof(*sink->items));
	sink->mask = FIRST_CAPACITY * 2 - 1;
	sink->slots = arena_array(arena, sink->mask + 1, sizeof(*sink->slots));
	sink->key[0] = random_seed();
	sink->key[1] = random_seed();
}

static void grow(struct feature_sink *sink)
{
	struct named_feature *items = sink->items;
	struct sink_slot *slots = sink->slots;
	size_t old_mask = sink->mask;

	sink->capacity *= 2;
	sink->items = arena_array(sink->arena, sink->capacity, sizeof(*items));
	memcpy(sink->items, items, sink->count * sizeof(*items));
	sink->mask = sink->capacity * 2 - 1;
	sink->slots = arena_array(sink->arena, sink->mask + 1, sizeof(*slots));
	for (size_t i = 0; i <= old_mask; i++) {
		size_t at = slots[i].hash & sink->mask;

		if (!slots[i].item)
			continue;
		while (sink->slots[at].item)
			at = (at + 1) & sink->mask;
		sink->slots[at] = slots[i];
	}
}

/* The two halves of a 128-bit product, folded. */
static uint64_t fold(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/*
 * Eight bytes a step: names are short, and there are a thousand of them. The
 * bounds of the sink limit what a collision could cost.
 */
static uint32_t hash_of(
    const struct feature_sink *sink, const char *name, size_t len)
{
	uint64_t hash = sink->key[0] ^ len, part;

	for (; len > 8; len -= 8, name += 8) {
		memcpy(&part, name, 8);
		hash = fold(hash ^ part, sink->key[1] | 1);
	}
	part = 0;
	memcpy(&part, name, len);
	hash = fold(hash ^ part, sink->key[1] | 1);
	return (uint32_t)(hash ^ (hash >> 32));
}

static void add_name(struct feature_sink *sink, enum feature_group group,
    const char *name, size_t len)
{
	uint32_t hash = hash_of(sink, name, len);
	size_t at = hash & sink->mask;

	if (sink->count == FEATURES_MAX || !len)
		return;
	for (; sink->slots[at].item; at = (at + 1) & sink->mask) {
		const char *other;

		if (sink->slots[at].hash != hash)
			continue;
		other = sink->items[sink->slots[at].item - 1].name;
		if (memcmp(other, name, len) == 0 && !other[len])
			return;
	}
	sink->items[sink->count].name = arena_copy(sink->arena, name, len);
	sink->items[sink->count++].group = group;
	sink->slots[at].hash = hash;
	sink->slots[at].item = (uint32_t)sink->count;
	if (sink->count == sink->capacity)
		grow(sink);
}

/* Escapes into name[at..]; returns the new length. Never half an escape. */
static size_t escape(
    char name[FEATURE_NAME_MAX + 1], size_t at, const char *bytes, size_t len)
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if (c >= 0x20 && c < 0x7f && c != '\\') {
			if (at + 1 > FEATURE_NAME_MAX)
				break;
			name[at++] = (char)c;
		} else if (c == '\n' || c == '\\') {
			if (at + 2 > FEATURE_NAME_MAX)
				break;
			name[at++] = '\\';
			name[at++] = c == '\n' ? 'n' : '\\';
		} else {
			if (at + 4 > FEATURE_NAME_MAX)
				break;
			name[at++] = '\\';
			name[at++] = 'x';
			name[at++] = hex[c >> 4];
			name[at++] = hex[c & 15];
		}
	}
	return at;
}

void feature_add(struct feature_sink *sink, enum feature_group group,
    const char *format, ...)
{
	char text[FEATURE_NAME_MAX + 1], name[FEATURE_NAME_MAX + 1];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (n <= 0)
		return;
	add_name(sink, group, name, escape(name, 0, text, strlen(text)));
}

void feature_add_bytes(struct feature_sink *sink, enum feature_group group,
    const char *prefix, const void *bytes, size_t len)
{
	char name[FEATURE_NAME_MAX + 1];
	size_t at = escape(name, 0, prefix, strlen(prefix));

	add_name(sink, group, name, escape(name, at, bytes, len));
}
