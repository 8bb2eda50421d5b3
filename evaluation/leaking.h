/*
 * The leak test under way; for the files leak* only.
 */
#ifndef MXPRINT_EVALUATION_LEAKING_H
#define MXPRINT_EVALUATION_LEAKING_H

#include "common/strmap.h"
#include "evaluation/leak.h"
#include "features/vocabulary.h"

#define LEAK_SAME 1e-9 /* similarities that differ by rounding only */

struct leak_deployment {
	const char *name;
	const char *product;
	const char *version;	    /* "" if not known */
	const char *twin;	    /* name, or NULL */
	const struct item *learned; /* what the standard plan showed */
	const struct item **asked;  /* what larger plans' transcripts show */
	size_t asked_count;
	struct vector vector; /* of `learned`, in the clan's vocabulary */
};

/* The deployments of one product and version. */
struct clan {
	struct leak_deployment *members;
	size_t count;
	struct vocabulary *vocabulary;
	struct arena *arena; /* of the vectors */
};

struct leak_tally { /* of one test */
	struct judged *items;
	size_t count, room;
	double baseline; /* sum over deployments */
	size_t deployments;
};

struct leaking {
	struct arena *arena;
	struct leak *out;
	struct leak_tally nearest, linear, among, equal;
	struct strmap *names; /* features that point to the right one */
	struct leak_feature *features;
	size_t feature_room;
};

/* An outcome of `credit` 0..1 for a transcript; those of one group are drawn
 * together. */
void leak_tally_add(
    struct leak_tally *tally, size_t group, double credit, double weight);

enum status leak_twins(
    struct leaking *l, const struct clan *clan, struct error *err);
void leak_among(struct leaking *l, const struct clan *clan);

#endif
