/*
 * Between the engine and the transcript (private to rules/).
 */
#ifndef MXPRINT_RULES_HITS_H
#define MXPRINT_RULES_HITS_H

#include "rules/engine.h"
#include "rules/text.h"

#define RULE_HITS_MAX 256 /* of one transcript; further ones are left out */

/* Appends, unless this rule has already hit in this stage. */
void rule_hits_add(
    struct arena *arena, struct rule_hits *hits, const struct rule_hit *hit);

/* Appends the rules of the stage that match the text, in no order. */
void rule_engine_scan(struct rule_engine *engine, struct arena *arena,
    enum rule_stage stage, const char *probe, const struct rule_text *text,
    struct rule_hits *hits);

#endif
