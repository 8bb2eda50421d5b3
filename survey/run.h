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
 * A shard's folder: lock, lease, .part.<attempt>, seg-NNNNN.jsonl.gz, tried,
 * DONE, FAIL.
 */
#ifndef MXPRINT_SURVEY_RUN_H
#define MXPRINT_SURVEY_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "common/json.h"

enum run_stage { RUN_RESOLVE, RUN_PROBE, RUN_SCORE, RUN_STAGE_COUNT };

struct run; /* an open run folder */

/* Creates the folder and run.json, or opens an existing one whose run.json
 * must equal config but for the creation time (else STATUS_USAGE with the
 * first difference in words). config: JSON object text. */
enum status run_open(const char *folder, const char *config, struct run **run,
    struct error *err);
/* Opens for reading only (report, review). */
enum status run_open_existing(
    const char *folder, struct run **run, struct error *err);
void run_close(struct run *run);

const char *run_folder(const struct run *run);
const struct json *run_config(const struct run *run);

/* shard = SipHash-2-4(seed of run.json, key) mod shards. */
unsigned run_shard_of(
    const struct run *run, const void *key, size_t len, unsigned shards);

/*
 * One attempt at a shard: locks it (STATUS_TEMPFAIL when another holds it),
 * recovers .part files of earlier attempts, and appends records.
 */
struct shard;

enum status shard_open(struct run *run, enum run_stage stage, unsigned index,
    unsigned of, struct shard **shard, struct error *err);
bool shard_done(const struct shard *shard); /* DONE was there already */
/* Every record already stored, oldest first. */
enum status shard_replay(struct shard *shard,
    enum status (*record)(
	void *user, const char *line, size_t len, struct error *err),
    void *user, struct error *err);
/* One write(2) to .part; closes a segment after 1000 records or 120 s. */
enum status shard_append(
    struct shard *shard, const char *line, size_t len, struct error *err);
/* Notes that a host is about to be tried; how often it was before. */
enum status shard_tried(
    struct shard *shard, const char *host, unsigned *before, struct error *err);
/* Closes the open segment; with done, writes DONE. Frees in every case. */
enum status shard_close(struct shard *shard, bool done, struct error *err);

#endif
