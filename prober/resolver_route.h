/*
 * What the answers say, as a route: which MX names are worth a question, and
 * when all are answered, each name's outcome and the domain's.
 *
 * Threads: no state.
 */
#ifndef MXPRINT_PROBER_RESOLVER_ROUTE_H
#define MXPRINT_PROBER_RESOLVER_ROUTE_H

#include "prober/resolver.h"
#include "prober/resolver_names.h"

#define ROUTE_HOSTS_MAX 32

/* One MX name of a domain while its route is made. */
struct route_mx {
	int preference;
	enum mx_outcome outcome; /* MX_OK: ask for the addresses */
	char *text;		 /* when not asked; heap */
	size_t index;		 /* in the name cache, when asked */
};

/*
 * A name's outcome before any question: MX_IP_LITERAL, _LOCALHOST, _BAD_NAME,
 * _BLOCKLISTED, or MX_OK: ask.
 */
enum mx_outcome route_judge_name(
    const struct resolver_options *options, const struct dns_name *name);

/* A route without hosts. */
struct route *route_without_hosts(
    const struct target *target, enum route_outcome outcome, int64_t ttl);

/* The route of a domain whose names are all answered. implicit: mx[0] is the
 * domain itself. */
struct route *route_with_hosts(const struct resolver_options *options,
    const struct target *target, const struct name_cache *names,
    const struct route_mx *mx, size_t count, bool implicit, int64_t ttl);

#endif
