/*
 * A run folder: what many shards, stops and restarts share
 * (docs/mxprint-run.5). Its segments are the truth; survey.db is derived.
 *
 *   run.json                       what was asked, immutable
 *   input/00000-of-00001.txt.gz    the domains
 *   resolve/00000-of-00001/        routes, one JSON line a domain
 *   probe/00000-of-00001/          transcripts, one JSON line a host
 *   score/00000-of-00001/          predictions
 *   labels.jsonl                   a person's answers (mxprint review)
 *   survey.db                      for report, review and users' own SQL
 *
 * survey/shard is what happens inside a shard's folder.
 * Threads: read-only after it is opened.
 */
#ifndef MXPRINT_SURVEY_RUN_H
#define MXPRINT_SURVEY_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "common/json.h"

struct run; /* an open run folder */

/* Line i of the list that goes to input/; NULL after the last. */
typedef const char *(*run_line_fn)(const void *user, size_t i);

/*
 * Creates the folder, input/ and at last run.json; or opens an existing one,
 * whose settings must equal config (else STATUS_USAGE with the first
 * difference in words). config: the text of a flat JSON object.
 */
enum status run_open(const char *folder, const char *config, run_line_fn line,
    const void *user, struct run **run, struct error *err);
/* Opens for reading only. */
enum status run_open_existing(
    const char *folder, struct run **run, struct error *err);
void run_close(struct run *run); /* NULL is fine */

const char *run_folder(const struct run *run);
const char *run_id(const struct run *run);
const char *run_created(const struct run *run); /* "2026-11-24T16:14:29.123Z" */
bool run_is_new(const struct run *run);		/* run_open has created it */
const struct json *run_config(const struct run *run);
/* "FOLDER/input/00000-of-00001.txt.gz", in the run's memory. */
const char *run_input(const struct run *run);

/* shard = SipHash-2-4(seed of run.json, key) mod shards. */
unsigned run_shard_of(
    const struct run *run, const void *key, size_t len, unsigned shards);

#endif
