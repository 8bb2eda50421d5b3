/*
 * All rules at once over a transcript: what known wording proves
 * (the only file that knows vectorscan and PCRE2).
 *
 * Matching is linear in the input: vectorscan finds which rules can match,
 * PCRE2 with match limits confirms those and captures. Only complete replies
 * are looked at, at most RULE_TEXT_MAX bytes of each.
 *
 * What patterns see of a reply: its lines joined by '\n', without the reply
 * codes; runs of blanks and control bytes are one space, none at the end of
 * a line (docs/mxprint-rules.5). Of an MX name: the name. Of a certificate:
 * lines "subject NAME", "issuer NAME", "organization NAME", "name NAME".
 *
 * The most specific rule of a stage wins, not the first: strength, then the
 * number of literal characters in its patterns, then the id. A rule that
 * declares `over X` is given more strength than X when it is loaded.
 *
 * Memory: results live in the arena given; rule pointers in the engine.
 * Threads: one struct rule_engine per thread.
 */
#ifndef MXPRINT_RULES_ENGINE_H
#define MXPRINT_RULES_ENGINE_H

#include <stdbool.h>
#include <stddef.h>

#include "catalog/catalog.h"
#include "common/arena.h"
#include "common/error.h"
#include "transcript/transcript.h"

#define RULE_TEXT_MAX 65536 /* bytes of one reply that are looked at */

enum rule_stage {
	STAGE_BANNER, /* greeting */
	STAGE_EHLO,   /* also HELO, and EHLO inside TLS */
	STAGE_HELP,
	STAGE_UNKNOWN, /* unknown-verb */
	STAGE_NUL,     /* nul */
	STAGE_MAIL,    /* mail-noarg */
	STAGE_REPLY,   /* any other probe's reply */
	STAGE_QUIT,
	STAGE_MX_NAME,	   /* the MX name */
	STAGE_CERTIFICATE, /* subject, issuer, names of the leaf */
	STAGE_COUNT
};

const char *rule_stage_name(enum rule_stage stage);
enum rule_stage rule_stage_parse(const char *name); /* STAGE_COUNT: unknown */

struct rule {
	const char *id;	  /* unique: "banner/postfix" */
	const char *file; /* for messages */
	int line;
	enum rule_stage stage;	 /* the first of stages */
	unsigned stages;	 /* bits 1u << enum rule_stage */
	const char *pattern;	 /* the first one, as written */
	const char *product;	 /* catalogue id of the software, or NULL */
	const char *operator_id; /* catalogue id of the service, or NULL */
	const char *front;   /* catalogue id of what stands in front, or NULL */
	const char *before;  /* the front counts only before this product's
				family, or NULL */
	const char *os;	     /* a word on the system it runs on, or NULL */
	const char *version; /* fixed version or range, or NULL (captured) */
	double declared;     /* precision, 0..1: the rule's or its stage's */
	double precision;    /* the same, measured (rules/measured.h) */
	int strength;	     /* 1.., higher is more specific */
	int literals;	     /* literal characters in its patterns */
	const char *source;  /* where the words were seen */
};

struct rule_hit {
	const struct rule *rule;
	enum rule_stage stage; /* where it matched, one of rule->stages */
	const char *probe;     /* whose reply matched; NULL for names */
	const char *version;   /* captured or fixed, or NULL */
	const char *evidence;  /* the matched words, printable, cut at 120 */
};

struct rule_hits {
	struct rule_hit *items; /* by stage, best first within a stage */
	size_t count;
};

/* What hits say together: of each answer, the best hit that has one. */
struct rule_answer {
	const struct rule_hit *product; /* NULL where nothing says so */
	const struct rule_hit *operator_id;
	const struct rule_hit *front;
	const struct rule_hit *os;
	const char *version; /* of the product: its hit's, else that of the
				best hit for the same product */
};

struct rule_engine;

/*
 * Compiles every *.rules of a folder, or one file. Errors carry FILE:LINE:COL.
 * Product ids are checked against the catalogue, which must outlive the
 * engine.
 */
enum status rule_engine_load(const char *path, const struct catalog *catalog,
    struct rule_engine **engine, struct error *err);
/*
 * The same with one more file, whose rules may name those of the folder; it
 * may be one of the folder's. Rules bear its name as it is given.
 */
enum status rule_engine_load_beside(const char *path, const char *beside,
    const struct catalog *catalog, struct rule_engine **engine,
    struct error *err);
void rule_engine_free(struct rule_engine *engine);
size_t rule_engine_count(const struct rule_engine *engine);
const struct rule *rule_engine_rule(const struct rule_engine *engine, size_t i);
/* SHA-256 over the rule files, hex. */
const char *rule_engine_hash(const struct rule_engine *engine);

void rule_engine_match(struct rule_engine *engine, struct arena *arena,
    const struct transcript *t, struct rule_hits *hits);
/*
 * One reply or name, for `mxprint rules match` and the examples' check. The
 * reply's codes may be missing.
 */
void rule_engine_match_text(struct rule_engine *engine, struct arena *arena,
    enum rule_stage stage, const char *text, size_t len,
    struct rule_hits *hits);

/* Bits 1u << enum rule_stage: what the host answered; */
unsigned rule_stages_answered(const struct transcript *t);
/* where the rules know words of the product's family. */
unsigned rule_stages_known(
    const struct rule_engine *engine, const char *product);

/* Over the hits of one stage (or of all, the earlier stage first). */
struct rule_answer rule_hits_answer(const struct rule_hits *hits);

/*
 * Runs every rule's examples (rules/check.c): each must be won by its own
 * rule, or one declared to be over it, with the values it promises; no rule
 * may match an example of another product. Each failure is a sentence through
 * report. Returns the count of failures.
 */
size_t rule_engine_check(struct rule_engine *engine,
    void (*report)(void *user, const char *sentence), void *user);
/*
 * The same answer to every example with other surroundings
 * (rules/altered.c): no host name, legal notices, other dates ...
 */
size_t rule_engine_check_altered(struct rule_engine *engine,
    void (*report)(void *user, const char *sentence), void *user,
    size_t *tried);

#endif
