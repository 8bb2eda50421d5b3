#include "report/listing.h"

#include <string.h>

#include "catalog/cpe.h"
#include "common/arena.h"
#include "common/json.h"
#include "common/strmap.h"
#include "report/finding.h"

#define USER_COLUMNS_MAX 64

enum {
	COLUMN_DOMAIN,
	COLUMN_INPUT,
	COLUMN_MX,
	COLUMN_PREFERENCE,
	COLUMN_HOST,
	COLUMN_PORT,
	COLUMN_PRODUCT,
	COLUMN_NAME,
	COLUMN_VENDOR,
	COLUMN_VERSION,
	COLUMN_CPE,
	COLUMN_CONFIDENCE,
	COLUMN_SURE,
	COLUMN_SOURCE,
	COLUMN_OPERATOR,
	COLUMN_FRONT,
	COLUMN_FLAGS,
	COLUMN_OUTCOME,
	COLUMN_DOMAINS, /* of hosts */
	COLUMN_WEIGHT,	/* of hosts */
	COLUMN_JSON,	/* the user's columns as one object */
	COLUMN_COUNT
};

static const struct column domain_columns[COLUMN_COUNT] = {
	[COLUMN_DOMAIN] = { "domain", "domain", 0, false, false },
	[COLUMN_INPUT] = { "input", NULL, 0, false, false },
	[COLUMN_MX] = { "mx", "mx", 0, false, false },
	[COLUMN_PREFERENCE] = { "preference", NULL, 0, true, false },
	[COLUMN_HOST] = { "host", "host", 0, false, false },
	[COLUMN_PORT] = { "port", NULL, 0, true, false },
	[COLUMN_PRODUCT] = { "product", "product", 0, false, false },
	[COLUMN_NAME] = { "name", NULL, 0, false, false },
	[COLUMN_VENDOR] = { "vendor", NULL, 0, false, false },
	[COLUMN_VERSION] = { "version", "version", 0, false, false },
	[COLUMN_CPE] = { "cpe", NULL, 0, false, false },
	[COLUMN_CONFIDENCE] = { "confidence", "conf", 3, true, false },
	[COLUMN_SURE] = { "sure", NULL, 0, false, false },
	[COLUMN_SOURCE] = { "source", "source", 0, false, false },
	[COLUMN_OPERATOR] = { "operator", "operator", 0, false, false },
	[COLUMN_FRONT] = { "front", "front", 0, false, false },
	[COLUMN_FLAGS] = { "flags", "flags", 0, false, false },
	[COLUMN_OUTCOME] = { "outcome", "outcome", 0, false, false },
};

struct listing {
	const struct catalog *catalog;
	const struct listing_options *options;
	struct writer *w;
	struct arena *arena; /* of one row */
	size_t rows;
	bool stopped; /* the limit is reached */
	/* the user's columns */
	struct arena *names;
	struct strmap *keys; /* -> index */
	struct column columns[COLUMN_COUNT + USER_COLUMNS_MAX];
	size_t column_count;
};

/* Flags as one text: "banner-disputed;novel"; in json a list. */
static struct cell flags_cell(struct listing *l, const struct prediction *p)
{
	enum writer_format format = writer_format_of(l->w);
	bool json = format == WRITER_JSON || format == WRITER_JSONL;
	struct json_writer j;
	struct buffer text;
	const char *copy;

	if (!p || (p->flag_count == 0 && !json))
		return cell_none();
	buffer_init(&text, 4096);
	json_writer_init(&j, &text);
	if (json)
		json_open_array(&j, NULL);
	for (size_t i = 0; i < p->flag_count; i++) {
		if (json)
			json_write_text(&j, NULL, p->flags[i]);
		else
			buffer_printf(&text, "%s%s", i ? ";" : "", p->flags[i]);
	}
	if (json)
		json_close_array(&j);
	copy = arena_strdup(l->arena, buffer_text(&text));
	buffer_clear(&text);
	return json ? cell_json(copy) : cell_text(copy);
}

/* Of a range no single version is told: 3.6-3.9 is none of the dictionary. */
static struct cell cpe_cell(struct listing *l, const struct finding *v)
{
	bool range = v->version && strchr(v->version, '-') != NULL;
	char name[CPE_SIZE];

	cpe_name(v->cpe, range ? NULL : v->version, name);
	return cell_text(*name ? arena_strdup(l->arena, name) : NULL);
}

static void fill_host(
    struct listing *l, const struct survey_host *host, struct cell *cells)
{
	struct finding v;

	cells[COLUMN_HOST] = cell_text(host->host);
	cells[COLUMN_PORT] = cell_int(host->port);
	cells[COLUMN_OUTCOME] = cell_text(outcome_name(host->outcome));
	if (!host->prediction && !host->label)
		return;
	finding_of(l->catalog, host, l->options->sure, &v);
	cells[COLUMN_PRODUCT] = cell_text(v.product);
	if (v.known) {
		cells[COLUMN_NAME] = cell_text(v.name);
		cells[COLUMN_VENDOR] = cell_text(v.vendor);
		cells[COLUMN_CPE] = cpe_cell(l, &v);
	}
	cells[COLUMN_VERSION] = cell_text(v.version);
	if (v.product) {
		cells[COLUMN_CONFIDENCE] = cell_real(v.confidence);
		cells[COLUMN_SURE] = cell_bool(v.sure);
	}
	cells[COLUMN_SOURCE] = cell_text(v.source);
	cells[COLUMN_OPERATOR] = cell_text(v.operator_id);
	cells[COLUMN_FRONT] = cell_text(v.front);
	cells[COLUMN_FLAGS] = flags_cell(l, host->prediction);
}

/* ------------------------------------------------ the user's own columns */

static const struct json *parse_columns(
    struct arena *arena, const char *columns)
{
	struct json *value;

	if (!columns || json_parse(arena, columns, strlen(columns), &value,
			    NULL) != STATUS_OK)
		return NULL;
	return value->type == JSON_OBJECT ? value : NULL;
}

static bool taken(const char *name)
{
	for (size_t i = 0; i < COLUMN_COUNT; i++) {
		if (domain_columns[i].name &&
		    strcmp(domain_columns[i].name, name) == 0)
			return true;
	}
	return false;
}

static enum status note_columns(
    void *user, const struct survey_domain *domain, struct error *err)
{
	struct listing *l = user;
	const struct json *object;

	(void)err;
	arena_reset(l->arena);
	object = parse_columns(l->arena, domain->columns);
	for (const struct json *c = object ? object->first : NULL; c;
	     c = c->next) {
		size_t count = strmap_count(l->keys);
		bool added;
		int64_t *slot;
		const char *name;

		if (count == USER_COLUMNS_MAX)
			break;
		slot = strmap_put_text(l->keys, c->key, &added);
		if (!added)
			continue;
		*slot = (int64_t)(COLUMN_COUNT + count);
		name = arena_printf(
		    l->names, "%s%s", taken(c->key) ? "list." : "", c->key);
		l->columns[COLUMN_COUNT + count] =
		    (struct column){ .name = name, .heading = name };
		l->column_count = COLUMN_COUNT + count + 1;
	}
	return STATUS_OK;
}

static void fill_user_columns(
    struct listing *l, const char *columns, struct cell *cells)
{
	const struct json *object;

	if (l->column_count == COLUMN_COUNT) {
		cells[COLUMN_JSON] = cell_json(columns);
		return;
	}
	object = parse_columns(l->arena, columns);
	for (const struct json *c = object ? object->first : NULL; c;
	     c = c->next) {
		const int64_t *at = strmap_get_text(l->keys, c->key);

		if (at && c->type == JSON_STRING)
			cells[*at] = cell_text(c->text);
	}
}

/* Our own columns, then the user's as the format wants them. */
static enum status choose_columns(
    struct listing *l, struct store *store, struct error *err)
{
	enum writer_format format = writer_format_of(l->w);

	memcpy(l->columns, domain_columns, sizeof(domain_columns));
	l->column_count = COLUMN_COUNT;
	if (format == WRITER_JSON || format == WRITER_JSONL) {
		l->columns[COLUMN_JSON].name = "columns";
		return STATUS_OK;
	}
	return store_each_domain(store, note_columns, l, err);
}

/* ------------------------------------------------------------- the tables */

/* Not STATUS_OK ends the walk; stopped tells a full table from a failure. */
static enum status add_row(
    struct listing *l, const struct cell *cells, struct error *err)
{
	if (l->options->limit && l->rows == l->options->limit) {
		l->stopped = true;
		return STATUS_TEMPFAIL;
	}
	l->rows++;
	return writer_row(l->w, cells, err);
}

static enum status list_domain(
    void *user, const struct survey_domain *domain, struct error *err)
{
	struct listing *l = user;
	struct cell cells[COLUMN_COUNT + USER_COLUMNS_MAX];
	enum status status = STATUS_OK;
	size_t rows = domain->host_count ? domain->host_count : 1;

	for (size_t i = 0; i < rows && status == STATUS_OK; i++) {
		arena_reset(l->arena);
		memset(cells, 0, sizeof(cells));
		cells[COLUMN_DOMAIN] = cell_text(domain->domain);
		cells[COLUMN_INPUT] = cell_text(domain->input);
		cells[COLUMN_MX] = cell_text(domain->first_mx);
		cells[COLUMN_OUTCOME] =
		    cell_text(route_outcome_name(domain->outcome));
		if (i < domain->host_count) {
			const struct survey_domain_host *h = &domain->hosts[i];

			cells[COLUMN_MX] = cell_text(h->mx);
			cells[COLUMN_PREFERENCE] = cell_int(h->preference);
			fill_host(l, &h->host, cells);
		}
		fill_user_columns(l, domain->columns, cells);
		status = add_row(l, cells, err);
	}
	return status;
}

static enum status list_host(
    void *user, const struct survey_host *host, struct error *err)
{
	struct listing *l = user;
	struct cell cells[COLUMN_COUNT];

	arena_reset(l->arena);
	memset(cells, 0, sizeof(cells));
	cells[COLUMN_MX] = cell_text(host->name);
	cells[COLUMN_DOMAINS] = cell_int((int64_t)host->domains);
	cells[COLUMN_WEIGHT] = cell_real(host->weight);
	fill_host(l, host, cells);
	return add_row(l, cells, err);
}

static enum status finish(
    struct listing *l, enum status status, struct error *err)
{
	if (l->stopped)
		status = STATUS_OK;
	if (status == STATUS_OK)
		status = writer_end(l->w, err);
	if (status == STATUS_OK && l->stopped)
		status =
		    writer_note(l->w, "... and more (--limit shows more)", err);
	return status;
}

enum status listing_domains(struct store *store, const struct catalog *catalog,
    const struct listing_options *options, struct writer *w, struct error *err)
{
	struct listing l = { .catalog = catalog, .options = options, .w = w };
	enum status status;

	l.arena = arena_new();
	l.names = arena_new();
	l.keys = strmap_new();
	status = choose_columns(&l, store, err);
	if (status == STATUS_OK)
		status =
		    writer_begin(w, "domain", l.columns, l.column_count, err);
	if (status == STATUS_OK)
		status = finish(
		    &l, store_each_domain(store, list_domain, &l, err), err);
	strmap_free(l.keys);
	arena_free(l.names);
	arena_free(l.arena);
	return status;
}

static const struct column no_column;

enum status listing_hosts(struct store *store, const struct catalog *catalog,
    const struct listing_options *options, struct writer *w, struct error *err)
{
	struct listing l = { .catalog = catalog, .options = options, .w = w };
	enum status status;

	l.arena = arena_new();
	memcpy(l.columns, domain_columns, sizeof(domain_columns));
	l.columns[COLUMN_DOMAIN] = no_column;
	l.columns[COLUMN_INPUT] = no_column;
	l.columns[COLUMN_PREFERENCE] = no_column;
	l.columns[COLUMN_DOMAINS] =
	    (struct column){ "domains", "domains", 0, true, false };
	l.columns[COLUMN_WEIGHT] =
	    (struct column){ "weight", NULL, 3, true, false };
	status = writer_begin(w, "host", l.columns, COLUMN_COUNT, err);
	if (status == STATUS_OK)
		status =
		    finish(&l, store_each_host(store, list_host, &l, err), err);
	arena_free(l.arena);
	return status;
}
