/*
 * The names of one deployment and of ourselves, as a transcript gives them:
 * what must never become a feature.
 *
 * Ours: the name given in EHLO. The server's: the name we asked for, the one
 * its greeting and its answer to EHLO or HELO open with, those of its
 * certificate, and the telling label of each ("hamster" of
 * mx.hamster.example). A name without a dot counts where a name stands.
 *
 * Memory: names live in the caller's arena.
 */
#ifndef MXPRINT_FEATURES_IDENTITY_H
#define MXPRINT_FEATURES_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>

#include "common/arena.h"
#include "transcript/transcript.h"

#define IDENTITY_NAMES_MAX 96

enum identity_kind { IDENTITY_NONE, IDENTITY_OURS, IDENTITY_SERVER };

struct identity_name {
	const char *text;
	size_t len;
	enum identity_kind kind;
	bool weak; /* a common word: a name only at the start of a line */
};

struct identity {
	struct identity_name names[IDENTITY_NAMES_MAX];
	size_t count;
};

void identity_collect(
    struct identity *identity, struct arena *arena, const struct transcript *t);

/* Whose name this token is. Weak names need at_start and their exact case. */
enum identity_kind identity_match(const struct identity *identity,
    const char *token, size_t len, bool at_start);

#endif
