/*
 * Rule files as text: reads, checks and explains them. Knows the format
 * (docs/mxprint-rules.5), not how patterns are matched.
 *
 * Memory: everything lives in the arena of the set.
 * Bounds: a file at most 4 MiB, a line 4 KB, RULES_MAX rules, PATTERNS_MAX
 *         patterns a rule.
 * Errors: STATUS_DATA with "FILE:LINE:COL: sentence"; columns count bytes
 *         from 1.
 */
#ifndef MXPRINT_RULES_RULEFILE_H
#define MXPRINT_RULES_RULEFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "catalog/catalog.h"
#include "common/arena.h"
#include "common/error.h"
#include "rules/engine.h"

#define RULES_MAX    20000
#define PATTERNS_MAX 8	/* of one rule */
#define CODES_MAX    4	/* of one rule */
#define OVER_MAX     16 /* of one rule */

struct rule_pattern {
	const char *text; /* as written */
	bool is_suffix;	  /* a host name's end rather than a pattern */
	bool match_case;
	bool negated; /* `unless` */
	int line;
	int column; /* of text */
};

struct rule_example {
	const char *text; /* unescaped bytes */
	size_t len;
	bool positive;	     /* `example`, not `not` */
	const char *version; /* the one it must yield, NULL: none */
	const char *winner;  /* id of the rule that wins it, NULL: its own */
	int line;
	int column;
};

struct rule_over { /* a rule that this one is stronger than */
	const char *id;
	int line;
	int column;
};

/* A rule with all that is said about it; the engine's struct rule first. */
struct rule_spec {
	struct rule rule;
	struct rule_pattern patterns[PATTERNS_MAX];
	size_t pattern_count;
	char codes[CODES_MAX][4]; /* "502", "5": prefixes of the reply code */
	size_t code_count;	  /* 0: any code */
	struct rule_over over[OVER_MAX];
	size_t over_count;
	bool whole; /* its words alone prove nothing */
	struct rule_example *examples;
	size_t example_count;
	size_t example_capacity;
};

struct rule_set {
	struct arena *arena;
	struct rule_spec **specs; /* in the order of files, then lines */
	size_t count;
	size_t capacity;
	bool passing;  /* with a file beside: compiled, it is not kept */
	char hash[65]; /* SHA-256 over names and bytes of the files, hex */
};

/*
 * Every *.rules of a folder in the order of their names, or one file; beside,
 * if not NULL, is one more file, or one of the folder's under another name.
 * A file without any rule is an error.
 */
enum status rulefile_load(const char *path, const char *beside,
    const struct catalog *catalog, struct rule_set **set, struct error *err);
/* The same from memory (tests, fuzzing); name stands in messages. */
enum status rulefile_parse(const char *name, const char *text, size_t len,
    const struct catalog *catalog, struct rule_set **set, struct error *err);
void rule_set_free(struct rule_set *set);

/* NULL when unknown. */
const struct rule_spec *rule_set_find(
    const struct rule_set *set, const char *id);

/* An engine over rules in memory (tests, fuzzing). */
enum status rule_engine_parse(const char *name, const char *text, size_t len,
    const struct catalog *catalog, struct rule_engine **engine,
    struct error *err);
/* What an engine was loaded from, for the check of examples. */
const struct rule_set *rule_engine_set(const struct rule_engine *engine);
const struct catalog *rule_engine_catalog(const struct rule_engine *engine);

/*
 * C escapes to bytes: \r \n \t \0 \\ \" \' \xHH (one or two digits). false:
 * a wrong escape at text[*fault].
 */
bool rule_unescape(struct arena *arena, const char *text, size_t len,
    char **bytes, size_t *bytes_len, size_t *fault);

#endif
