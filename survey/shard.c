#include "survey/shard.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/lines.h"
#include "survey/shard_state.h"

static const char *const stage_names[] = {
	[RUN_RESOLVE] = "resolve",
	[RUN_PROBE] = "probe",
	[RUN_SCORE] = "score",
};

_Static_assert(sizeof(stage_names) / sizeof(stage_names[0]) == RUN_STAGE_COUNT,
    "a name for every stage");

const char *shard_path(struct shard *s, const char *name)
{
	return arena_printf(s->arena, "%s/%s", s->folder, name);
}

enum status shard_cannot_write(const char *path, int code, struct error *err)
{
	return error_set_errno(err, STATUS_IO, code,
	    "cannot write %s (everything up to here is saved; make room and "
	    "run the same command again)",
	    path);
}

/* ------------------------------------------------------------- segments */

void shard_note_segment(struct shard *s, unsigned number, size_t records)
{
	struct closed_segment *at;
	size_t i = s->segment_count++;

	s->segments =
	    xrealloc_array(s->segments, s->segment_count, sizeof(*s->segments));
	for (; i > 0 && s->segments[i - 1].number > number; i--)
		s->segments[i] = s->segments[i - 1];
	at = &s->segments[i];
	at->number = number;
	at->records = records;
}

static unsigned next_number(const struct shard *s)
{
	return s->segment_count ? s->segments[s->segment_count - 1].number + 1
				: 0;
}

enum status shard_open_segment(struct shard *s, struct error *err)
{
	s->open_since_ms = clock_now_ms();
	return s->open ? STATUS_OK
		       : segment_create(s->folder, next_number(s),
			     lease_attempt(s->lease), &s->open, err);
}

enum status shard_publish(struct shard *s, struct error *err)
{
	size_t records = segment_records(s->open);
	enum status status = segment_publish(s->open, err);

	s->open = NULL;
	if (status == STATUS_OK)
		shard_note_segment(s, next_number(s), records);
	return status;
}

/* After a failed write the open segment is not whole, but .part is: nothing
 * more is written, and the next attempt takes .part. */
static enum status give_up(
    struct shard *s, enum status status, struct error *err)
{
	size_t len = err ? strlen(err->text) : 0;

	segment_drop(s->open);
	s->open = NULL;
	s->broken = true;
	if (err && !strstr(err->text, "saved"))
		snprintf(err->text + len, sizeof(err->text) - len,
		    " (everything up to here is saved; make room and run the "
		    "same command again)");
	return status;
}

/* Publishes the open segment, then empties .part: its records are safe. */
static enum status close_segment(struct shard *s, struct error *err)
{
	enum status status;

	if (!s->open || s->broken)
		return STATUS_OK;
	status = shard_publish(s, err);
	if (status != STATUS_OK)
		return give_up(s, status, err);
	if (s->part >= 0 && ftruncate(s->part, 0) != 0) {
		shard_cannot_write(s->part_path, errno, err);
		return give_up(s, STATUS_IO, err);
	}
	s->part_size = 0;
	return STATUS_OK;
}

/* ---------------------------------------------------------------- tried */

static enum status count_try(
    void *user, const char *line, size_t len, struct error *err)
{
	struct shard *s = user;
	int step = len > 0 && line[0] == '-' ? -1 : 1;
	int64_t *tries;
	bool added;

	(void)err;
	line += step < 0;
	len -= step < 0;
	if (len == 0)
		return STATUS_OK;
	tries = strmap_put(s->tries, line, len, &added);
	if (*tries + step >= 0)
		*tries += step;
	return STATUS_OK;
}

/* A torn last line would become part of the next one: cut it off. */
static enum status drop_torn_line(int fd, const char *path, struct error *err)
{
	off_t end = lseek(fd, 0, SEEK_END);
	char c = '\n';

	while (end > 0 && pread(fd, &c, 1, end - 1) == 1 && c != '\n')
		end--;
	if (ftruncate(fd, end) != 0)
		return shard_cannot_write(path, errno, err);
	return STATUS_OK;
}

static enum status open_tried(struct shard *s, struct error *err)
{
	const char *path = shard_path(s, "tried");
	enum status status;
	bool whole;

	s->tried_path = path;
	s->tried = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (s->tried < 0)
		return shard_cannot_write(path, errno, err);
	status = drop_torn_line(s->tried, path, err);
	s->tried_size = lseek(s->tried, 0, SEEK_END);
	return status == STATUS_OK
		   ? segment_read(path, count_try, s, &whole, err)
		   : status;
}

unsigned shard_tries(const struct shard *s, const char *host)
{
	const int64_t *tries = strmap_get_text(s->tries, host);

	return tries ? (unsigned)*tries : 0;
}

/* -------------------------------------------------------- open and close */

static void shard_free(struct shard *s)
{
	segment_drop(s->open);
	if (s->part >= 0)
		close(s->part);
	if (s->tried >= 0)
		close(s->tried);
	lease_release(s->lease);
	strmap_free(s->tries);
	free(s->segments);
	arena_free(s->arena);
}

enum status shard_open(struct run *run, enum run_stage stage, unsigned index,
    unsigned of, struct shard **shard, struct error *err)
{
	struct arena *arena = arena_new();
	struct shard *s = arena_alloc(arena, sizeof(*s));
	enum status status;

	*shard = NULL;
	s->arena = arena;
	s->index = index;
	s->of = of;
	s->part = s->tried = -1;
	s->tries = strmap_new();
	s->folder = arena_printf(arena, "%s/%s/%05u-of-%05u", run_folder(run),
	    stage_names[stage], index, of);
	status = lease_take(
	    run_folder(run), stage_names[stage], s->folder, &s->lease, err);
	if (status == STATUS_OK)
		status = shard_recover(s, err);
	if (status == STATUS_OK)
		status = open_tried(s, err);
	if (status != STATUS_OK) {
		shard_fail(s, err);
		shard_free(s);
		return status;
	}
	s->part_path = arena_printf(
	    arena, "%s/.part.%u", s->folder, lease_attempt(s->lease));
	*shard = s;
	return STATUS_OK;
}

bool shard_done(const struct shard *s)
{
	return s->done;
}

enum status shard_reopen(struct shard *s, struct error *err)
{
	const char *path = shard_path(s, "DONE");

	if (unlink(path) != 0 && errno != ENOENT)
		return shard_cannot_write(path, errno, err);
	s->done = false;
	return shard_verify(s, err);
}

/* Codes that repeating the command does not mend leave a file: whoever
 * watches many shards sees only files. */
void shard_fail(struct shard *s, const struct error *err)
{
	struct json_writer w;
	struct buffer out;

	if (!err || !s->lease ||
	    !((err->status >= STATUS_USAGE && err->status <= STATUS_NOINPUT) ||
		err->status == STATUS_SOFTWARE || err->status == STATUS_CONFIG))
		return;
	buffer_init(&out, 1 << 16);
	json_writer_init(&w, &out);
	json_open_object(&w, NULL);
	json_write_int(&w, "code", err->status);
	json_write_text(&w, "text", err->text);
	json_write_int(&w, "attempt", lease_attempt(s->lease));
	json_close_object(&w);
	buffer_add_char(&out, '\n');
	file_replace(shard_path(s, "FAIL"), buffer_text(&out), out.len, NULL);
	buffer_clear(&out);
}

static enum status describe_done(
    struct shard *s, struct buffer *out, struct error *err)
{
	char name[SEGMENT_NAME_SIZE], sha256[SHA256_HEX_SIZE];
	enum status status = STATUS_OK;
	struct json_writer w;
	size_t records = 0;

	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	json_write_int(&w, "shard", s->index);
	json_write_int(&w, "of", s->of);
	json_open_array(&w, "segments");
	for (size_t i = 0; i < s->segment_count && status == STATUS_OK; i++) {
		segment_name(s->segments[i].number, name);
		status = segment_sha256(shard_path(s, name), sha256, err);
		json_open_object(&w, NULL);
		json_write_text(&w, "name", name);
		json_write_int(&w, "records", (int64_t)s->segments[i].records);
		json_write_text(&w, "sha256", sha256);
		json_close_object(&w);
		records += s->segments[i].records;
	}
	json_close_array(&w);
	json_write_int(&w, "records", (int64_t)records);
	json_write_int(&w, "attempts", lease_attempt(s->lease));
	json_close_object(&w);
	buffer_add_char(out, '\n');
	return status;
}

static enum status write_done(struct shard *s, struct error *err)
{
	struct buffer out;
	enum status status;

	buffer_init(&out, 64u << 20);
	status = describe_done(s, &out, err);
	if (status == STATUS_OK)
		status = file_replace(
		    shard_path(s, "DONE"), buffer_text(&out), out.len, err);
	buffer_clear(&out);
	return status;
}

enum status shard_close(struct shard *s, bool done, struct error *err)
{
	enum status status;

	if (!s)
		return STATUS_OK;
	status = close_segment(s, err);
	if (s->broken)
		done = false;
	else if (status == STATUS_OK && s->part >= 0)
		unlink(s->part_path); /* empty */
	if (status == STATUS_OK && done && !s->done)
		status = write_done(s, err);
	shard_free(s);
	return status;
}

/* -------------------------------------------------------------- records */

static enum status replay_segment(struct shard *s, struct closed_segment *c,
    shard_record_fn record, void *user, struct error *err)
{
	char name[SEGMENT_NAME_SIZE];
	const char *path = shard_path(s, segment_name(c->number, name));
	enum status status = STATUS_OK;
	bool whole;

	if (c->records == 0) /* of a shard that was done: not read yet */
		status = shard_check_segment(s, c->number, &c->records, err);
	if (status == STATUS_OK && c->records == 0)
		return error_set(err, STATUS_DATA,
		    "%s is damaged; restore it from a copy, or remove %s/DONE "
		    "and run the same command again: what it held is asked "
		    "again",
		    path, s->folder);
	return status == STATUS_OK
		   ? segment_read(path, record, user, &whole, err)
		   : status;
}

enum status shard_replay(
    struct shard *s, shard_record_fn record, void *user, struct error *err)
{
	enum status status = close_segment(s, err);

	for (size_t i = 0; i < s->segment_count && status == STATUS_OK; i++)
		status = replay_segment(s, &s->segments[i], record, user, err);
	return status;
}

/* One write, so that a crash leaves whole lines and at most one torn one. */
static enum status write_line(int fd, const char *path, const char *line,
    size_t len, off_t *size, struct error *err)
{
	char newline = '\n';
	struct iovec io[2] = { { NULL, len }, { &newline, 1 } };
	ssize_t n;

	memcpy(&io[0].iov_base, &line, sizeof(line)); /* drops const */
	do {
		n = writev(fd, io, 2);
	} while (n < 0 && errno == EINTR);
	if (n == (ssize_t)len + 1) {
		*size += n;
		return STATUS_OK;
	}
	if (n >= 0) {
		errno = ENOSPC;
		if (ftruncate(fd, *size) != 0)
			errno = EIO;
	}
	return shard_cannot_write(path, errno, err);
}

enum status shard_append(
    struct shard *s, const char *line, size_t len, struct error *err)
{
	enum status status;

	if (s->broken)
		return shard_cannot_write(s->part_path, EIO, err);
	if (s->part < 0)
		s->part = open(s->part_path,
		    O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (s->part < 0)
		return shard_cannot_write(s->part_path, errno, err);
	status =
	    write_line(s->part, s->part_path, line, len, &s->part_size, err);
	if (status == STATUS_OK && !s->open)
		status = shard_open_segment(s, err);
	if (status == STATUS_OK)
		status = segment_add(s->open, line, len, err);
	if (status != STATUS_OK)
		return give_up(s, status, err);
	if (segment_records(s->open) >= SHARD_SEGMENT_RECORDS)
		status = close_segment(s, err);
	return status == STATUS_OK ? shard_tick(s, err) : status;
}

enum status shard_tick(struct shard *s, struct error *err)
{
	enum status status = lease_renew(s->lease, err);

	if (status == STATUS_OK && s->open &&
	    clock_now_ms() - s->open_since_ms >= SHARD_SEGMENT_MS)
		status = close_segment(s, err);
	return status;
}

static enum status note_try(
    struct shard *s, const char *line, size_t len, struct error *err)
{
	enum status status =
	    write_line(s->tried, s->tried_path, line, len, &s->tried_size, err);

	return status == STATUS_OK ? count_try(s, line, len, err) : status;
}

enum status shard_tried(struct shard *s, const char *host, struct error *err)
{
	return note_try(s, host, strlen(host), err);
}

enum status shard_untried(struct shard *s, const char *host, struct error *err)
{
	char line[256];
	int len = snprintf(line, sizeof(line), "-%s", host);

	return note_try(s, line, (size_t)len, err);
}
