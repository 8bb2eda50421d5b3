/*
 * What must be true of one labelled transcript by itself. Every fault is told,
 * as a sentence without its place.
 */
#ifndef MXPRINT_EVALUATION_CORPUS_CHECK_H
#define MXPRINT_EVALUATION_CORPUS_CHECK_H

#include "catalog/catalog.h"
#include "common/digest.h"
#include "transcript/transcript.h"

struct corpus_checking {
	const struct catalog *catalog;
	void (*tell)(void *user, const char *sentence);
	void *user;
};

/* What provenance says about an installation; "" where it says nothing. */
struct corpus_origin {
	const char *package;
	const char *package_version;
	const char *suite;
	const char *recipe;
	const char *config;
	const char *date;
};

/* origin lives in t's arena. t has a deployment and a label. */
void corpus_check(const struct corpus_checking *checking,
    const struct transcript *t, struct corpus_origin *origin);

/*
 * Hash of what was recorded: the same whatever stands around the connections,
 * be it another host or time; of very short dialogues these count as well.
 */
void corpus_recording(const struct transcript *t, char hex[SHA256_HEX_SIZE]);

#endif
