/*
 * What `over` leads to: a rule is stronger than those it names (private to
 * rules/).
 *
 * Asked once, when all files are read. Fills reader->err at the `over` that
 * names no rule, closes a ring, or is one too many in a chain; gives
 * STATUS_DATA.
 */
#ifndef MXPRINT_RULES_OVER_H
#define MXPRINT_RULES_OVER_H

#include "rules/field.h"

enum status rules_raise_over(struct rule_reader *r);

#endif
