/*
 * What the writers of one format share with report/writer.c: the state of a
 * writer, and the operations of a format. Nothing else includes this.
 */
#ifndef MXPRINT_REPORT_SHEET_H
#define MXPRINT_REPORT_SHEET_H

#include "common/arena.h"
#include "common/buffer.h"
#include "report/writer.h"

#define SHEET_COLUMNS_MAX 128
#define SHEET_LINE_MAX	  (64u << 20)

struct sheet_row {
	const char **cells; /* formatted */
	struct sheet_row *next;
};

struct format_ops {
	const char *name;
	enum status (*begin)(
	    struct writer *w, const char *id, struct error *err);
	enum status (*row)(
	    struct writer *w, const struct cell *cells, struct error *err);
	enum status (*end)(struct writer *w, struct error *err);
	enum status (*close)(struct writer *w, struct error *err);
};

extern const struct format_ops sheet_table, sheet_csv, sheet_json, sheet_jsonl;

struct writer {
	enum writer_format format;
	const struct format_ops *ops;
	struct line_writer *out;
	char *selection;
	struct buffer line;    /* being made */
	struct buffer pending; /* json: the line before, without its comma */
	bool holding;	       /* json: pending holds a line */
	size_t sheets;	       /* begun so far */
	bool muted;	       /* csv, jsonl: not the first sheet */
	const struct column *columns;
	size_t column_count;
	size_t shown[SHEET_COLUMNS_MAX]; /* indexes of columns */
	size_t shown_count;
	/* table: the first rows are held back to know the widths */
	struct arena *arena;
	struct sheet_row *first, **last;
	size_t held;
	size_t widths[SHEET_COLUMNS_MAX];
	bool streaming;
};

/* Writes w->line and empties it. */
enum status sheet_flush_line(struct writer *w, struct error *err);
/* A fact of json. */
enum status sheet_json_fact(struct writer *w, const char *key,
    const struct cell *value, struct error *err);

#endif
