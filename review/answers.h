/*
 * A person's answers: RUN/labels.jsonl, one labelled transcript a line, which
 * `mxprint train --add RUN` reads. One answer a host: a later one replaces it.
 *
 * Storing is all or nothing: a new file is written, synced and renamed while
 * RUN/labels.lock is held, so neither a crash nor a second person loses one.
 */
#ifndef MXPRINT_REVIEW_ANSWERS_H
#define MXPRINT_REVIEW_ANSWERS_H

#include <stddef.h>

#include "common/error.h"
#include "transcript/transcript.h"

struct answers;

/* run_id: a word for the run, part of the deployment id. */
struct answers *answers_new(const char *run_id);
void answers_free(struct answers *answers);

/* The transcript with the label. Nothing is stored yet. */
void answers_add(struct answers *answers, const struct transcript *t,
    const struct label *label);

/* All that were added. */
enum status answers_store(
    const struct answers *answers, const char *folder, struct error *err);

#endif
