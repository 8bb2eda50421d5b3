#include "transcript/reader.h"

#include <stdlib.h>

#include "common/log.h"
#include "transcript/format.h"

struct transcript_reader {
	const char *const *paths;
	size_t count, at;
	struct line_reader *lines;
	size_t skipped, skipped_here;
	bool refuse_torn;
};

struct transcript_reader *transcript_reader_new(
    const char *const *paths, size_t count)
{
	struct transcript_reader *reader = xcalloc(1, sizeof(*reader));

	reader->paths = paths;
	reader->count = count;
	return reader;
}

void transcript_reader_refuse_torn(struct transcript_reader *reader)
{
	reader->refuse_torn = true;
}

bool transcript_line_torn(const struct line_reader *lines,
    enum lines_result result, const char *line, size_t len)
{
	struct transcript *t = NULL;
	bool whole;

	if (lines_ended_early(lines))
		return true;
	if (result != LINES_TRUNCATED)
		return false;
	whole = transcript_read(line, len, &t, NULL) == STATUS_OK;
	transcript_free(t);
	return !whole;
}

static void skip(struct transcript_reader *reader, const char *why)
{
	reader->skipped++;
	if (++reader->skipped_here <= 10)
		log_warn("%s:%ld: skipped: %s", lines_path(reader->lines),
		    lines_number(reader->lines), why);
	else if (reader->skipped_here == 11)
		log_warn("%s: more lines skipped, not told one by one",
		    lines_path(reader->lines));
}

/* One line as a record; *t stays NULL when it was skipped. */
static void take_line(struct transcript_reader *reader,
    enum lines_result result, const char *line, size_t len,
    struct transcript **t)
{
	struct error why;

	if (result == LINES_TOO_LONG) {
		skip(reader, "the line is too long for a record");
		return;
	}
	if (len == 0 && result == LINES_LINE)
		return;
	if (transcript_read(line, len, t, &why) == STATUS_OK)
		return;
	skip(reader, result == LINES_TRUNCATED
			 ? "the file ends in the middle of this record"
			 : why.text);
}

enum status transcript_reader_next(
    struct transcript_reader *reader, struct transcript **t, struct error *err)
{
	const char *line;
	size_t len;

	*t = NULL;
	while (reader->lines || reader->at < reader->count) {
		enum lines_result result;

		if (!reader->lines) {
			enum status status =
			    lines_open(reader->paths[reader->at++],
				FORMAT_LINE_MAX, &reader->lines, err);

			if (status != STATUS_OK)
				return status;
			reader->skipped_here = 0;
		}
		result = lines_next(reader->lines, &line, &len, err);
		if (result == LINES_ERROR)
			return err ? err->status : STATUS_IO;
		if (result == LINES_END) {
			lines_free(reader->lines);
			reader->lines = NULL;
			continue;
		}
		if (reader->refuse_torn &&
		    transcript_line_torn(reader->lines, result, line, len))
			return error_set(err, STATUS_DATA,
			    "%s:%ld: the file ends in the middle of a record; "
			    "get it again, or remove that line",
			    lines_path(reader->lines),
			    lines_number(reader->lines));
		take_line(reader, result, line, len, t);
		if (*t)
			return STATUS_OK;
	}
	return STATUS_OK;
}

const char *transcript_reader_path(const struct transcript_reader *reader)
{
	return reader->lines ? lines_path(reader->lines) : "";
}

long transcript_reader_line(const struct transcript_reader *reader)
{
	return reader->lines ? lines_number(reader->lines) : 0;
}

size_t transcript_reader_skipped(const struct transcript_reader *reader)
{
	return reader->skipped;
}

void transcript_reader_free(struct transcript_reader *reader)
{
	if (!reader)
		return;
	lines_free(reader->lines);
	free(reader);
}
