/*
 * An open shard, for shard.c (records) and recovery.c (what earlier attempts
 * left). Internal to these two.
 */
#ifndef MXPRINT_SURVEY_SHARD_STATE_H
#define MXPRINT_SURVEY_SHARD_STATE_H

#include <stdint.h>
#include <sys/types.h>

#include "common/arena.h"
#include "common/strmap.h"
#include "survey/lease.h"
#include "survey/segment.h"
#include "survey/shard.h"

struct closed_segment {
	unsigned number;
	size_t records;
};

struct shard {
	struct arena *arena; /* of paths */
	const char *folder;
	unsigned index, of;
	struct lease *lease;
	bool done;

	struct closed_segment *segments;
	size_t segment_count, bad;

	const char *part_path;
	int part; /* -1: not opened yet */
	off_t part_size;
	struct segment *open; /* NULL: no record since the last one closed */
	bool broken; /* writing failed: .part keeps what the next attempt takes
		      */
	int64_t open_since_ms;

	const char *tried_path;
	int tried;
	off_t tried_size;
	struct strmap *tries;
};

/* A name in the shard's folder, in its arena. */
const char *shard_path(struct shard *s, const char *name);
/* STATUS_IO: "cannot write PATH (everything up to here is saved ...)". */
enum status shard_cannot_write(const char *path, int code, struct error *err);

/* Puts a closed segment into the list, by number. */
void shard_note_segment(struct shard *s, unsigned number, size_t records);
/* Opens the next one, unless one is open. */
enum status shard_open_segment(struct shard *s, struct error *err);
/* Closes it; it is in the list then. */
enum status shard_publish(struct shard *s, struct error *err);

/* recovery.c: at the start of an attempt. */
enum status shard_recover(struct shard *s, struct error *err);
/* Reads every segment; damaged ones become .bad. */
enum status shard_verify(struct shard *s, struct error *err);
/* Reads a segment to its end; *records 0 when it is damaged. */
enum status shard_check_segment(
    struct shard *s, unsigned number, size_t *records, struct error *err);

#endif
