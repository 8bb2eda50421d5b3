/*
 * One attempt at a shard of a run folder: locks it, keeps what earlier
 * attempts left, and appends records.
 *
 *   lock                  flock for the whole attempt
 *   lease                 who works on it; rewritten every 20 s
 *   .part.<attempt>       records of the open segment, one write(2) each
 *   seg-NNNNN.jsonl.gz    closed segments, never changed; .bad: damaged ones
 *   tried                 one line a host about to be contacted, "-HOST"
 *                         takes one back
 *   DONE, FAIL            how it ended
 *
 * A record is safe once shard_append has returned: after kill -9 the next
 * attempt finds it in .part. Segments and .part together are the only
 * checkpoint. A record may appear twice (a crash between a segment and the
 * removal of its .part is noticed, but not every crash of the disk is), so
 * readers take the first of probe and resolve and the last of score.
 * Threads: one shard belongs to one thread.
 */
#ifndef MXPRINT_SURVEY_SHARD_H
#define MXPRINT_SURVEY_SHARD_H

#include <stdbool.h>
#include <stddef.h>

#include "common/error.h"
#include "survey/run.h"

#define SHARD_SEGMENT_RECORDS 1000
#define SHARD_SEGMENT_MS      120000

enum run_stage { RUN_RESOLVE, RUN_PROBE, RUN_SCORE, RUN_STAGE_COUNT };

struct shard;

/*
 * STATUS_TEMPFAIL when another holds it. Removes foreign .tmp files, keeps
 * the whole lines of .part files; a damaged segment becomes .bad and what it
 * held is missing then, STATUS_DATA after the second one.
 */
enum status shard_open(struct run *run, enum run_stage stage, unsigned index,
    unsigned of, struct shard **shard, struct error *err);
bool shard_done(const struct shard *shard); /* DONE was there already */

/* Every record stored so far, oldest first; closes the open segment. */
typedef enum status (*shard_record_fn)(
    void *user, const char *line, size_t len, struct error *err);
enum status shard_replay(
    struct shard *shard, shard_record_fn record, void *user, struct error *err);

/* One write(2) to .part; closes a segment after 1000 records or 120 s. */
enum status shard_append(
    struct shard *shard, const char *line, size_t len, struct error *err);
/* To be called about once a second: lease, and segments that are old. */
enum status shard_tick(struct shard *shard, struct error *err);

/* How often a host was about to be contacted, over all attempts. */
unsigned shard_tries(const struct shard *shard, const char *host);
/* Notes that it is about to be. */
enum status shard_tried(
    struct shard *shard, const char *host, struct error *err);
/* Takes that back: it was not contacted after all. */
enum status shard_untried(
    struct shard *shard, const char *host, struct error *err);

/* Takes DONE away, for records that replace earlier ones (score). */
enum status shard_reopen(struct shard *shard, struct error *err);
/* Leaves FAIL with code and text, where the code asks for a person. */
void shard_fail(struct shard *shard, const struct error *err);
/* Closes the open segment; with done, writes DONE. Frees in every case. */
enum status shard_close(struct shard *shard, bool done, struct error *err);

#endif
