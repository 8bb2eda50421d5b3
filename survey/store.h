/*
 * survey.db: what report, review and users' own SQL read (survey/store*.c
 * alone know SQLite). Derived from a run's segments; can be rebuilt from them
 * at any time (docs/mxprint-run.5 has the schema for users).
 *
 *   meta(key, value)
 *   domains(position, domain, input, outcome, ttl, time, columns)
 *   mx(domain, name, preference, outcome, canonical)
 *   addresses(name, address, outcome)
 *   hosts(id, host, port, name, outcome, detail, plan, start, transcript)
 *       transcript: the JSON line, zlib
 *   chosen(domain, host, port, mx, preference): hosts asked for a domain
 *   predictions(id, host, port, product, confidence, version, family,
 *       operator, front, source, flags, record)
 *       flags: words; record: the JSON line
 *   labels(host, port, product, version, annotator, date, comment)
 *
 * Writing is in batches: store_begin .. store_commit. Adding a row again
 * replaces it, so that replaying a segment changes nothing.
 * Every value is bound, never pasted into SQL.
 * Threads: one struct store per thread; readers may run beside the writer.
 */
#ifndef MXPRINT_SURVEY_STORE_H
#define MXPRINT_SURVEY_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "catalog/label.h"
#include "common/arena.h"
#include "common/error.h"
#include "common/strmap.h"
#include "model/prediction.h"
#include "transcript/route.h"
#include "transcript/transcript.h"

struct store;

enum store_mode {
	STORE_READ,   /* must exist; STATUS_DATA when it is no survey.db */
	STORE_UPDATE, /* made when missing */
	STORE_CREATE, /* emptied first */
};

enum status store_open(const char *path, enum store_mode mode,
    struct store **store, struct error *err);
enum status store_close(struct store *store, struct error *err);

enum status store_begin(struct store *store, struct error *err);
enum status store_commit(struct store *store, struct error *err);

enum status store_set_meta(
    struct store *store, const char *key, const char *value, struct error *err);
/* NULL when absent; in arena. */
const char *store_meta(
    struct store *store, struct arena *arena, const char *key);

/*
 * Places of the domains in the user's list, for store_each_domain: domain ->
 * position from 0. Without it they keep the order they are added in. Must
 * outlive the store.
 */
void store_set_order(struct store *store, const struct strmap *order);

enum status store_add_route(
    struct store *store, const struct route *route, struct error *err);
enum status store_add_choice(struct store *store, const char *domain,
    const char *host, int port, const char *mx, int preference,
    struct error *err);
enum status store_add_host(
    struct store *store, const struct transcript *t, struct error *err);
/* The same where its JSON line exists already. */
enum status store_add_host_line(struct store *store, const struct transcript *t,
    const char *line, size_t len, struct error *err);
enum status store_add_prediction(
    struct store *store, const struct prediction *p, struct error *err);
enum status store_add_prediction_line(struct store *store,
    const struct prediction *p, const char *line, struct error *err);
enum status store_add_label(struct store *store, const char *host, int port,
    const struct label *label, struct error *err);

/* Is it there already? (Cheaper than adding it again.) */
bool store_has_domain(struct store *store, const char *domain);
bool store_has_host(struct store *store, const char *host, int port);
bool store_has_prediction(struct store *store, const char *host, int port);

/* ------------------------------------------------------------- reading */

struct survey_host {
	const char *host;
	int port;
	const char *name; /* MX name it was asked under, or NULL */
	enum outcome outcome;
	const char *plan;
	const struct prediction *prediction; /* NULL: it did not speak */
	const char *label; /* a person's answer (product id), or NULL */
	size_t domains;	   /* that chose it */
	double weight;	   /* of those domains: each is split evenly over its
			      hosts that greeted */
};

struct survey_domain_host {
	const char *mx;
	int preference;
	struct survey_host host; /* domains and weight are not filled in */
};

struct survey_domain {
	const char *domain;
	const char *input;
	const char *columns; /* JSON object, or NULL */
	enum route_outcome outcome;
	const char *first_mx;		  /* best preference, or NULL */
	struct survey_domain_host *hosts; /* that were asked for it */
	size_t host_count;
};

/* What fn is given lives until it returns. Not STATUS_OK ends the walk. */
typedef enum status (*store_host_fn)(
    void *user, const struct survey_host *host, struct error *err);
typedef enum status (*store_domain_fn)(
    void *user, const struct survey_domain *domain, struct error *err);

/* In order of weight, largest first, then address and port. */
enum status store_each_host(
    struct store *store, store_host_fn fn, void *user, struct error *err);
/* In the order of the user's list. */
enum status store_each_domain(
    struct store *store, store_domain_fn fn, void *user, struct error *err);

/* The stored transcript; STATUS_NOINPUT when there is no such host. Caller
 * frees. */
enum status store_transcript(struct store *store, const char *host, int port,
    struct transcript **t, struct error *err);

struct store_counts { /* the loss table */
	size_t domains;
	size_t by_route[ROUTE_OUTCOME_COUNT]; /* domains */
	size_t hosts;
	size_t by_outcome[OUTCOME_COUNT]; /* hosts */
	size_t greeted_domains; /* with at least one host that greeted */
	size_t short_dialogues; /* greeted hosts whose plan was cut short */
	size_t labelled_hosts;	/* greeted, product not "unknown" */
	size_t labelled_domains;
};

enum status store_count(
    struct store *store, struct store_counts *counts, struct error *err);

#endif
