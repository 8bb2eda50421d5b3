/*
 * What behaviour proves about the version of a product.
 *
 * Versions are cut to their first two numbers ("3.7.11-0+deb12u1": "3.7") and
 * put in order. A mark is a feature that is frequent on one side of a cut
 * between two neighbouring versions and rare on the other: what having it, or
 * lacking it although its probe was answered, is worth is a log-likelihood
 * ratio, counted by deployment and smoothed. No mark has to hold everywhere:
 * one odd configuration weakens it, and does not kill it.
 *
 * The best few marks of either side in one probe are averaged, so that what is
 * lacking (an operator may have switched it off) is heard beside what is there,
 * and speak with one voice, which is bounded; what a configuration or a TLS
 * library changes as well has a softer voice. The greeting and
 * delays have none: one can be forged, the others depend on the net; nor have
 * a probe's words when they stand a second time. The voices at a cut add up to
 * the log-odds of its two versions, and so give each version a probability. The
 * answer is the narrowest range that holds VERSION_MASS of it, widened by what
 * nothing tells from its ends; the whole span is no answer.
 *
 * How loud all voices are together, and how far the answers can be trusted,
 * is measured by leaving out each deployment.
 *
 * Where behaviour changed between two trained versions nobody knows, so a
 * range reaches to the next trained version on either side, and is open where
 * there is none: of 3.5, 3.7 and 3.10, the first reads "<3.7", the second
 * "3.6-3.9", the last "3.8+".
 */
#ifndef MXPRINT_MODEL_VERSION_H
#define MXPRINT_MODEL_VERSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "features/extract.h"

#define VERSION_MARKS_MAX      2000 /* of one product */
#define VERSIONS_MAX	       200
#define VERSION_SCALE_MAX      10.0
#define VERSION_CONFIDENCE_MIN 0.75 /* below it nothing is said */
#define VERSION_MASS	       0.9  /* probability that a range must hold */

struct version_mark {
	const char *feature;
	uint32_t cut; /* versions[cut] is the first of the upper side */
	double has;   /* log-odds for the upper side: it is there */
	double lacks; /* it is not, though its probe was answered */
};

struct version_table {	       /* of one product */
	const char **versions; /* "3.5", in order; fewer than 2: no table */
	size_t version_count;
	struct version_mark *marks;
	size_t mark_count; /* those of a cut and voice follow each other */
	double scale;	   /* of all evidence, 0..VERSION_SCALE_MAX */
	double confidence; /* share of right answers, deployment left out */
};

struct version_item {
	const char *version; /* as labelled */
	size_t group;
	const struct feature_list *features;
	const uint32_t
	    *name; /* of each feature: a number, small, of its name */
};

/* table and its strings live in arena. */
void version_learn(struct arena *arena, const struct version_item *items,
    size_t count, struct version_table *table);

/* "3.6-3.9", "3.7", "<3.7" (before it), "3.8+" (it or later), "1.21-1.x" (up to
 * the last 1.x), or NULL when nothing is proven; in arena. */
const char *version_answer(const struct version_table *table,
    const struct feature_list *features, struct arena *arena);

/* Log-odds of versions[cut] against versions[cut - 1], before the scale: one
 * for each cut; [0] is 0. */
double *version_evidence(const struct version_table *table,
    const struct feature_list *features, struct arena *arena);
/* Versions low..high-1 remain; false when that is all of them. */
bool version_narrow(const struct version_table *table, const double *evidence,
    double scale, size_t *low, size_t *high);

/* Does a range, as answered, hold that version? */
bool version_within(
    const char *range, const char *version, struct arena *arena);

/*
 * Does behaviour bear out a version that the host gives? Not when a whole
 * trained version, or more, lies between it and the range. An answer of NULL,
 * or a version without a number, contradicts nothing.
 */
bool version_agrees(const struct version_table *table, const char *answer,
    const char *stated, struct arena *arena);

/* A voice: the probe, or what several probes say about one thing. */
struct version_voice {
	const char *name;
	size_t len;
	double bound;
};

struct version_voice version_voice_of(const char *feature);
/* "<probe>" of "<probe>.code:250". */
size_t version_probe_len(const char *feature);
bool version_is_answer(const char *feature); /* "<probe>.code:<digit>" */
/* Has it a voice? */
bool version_may_be_mark(const struct named_feature *feature);

/* First two numbers, in arena; NULL when it starts with no number. */
const char *version_short(struct arena *arena, const char *version);
/* -1, 0, 1 by number, not by text: 3.5 < 3.10. */
int version_compare(const char *a, const char *b);

#endif
