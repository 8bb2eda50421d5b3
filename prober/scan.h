/*
 * A whole shard: hosts in, transcripts out (libevent loop inside).
 *
 * scan_run blocks until every target is finished, or stopped. Each target
 * gives exactly one transcript, also when it was never contacted (blocklist,
 * special address): the outcome says so. SIGINT and SIGTERM are
 * handled inside: no new connections, QUIT on running ones for at
 * most 10 s, then return STATUS_TEMPFAIL. A host stopped in the middle of its
 * plan gives no transcript: it is to be asked again.
 *
 * Port-25 self test: when the first 50 hosts in 20 networks all time out at
 * connect, it stops with STATUS_UNAVAILABLE and a sentence, and their
 * transcripts, held back until then, are never given.
 *
 * Pace (public addresses only): random order over networks; new connections
 * per second in all; one at a time and a gap per /24 or /48 and per host;
 * never twice to one address but after 4xx. Private addresses are one's own.
 */
#ifndef MXPRINT_PROBER_SCAN_H
#define MXPRINT_PROBER_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "prober/blocklist.h"
#include "prober/plan.h"
#include "transcript/transcript.h"

struct scan_target {
	const char *address; /* text, v4 or v6 */
	const char *name;    /* MX name for SNI and the record, or NULL */
	int port;
};

struct scan_options {
	const struct plan *plan;
	const char *ehlo;		   /* fully qualified */
	const char *source;		   /* bind to this address, or NULL */
	const struct blocklist *blocklist; /* asked before connect, or NULL */
	const struct blocklist *may_test; /* networks the deep plan may touch */
	bool allow_private;	 /* contact private, loopback, special ones */
	int concurrency;	 /* open connections at most */
	double rate;		 /* new connections per second, public */
	int network_gap_ms;	 /* per /24 or /48, public */
	int provider_per_minute; /* per registrable MX domain, public */
	int connect_timeout_ms;
	int greeting_timeout_ms;
	int reply_timeout_ms;
	int host_timeout_ms;
	int retry_deferred_ms; /* second try after 4xx; 0: none */
	size_t reply_cap;      /* bytes kept of one reply */
	size_t connection_cap; /* bytes read from one connection */
	bool no_help;	       /* the zero-error plan */
	bool no_tls;
	uint64_t seed; /* of the random order */
};

/* Fills in every default of design.md and scanning.md. */
void scan_options_defaults(struct scan_options *options);
/* NULL, or a sentence on what is wrong and what to do. */
const char *scan_options_check(const struct scan_options *options);

struct scan_stats { /* of this call, for the progress line */
	size_t total;
	size_t done;
	size_t open;	/* connections open now */
	size_t waiting; /* for their pace */
	size_t by_outcome[OUTCOME_COUNT];
	int64_t elapsed_ms;
	double rate;	 /* finished hosts per second, last 10 s */
	int64_t left_ms; /* estimate, -1 unknown */
};

struct scan_events {
	/* A host is about to be contacted for the first time. May be NULL. */
	void (*started)(void *user, const struct scan_target *target);
	/*
	 * Takes ownership of t. A status other than STATUS_OK (disk full)
	 * stops the scan as SIGTERM would, and scan_run returns it.
	 */
	enum status (*finished)(void *user, struct transcript *t,
	    const struct scan_target *target, struct error *err);
	/* About once a second, and at the end. May be NULL. */
	void (*progress)(void *user, const struct scan_stats *stats);
};

enum status scan_run(const struct scan_options *options,
    const struct scan_target *targets, size_t count,
    const struct scan_events *events, void *user, struct error *err);

/*
 * Seconds a scan of these targets will take at this pace, at least (for
 * --dry-run and the first progress line).
 */
int64_t scan_estimate_s(const struct scan_options *options,
    const struct scan_target *targets, size_t count);

#endif
