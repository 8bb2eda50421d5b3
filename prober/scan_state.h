/*
 * What the files of scan share; nobody else includes it.
 *
 *   scan.c          the loop: fill, wait, reap; set-up; signals
 *   scan_host.c     one host: may it be contacted, its connections, its end
 *   scan_deliver.c  transcripts out: port-25 self test, figures for progress
 */
#ifndef MXPRINT_PROBER_SCAN_STATE_H
#define MXPRINT_PROBER_SCAN_STATE_H

#include <event2/event.h>
#include <netinet/in.h>

#include "prober/dialog.h"
#include "prober/pacer.h"
#include "prober/record.h"
#include "prober/scan.h"
#include "prober/session.h"

#define BLOCKED_HOSTS 50 /* none connects, in so many networks: */
#define BLOCKED_NETS  20 /* port 25 is blocked here */
#define DOUBTED_HOSTS 3	 /* all there were, none connected: a warning */
#define RATE_SECONDS  10

struct scan;

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

struct host { /* being talked to */
	struct scan *scan;
	size_t index;
	struct dialog dialog;
	struct record *record;
	struct session *session; /* NULL between connections */
	int64_t used_ms;
	const char *detail;
	bool retried;
	struct host *next, **link; /* of all hosts */
	struct host *next_done;
};

struct entry { /* of a target */
	union address address;
	struct host *host;
};

/* The first hosts' transcripts wait until we know that port 25 is open. */
struct self_test {
	struct transcript *held[BLOCKED_HOSTS];
	size_t indices[BLOCKED_HOSTS];
	size_t count;
	bool passed;
};

struct scan {
	const struct scan_options *options;
	const struct scan_target *targets;
	struct entry *entries;
	size_t count;
	const struct scan_events *events;
	void *user;
	struct error *err;
	enum status status; /* why we stop, STATUS_OK while we do not */
	struct event_base *base;
	struct event *tick, *pace, *stop_timer, *signals[2];
	struct network *network;
	struct script *script;
	struct pacer *pacer;
	struct host *hosts;
	struct host *done;
	struct self_test test;
	size_t open, connecting;
	int concurrency;
	bool stopping;
	bool files_warned;
	bool progress_due;
	int64_t start_ms;
	struct scan_stats stats;
	size_t done_at[RATE_SECONDS]; /* hosts done, a second each */
	unsigned seconds;
};

/* No new connections, QUIT on the open ones; the first status stands. */
void scan_stop(struct scan *scan, enum status status);

void scan_host_start(struct scan *scan, size_t index);
void scan_host_reap(struct host *host); /* its session is done */
void scan_host_free(struct host *host);
/* NULL, or why this target is never contacted; *outcome says the same. */
const char *scan_host_refusal(
    const struct scan *scan, size_t index, enum outcome *outcome);
bool scan_host_is_public(const struct scan *scan, size_t index);
/* Callbacks of sessions. */
void scan_host_connected(void *user);
void scan_host_done(struct session *session, void *user);

struct record *scan_record(const struct scan *scan, size_t index);
/* Takes t. Holds it back while port 25 may be blocked. */
void scan_deliver(struct scan *scan, struct transcript *t, size_t index);
void scan_release_held(struct scan *scan);
/* At the end: warns when all hosts are still held back. */
void scan_doubt_held(struct scan *scan);
void scan_drop_held(struct scan *scan);
void scan_tell_progress(struct scan *scan);

#endif
