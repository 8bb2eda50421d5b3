/*
 * The transcripts of one file after the other. Damaged, truncated and foreign
 * lines are skipped: counted, and told as "FILE:LINE: why" through log_warn
 * (the first 10 of a file), so that one torn line never costs a file. Unless
 * a file that ends in the middle is refused: figures of half a file are none.
 */
#ifndef MXPRINT_TRANSCRIPT_READER_H
#define MXPRINT_TRANSCRIPT_READER_H

#include <stdbool.h>
#include <stddef.h>

#include "common/error.h"
#include "common/lines.h"
#include "transcript/transcript.h"

struct transcript_reader;

struct transcript_reader *transcript_reader_new(
    const char *const *paths, size_t count);
/* From now on a torn last line is STATUS_DATA. */
void transcript_reader_refuse_torn(struct transcript_reader *reader);
/* STATUS_OK with *t NULL at the end of the last file. Caller frees *t. */
enum status transcript_reader_next(
    struct transcript_reader *reader, struct transcript **t, struct error *err);
/* Where the transcript just given stands: file and line. */
const char *transcript_reader_path(const struct transcript_reader *reader);
long transcript_reader_line(const struct transcript_reader *reader);
size_t transcript_reader_skipped(const struct transcript_reader *reader);
void transcript_reader_free(struct transcript_reader *reader);

/*
 * Does the file end in the middle of this line, which lines_next() has just
 * given? Not where a whole record lacks nothing but its newline.
 */
bool transcript_line_torn(const struct line_reader *lines,
    enum lines_result result, const char *line, size_t len);

#endif
