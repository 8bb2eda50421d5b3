#include "review/show.h"

#include <string.h>

#include "common/arena.h"
#include "common/json.h"
#include "common/log.h"
#include "report/printable.h"
#include "report/finding.h"
#include "review/evidence.h"

#define REASONS_SHOWN 4
#define TEXT_MAX      (1u << 20)

static size_t shown_count(
    const struct queue *queue, const struct show_options *options)
{
	size_t count = queue_count(queue);

	return options->limit && options->limit < count ? options->limit
							: count;
}

static enum status load(struct store *store, const struct queue_entry *e,
    struct arena *arena, struct prediction **p, struct transcript **t,
    struct error *err)
{
	enum status status = prediction_read(
	    arena, e->prediction, strlen(e->prediction), p, err);

	return status == STATUS_OK
		   ? store_transcript(store, e->host, e->port, t, err)
		   : status;
}

static void add_text(struct buffer *out, const char *text)
{
	printable_add(out, text, strlen(text));
}

/* "192.0.2.1:25", "[2001:db8::1]:25": what --label takes. */
static void add_host(struct buffer *out, const struct queue_entry *e)
{
	bool v6 = strchr(e->host, ':') != NULL;

	buffer_printf(out, v6 ? "[%s]:%d" : "%s:%d", e->host, e->port);
}

/* ------------------------------------------------------------ for people */

static void add_head(
    struct buffer *out, size_t number, const struct queue_entry *e)
{
	buffer_printf(out, "%zu. ", number);
	add_host(out, e);
	if (e->name) {
		buffer_add_text(out, " (");
		add_text(out, e->name);
		buffer_add_text(out, ")");
	}
	buffer_printf(out,
	    ": %s; stands for %zu host%s with %.1f domains; value %.2f\n",
	    e->why, e->hosts, e->hosts == 1 ? "" : "s", e->domains, e->value);
}

static void add_answer(struct buffer *out, const struct catalog *catalog,
    const struct queue_entry *e, const struct prediction *p)
{
	buffer_add_text(out, "   answer     ");
	add_text(out, p->product);
	if (p->version) {
		buffer_add_char(out, ' ');
		add_text(out, p->version);
	}
	buffer_printf(out, ", confidence %.2f", p->confidence);
	if (e->label) {
		buffer_add_text(out, "; a person said ");
		add_text(out, e->label);
	}
	for (size_t i = 0; i < p->flag_count; i++) {
		buffer_add_text(out, i ? ", " : "; ");
		add_text(out, p->flags[i]);
	}
	buffer_add_char(out, '\n');
	for (size_t i = 0; i < p->candidate_count; i++) {
		const struct candidate *c = &p->candidates[i];

		buffer_printf(out, "%s %.2f  ",
		    i ? "             " : "   candidates", c->confidence);
		add_text(out, c->product);
		buffer_add_text(out, " (");
		add_text(out, finding_name(catalog, c->product));
		buffer_add_text(out, ")\n");
	}
}

static void add_reasons(struct buffer *out, const struct prediction *p)
{
	for (size_t i = 0; i < p->reason_count && i < REASONS_SHOWN; i++) {
		buffer_add_text(out, i ? "              " : "   reasons    ");
		add_text(out, p->reasons[i]);
		buffer_add_char(out, '\n');
	}
}

static void add_command(struct buffer *out, const struct queue_entry *e,
    const struct show_options *options)
{
	buffer_add_text(out, "   to answer  mxprint review ");
	add_text(out, options->folder);
	buffer_add_text(out, " --label ");
	add_host(out, e);
	buffer_add_text(out, "=PRODUCT\n");
}

static enum status show_block(struct store *store,
    const struct catalog *catalog, const struct queue_entry *e, size_t number,
    const struct show_options *options, struct line_writer *out,
    struct error *err)
{
	struct arena *arena = arena_new();
	struct transcript *t = NULL;
	struct prediction *p;
	struct buffer text;
	enum status status = load(store, e, arena, &p, &t, err);

	buffer_init(&text, TEXT_MAX);
	if (status == STATUS_OK) {
		add_head(&text, number, e);
		add_answer(&text, catalog, e, p);
		add_reasons(&text, p);
		if (!options->brief) {
			buffer_add_text(&text, "   evidence\n");
			evidence_write(&text, t, "   ");
		}
		add_command(&text, e, options);
		/* its newline is the empty line between blocks */
		status = lines_write(out, buffer_text(&text), text.len, err);
	}
	buffer_clear(&text);
	transcript_free(t);
	arena_free(arena);
	return status;
}

enum status show_blocks(const struct queue *queue, struct store *store,
    const struct catalog *catalog, const struct show_options *options,
    struct line_writer *out, struct error *err)
{
	size_t shown = shown_count(queue, options);
	enum status status = STATUS_OK;
	struct buffer line;

	for (size_t i = 0; i < shown && status == STATUS_OK; i++)
		status = show_block(store, catalog, queue_entry(queue, i),
		    i + 1, options, out, err);
	if (status != STATUS_OK)
		return status;
	buffer_init(&line, 512);
	buffer_printf(&line, "%zu of %zu entries (%zu hosts) to look at%s",
	    shown, queue_count(queue), queue_hosts(queue),
	    shown < queue_count(queue) ? "; --limit shows more" : "");
	status = lines_write(out, buffer_text(&line), line.len, err);
	buffer_clear(&line);
	return status;
}

/* ----------------------------------------------------------- for programs */

static const struct column columns[] = {
	{ "rank", "rank", 0, true, false },
	{ "host", "host", 0, false, false },
	{ "port", "port", 0, true, false },
	{ "name", "name", 0, false, false },
	{ "why", "why", 0, false, false },
	{ "label", "label", 0, false, false },
	{ "product", "product", 0, false, false },
	{ "confidence", "confidence", 3, true, false },
	{ "hosts", "hosts", 0, true, false },
	{ "domains", "domains", 2, true, false },
	{ "doubt", "doubt", 3, true, false },
	{ "density", "density", 3, true, false },
	{ "value", "value", 4, true, false },
	{ "candidates", NULL, 0, false, false },
	{ "flags", NULL, 0, false, false },
	{ "reasons", NULL, 0, false, false },
	{ "evidence", NULL, 0, false, false },
};

#define COLUMN_COUNT (sizeof(columns) / sizeof(columns[0]))

static const char *text_of(struct arena *arena, struct buffer *json)
{
	const char *copy = arena_strdup(arena, buffer_text(json));

	buffer_reset(json);
	return copy;
}

/* A list inside the record, as it stands there. */
static struct cell record_list(struct arena *arena, struct buffer *scratch,
    const struct json *record, const char *key)
{
	const struct json *list = json_get(record, key);
	struct json_writer w;

	if (!list)
		return cell_none();
	json_writer_init(&w, scratch);
	json_write_value(&w, NULL, list);
	return cell_json(text_of(arena, scratch));
}

static void fill_cells(struct arena *arena, const struct queue_entry *e,
    const struct json *record, const struct transcript *t,
    struct cell cells[COLUMN_COUNT])
{
	struct buffer scratch;

	buffer_init(&scratch, TEXT_MAX);
	cells[1] = cell_text(e->host);
	cells[2] = cell_int(e->port);
	cells[3] = cell_text(e->name);
	cells[4] = cell_text(e->why);
	cells[5] = cell_text(e->label);
	cells[6] = cell_text(json_get_text(record, "product", NULL));
	cells[7] = cell_real(json_get_double(record, "confidence", 0));
	cells[8] = cell_int((int64_t)e->hosts);
	cells[9] = cell_real(e->domains);
	cells[10] = cell_real(e->doubt);
	cells[11] = cell_real(e->density);
	cells[12] = cell_real(e->value);
	cells[13] = record_list(arena, &scratch, record, "candidates");
	cells[14] = record_list(arena, &scratch, record, "flags");
	cells[15] = record_list(arena, &scratch, record, "reasons");
	evidence_json(&scratch, t);
	cells[16] = cell_json(text_of(arena, &scratch));
	buffer_clear(&scratch);
}

static enum status show_row(struct store *store, const struct queue_entry *e,
    size_t rank, struct writer *w, struct error *err)
{
	struct arena *arena = arena_new();
	struct cell cells[COLUMN_COUNT];
	struct transcript *t = NULL;
	struct json *record;
	enum status status = json_parse(
	    arena, e->prediction, strlen(e->prediction), &record, err);

	if (status == STATUS_OK)
		status = store_transcript(store, e->host, e->port, &t, err);
	if (status == STATUS_OK) {
		cells[0] = cell_int((int64_t)rank);
		fill_cells(arena, e, record, t, cells);
		status = writer_row(w, cells, err);
	}
	transcript_free(t);
	arena_free(arena);
	return status;
}

enum status show_sheet(const struct queue *queue, struct store *store,
    const struct show_options *options, struct writer *w, struct error *err)
{
	size_t shown = shown_count(queue, options);
	enum status status =
	    writer_begin(w, "review", columns, COLUMN_COUNT, err);

	for (size_t i = 0; i < shown && status == STATUS_OK; i++)
		status = show_row(store, queue_entry(queue, i), i + 1, w, err);
	return status == STATUS_OK ? writer_end(w, err) : status;
}
