/*
 * RFC 4180. Fields are quoted where they must be; lines end with CR LF.
 * Numbers are ours and never start a formula; text is anybody's.
 */
#include <string.h>

#include "report/sheet.h"

static bool formula(const char *text)
{
	return text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;
}

static void add_text(struct buffer *out, const char *text)
{
	bool quote = strpbrk(text, ",\"\r\n") != NULL;

	if (quote)
		buffer_add_char(out, '"');
	if (formula(text))
		buffer_add_char(out, '\'');
	for (; *text; text++) {
		if (*text == '"')
			buffer_add_char(out, '"');
		buffer_add_char(out, *text);
	}
	if (quote)
		buffer_add_char(out, '"');
}

static void add_cell(
    struct buffer *out, const struct column *column, const struct cell *cell)
{
	switch (cell->type) {
	case CELL_NONE:
		break;
	case CELL_TEXT:
	case CELL_JSON:
		add_text(out, cell->text);
		break;
	case CELL_INT:
		buffer_printf(out, "%lld", (long long)cell->integer);
		break;
	case CELL_REAL:
		buffer_printf(out, "%.*f", column->decimals, cell->real);
		break;
	case CELL_BOOL:
		buffer_add_text(out, cell->integer ? "true" : "false");
		break;
	}
}

static enum status end_record(struct writer *w, struct error *err)
{
	buffer_add_char(&w->line, '\r');
	return sheet_flush_line(w, err);
}

static enum status csv_begin(
    struct writer *w, const char *id, struct error *err)
{
	(void)id;
	for (size_t i = 0; i < w->shown_count; i++) {
		if (i > 0)
			buffer_add_char(&w->line, ',');
		add_text(&w->line, w->columns[w->shown[i]].name);
	}
	return end_record(w, err);
}

static enum status csv_row(
    struct writer *w, const struct cell *cells, struct error *err)
{
	for (size_t i = 0; i < w->shown_count; i++) {
		size_t at = w->shown[i];

		if (i > 0)
			buffer_add_char(&w->line, ',');
		add_cell(&w->line, &w->columns[at], &cells[at]);
	}
	return end_record(w, err);
}

static enum status nothing(struct writer *w, struct error *err)
{
	(void)w;
	(void)err;
	return STATUS_OK;
}

const struct format_ops sheet_csv = {
	.name = "csv",
	.begin = csv_begin,
	.row = csv_row,
	.end = nothing,
	.close = nothing,
};
