/*
 * What behaviour proves about the version of a product.
 *
 * Versions are cut to their first two numbers ("3.7.11-0+deb12u1": "3.7") and
 * put in order. A mark is a feature that every training host of the versions
 * on one side of a cut has, and none of the other side (hosts that did not
 * answer its probe do not count). A host's marks narrow the range of versions;
 * versions that no mark separates stay together as a range. The greeting and
 * delays are never marks: one can be forged, the others depend on the net.
 *
 * How far that can be trusted is measured by leaving out each deployment.
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
#define VERSION_CONFIDENCE_MIN 0.75 /* below it nothing is said */

struct version_mark {
	const char *feature;
	uint32_t cut; /* versions[cut] is the first of the upper side */
	bool upper;   /* the upper side has the feature */
};

struct version_table {	       /* of one product */
	const char **versions; /* "3.5", in order; fewer than 2: no table */
	size_t version_count;
	struct version_mark *marks;
	size_t mark_count;
	double confidence; /* share of right answers, deployment left out */
};

struct version_item {
	const char *version; /* as labelled */
	size_t group;
	const struct feature_list *features;
};

/* table and its strings live in arena. */
void version_learn(struct arena *arena, const struct version_item *items,
    size_t count, struct version_table *table);

/* "3.5-3.7", "3.10", or NULL when nothing is proven; in arena. */
const char *version_answer(const struct version_table *table,
    const struct feature_list *features, struct arena *arena);

/* First two numbers, in arena; NULL when it starts with no number. */
const char *version_short(struct arena *arena, const char *version);
/* -1, 0, 1 by number, not by text: 3.5 < 3.10. */
int version_compare(const char *a, const char *b);

#endif
