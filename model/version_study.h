/*
 * What the hosts of one product say, by version: for version_learn only.
 *
 * A unit is one deployment's hosts of one version: of each feature it has a
 * share (the copies and tiers that have it, of those whose probe was answered),
 * and so one vote.
 */
#ifndef MXPRINT_MODEL_VERSION_STUDY_H
#define MXPRINT_MODEL_VERSION_STUDY_H

#include "common/strmap.h"
#include "model/version.h"

struct unit {
	size_t version;
	size_t group;
	size_t first, end; /* of the items in order */
	float *has;	   /* hosts, by feature id */
	float *seen;	   /* those that would have shown it */
};

struct feature {
	const char *name;
	size_t probe;
	bool may_be_mark;
	bool answer; /* version_is_answer */
};

struct study {
	struct arena *arena;
	struct strmap *probes;
	struct version_item *items;
	size_t item_count;
	struct feature *features;
	size_t feature_count;
	uint32_t **of_item; /* features of each item */
	struct unit *units;
	size_t count;
	bool *has, *answered; /* of the item at hand */
};

/* Sorts the items, numbers their features, counts. In study.arena. */
void study_units(struct study *s, const struct version_table *table);

/* Fills has and answered: one flag a feature, one a probe. */
void study_look_at(const struct study *s, size_t item);

#endif
