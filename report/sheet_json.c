/*
 * JSON and JSON Lines. In json every line but the last of an array or object
 * ends with a comma, so a line is held back until its successor is known.
 */
#include <math.h>
#include <string.h>

#include "common/json.h"
#include "report/sheet.h"

static void write_embedded(
    struct json_writer *j, const char *key, const char *text)
{
	struct arena *arena = arena_new();
	struct json *value;

	if (json_parse(arena, text, strlen(text), &value, NULL) == STATUS_OK)
		json_write_value(j, key, value);
	else
		json_write_null(j, key);
	arena_free(arena);
}

static void write_cell(struct json_writer *j, const char *key, int decimals,
    const struct cell *cell)
{
	double scale = pow(10, decimals);

	switch (cell->type) {
	case CELL_NONE:
		json_write_null(j, key);
		break;
	case CELL_TEXT:
		json_write_text(j, key, cell->text);
		break;
	case CELL_INT:
		json_write_int(j, key, cell->integer);
		break;
	case CELL_REAL:
		json_write_double(j, key, round(cell->real * scale) / scale);
		break;
	case CELL_BOOL:
		json_write_bool(j, key, cell->integer != 0);
		break;
	case CELL_JSON:
		write_embedded(j, key, cell->text);
		break;
	}
}

static void add_object(struct writer *w, const struct cell *cells)
{
	struct json_writer j;

	json_writer_init(&j, &w->line);
	json_open_object(&j, NULL);
	for (size_t i = 0; i < w->shown_count; i++) {
		size_t at = w->shown[i];

		write_cell(&j, w->columns[at].name, w->columns[at].decimals,
		    &cells[at]);
	}
	json_close_object(&j);
}

static enum status jsonl_begin(
    struct writer *w, const char *id, struct error *err)
{
	(void)w;
	(void)id;
	(void)err;
	return STATUS_OK;
}

static enum status jsonl_row(
    struct writer *w, const struct cell *cells, struct error *err)
{
	add_object(w, cells);
	return sheet_flush_line(w, err);
}

static enum status nothing(struct writer *w, struct error *err)
{
	(void)w;
	(void)err;
	return STATUS_OK;
}

const struct format_ops sheet_jsonl = {
	.name = "jsonl",
	.begin = jsonl_begin,
	.row = jsonl_row,
	.end = nothing,
	.close = nothing,
};

/* Writes the line held back, followed by after. */
static enum status release(
    struct writer *w, const char *after, struct error *err)
{
	enum status status;

	if (!w->holding)
		return STATUS_OK;
	buffer_add_text(&w->pending, after);
	status =
	    lines_write(w->out, buffer_text(&w->pending), w->pending.len, err);
	buffer_reset(&w->pending);
	w->holding = false;
	return status;
}

/* w->line becomes the line held back. */
static void hold(struct writer *w)
{
	buffer_add(&w->pending, buffer_text(&w->line), w->line.len);
	buffer_reset(&w->line);
	w->holding = true;
}

/* A new member of the outermost object follows. */
static enum status next_member(struct writer *w, struct error *err)
{
	if (w->holding)
		return release(w, ",", err);
	buffer_add_char(&w->line, '{');
	return STATUS_OK;
}

/* "key": at the end of w->line */
static void add_key(struct writer *w, const char *key)
{
	struct buffer quoted;
	struct json_writer j;

	buffer_init(&quoted, SHEET_LINE_MAX);
	json_writer_init(&j, &quoted);
	json_write_text(&j, NULL, key);
	buffer_printf(&w->line, "%s:", buffer_text(&quoted));
	buffer_clear(&quoted);
}

enum status sheet_json_fact(struct writer *w, const char *key,
    const struct cell *value, struct error *err)
{
	enum status status = next_member(w, err);
	struct json_writer j;

	if (status != STATUS_OK)
		return status;
	add_key(w, key);
	json_writer_init(&j, &w->line);
	write_cell(&j, NULL, 6, value);
	hold(w);
	return STATUS_OK;
}

static enum status json_begin(
    struct writer *w, const char *id, struct error *err)
{
	enum status status = next_member(w, err);

	if (status != STATUS_OK)
		return status;
	add_key(w, id);
	buffer_add_char(&w->line, '[');
	return sheet_flush_line(w, err);
}

static enum status json_row(
    struct writer *w, const struct cell *cells, struct error *err)
{
	enum status status = release(w, ",", err);

	if (status != STATUS_OK)
		return status;
	add_object(w, cells);
	hold(w);
	return STATUS_OK;
}

static enum status json_end(struct writer *w, struct error *err)
{
	enum status status = release(w, "", err);

	buffer_add_char(&w->line, ']');
	hold(w);
	return status;
}

static enum status json_close(struct writer *w, struct error *err)
{
	enum status status;

	if (!w->holding) {
		buffer_add_char(&w->line, '{');
		hold(w);
	}
	status = release(w, "", err);
	if (status != STATUS_OK)
		return status;
	return lines_write(w->out, "}", 1, err);
}

const struct format_ops sheet_json = {
	.name = "json",
	.begin = json_begin,
	.row = json_row,
	.end = json_end,
	.close = json_close,
};
