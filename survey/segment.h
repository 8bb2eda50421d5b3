/*
 * One segment of a shard: gzip JSON Lines, written under a temporary name and
 * renamed when its bytes are on disk, never changed afterwards.
 * Internal to survey/shard.
 */
#ifndef MXPRINT_SURVEY_SEGMENT_H
#define MXPRINT_SURVEY_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "common/digest.h"
#include "common/error.h"

#define SEGMENT_NAME_SIZE 24

/* "seg-00003.jsonl.gz" */
const char *segment_name(unsigned number, char out[SEGMENT_NAME_SIZE]);
/* The number, or -1 when it is no such name. */
int segment_number(const char *name);

struct segment; /* being written */

enum status segment_create(const char *folder, unsigned number,
    unsigned attempt, struct segment **segment, struct error *err);
enum status segment_add(
    struct segment *segment, const char *line, size_t len, struct error *err);
size_t segment_records(const struct segment *segment);
/* fsync, rename, fsync the folder. Frees in every case; after a failure
 * nothing is left of it. */
enum status segment_publish(struct segment *segment, struct error *err);
void segment_drop(struct segment *segment); /* NULL is fine */

typedef enum status (*segment_record_fn)(
    void *user, const char *line, size_t len, struct error *err);

/*
 * The whole lines of a file of records (gzip or not). *whole: it ended as it
 * should; a plain file may end inside a line, which is then not given.
 */
enum status segment_read(const char *path, segment_record_fn record, void *user,
    bool *whole, struct error *err);

enum status segment_sha256(
    const char *path, char out[SHA256_HEX_SIZE], struct error *err);

/* fsync of a folder, for its names. */
enum status segment_sync_folder(const char *path, struct error *err);

#endif
