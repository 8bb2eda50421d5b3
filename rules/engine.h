/*
 * All rules at once over a transcript: what known wording proves
 * (the only file that knows vectorscan and PCRE2).
 *
 * Matching is linear in the input (vectorscan finds which rules can match,
 * PCRE2 with match limits captures from those). Only complete replies are
 * looked at; the most specific rule of a stage wins (rule.strength, then the
 * longer literal), not the first.
 *
 * Memory: results live in the arena given; rule pointers in the engine.
 * Threads: one struct rule_engine per thread.
 */
#ifndef MXPRINT_RULES_ENGINE_H
#define MXPRINT_RULES_ENGINE_H

#include <stddef.h>

#include "catalog/catalog.h"
#include "common/arena.h"
#include "common/error.h"
#include "transcript/transcript.h"

enum rule_stage {
	STAGE_BANNER,	   /* greeting */
	STAGE_EHLO,
	STAGE_HELP,
	STAGE_UNKNOWN,	   /* unknown-verb */
	STAGE_NUL,	   /* nul */
	STAGE_MAIL,	   /* mail-noarg */
	STAGE_REPLY,	   /* any other probe's reply */
	STAGE_QUIT,
	STAGE_MX_NAME,	   /* the MX name */
	STAGE_CERTIFICATE, /* subject, issuer, names */
	STAGE_COUNT
};

const char *rule_stage_name(enum rule_stage stage);
enum rule_stage rule_stage_parse(const char *name); /* STAGE_COUNT: unknown */

struct rule {
	const char *id;	  /* unique: "banner/postfix-named" */
	const char *file; /* for messages */
	int line;
	enum rule_stage stage;
	const char *pattern;
	const char *product;  /* catalogue id of the software, or NULL */
	const char *operator_id; /* catalogue id of the service, or NULL */
	const char *front;    /* catalogue id of what stands in front, or NULL */
	const char *version;  /* fixed version or range, or NULL (captured) */
	double precision;     /* 0..1, measured or declared */
	int strength;	      /* higher is more specific */
	const char *source;   /* where the words were seen */
};

struct rule_hit {
	const struct rule *rule;
	const char *probe;    /* whose reply matched; NULL for names */
	const char *version;  /* captured or fixed, or NULL */
	const char *evidence; /* the matched words, printable, cut at 120 */
};

struct rule_hits {
	struct rule_hit *items; /* by stage, best first within a stage */
	size_t count;
};

struct rule_engine;

/*
 * Compiles every *.rules of a folder, or one file. Errors carry FILE:LINE:COL.
 * Product ids are checked against the catalogue.
 */
enum status rule_engine_load(const char *path, const struct catalog *catalog,
    struct rule_engine **engine, struct error *err);
void rule_engine_free(struct rule_engine *engine);
size_t rule_engine_count(const struct rule_engine *engine);
const struct rule *rule_engine_rule(const struct rule_engine *engine,
    size_t i);
/* SHA-256 over the rule files, hex. */
const char *rule_engine_hash(const struct rule_engine *engine);

void rule_engine_match(struct rule_engine *engine, struct arena *arena,
    const struct transcript *t, struct rule_hits *hits);
/* One reply or name, for `mxprint rules match` and the examples' check. */
void rule_engine_match_text(struct rule_engine *engine, struct arena *arena,
    enum rule_stage stage, const char *text, size_t len,
    struct rule_hits *hits);

/* Runs every rule's examples; each failure through report. Count of them. */
size_t rule_engine_check(struct rule_engine *engine,
    void (*report)(void *user, const char *sentence), void *user);

#endif
