/*
 * For a terminal. The first rows are held back to choose the widths; after
 * those rows stream, so that a table of ten million domains needs no memory.
 */
#include <stdio.h>
#include <string.h>

#include "report/printable.h"
#include "report/sheet.h"

#define HELD_MAX  1000
#define WIDTH_MAX 60 /* a longer cell pushes the rest of its row */

static const char *printable(struct writer *w, const char *hostile)
{
	struct buffer text;
	const char *copy;

	buffer_init(&text, 1 << 16);
	printable_add(&text, hostile, strlen(hostile));
	copy = arena_strdup(w->arena, buffer_text(&text));
	buffer_clear(&text);
	return copy;
}

/* A column's name may come from the user's list. */
static const char *heading(struct writer *w, size_t i)
{
	const struct column *column = &w->columns[w->shown[i]];

	return printable(w, column->heading ? column->heading : column->name);
}

static const char *format_cell(
    struct writer *w, const struct column *column, const struct cell *cell)
{
	switch (cell->type) {
	case CELL_NONE:
		return "-";
	case CELL_INT:
		return arena_printf(w->arena, "%lld", (long long)cell->integer);
	case CELL_REAL:
		return column->percent
			   ? arena_printf(w->arena, "%.1f %%", cell->real * 100)
			   : arena_printf(w->arena, "%.*f", column->decimals,
				 cell->real);
	case CELL_BOOL:
		return cell->integer ? "yes" : "no";
	case CELL_TEXT:
	case CELL_JSON:
		break;
	}
	return printable(w, cell->text);
}

static void add_padded(struct writer *w, size_t i, const char *text)
{
	const struct column *column = &w->columns[w->shown[i]];
	size_t width = printable_width(text);
	size_t room = w->widths[i] > width ? w->widths[i] - width : 0;
	bool last = i + 1 == w->shown_count;

	if (i > 0)
		buffer_add_text(&w->line, "  ");
	for (size_t n = 0; column->right && n < room; n++)
		buffer_add_char(&w->line, ' ');
	buffer_add_text(&w->line, text);
	for (size_t n = 0; !column->right && !last && n < room; n++)
		buffer_add_char(&w->line, ' ');
}

static enum status print_row(
    struct writer *w, const char *const *cells, struct error *err)
{
	for (size_t i = 0; i < w->shown_count; i++)
		add_padded(w, i, cells[i]);
	return sheet_flush_line(w, err);
}

static void widen(struct writer *w, size_t i, const char *text)
{
	size_t width = printable_width(text);

	if (width > WIDTH_MAX)
		width = WIDTH_MAX;
	if (width > w->widths[i])
		w->widths[i] = width;
}

static enum status table_begin(
    struct writer *w, const char *id, struct error *err)
{
	(void)id;
	(void)err;
	arena_reset(w->arena);
	memset(w->widths, 0, sizeof(w->widths));
	for (size_t i = 0; i < w->shown_count; i++)
		widen(w, i, heading(w, i));
	w->first = NULL;
	w->last = &w->first;
	w->held = 0;
	w->streaming = false;
	return STATUS_OK;
}

/* The headings and the rows held back. */
static enum status release(struct writer *w, struct error *err)
{
	enum status status;

	for (size_t i = 0; i < w->shown_count; i++)
		add_padded(w, i, heading(w, i));
	status = sheet_flush_line(w, err);
	for (struct sheet_row *r = w->first; r && status == STATUS_OK;
	     r = r->next)
		status = print_row(w, r->cells, err);
	arena_reset(w->arena);
	w->streaming = true;
	return status;
}

static enum status table_row(
    struct writer *w, const struct cell *cells, struct error *err)
{
	struct sheet_row *row = arena_alloc(w->arena, sizeof(*row));
	enum status status = STATUS_OK;

	row->cells = arena_array(w->arena, w->shown_count, sizeof(char *));
	for (size_t i = 0; i < w->shown_count; i++) {
		size_t at = w->shown[i];

		row->cells[i] = format_cell(w, &w->columns[at], &cells[at]);
	}
	if (w->streaming) {
		status = print_row(w, row->cells, err);
		arena_reset(w->arena);
		return status;
	}
	for (size_t i = 0; i < w->shown_count; i++)
		widen(w, i, row->cells[i]);
	*w->last = row;
	w->last = &row->next;
	return ++w->held == HELD_MAX ? release(w, err) : STATUS_OK;
}

static enum status table_end(struct writer *w, struct error *err)
{
	return w->streaming ? STATUS_OK : release(w, err);
}

static enum status table_close(struct writer *w, struct error *err)
{
	(void)w;
	(void)err;
	return STATUS_OK;
}

const struct format_ops sheet_table = {
	.name = "table",
	.begin = table_begin,
	.row = table_row,
	.end = table_end,
	.close = table_close,
};
