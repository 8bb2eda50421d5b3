#include "report/writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "report/sheet.h"

static const struct format_ops *const formats[] = {
	[WRITER_TABLE] = &sheet_table,
	[WRITER_CSV] = &sheet_csv,
	[WRITER_JSON] = &sheet_json,
	[WRITER_JSONL] = &sheet_jsonl,
};

_Static_assert(sizeof(formats) / sizeof(formats[0]) == WRITER_FORMAT_COUNT,
    "operations for every format");

enum writer_format writer_format_parse(const char *name)
{
	int i = 0;

	while (i < WRITER_FORMAT_COUNT && strcmp(formats[i]->name, name) != 0)
		i++;
	return (enum writer_format)i;
}

struct writer *writer_new(
    enum writer_format format, const char *selection, struct line_writer *out)
{
	struct writer *w = xcalloc(1, sizeof(*w));

	w->format = format;
	w->ops = formats[format];
	w->out = out;
	w->selection = selection ? xstrdup(selection) : NULL;
	w->arena = arena_new();
	buffer_init(&w->line, SHEET_LINE_MAX);
	buffer_init(&w->pending, SHEET_LINE_MAX);
	return w;
}

enum writer_format writer_format_of(const struct writer *w)
{
	return w->format;
}

enum status sheet_flush_line(struct writer *w, struct error *err)
{
	enum status status =
	    lines_write(w->out, buffer_text(&w->line), w->line.len, err);

	buffer_reset(&w->line);
	return status;
}

enum status writer_note(struct writer *w, const char *text, struct error *err)
{
	if (w->format != WRITER_TABLE)
		return STATUS_OK;
	return lines_write(w->out, text, strlen(text), err);
}

enum status writer_fact(
    struct writer *w, const char *key, struct cell value, struct error *err)
{
	if (w->format != WRITER_JSON)
		return STATUS_OK;
	return sheet_json_fact(w, key, &value, err);
}

static size_t find_column(
    const struct column *columns, size_t count, const char *name, size_t len)
{
	size_t i = 0;

	while (
	    i < count && !(columns[i].name && strlen(columns[i].name) == len &&
			     memcmp(columns[i].name, name, len) == 0))
		i++;
	return i;
}

static enum status no_column(
    const struct writer *w, const char *name, size_t len, struct error *err)
{
	char quoted[64], known[512] = "";
	size_t at = 0;

	for (size_t i = 0; i < w->column_count && at < sizeof(known); i++) {
		if (w->columns[i].name)
			at += (size_t)snprintf(known + at, sizeof(known) - at,
			    "%s%s", at ? ", " : "", w->columns[i].name);
	}
	return error_set(err, STATUS_USAGE,
	    "no column '%s' in this table; there are: %s",
	    log_quote(quoted, sizeof(quoted), name, len), known);
}

static enum status select_columns(struct writer *w, struct error *err)
{
	const char *s = w->selection;

	while (*s) {
		size_t len = strcspn(s, ",");
		size_t at = find_column(w->columns, w->column_count, s, len);

		if (at == w->column_count)
			return no_column(w, s, len, err);
		if (w->shown_count == SHEET_COLUMNS_MAX)
			return error_set(err, STATUS_USAGE,
			    "--columns names more than %d columns",
			    SHEET_COLUMNS_MAX);
		w->shown[w->shown_count++] = at;
		s += len + (s[len] == ',');
	}
	return STATUS_OK;
}

static void default_columns(struct writer *w)
{
	for (size_t i = 0; i < w->column_count; i++) {
		const struct column *c = &w->columns[i];
		bool wanted = w->format == WRITER_TABLE ? c->heading != NULL
							: c->name != NULL;

		if (wanted && w->shown_count < SHEET_COLUMNS_MAX)
			w->shown[w->shown_count++] = i;
	}
}

enum status writer_begin(struct writer *w, const char *id,
    const struct column *columns, size_t count, struct error *err)
{
	enum status status = STATUS_OK;

	w->columns = columns;
	w->column_count = count;
	w->shown_count = 0;
	if (w->selection && w->sheets == 0)
		status = select_columns(w, err);
	if (w->shown_count == 0)
		default_columns(w);
	w->muted = w->sheets > 0 &&
		   (w->format == WRITER_CSV || w->format == WRITER_JSONL);
	w->sheets++;
	if (status != STATUS_OK || w->muted)
		return status;
	return w->ops->begin(w, id, err);
}

enum status writer_row(
    struct writer *w, const struct cell *cells, struct error *err)
{
	return w->muted ? STATUS_OK : w->ops->row(w, cells, err);
}

enum status writer_end(struct writer *w, struct error *err)
{
	return w->muted ? STATUS_OK : w->ops->end(w, err);
}

enum status writer_close(struct writer *w, struct error *err)
{
	enum status status = w->ops->close(w, err);

	buffer_clear(&w->line);
	buffer_clear(&w->pending);
	arena_free(w->arena);
	free(w->selection);
	free(w);
	return status;
}

struct cell cell_none(void)
{
	return (struct cell){ .type = CELL_NONE };
}

struct cell cell_text(const char *text)
{
	return (
	    struct cell){ .type = text ? CELL_TEXT : CELL_NONE, .text = text };
}

struct cell cell_int(int64_t value)
{
	return (struct cell){ .type = CELL_INT, .integer = value };
}

struct cell cell_real(double value)
{
	return (struct cell){ .type = CELL_REAL, .real = value };
}

struct cell cell_bool(bool value)
{
	return (struct cell){ .type = CELL_BOOL, .integer = value };
}

struct cell cell_json(const char *text)
{
	return (
	    struct cell){ .type = text ? CELL_JSON : CELL_NONE, .text = text };
}
