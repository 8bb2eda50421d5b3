/*
 * A rule's pattern -> the two expressions it is matched with.
 *
 *   exact: what PCRE2 confirms and captures with
 *   loose: matches at least wherever exact does; what all rules are searched
 *          for at once, so it leaves out what costs (edges of words)
 *
 * Beside PCRE2's own syntax a pattern may hold
 *   \<  \>      edges of a word that is not part of a host name or address
 *   {version}   a version number, captured
 *   {host}      something without blanks where a host name stands
 * and a suffix is turned into "the host's own name at the start of a line
 * ends in this".
 *
 * Threads: no state, safe anywhere.
 */
#ifndef MXPRINT_RULES_PATTERN_H
#define MXPRINT_RULES_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "common/arena.h"
#include "rules/rulefile.h"

struct pattern_form {
	const char *exact;
	const char *loose;
	const int *columns; /* per byte of exact: offset in the text written */
	int literals;	    /* characters that stand for themselves */
	bool prefilter; /* loose holds what vectorscan can only approximate */
};

/* NULL, or what is wrong, with its offset in pattern->text. */
const char *pattern_expand(struct arena *arena,
    const struct rule_pattern *pattern, struct pattern_form *form, int *offset);

#endif
