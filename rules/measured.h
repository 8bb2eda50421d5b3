/*
 * rules/measured.tsv: on how many deployments of the training data each rule
 * was right and wrong, as `mxprint rules measure` writes it (private to
 * rules/).
 *
 * A rule's precision in decisions is what was measured, with the declared one
 * as MEASURED_PRIOR further observations: (right + prior * declared) /
 * (right + wrong + prior). A rule that the file does not name keeps what it
 * declares.
 */
#ifndef MXPRINT_RULES_MEASURED_H
#define MXPRINT_RULES_MEASURED_H

#include "rules/rulefile.h"

#define MEASURED_PRIOR 20
#define MEASURED_FILE  "measured.tsv"

/* text: the whole file, NUL-terminated. Rows of unknown rules are skipped. */
enum status measured_apply(const char *name, const char *text,
    struct rule_set *set, struct error *err);

#endif
