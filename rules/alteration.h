/*
 * The shapes in which strangers' servers say the same: a table of alterations
 * of an example, none of which may change what the rules say (private to
 * rules/; rules/altered.c asks them).
 *
 * Memory: what an alteration makes lives in altering.arena, the reply in
 * altering.out.
 */
#ifndef MXPRINT_RULES_ALTERATION_H
#define MXPRINT_RULES_ALTERATION_H

#include <stdbool.h>

#include "common/arena.h"
#include "common/buffer.h"
#include "rules/example_lines.h"

#define ALTERED_MAX 65536 /* bytes of an altered reply */

struct altering {
	struct example_lines reply; /* the example; changed on the way */
	struct arena *arena;
	struct buffer out; /* the altered reply */
};

struct language { /* what the fixed English words become */
	const char *ready;
	const char *service_ready;
	const char *at; /* before a date */
};

struct alteration {
	const char *name;      /* "with NAME, the example's ..." */
	unsigned stages;       /* bits 1u << enum rule_stage */
	bool form;	       /* changes the form of the whole */
	bool parts_host;       /* from the words, or leaves it out */
	const char *date;      /* for alter_dates() */
	struct language words; /* for alter_words() */
	/* Writes to a->out; false: it has nothing to change. */
	bool (*alter)(struct altering *a, const struct alteration *how);
};

/* Ends with a row without a name. */
extern const struct alteration alterations[];

/* Every date of four parts or more becomes how->date. */
bool alter_dates(struct altering *a, const struct alteration *how);
/*
 * "ready", "service ready" and "ready at DATE" at the end of a line become
 * those of how->words, in a greeting that begins with a host's name.
 */
bool alter_words(struct altering *a, const struct alteration *how);

#endif
