/*
 * How a labelled transcript came about, as far as its provenance says so:
 * what an evaluation leaves out together, and by what it breaks figures down.
 */
#ifndef MXPRINT_MODEL_PROVENANCE_H
#define MXPRINT_MODEL_PROVENANCE_H

#include "common/arena.h"

struct provenance {	    /* texts in the arena; NULL: not told */
	const char *recipe; /* "postfix" */
	const char *config; /* its id within the recipe */
	const char *draw;   /* "style=single banner=7 tls=chain ..." */
	const char *package_version;
	const char *suite;  /* "bookworm" */
	const char *banner; /* stock, hidden, neutral, forged, own */
	const char *claims; /* whose greeting a forged one is */
	const char *behind; /* what stands behind a front */
	const char *twin;   /* deployment that differs in names only */
};

/* Of transcript.provenance; NULL, or anything but an object, tells nothing. */
void provenance_read(
    struct arena *arena, const char *text, struct provenance *out);

#endif
