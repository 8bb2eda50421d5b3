/*
 * Collects features: distinct names in order of addition, escaped, bounded.
 * The adding side is feature_add() and feature_add_bytes() of
 * features/extractor.h.
 *
 * Memory: names and items live in the arena given.
 */
#ifndef MXPRINT_FEATURES_SINK_H
#define MXPRINT_FEATURES_SINK_H

#include <stdint.h>

#include "common/arena.h"
#include "features/extract.h"

struct feature_sink {
	struct arena *arena;
	struct named_feature *items;
	size_t count, capacity;
	struct sink_slot {
		uint32_t hash;
		uint32_t item; /* index + 1, 0: free */
	} * slots;
	size_t mask;
	uint64_t key[2];
};

void sink_init(struct feature_sink *sink, struct arena *arena);

#endif
