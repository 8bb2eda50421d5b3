#include "review/answers.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "common/arena.h"
#include "common/buffer.h"
#include "common/json.h"
#include "common/lines.h"
#include "common/log.h"
#include "common/strmap.h"
#include "transcript/format.h"

#define FILE_MAX ((size_t)1 << 30)

struct answers {
	struct arena *arena;
	char *run_id;
	struct buffer lines;
	struct strmap *hosts; /* "address port" of those in lines */
};

struct answers *answers_new(const char *run_id)
{
	struct answers *a = xcalloc(1, sizeof(*a));

	a->arena = arena_new();
	a->run_id = arena_strdup(a->arena, run_id);
	a->hosts = strmap_new();
	buffer_init(&a->lines, FILE_MAX);
	return a;
}

void answers_free(struct answers *a)
{
	if (!a)
		return;
	buffer_clear(&a->lines);
	strmap_free(a->hosts);
	arena_free(a->arena);
	free(a);
}

static const char *host_key(const struct transcript *t, char out[96])
{
	snprintf(out, 96, "%s %d", t->host, t->port);
	return out;
}

static const char *provenance(struct arena *arena, const char *run_id)
{
	struct json_writer w;
	struct buffer text;
	const char *copy;

	buffer_init(&text, 4096);
	json_writer_init(&w, &text);
	json_open_object(&w, NULL);
	json_write_text(&w, "tool", "mxprint review");
	json_write_text(&w, "run", run_id);
	json_close_object(&w);
	copy = arena_strdup(arena, buffer_text(&text));
	buffer_clear(&text);
	return copy;
}

void answers_add(
    struct answers *a, const struct transcript *t, const struct label *label)
{
	struct transcript labelled = *t; /* shares all its memory with t */
	char key[96];

	labelled.label = *label;
	labelled.deployment = arena_printf(
	    a->arena, "review:%s:%s:%d", a->run_id, t->host, t->port);
	labelled.provenance = provenance(a->arena, a->run_id);
	transcript_write(&a->lines, &labelled);
	buffer_add_char(&a->lines, '\n');
	strmap_put_text(a->hosts, host_key(t, key), NULL);
}

/* Copies an older answer unless there is a new one; a line that is none is
 * dropped with a word. */
static void keep(const struct answers *a, struct buffer *all, const char *path,
    long number, const char *line, size_t len)
{
	struct transcript *t;
	struct error err = { 0 };
	char key[96];

	if (transcript_read(line, len, &t, &err) != STATUS_OK) {
		log_warn("%s:%ld: dropped: %s", path, number, err.text);
		return;
	}
	if (!strmap_get_text(a->hosts, host_key(t, key))) {
		buffer_add(all, line, len);
		buffer_add_char(all, '\n');
	}
	transcript_free(t);
}

static enum status read_old(const struct answers *a, const char *path,
    struct buffer *all, struct error *err)
{
	struct line_reader *reader;
	enum lines_result result;
	enum status status;
	const char *line;
	size_t len;

	if (access(path, F_OK) != 0)
		return STATUS_OK;
	status = lines_open(path, FORMAT_LINE_MAX, &reader, err);
	if (status != STATUS_OK)
		return status;
	while ((result = lines_next(reader, &line, &len, err)) != LINES_END &&
	       result != LINES_ERROR) {
		if (result != LINES_TOO_LONG && len > 0)
			keep(a, all, path, lines_number(reader), line, len);
	}
	lines_free(reader);
	return result == LINES_ERROR ? STATUS_IO : STATUS_OK;
}

static enum status replace(
    const struct answers *a, const char *path, struct error *err)
{
	struct buffer all;
	enum status status;

	buffer_init(&all, FILE_MAX);
	status = read_old(a, path, &all, err);
	buffer_add(&all, buffer_text(&a->lines), a->lines.len);
	if (status == STATUS_OK && (all.overflow || a->lines.overflow))
		status = error_set(err, STATUS_IO,
		    "%s would grow over 1 GiB; nothing was stored", path);
	if (status == STATUS_OK)
		status = file_replace(path, buffer_text(&all), all.len, err);
	buffer_clear(&all);
	return status;
}

enum status answers_store(
    const struct answers *a, const char *folder, struct error *err)
{
	char path[PATH_MAX];
	enum status status;
	int lock;

	snprintf(path, sizeof(path), "%s/labels.lock", folder);
	lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (lock < 0)
		return error_set_errno(err, STATUS_CANTCREATE, errno,
		    "cannot write to the run folder: %s", path);
	if (flock(lock, LOCK_EX) != 0) {
		status = error_set_errno(
		    err, STATUS_IO, errno, "cannot lock %s", path);
	} else {
		snprintf(path, sizeof(path), "%s/labels.jsonl", folder);
		status = replace(a, path, err);
	}
	close(lock);
	return status;
}
