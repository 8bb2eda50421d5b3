/*
 * Transcript -> named features: runs the table of extractors.
 *
 * A pure function of the transcript (and FEATURES_VERSION): same transcript,
 * same features in the same order.
 * Bounds: at most FEATURES_MAX features, names at most FEATURE_NAME_MAX
 * bytes; a transcript that would give more keeps the first ones.
 */
#ifndef MXPRINT_FEATURES_EXTRACT_H
#define MXPRINT_FEATURES_EXTRACT_H

#include <stddef.h>

#include "common/arena.h"
#include "features/extractor.h"
#include "transcript/transcript.h"

#define FEATURES_VERSION 3
#define FEATURES_MAX	 20000
#define FEATURE_NAME_MAX 160

struct named_feature {
	const char *name; /* NUL-terminated, printable ASCII (escaped) */
	enum feature_group group;
};

struct feature_list {
	struct named_feature *items; /* distinct names, in order of addition */
	size_t count;
};

/* The list and its names live in arena. */
void features_extract(
    struct arena *arena, const struct transcript *t, struct feature_list *list);

/*
 * The transcript as it looks to the learner: probe, normalised reply, one
 * line each; a connection reset is one closed. Equal for near-duplicates. In
 * arena.
 *
 * The form behind the greeting leaves out what the greeting says, unless that
 * refuses us: hosts that differ in no more are one to whoever must not trust
 * greetings. Hashed to group deployments.
 */
const char *features_normal_form(
    struct arena *arena, const struct transcript *t);
const char *features_form_behind(const char *form);

#endif
