/*
 * A survey at work: what pipeline.c, recall.c, rounds.c, records.c and
 * rebuild.c share.
 * Internal to these.
 */
#ifndef MXPRINT_SURVEY_SURVEY_STATE_H
#define MXPRINT_SURVEY_SURVEY_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/buffer.h"
#include "common/strmap.h"
#include "survey/choice.h"
#include "survey/pipeline.h"
#include "survey/run.h"
#include "survey/shard.h"
#include "survey/store.h"

/* Of a host; all hosts of a survey have one port, so its address is the key. */
enum host_flag {
	HOST_CHOSEN = 1 << 0,  /* for at least one domain */
	HOST_STARTED = 1 << 1, /* contacted in this attempt */
	HOST_STORED = 1 << 2,  /* its transcript is */
	HOST_GREETED = 1 << 3,
	HOST_SCORED = 1 << 4,
	HOST_REPLAYED = 1 << 5, /* one of its predictions was read back */
};

enum domain_flag {
	DOMAIN_STORED = 1 << 0, /* its route is */
	DOMAIN_SEEN = 1 << 1,	/* in this walk over the routes */
};

struct survey {
	const struct survey_options *options; /* NULL: rebuild, rescore */
	const struct classifier *classifier;  /* NULL: rebuild */
	int port;
	struct run *run;
	struct shard *shards[RUN_STAGE_COUNT];
	struct store *store;
	const char *store_path;

	struct arena *arena;   /* of texts for the whole survey */
	struct arena *scratch; /* of one record */
	struct strmap *order;  /* domain -> place in the list */
	unsigned char *domain_flags;
	size_t stored_domains;
	struct strmap *hosts;	     /* address -> host_flag */
	struct scan_target *targets; /* of the round */
	size_t target_count, target_room;
	size_t stored_hosts;

	struct buffer line, score_line;
	size_t in_batch;    /* records in the open batch of the store */
	enum status failed; /* in a callback that cannot tell */
	struct error failure;
};

/* ---- records.c: each is on disk, then in survey.db */

enum status survey_keep_route(
    struct survey *s, const struct route *route, struct error *err);
/* With its score. */
enum status survey_keep_transcript(
    struct survey *s, const struct transcript *t, struct error *err);
enum status survey_keep_score(
    struct survey *s, const struct transcript *t, struct error *err);
/* Around every write to the store. */
enum status survey_batch(struct survey *s, struct error *err);
enum status survey_commit(struct survey *s, struct error *err);
/* About once a second: leases, old segments, the store's batch. */
enum status survey_tick(struct survey *s, struct error *err);

int64_t *survey_host(struct survey *s, const char *address);

/* ---- recall.c: what is stored already; survey.db gets what it lacks */

enum status survey_recall(struct survey *s, struct error *err);

/* ---- rounds.c */

/*
 * The targets of a round, from the stored routes; a domain takes part when
 * all its hosts of earlier rounds are stored and none greeted. *choices:
 * how many hosts all domains chose; 0: no later round has any.
 */
enum status survey_choose(
    struct survey *s, unsigned round, size_t *choices, struct error *err);
/* Unless the host was chosen or stored before. */
void survey_add_target(struct survey *s, const struct choice *choice);
/* All rounds, until nothing is left to ask. */
enum status survey_probe(struct survey *s, struct error *err);

/* STATUS_TEMPFAIL after a signal. */
enum status survey_stopped(struct survey *s, struct error *err);

/* ---- pipeline.c */

struct survey *survey_new(void);
/* The three shards; survey.db beside run.json, mended when it is damaged. */
enum status survey_open_shards(struct survey *s, struct error *err);
enum status survey_open_store(
    struct survey *s, enum store_mode mode, struct error *err);
/* The run's settings, for report and users. */
enum status survey_describe_store(struct survey *s, struct error *err);
/* Closes and frees all. With done, the shards are complete. */
enum status survey_free(struct survey *s, bool done, struct error *err);

#endif
