/*
 * Inside a vocabulary: for vocabulary.c, which fills and uses it, and
 * vocabulary_file.c, which writes and reads it. Nothing else includes this.
 */
#ifndef MXPRINT_FEATURES_VOCABULARY_STATE_H
#define MXPRINT_FEATURES_VOCABULARY_STATE_H

#include "common/strmap.h"
#include "features/vocabulary.h"

struct vocabulary_entry {
	const char *name; /* a key of the map; NULL before freezing */
	enum feature_group group;
	double scale;
	uint32_t *seen; /* deployments, increasing; before freezing only */
	uint32_t seen_count, seen_capacity;
};

struct vocabulary {
	struct strmap *map; /* name -> entry */
	struct strmap *deployments;
	struct vocabulary_entry *entries;
	size_t count, capacity;
	double weights[GROUP_COUNT];
	bool frozen;
};

/* The newest entry, without a name yet; valid until the next one. */
struct vocabulary_entry *vocabulary_add(
    struct vocabulary *v, enum feature_group group);

#endif
