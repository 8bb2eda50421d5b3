/*
 * Why: sentences for people, with the replies as they were seen.
 *
 *   answers MAIL without an argument with "501 5.5.4 Syntax: MAIL
 *   FROM:<address>", as Postfix does
 *
 * Features of one probe are merged into one sentence; the weights of the model
 * say which probes matter, the transcript what was said.
 *
 * Memory: sentences live in the arena; printable ASCII, at most
 *         REASON_TEXT_MAX bytes each.
 */
#ifndef MXPRINT_MODEL_REASONS_H
#define MXPRINT_MODEL_REASONS_H

#include <stddef.h>

#include "catalog/catalog.h"
#include "common/arena.h"
#include "model/file.h"
#include "rules/engine.h"
#include "transcript/transcript.h"

#define REASON_TEXT_MAX	 400
#define REASON_QUOTE_MAX 120 /* of a reply */

struct reason_list {
	const char **items;
	size_t count;
	size_t max;
};

void reasons_init(struct reason_list *list, struct arena *arena, size_t max);
/* Formats, makes printable, cuts; left out when the list is full. */
void reasons_add(struct reason_list *list, struct arena *arena,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Name of a product as its maker writes it; the id when unknown. */
const char *reasons_product_name(const struct catalog *catalog, const char *id);

/* The same without what is in parentheses, for use inside a sentence. */
const char *reasons_short_name(
    struct arena *arena, const struct catalog *catalog, const char *id);

/* The words that a rule matched, lines joined by " / ". */
const char *reasons_evidence(struct arena *arena, const struct rule_hit *hit);

/* What the host did with that probe: `answers HELP with "..."`, `closes the
 * connection on HELP`; NULL when it was not sent. */
const char *reasons_reply(
    struct arena *arena, const struct transcript *t, const char *probe);

/* A rule's evidence for that product, operator or front: `its HELP text has
 * words of Sendmail: "This is sendmail" (rule help/sendmail)`. */
const char *reasons_of_hit(struct arena *arena, const struct catalog *catalog,
    const struct rule_hit *hit, const char *id);

/* One probe's (or aspect's) part in a decision. */
struct reason_topic {
	const char *topic;    /* probe id, "ehlo", "tls", "time", "wire" */
	const char *feature;  /* its strongest feature */
	double weight;	      /* sum over its features; > 0 speaks for a */
	const char *sentence; /* without subject: "answers ..." */
};

/*
 * What speaks for class a against class b, strongest first by absolute
 * weight; those that speak against a have negative weight. Topics without
 * anything to show are left out. Returns the count, <= max.
 */
size_t reasons_topics(struct arena *arena, const struct model *model,
    enum model_view view, const struct model_answer *answer,
    const struct transcript *t, size_t class_a, size_t class_b,
    struct reason_topic *out, size_t max);

#endif
