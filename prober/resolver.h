/*
 * Domain -> route (c-ares is behind prober/resolver_channel.c).
 *
 * Asks MX, then A (and AAAA) of every MX name, each name once in a run;
 * no MX: the domain's own address. /etc/hosts is never read. Timeouts are
 * tried again over all resolvers. A record outside the question's owner name
 * is ignored.
 */
#ifndef MXPRINT_PROBER_RESOLVER_H
#define MXPRINT_PROBER_RESOLVER_H

#include <stdbool.h>
#include <stddef.h>

#include "common/error.h"
#include "prober/blocklist.h"
#include "prober/target.h"
#include "transcript/route.h"

struct resolver_options {
	const char *const *servers; /* "ADDR[:PORT]"; none: the system's */
	size_t server_count;
	bool ipv6;	    /* also ask AAAA */
	bool allow_private; /* else ADDRESS_SPECIAL */
	bool hosts_only;    /* targets are host names: no MX is asked */
	const struct blocklist *blocklist;
	int timeout_ms; /* of one try */
	int tries;
	int window; /* questions in flight */
};

struct resolver_stats {
	size_t total, done, questions;
	size_t by_outcome[ROUTE_OUTCOME_COUNT];
	int64_t elapsed_ms;
	double rate;
};

struct resolver_events {
	/* Takes ownership of route. Anything but OK stops the run. */
	enum status (*finished)(
	    void *user, struct route *route, struct error *err);
	void (*progress)(void *user, const struct resolver_stats *stats);
};

void resolver_options_defaults(struct resolver_options *options);
const char *resolver_options_check(const struct resolver_options *options);

/*
 * Blocks until all are done; SIGINT and SIGTERM as in scan_run. When no
 * resolver answers the first 20 questions at all: STATUS_UNAVAILABLE.
 */
enum status resolver_run(const struct resolver_options *options,
    const struct target *targets, size_t count,
    const struct resolver_events *events, void *user, struct error *err);

/*
 * Forward-confirmed reverse DNS of our own name: does name resolve to an
 * address whose PTR is name? *address gets it (NUL-terminated, 46 bytes).
 */
enum status resolver_check_name(const struct resolver_options *options,
    const char *name, const char *source, char address[46], struct error *err);

#endif
