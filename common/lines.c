#define ZLIB_CONST
#include "common/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "common/arena.h"

#define READ_SIZE 65536

/* ------------------------------------------------------------- reading */

struct line_reader {
	char *path;
	int fd;
	size_t max_line;
	bool gzip, eof, torn, skipping;
	bool started; /* a gzip member is being read */
	bool ended_early;
	z_stream z;
	unsigned char raw[READ_SIZE];
	size_t raw_at, raw_len;
	struct buffer text; /* decoded, from `at` on not given yet */
	size_t at, scanned;
	long number;
};

static enum status fill_raw(struct line_reader *r, struct error *err)
{
	ssize_t n;

	do {
		n = read(r->fd, r->raw, sizeof(r->raw));
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return error_set_errno(
		    err, STATUS_IO, errno, "cannot read %s", r->path);
	r->raw_at = 0;
	r->raw_len = (size_t)n;
	r->eof = n == 0;
	return STATUS_OK;
}

enum status lines_open(const char *path, size_t max_line,
    struct line_reader **reader, struct error *err)
{
	struct line_reader *r = xcalloc(1, sizeof(*r));
	struct stat st;
	enum status status;

	*reader = NULL;
	r->path = xstrdup(strcmp(path, "-") == 0 ? "standard input" : path);
	r->max_line = max_line;
	r->fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO)
				       : open(path, O_RDONLY | O_CLOEXEC);
	buffer_init(&r->text, max_line + 4 * READ_SIZE);
	if (r->fd < 0) {
		status = error_set_errno(
		    err, STATUS_NOINPUT, errno, "cannot open %s", r->path);
		lines_free(r);
		return status;
	}
	if (fstat(r->fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		status = error_set(
		    err, STATUS_NOINPUT, "%s is a folder, not a file", r->path);
		lines_free(r);
		return status;
	}
	status = fill_raw(r, err);
	if (status != STATUS_OK) {
		lines_free(r);
		return status;
	}
	r->gzip = r->raw_len >= 2 && r->raw[0] == 0x1f && r->raw[1] == 0x8b;
	if (r->gzip && inflateInit2(&r->z, 15 + 16) != Z_OK) {
		lines_free(r);
		return error_set(err, STATUS_SOFTWARE, "zlib does not start");
	}
	*reader = r;
	return STATUS_OK;
}

void lines_free(struct line_reader *r)
{
	if (!r)
		return;
	if (r->gzip)
		inflateEnd(&r->z);
	if (r->fd >= 0)
		close(r->fd);
	buffer_clear(&r->text);
	free(r->path);
	free(r);
}

/* One step of inflate from raw to text; a torn stream ends the input. */
static void inflate_some(struct line_reader *r)
{
	unsigned char out[READ_SIZE];
	int code;

	r->z.next_in = r->raw + r->raw_at;
	r->z.avail_in = (unsigned)(r->raw_len - r->raw_at);
	r->z.next_out = out;
	r->z.avail_out = sizeof(out);
	r->started = true;
	code = inflate(&r->z, Z_NO_FLUSH);
	buffer_add(&r->text, out, sizeof(out) - r->z.avail_out);
	r->raw_at = r->raw_len - r->z.avail_in;
	if (code == Z_STREAM_END) {
		inflateReset(&r->z); /* the next member may follow */
		r->started = false;
	} else if (code != Z_OK && code != Z_BUF_ERROR) {
		r->torn = true;
		r->eof = true;
	}
}

/* More decoded bytes, or eof. */
static enum status decode(struct line_reader *r, struct error *err)
{
	enum status status = STATUS_OK;

	if (r->raw_at == r->raw_len)
		status = fill_raw(r, err);
	if (status != STATUS_OK)
		return status;
	if (r->eof) {
		r->torn = r->torn || (r->gzip && r->started);
		return STATUS_OK;
	}
	if (r->gzip) {
		inflate_some(r);
	} else {
		buffer_add(
		    &r->text, r->raw + r->raw_at, r->raw_len - r->raw_at);
		r->raw_at = r->raw_len;
	}
	return STATUS_OK;
}

static void compact(struct line_reader *r)
{
	if (r->at == 0)
		return;
	buffer_drop(&r->text, r->at);
	r->scanned -= r->at;
	r->at = 0;
}

static enum lines_result last_line(
    struct line_reader *r, const char **line, size_t *len)
{
	*line = r->text.data + r->at;
	*len = r->text.len - r->at;
	if (*len == 0 && !r->torn)
		return LINES_END;
	r->ended_early = r->torn;
	r->torn = false;
	if (r->skipping) {
		r->at = r->text.len;
		r->skipping = false;
		return LINES_TOO_LONG;
	}
	if (!r->text.data)
		*line = "";
	r->at = r->scanned = r->text.len;
	r->number++;
	/* A plain file's last line without newline may be whole or torn: the
	 * caller decides by its content. */
	return LINES_TRUNCATED;
}

enum lines_result lines_next(
    struct line_reader *r, const char **line, size_t *len, struct error *err)
{
	for (;;) {
		char *start = r->text.data ? r->text.data + r->at : NULL;
		char *end = start ? memchr(r->text.data + r->scanned, '\n',
					r->text.len - r->scanned)
				  : NULL;

		if (end) {
			bool skipped = r->skipping;

			*line = start;
			*len = (size_t)(end - start);
			r->at = r->scanned = (size_t)(end - r->text.data) + 1;
			r->number++;
			r->skipping = false;
			if (skipped || *len > r->max_line)
				return LINES_TOO_LONG;
			if (*len && start[*len - 1] == '\r')
				--*len;
			start[*len] = '\0';
			return LINES_LINE;
		}
		r->scanned = r->text.len;
		compact(r);
		if (r->text.len > r->max_line) {
			r->skipping = true;
			buffer_reset(&r->text);
			r->scanned = 0;
		}
		if (r->eof)
			return last_line(r, line, len);
		if (decode(r, err) != STATUS_OK)
			return LINES_ERROR;
	}
}

long lines_number(const struct line_reader *r)
{
	return r->number;
}

const char *lines_path(const struct line_reader *r)
{
	return r->path;
}

bool lines_ended_early(const struct line_reader *r)
{
	return r->ended_early;
}

/* ------------------------------------------------------------- writing */

struct line_writer {
	char *path;
	int fd;
	bool gzip;
	z_stream z;
	struct buffer out; /* not written yet */
};

static bool ends_in_gz(const char *path)
{
	size_t len = strlen(path);

	return len > 3 && strcmp(path + len - 3, ".gz") == 0;
}

/* level 0: not compressed. */
static enum status create(
    const char *path, int level, struct line_writer **writer, struct error *err)
{
	struct line_writer *w = xcalloc(1, sizeof(*w));
	bool standard = strcmp(path, "-") == 0;

	*writer = NULL;
	w->fd = standard ? dup(STDOUT_FILENO)
			 : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
			       0666);
	if (w->fd < 0) {
		enum status status = error_set_errno(
		    err, STATUS_CANTCREATE, errno, "cannot create %s", path);

		free(w);
		return status;
	}
	w->path = xstrdup(standard ? "standard output" : path);
	w->gzip = level > 0;
	buffer_init(&w->out, 1u << 30);
	/* The gzip header of zlib holds no name and no time: same lines, same
	 * bytes. */
	if (w->gzip && deflateInit2(&w->z, level, Z_DEFLATED, 15 + 16, 8,
			   Z_DEFAULT_STRATEGY) != Z_OK) {
		w->gzip = false;
		lines_close(w, false, NULL);
		return error_set(err, STATUS_SOFTWARE, "zlib does not start");
	}
	*writer = w;
	return STATUS_OK;
}

enum status lines_create(
    const char *path, struct line_writer **writer, struct error *err)
{
	return create(path, ends_in_gz(path) ? 6 : 0, writer, err);
}

enum status lines_create_gzip(
    const char *path, int level, struct line_writer **writer, struct error *err)
{
	return create(path, level, writer, err);
}

static enum status write_all(
    int fd, const char *path, const void *bytes, size_t len, struct error *err)
{
	const char *in = bytes;

	while (len) {
		ssize_t n = write(fd, in, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_set_errno(
			    err, STATUS_IO, errno, "cannot write %s", path);
		in += n;
		len -= (size_t)n;
	}
	return STATUS_OK;
}

static enum status drain(struct line_writer *w, struct error *err)
{
	enum status status =
	    write_all(w->fd, w->path, buffer_text(&w->out), w->out.len, err);

	buffer_reset(&w->out);
	return status;
}

static void deflate_into(
    struct buffer *out, z_stream *z, const void *bytes, size_t len, int flush)
{
	unsigned char chunk[READ_SIZE];

	z->next_in = (const Bytef *)bytes;
	z->avail_in = (unsigned)len;
	do {
		z->next_out = chunk;
		z->avail_out = sizeof(chunk);
		deflate(z, flush);
		buffer_add(out, chunk, sizeof(chunk) - z->avail_out);
	} while (z->avail_out == 0);
}

enum status lines_write(
    struct line_writer *w, const void *line, size_t len, struct error *err)
{
	if (w->gzip) {
		deflate_into(&w->out, &w->z, line, len, Z_NO_FLUSH);
		deflate_into(&w->out, &w->z, "\n", 1, Z_NO_FLUSH);
	} else {
		buffer_add(&w->out, line, len);
		buffer_add_char(&w->out, '\n');
	}
	return w->out.len >= READ_SIZE ? drain(w, err) : STATUS_OK;
}

enum status lines_flush(struct line_writer *w, struct error *err)
{
	if (w->gzip)
		deflate_into(&w->out, &w->z, "", 0, Z_SYNC_FLUSH);
	return drain(w, err);
}

enum status lines_close(struct line_writer *w, bool sync, struct error *err)
{
	enum status status;

	if (w->gzip) {
		deflate_into(&w->out, &w->z, "", 0, Z_FINISH);
		deflateEnd(&w->z);
	}
	status = drain(w, err);
	if (status == STATUS_OK && sync && fsync(w->fd) != 0 &&
	    errno != EINVAL && errno != EROFS)
		status = error_set_errno(
		    err, STATUS_IO, errno, "cannot write %s to disk", w->path);
	if (close(w->fd) != 0 && status == STATUS_OK)
		status = error_set_errno(
		    err, STATUS_IO, errno, "cannot write %s", w->path);
	buffer_clear(&w->out);
	free(w->path);
	free(w);
	return status;
}

/* --------------------------------------------------------- blobs, files */

/* One record at a time, a hundred thousand times: small tables, because
 * clearing zlib's usual ones costs more than compressing, and a better level
 * costs more than it saves. */
void blob_compress(struct buffer *out, const void *bytes, size_t len)
{
	z_stream z = { 0 };

	if (deflateInit2(&z, Z_BEST_SPEED, Z_DEFLATED, 13, 5,
		Z_DEFAULT_STRATEGY) != Z_OK)
		return; /* out of memory: the caller sees an empty blob */
	deflate_into(out, &z, bytes, len, Z_FINISH);
	deflateEnd(&z);
}

enum status blob_decompress(struct buffer *out, const void *bytes, size_t len,
    size_t max_len, struct error *err)
{
	unsigned char chunk[READ_SIZE];
	z_stream z = { 0 };
	size_t start = out->len;
	int code;

	if (inflateInit(&z) != Z_OK)
		return error_set(err, STATUS_SOFTWARE, "zlib does not start");
	z.next_in = bytes;
	z.avail_in = (unsigned)len;
	do {
		z.next_out = chunk;
		z.avail_out = sizeof(chunk);
		code = inflate(&z, Z_NO_FLUSH);
		if (code == Z_OK || code == Z_STREAM_END)
			buffer_add(out, chunk, sizeof(chunk) - z.avail_out);
	} while (code == Z_OK && out->len - start <= max_len);
	inflateEnd(&z);
	if (code != Z_STREAM_END || out->len - start > max_len)
		return error_set(err, STATUS_DATA,
		    "a damaged or too large "
		    "compressed value");
	return STATUS_OK;
}

enum status file_read(
    const char *path, size_t max_len, struct buffer *out, struct error *err)
{
	char chunk[READ_SIZE];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum status status = STATUS_OK;
	ssize_t n = 0;

	if (fd < 0)
		return error_set_errno(
		    err, STATUS_NOINPUT, errno, "cannot open %s", path);
	while (out->len <= max_len && (n = read(fd, chunk, sizeof(chunk))) > 0)
		buffer_add(out, chunk, (size_t)n);
	if (n < 0)
		status = error_set_errno(
		    err, STATUS_IO, errno, "cannot read %s", path);
	else if (out->len > max_len || out->overflow)
		status = error_set(err, STATUS_DATA,
		    "%s is larger than %zu bytes", path, max_len);
	close(fd);
	return status;
}

static enum status sync_folder(const char *path, struct error *err)
{
	char copy[PATH_MAX];
	int fd;

	snprintf(copy, sizeof(copy), "%s", path);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || (fsync(fd) != 0 && errno != EINVAL)) {
		enum status status = error_set_errno(err, STATUS_IO, errno,
		    "cannot sync the folder of %s", path);

		if (fd >= 0)
			close(fd);
		return status;
	}
	close(fd);
	return STATUS_OK;
}

enum status file_replace(
    const char *path, const void *bytes, size_t len, struct error *err)
{
	char temporary[PATH_MAX];
	enum status status;
	int fd;

	if (snprintf(temporary, sizeof(temporary), "%s.tmp", path) >=
	    (int)sizeof(temporary))
		return error_set(err, STATUS_USAGE, "path too long: %s", path);
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		return error_set_errno(err, STATUS_CANTCREATE, errno,
		    "cannot create %s", temporary);
	status = write_all(fd, temporary, bytes, len, err);
	if (status == STATUS_OK && fsync(fd) != 0)
		status = error_set_errno(err, STATUS_IO, errno,
		    "cannot write %s to disk", temporary);
	if (close(fd) != 0 && status == STATUS_OK)
		status = error_set_errno(
		    err, STATUS_IO, errno, "cannot write %s", temporary);
	if (status == STATUS_OK && rename(temporary, path) != 0)
		status = error_set_errno(err, STATUS_IO, errno,
		    "cannot rename %s to %s", temporary, path);
	if (status != STATUS_OK) {
		unlink(temporary);
		return status;
	}
	return sync_folder(path, err);
}
