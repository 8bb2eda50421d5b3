#include "prober/resolver_names.h"

#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/strmap.h"

#define RESULT_ADDRESSES_MAX 16

struct waiter {
	struct waiter *next;
	void (*ready)(void *user);
	void *user;
};

/* A name whose questions are out. */
struct lookup {
	struct name_cache *cache;
	size_t index;
	struct waiter *waiters, **last;
	int open; /* questions without an answer */
	struct dns_address v4[DNS_ADDRESSES_MAX], v6[DNS_ADDRESSES_MAX];
	size_t v4_count, v6_count;
	char *canonical;
	int64_t ttl;
	bool failed, silent, exists;
};

struct entry {
	struct name_result result;
	struct lookup *lookup; /* NULL when done */
};

struct name_cache {
	struct asker *asker;
	bool ipv6;
	struct arena *arena;
	struct strmap *map; /* name -> nothing; its order is entries' */
	struct entry *entries;
	size_t capacity;
};

struct name_cache *name_cache_new(struct asker *asker, bool ipv6)
{
	struct name_cache *cache = xcalloc(1, sizeof(*cache));

	cache->asker = asker;
	cache->ipv6 = ipv6;
	cache->arena = arena_new();
	cache->map = strmap_new();
	return cache;
}

static void free_lookup(struct lookup *lookup)
{
	if (!lookup)
		return;
	while (lookup->waiters) {
		struct waiter *w = lookup->waiters;

		lookup->waiters = w->next;
		free(w);
	}
	free(lookup->canonical);
	free(lookup);
}

void name_cache_free(struct name_cache *cache)
{
	if (!cache)
		return;
	for (size_t i = 0; i < strmap_count(cache->map); i++)
		free_lookup(cache->entries[i].lookup);
	free(cache->entries);
	strmap_free(cache->map);
	arena_free(cache->arena);
	free(cache);
}

/* ------------------------------------------------------------- answers */

static enum mx_outcome judge(const struct lookup *l)
{
	if (l->v4_count + l->v6_count > 0)
		return l->canonical ? MX_CNAME : MX_OK;
	if (l->silent)
		return MX_TIMEOUT;
	if (l->failed)
		return MX_SERVFAIL;
	return l->exists ? MX_NO_ADDRESS : MX_NXDOMAIN;
}

static void keep_result(struct name_cache *cache, struct lookup *l)
{
	struct name_result *r = &cache->entries[l->index].result;
	size_t v4 = l->v4_count, v6 = l->v6_count;
	struct dns_address *addresses;

	/* Half of the room stays for v6, if there are so many of both. */
	if (v4 + v6 > RESULT_ADDRESSES_MAX) {
		size_t half = RESULT_ADDRESSES_MAX / 2;

		v6 = v6 > half ? (v4 < half ? RESULT_ADDRESSES_MAX - v4 : half)
			       : v6;
		v4 = RESULT_ADDRESSES_MAX - v6;
	}
	addresses = arena_array(cache->arena, v4 + v6, sizeof(*addresses));
	memcpy(addresses, l->v4, v4 * sizeof(*addresses));
	memcpy(addresses + v4, l->v6, v6 * sizeof(*addresses));
	r->addresses = addresses;
	r->address_count = (uint8_t)(v4 + v6);
	r->outcome = (uint8_t)judge(l);
	r->ttl = (int32_t)l->ttl;
	if (l->canonical)
		r->canonical = arena_strdup(cache->arena, l->canonical);
}

/* The last answer is in: the result is kept, the waiters are told. */
static void complete(struct lookup *l)
{
	struct name_cache *cache = l->cache;

	keep_result(cache, l);
	cache->entries[l->index].lookup = NULL;
	while (l->waiters) {
		struct waiter *w = l->waiters;

		l->waiters = w->next;
		w->ready(w->user);
		free(w);
	}
	free_lookup(l);
}

static void take_answer(
    struct lookup *l, enum ask_outcome outcome, const struct dns_answer *answer)
{
	if (outcome == ASK_CANCELLED)
		return;
	l->silent = l->silent || outcome == ASK_TIMEOUT;
	l->failed = l->failed || outcome == ASK_FAILED;
	if (answer) {
		l->exists = l->exists || answer->rcode == DNS_NOERROR;
		if (answer->ttl >= 0 && (l->ttl < 0 || answer->ttl < l->ttl))
			l->ttl = answer->ttl;
		if (answer->alias && !l->canonical)
			l->canonical = xstrdup(answer->canonical.text);
	}
	if (--l->open == 0)
		complete(l);
}

static void on_v4(
    void *user, enum ask_outcome outcome, const struct dns_answer *answer)
{
	struct lookup *l = user;

	if (answer) {
		l->v4_count = answer->address_count;
		memcpy(l->v4, answer->addresses, sizeof(l->v4));
	}
	take_answer(l, outcome, answer);
}

static void on_v6(
    void *user, enum ask_outcome outcome, const struct dns_answer *answer)
{
	struct lookup *l = user;

	if (answer) {
		l->v6_count = answer->address_count;
		memcpy(l->v6, answer->addresses, sizeof(l->v6));
	}
	take_answer(l, outcome, answer);
}

/* ------------------------------------------------------------ questions */

static struct lookup *start(
    struct name_cache *cache, const char *name, size_t index)
{
	struct lookup *l = xcalloc(1, sizeof(*l));

	l->cache = cache;
	l->index = index;
	l->last = &l->waiters;
	l->ttl = -1;
	l->open = cache->ipv6 ? 2 : 1;
	asker_ask(cache->asker, name, DNS_A, on_v4, l);
	if (cache->ipv6)
		asker_ask(cache->asker, name, DNS_AAAA, on_v6, l);
	return l;
}

bool name_cache_want(struct name_cache *cache, const char *name,
    void (*ready)(void *user), void *user, size_t *index)
{
	size_t count = strmap_count(cache->map);
	struct waiter *w;
	struct entry *e;
	bool added;
	int64_t *slot = strmap_put_text(cache->map, name, &added);

	if (added) {
		*slot = (int64_t)count;
		if (count == cache->capacity) {
			cache->capacity =
			    cache->capacity ? cache->capacity * 2 : 1024;
			cache->entries = xrealloc_array(cache->entries,
			    cache->capacity, sizeof(*cache->entries));
		}
		e = &cache->entries[count];
		memset(e, 0, sizeof(*e));
		e->lookup = start(cache, name, count);
	}
	*index = (size_t)*slot;
	e = &cache->entries[*index];
	if (!e->lookup)
		return true;
	w = xcalloc(1, sizeof(*w));
	w->ready = ready;
	w->user = user;
	*e->lookup->last = w;
	e->lookup->last = &w->next;
	return false;
}

const struct name_result *name_cache_get(
    const struct name_cache *cache, size_t index)
{
	return &cache->entries[index].result;
}

const char *name_cache_name(const struct name_cache *cache, size_t index)
{
	return strmap_key(cache->map, index, NULL);
}
