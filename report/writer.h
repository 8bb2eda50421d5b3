/*
 * Tables for people and programs: one sheet of named columns, written as a
 * table for the terminal, CSV, JSON or JSON Lines.
 *
 *   table  headings, aligned, text made safe for a terminal
 *   csv    RFC 4180 with a header; a cell that a spreadsheet would take for a
 *          formula (= + - @ tab CR first) gets a leading apostrophe
 *   json   one object: facts, then each sheet as an array of objects by its id
 *   jsonl  one object a line
 * csv and jsonl hold the first sheet only: mixed records help nobody.
 *
 * Memory:  the writer copies what it must keep; columns must outlive a sheet.
 * Threads: a writer belongs to one thread.
 */
#ifndef MXPRINT_REPORT_WRITER_H
#define MXPRINT_REPORT_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "common/lines.h"

enum writer_format {
	WRITER_TABLE,
	WRITER_CSV,
	WRITER_JSON,
	WRITER_JSONL,
	WRITER_FORMAT_COUNT
};

enum cell_type {
	CELL_NONE, /* not known: "-" in tables, empty in CSV, null in JSON */
	CELL_TEXT,
	CELL_INT,
	CELL_REAL,
	CELL_BOOL,
	CELL_JSON, /* a JSON value as text */
};

struct cell {
	enum cell_type type;
	const char *text;
	int64_t integer;
	double real;
};

struct column {
	const char *name;    /* stable key; NULL: for tables only */
	const char *heading; /* in tables; NULL: not shown unless asked for */
	int decimals;	     /* of CELL_REAL */
	bool right;	     /* aligned to the right */
	bool percent;	     /* tables show 100 times the value */
};

struct writer;

/* WRITER_FORMAT_COUNT when unknown. */
enum writer_format writer_format_parse(const char *name);

/* selection: "name,name" of the columns wanted of the first sheet, or NULL. */
struct writer *writer_new(
    enum writer_format format, const char *selection, struct line_writer *out);
enum writer_format writer_format_of(const struct writer *w);

/* A line for people, in tables only; an empty one is a blank line. */
enum status writer_note(struct writer *w, const char *text, struct error *err);
/* A scalar beside the sheets, in json only. */
enum status writer_fact(
    struct writer *w, const char *key, struct cell value, struct error *err);

/* STATUS_USAGE when the selection names a column that is not there. */
enum status writer_begin(struct writer *w, const char *id,
    const struct column *columns, size_t count, struct error *err);
/* As many cells as columns were given. */
enum status writer_row(
    struct writer *w, const struct cell *cells, struct error *err);
enum status writer_end(struct writer *w, struct error *err);

/* Finishes what the format needs; does not close out. Frees in every case. */
enum status writer_close(struct writer *w, struct error *err);

struct cell cell_none(void);
struct cell cell_text(const char *text); /* NULL: CELL_NONE */
struct cell cell_int(int64_t value);
struct cell cell_real(double value);
struct cell cell_bool(bool value);
struct cell cell_json(const char *text); /* NULL: CELL_NONE */

#endif
