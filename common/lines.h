/*
 * Files of lines, plain or gzip (the only file that knows zlib).
 *
 * Reading: "-" is standard input; gzip is recognised by its magic bytes, so
 * the name does not matter; several gzip members in a row are one stream.
 * A last line without newline, or a gzip stream that ends early, is
 * reported as LINES_TRUNCATED after all whole lines were given.
 * A line longer than max_line is skipped and reported as LINES_TOO_LONG.
 *
 * Writing: ".gz" at the end of the name writes gzip. lines_close() says
 * whether every byte reached the kernel (and, with sync, the disk).
 */
#ifndef MXPRINT_COMMON_LINES_H
#define MXPRINT_COMMON_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buffer.h"
#include "common/error.h"

struct line_reader;

enum lines_result {
	LINES_LINE,	 /* *line, *len: without its newline or CR LF */
	LINES_TRUNCATED, /* *line: the incomplete rest (may be empty) */
	LINES_TOO_LONG,
	LINES_END,
	LINES_ERROR /* err is filled */
};

enum status lines_open(const char *path, size_t max_line,
    struct line_reader **reader, struct error *err);
/* The line is NUL-terminated and valid until the next call. */
enum lines_result lines_next(struct line_reader *reader, const char **line,
    size_t *len, struct error *err);
long lines_number(const struct line_reader *reader); /* of the last, from 1 */
const char *lines_path(const struct line_reader *reader);
/* A gzip stream was cut or damaged: the last line is not whole. */
bool lines_ended_early(const struct line_reader *reader);
void lines_free(struct line_reader *reader);

struct line_writer;

/* "-" is standard output. Replaces an existing file. */
enum status lines_create(
    const char *path, struct line_writer **writer, struct error *err);
/* gzip whatever the name is; level 1 (fast) .. 9 (small). */
enum status lines_create_gzip(const char *path, int level,
    struct line_writer **writer, struct error *err);
/* Adds the newline. */
enum status lines_write(struct line_writer *writer, const void *line,
    size_t len, struct error *err);
enum status lines_flush(struct line_writer *writer, struct error *err);
/* Frees in every case; sync: fsync before. */
enum status lines_close(
    struct line_writer *writer, bool sync, struct error *err);

/* zlib blobs (survey.db). decompress refuses results over max_len. */
void blob_compress(struct buffer *out, const void *bytes, size_t len);
enum status blob_decompress(struct buffer *out, const void *bytes, size_t len,
    size_t max_len, struct error *err);

/* A whole file of at most max_len bytes. */
enum status file_read(
    const char *path, size_t max_len, struct buffer *out, struct error *err);
/* Write path.tmp, fsync, rename, fsync the folder. */
enum status file_replace(
    const char *path, const void *bytes, size_t len, struct error *err);

#endif
