/*
 * How often each rule is right, over labelled transcripts.
 *
 * A deployment counts once for a rule: as wrong when the rule was wrong in any
 * of its transcripts, else as right. A rule is right when what it names is the
 * label's product, what that is built on or is built on it, or what stands in
 * front. What it says of a greeting that was forged counts neither way, nor do
 * operators, which no label tells.
 *
 * rules/measured.tsv is rule_measure_table() of the training data; the engine
 * weighs a rule by it (rules/measured.c).
 */
#ifndef MXPRINT_EVALUATION_RULE_MEASURE_H
#define MXPRINT_EVALUATION_RULE_MEASURE_H

#include <stddef.h>

#include "catalog/catalog.h"
#include "common/buffer.h"
#include "common/error.h"
#include "rules/engine.h"

struct rule_measure;

/* Transcripts without a label, or that never spoke, are passed over. */
enum status rule_measure_read(struct rule_engine *engine,
    const struct catalog *catalog, const char *const *paths, size_t path_count,
    struct rule_measure **measure, struct error *err);
void rule_measure_free(struct rule_measure *measure);

/* A header, then a row for each rule that matched: TAB-separated. */
void rule_measure_table(const struct rule_measure *measure, struct buffer *out);

/*
 * Each rule that is wrong more often than its precision says, and the first
 * contradictions and unnamed greetings, as sentences. Returns how many rules,
 * and transcripts contradicted or unnamed beyond what is allowed.
 */
size_t rule_measure_faults(const struct rule_measure *measure,
    void (*report)(void *user, const char *sentence), void *user);

struct rule_totals {
	/* of transcripts with an honest greeting */
	size_t named; /* it names the labelled product, */
	size_t told;  /* and the rules on the greeting name it, too */
	/* of all transcripts, a forged greeting aside */
	size_t answered; /* rules name a product */
	size_t wrong;	 /* and it is another one */
};

struct rule_totals rule_measure_totals(const struct rule_measure *measure);

/* 95 % lower bound of a share, by Wilson's score. */
double rule_measure_lower(size_t right, size_t wrong);

#endif
