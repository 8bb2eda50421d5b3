/*
 * What rules look at: a reply, a name or a certificate as plain lines
 * (private to rules/).
 *
 * Of a reply the codes at the start of its lines are taken off; everywhere
 * runs of blanks and control bytes are one space, lines are joined by '\n'
 * and have no blank at their start or end. Patterns then do not depend on
 * layout.
 *
 * Memory: bytes live in the arena. Bounds: RULE_TEXT_MAX bytes are looked at.
 */
#ifndef MXPRINT_RULES_TEXT_H
#define MXPRINT_RULES_TEXT_H

#include <stddef.h>

#include "common/arena.h"
#include "transcript/transcript.h"

struct rule_text {
	const char *bytes;
	size_t len;
	char code[4]; /* of the first line that has one, "" if none */
};

void rule_text_of_reply(
    struct arena *arena, const char *bytes, size_t len, struct rule_text *text);
/* Lower case, no final dot; lines are kept apart. */
void rule_text_of_name(
    struct arena *arena, const char *bytes, size_t len, struct rule_text *text);
void rule_text_of_certificate(struct arena *arena,
    const struct certificate *certificate, struct rule_text *text);

#endif
