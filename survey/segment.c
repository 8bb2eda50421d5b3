#include "survey/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/arena.h"
#include "common/lines.h"
#include "transcript/format.h"

#define GZIP_LEVEL 2 /* 3 times faster than 6, files a third larger */

struct segment {
	struct line_writer *writer;
	char *folder, *temporary, *path;
	size_t records;
};

const char *segment_name(unsigned number, char out[SEGMENT_NAME_SIZE])
{
	snprintf(out, SEGMENT_NAME_SIZE, "seg-%05u.jsonl.gz", number);
	return out;
}

int segment_number(const char *name)
{
	char expected[SEGMENT_NAME_SIZE];
	unsigned long number;
	char *end;

	if (strncmp(name, "seg-", 4) != 0)
		return -1;
	number = strtoul(name + 4, &end, 10);
	if (number > 99999999 ||
	    strcmp(segment_name((unsigned)number, expected), name) != 0)
		return -1;
	return (int)number;
}

static void segment_free(struct segment *s)
{
	free(s->folder);
	free(s->temporary);
	free(s->path);
	free(s);
}

enum status segment_create(const char *folder, unsigned number,
    unsigned attempt, struct segment **segment, struct error *err)
{
	struct segment *s = xcalloc(1, sizeof(*s));
	size_t size = strlen(folder) + SEGMENT_NAME_SIZE + 24;
	char name[SEGMENT_NAME_SIZE];
	enum status status;

	*segment = NULL;
	segment_name(number, name);
	s->folder = xstrdup(folder);
	s->path = xmalloc(size);
	snprintf(s->path, size, "%s/%s", folder, name);
	s->temporary = xmalloc(size);
	snprintf(s->temporary, size, "%s/.%s.%u.tmp", folder, name, attempt);
	status = lines_create_gzip(s->temporary, GZIP_LEVEL, &s->writer, err);
	if (status != STATUS_OK) {
		segment_free(s);
		return status;
	}
	*segment = s;
	return STATUS_OK;
}

enum status segment_add(
    struct segment *s, const char *line, size_t len, struct error *err)
{
	s->records++;
	return lines_write(s->writer, line, len, err);
}

size_t segment_records(const struct segment *s)
{
	return s ? s->records : 0;
}

enum status segment_publish(struct segment *s, struct error *err)
{
	enum status status = lines_close(s->writer, true, err);

	if (status == STATUS_OK && rename(s->temporary, s->path) != 0)
		status = error_set_errno(err, STATUS_IO, errno,
		    "cannot rename %s to %s", s->temporary, s->path);
	if (status == STATUS_OK)
		status = segment_sync_folder(s->folder, err);
	else
		unlink(s->temporary);
	segment_free(s);
	return status;
}

void segment_drop(struct segment *s)
{
	if (!s)
		return;
	lines_close(s->writer, false, NULL);
	unlink(s->temporary);
	segment_free(s);
}

enum status segment_read(const char *path, segment_record_fn record, void *user,
    bool *whole, struct error *err)
{
	struct line_reader *reader;
	const char *line;
	size_t len;
	enum status status = lines_open(path, FORMAT_LINE_MAX, &reader, err);
	enum lines_result result = LINES_LINE;

	*whole = false;
	if (status != STATUS_OK)
		return status;
	while (status == STATUS_OK) {
		result = lines_next(reader, &line, &len, err);
		if (result == LINES_LINE)
			status = record(user, line, len, err);
		else if (result != LINES_TOO_LONG)
			break;
	}
	if (status == STATUS_OK && result == LINES_ERROR)
		status = STATUS_IO;
	/* An empty segment is none: a gzip of length 0 looks like that. */
	*whole = status == STATUS_OK && result == LINES_END &&
		 lines_number(reader) > 0;
	lines_free(reader);
	return status;
}

enum status segment_sha256(
    const char *path, char out[SHA256_HEX_SIZE], struct error *err)
{
	struct sha256 *sha = sha256_new();
	char chunk[65536];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;

	while (fd >= 0 && (n = read(fd, chunk, sizeof(chunk))) > 0)
		sha256_add(sha, chunk, (size_t)n);
	sha256_finish(sha, out);
	if (n < 0)
		error_set_errno(err, STATUS_IO, errno, "cannot read %s", path);
	if (fd >= 0)
		close(fd);
	return n < 0 ? STATUS_IO : STATUS_OK;
}

enum status segment_sync_folder(const char *path, struct error *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum status status = STATUS_OK;

	if (fd < 0 || (fsync(fd) != 0 && errno != EINVAL))
		status = error_set_errno(
		    err, STATUS_IO, errno, "cannot sync the folder %s", path);
	if (fd >= 0)
		close(fd);
	return status;
}
