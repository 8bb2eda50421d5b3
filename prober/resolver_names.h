/*
 * The addresses of host names, each name asked for once in a run.
 *
 * Memory: kept until the end of the run: about 150 bytes a name.
 */
#ifndef MXPRINT_PROBER_RESOLVER_NAMES_H
#define MXPRINT_PROBER_RESOLVER_NAMES_H

#include "prober/resolver_ask.h"
#include "transcript/route.h"

struct name_cache;

struct name_result {
	const char *canonical; /* an alias: what it points to, else NULL */
	const struct dns_address *addresses; /* v4 before v6 */
	int32_t ttl;			     /* -1 unknown */
	uint8_t address_count;
	uint8_t outcome; /* MX_OK, _CNAME, _NO_ADDRESS, _NXDOMAIN, ... */
};

struct name_cache *name_cache_new(struct asker *asker, bool ipv6);
void name_cache_free(struct name_cache *cache);

/*
 * *index is the name's for name_cache_get(). Returns true when its result is
 * there; else ready(user) will be called once when it is. After asker_free()
 * nobody is called.
 */
bool name_cache_want(struct name_cache *cache, const char *name,
    void (*ready)(void *user), void *user, size_t *index);

/* Valid until the next name_cache_want(). */
const struct name_result *name_cache_get(
    const struct name_cache *cache, size_t index);
const char *name_cache_name(const struct name_cache *cache, size_t index);

#endif
