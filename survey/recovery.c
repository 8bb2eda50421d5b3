/*
 * What an attempt finds, and what it makes of it:
 *   1. foreign .tmp files go; 2. every segment is read once: a damaged one
 *   becomes .bad and what it held is asked again (its checksum covers all of
 *   it, so no line of it can be trusted); 3. the whole lines of .part files
 *   become a segment, then the .part goes.
 * A crash between publishing a segment and emptying its .part leaves the same
 * records in both: lines of the newest segment are not taken again.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/digest.h"
#include "common/json.h"
#include "common/log.h"
#include "survey/shard_state.h"

#define BAD_MAX 2 /* damaged segments: then the disk is to be looked at */

struct salvage {
	struct shard *shard;
	struct strmap *known;  /* digests of lines, or NULL */
	struct arena *scratch; /* of one line, or NULL */
	size_t lines;
};

static uint64_t digest_of(const char *line, size_t len)
{
	static const uint8_t key[16]; /* not hostile: our own file */

	return siphash(key, line, len);
}

static enum status count_line(
    void *user, const char *line, size_t len, struct error *err)
{
	struct salvage *salvage = user;
	uint64_t digest;
	bool added;

	(void)err;
	salvage->lines++;
	if (salvage->known) {
		digest = digest_of(line, len);
		strmap_put(salvage->known, &digest, sizeof(digest), &added);
	}
	return STATUS_OK;
}

/* After a power cut a line may have its ends and a hole between them. */
static bool is_json(struct salvage *salvage, const char *line, size_t len)
{
	struct json *value;

	arena_reset(salvage->scratch);
	return json_parse(salvage->scratch, line, len, &value, NULL) ==
	       STATUS_OK;
}

static enum status take_line(
    void *user, const char *line, size_t len, struct error *err)
{
	struct salvage *salvage = user;
	uint64_t digest = digest_of(line, len);
	enum status status;

	if (len == 0 || line[0] != '{' || !is_json(salvage, line, len))
		return STATUS_OK;
	if (salvage->known &&
	    strmap_get(salvage->known, &digest, sizeof(digest)))
		return STATUS_OK;
	salvage->lines++;
	status = shard_open_segment(salvage->shard, err);
	return status == STATUS_OK
		   ? segment_add(salvage->shard->open, line, len, err)
		   : status;
}

/* Digests of the newest segment's lines. */
static enum status known_lines(
    struct shard *s, struct strmap *known, struct error *err)
{
	struct salvage salvage = { .shard = s, .known = known };
	char name[SEGMENT_NAME_SIZE];
	unsigned newest;
	bool whole;

	if (s->segment_count == 0)
		return STATUS_OK;
	newest = s->segments[s->segment_count - 1].number;
	return segment_read(shard_path(s, segment_name(newest, name)),
	    count_line, &salvage, &whole, err);
}

static enum status set_aside(
    struct shard *s, unsigned number, struct error *err)
{
	char name[SEGMENT_NAME_SIZE];
	const char *path = shard_path(s, segment_name(number, name));
	const char *bad = arena_printf(s->arena, "%s.bad", path);

	if (rename(path, bad) != 0)
		return shard_cannot_write(bad, errno, err);
	s->bad++;
	log_warn("%s is damaged and kept as .bad; what it held will be done "
		 "again",
	    path);
	return STATUS_OK;
}

enum status shard_check_segment(
    struct shard *s, unsigned number, size_t *records, struct error *err)
{
	struct salvage salvage = { .shard = s };
	char name[SEGMENT_NAME_SIZE];
	bool whole;
	enum status status =
	    segment_read(shard_path(s, segment_name(number, name)), count_line,
		&salvage, &whole, err);

	*records = whole ? salvage.lines : 0;
	return status;
}

enum status shard_verify(struct shard *s, struct error *err)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < s->segment_count && status == STATUS_OK;) {
		unsigned number = s->segments[i].number;
		size_t records;

		status = shard_check_segment(s, number, &records, err);
		if (status == STATUS_OK && records > 0) {
			s->segments[i++].records = records;
			continue;
		}
		if (status == STATUS_OK)
			status = set_aside(s, number, err);
		memmove(&s->segments[i], &s->segments[i + 1],
		    (s->segment_count - i - 1) * sizeof(*s->segments));
		s->segment_count--;
	}
	if (status == STATUS_OK && s->bad >= BAD_MAX)
		status = error_set(err, STATUS_DATA,
		    "%zu damaged segments (*.bad) in %s: the disk may be "
		    "failing; check it, remove the .bad files and run the same "
		    "command again: what they held is asked again",
		    s->bad, s->folder);
	return status;
}

static enum status recover_part(
    struct shard *s, const char *name, struct error *err)
{
	struct salvage salvage = {
		.shard = s, .known = strmap_new(), .scratch = arena_new()
	};
	const char *path = shard_path(s, name);
	enum status status = known_lines(s, salvage.known, err);
	bool whole;

	if (status == STATUS_OK)
		status = segment_read(path, take_line, &salvage, &whole, err);
	if (status == STATUS_OK && s->open)
		status = shard_publish(s, err);
	if (status == STATUS_OK && unlink(path) != 0)
		status = shard_cannot_write(path, errno, err);
	strmap_free(salvage.known);
	arena_free(salvage.scratch);
	return status;
}

/* ------------------------------------------------------- what is there */

struct found {
	char **parts;
	size_t part_count;
};

static bool ends_with(const char *name, const char *ending)
{
	size_t len = strlen(name), tail = strlen(ending);

	return len > tail && strcmp(name + len - tail, ending) == 0;
}

static int by_attempt(const void *a, const void *b)
{
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

static enum status look(struct shard *s, struct found *found, struct error *err)
{
	DIR *dir = opendir(s->folder);
	struct dirent *e;

	if (!dir)
		return error_set_errno(
		    err, STATUS_IO, errno, "cannot read %s", s->folder);
	while ((e = readdir(dir)) != NULL) {
		int number = segment_number(e->d_name);

		if (number >= 0)
			shard_note_segment(s, (unsigned)number, 0);
		else if (ends_with(e->d_name, ".bad"))
			s->bad++;
		else if (ends_with(e->d_name, ".tmp"))
			unlink(shard_path(s, e->d_name));
		else if (strncmp(e->d_name, ".part.", 6) == 0) {
			found->parts = xrealloc_array(found->parts,
			    found->part_count + 1, sizeof(*found->parts));
			found->parts[found->part_count++] = xstrdup(e->d_name);
		}
	}
	closedir(dir);
	if (found->part_count > 0)
		qsort(found->parts, found->part_count, sizeof(*found->parts),
		    by_attempt);
	return STATUS_OK;
}

enum status shard_recover(struct shard *s, struct error *err)
{
	struct found found = { 0 };
	enum status status = look(s, &found, err);

	s->done = access(shard_path(s, "DONE"), F_OK) == 0;
	if (status == STATUS_OK && !s->done) {
		unlink(shard_path(s, "FAIL"));
		status = shard_verify(s, err);
	}
	for (size_t i = 0; i < found.part_count; i++) {
		if (status == STATUS_OK && !s->done)
			status = recover_part(s, found.parts[i], err);
		free(found.parts[i]);
	}
	free(found.parts);
	return status;
}
