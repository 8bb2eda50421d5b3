/*
 * Reads catalog/products.tsv: one header row, then nine tab-separated cells
 * a row, "-" for what is unknown; the last, home, may be left out. Lineage may
 * point forward in the file, so it is resolved once every row is known.
 */
#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/catalog.h"
#include "catalog/cpe.h"
#include "common/arena.h"
#include "common/lines.h"
#include "common/strmap.h"

#define ROWS_MAX     100000
#define ROW_LEN_MAX  4096
#define ID_LEN_MAX   64
#define HOME_LEN_MAX 200
#define LINEAGE_MAX  16 /* generations; more is a circle or nonsense */

enum cell {
	CELL_ID,
	CELL_NAME,
	CELL_VENDOR,
	CELL_KIND,
	CELL_LINEAGE,
	CELL_CPE,
	CELL_YEARS,
	CELL_STATUS,
	CELL_HOME,
	CELL_COUNT
};

static const char *const cell_names[] = {
	[CELL_ID] = "id",
	[CELL_NAME] = "name",
	[CELL_VENDOR] = "vendor",
	[CELL_KIND] = "kind",
	[CELL_LINEAGE] = "lineage",
	[CELL_CPE] = "cpe",
	[CELL_YEARS] = "years",
	[CELL_STATUS] = "status",
	[CELL_HOME] = "home",
};
_Static_assert(sizeof(cell_names) / sizeof(*cell_names) == CELL_COUNT,
    "a name for every cell");

static const char *const kind_names[] = {
	[KIND_MTA] = "mta",
	[KIND_HOSTED] = "hosted",
	[KIND_ISP] = "isp",
	[KIND_PROXY] = "proxy",
	[KIND_APPLIANCE] = "appliance",
	[KIND_LIBRARY] = "library",
	[KIND_FILTER] = "filter",
	[KIND_HONEYPOT] = "honeypot",
	[KIND_TARPIT] = "tarpit",
	[KIND_FIREWALL] = "firewall",
	[KIND_NOT_SMTP] = "not-smtp",
};
_Static_assert(sizeof(kind_names) / sizeof(*kind_names) == KIND_COUNT,
    "a name for every kind");

struct row { /* what is only needed while loading */
	const char *lineage;
	long line;
};

struct catalog {
	struct arena *arena; /* every string */
	struct strmap *ids;  /* id -> index */
	struct product *products;
	struct row *rows;
	size_t count;
	size_t capacity;
};

const char *product_kind_name(enum product_kind kind)
{
	assert(kind < KIND_COUNT);
	return kind_names[kind];
}

static bool kind_parse(const char *text, enum product_kind *kind)
{
	for (int k = 0; k < KIND_COUNT; k++)
		if (strcmp(text, kind_names[k]) == 0) {
			*kind = (enum product_kind)k;
			return true;
		}
	return false;
}

/* Lower-case words of letters and digits, joined by single hyphens. */
static bool id_valid(const char *id)
{
	size_t len = strlen(id);

	if (len == 0 || len > ID_LEN_MAX || id[len - 1] == '-')
		return false;
	for (size_t i = 0; i < len; i++) {
		if (id[i] == '-' && (i == 0 || id[i - 1] == '-'))
			return false;
		if (id[i] != '-' && !(id[i] >= 'a' && id[i] <= 'z') &&
		    !(id[i] >= '0' && id[i] <= '9'))
			return false;
	}
	return true;
}

/* A page on the web: its host has a dot, and nothing hides in it. */
static bool home_valid(const char *home)
{
	size_t host;

	if (strlen(home) > HOME_LEN_MAX)
		return false;
	if (strncmp(home, "https://", 8) != 0 &&
	    strncmp(home, "http://", 7) != 0)
		return false;
	for (const char *p = home; *p != '\0'; p++)
		if (!isgraph((unsigned char)*p))
			return false;
	home = strchr(home, ':') + 3;
	host = strcspn(home, "/?#");
	return isalnum((unsigned char)*home) &&
	       memchr(home, '.', host) != NULL &&
	       memchr(home, '@', host) == NULL;
}

/* Cuts line at its tabs; cells that are left out stay NULL. */
static size_t split(char *line, char *cells[CELL_COUNT])
{
	size_t count = 0;

	for (;;) {
		char *tab = strchr(line, '\t');

		if (count < CELL_COUNT)
			cells[count] = line;
		count++;
		if (tab == NULL)
			return count;
		*tab = '\0';
		line = tab + 1;
	}
}

static const char *known(const char *cell)
{
	return strcmp(cell, "-") == 0 ? NULL : cell;
}

static struct product *row_add(struct catalog *c, long line)
{
	if (c->count == c->capacity) {
		c->capacity = c->capacity == 0 ? 256 : c->capacity * 2;
		c->products = xrealloc_array(
		    c->products, c->capacity, sizeof(*c->products));
		c->rows =
		    xrealloc_array(c->rows, c->capacity, sizeof(*c->rows));
	}
	c->rows[c->count].line = line;
	memset(&c->products[c->count], 0, sizeof(*c->products));
	return &c->products[c->count++];
}

/* NULL, or what is wrong with the cells of a row. */
static const char *row_fault(char *const cells[CELL_COUNT])
{
	enum product_kind kind;

	for (size_t i = 0; i < CELL_COUNT; i++) {
		if (cells[i][0] == '\0')
			return "an empty cell (write - for unknown)";
		for (const char *p = cells[i]; *p != '\0'; p++)
			if ((unsigned char)*p < 0x20 || *p == 0x7f)
				return "a control character";
	}
	if (!id_valid(cells[CELL_ID]))
		return "the id must be lower-case words and digits joined by "
		       "hyphens, at most 64 characters";
	if (known(cells[CELL_NAME]) == NULL)
		return "the name must be given";
	if (!kind_parse(cells[CELL_KIND], &kind))
		return "the kind must be mta, hosted, isp, proxy, appliance, "
		       "filter, library, honeypot, tarpit, firewall or "
		       "not-smtp";
	if (known(cells[CELL_CPE]) != NULL && !cpe_valid(cells[CELL_CPE]))
		return "the cpe must be vendor:product as in CPE 2.3 (o: or "
		       "h: before it unless it is an application), in lower "
		       "case with a backslash before other characters than "
		       "letters, digits, _ - and ., or -";
	if (known(cells[CELL_HOME]) != NULL && !home_valid(cells[CELL_HOME]))
		return "the home must be a URL (https://...) of at most 200 "
		       "characters, without blanks, or -";
	if (strcmp(cells[CELL_STATUS], "current") != 0 &&
	    strcmp(cells[CELL_STATUS], "legacy") != 0)
		return "the status must be current or legacy";
	return NULL;
}

static enum status read_row(struct catalog *c, const char *path, long number,
    const char *text, size_t len, struct error *err)
{
	char *cells[CELL_COUNT] = { NULL };
	char *line = arena_copy(c->arena, text, len);
	struct product *p;
	const char *fault;
	int64_t *index;
	size_t count;
	bool added;

	if (memchr(text, '\0', len) != NULL)
		return error_set(
		    err, STATUS_DATA, "%s:%ld: a NUL byte", path, number);
	count = split(line, cells);
	if (count == CELL_HOME)
		cells[count++] = arena_strdup(c->arena, "-");
	if (count != CELL_COUNT)
		return error_set(err, STATUS_DATA,
		    "%s:%ld: %zu cells where %d belong, separated by tabs",
		    path, number, count, CELL_COUNT);
	fault = row_fault(cells);
	if (fault != NULL)
		return error_set(
		    err, STATUS_DATA, "%s:%ld: %s", path, number, fault);
	index = strmap_put_text(c->ids, cells[CELL_ID], &added);
	if (!added)
		return error_set(err, STATUS_DATA,
		    "%s:%ld: id %s is already on line %ld", path, number,
		    cells[CELL_ID], c->rows[*index].line);
	*index = (int64_t)c->count;
	p = row_add(c, number);
	p->id = cells[CELL_ID];
	p->name = cells[CELL_NAME];
	p->vendor = known(cells[CELL_VENDOR]);
	kind_parse(cells[CELL_KIND], &p->kind);
	p->lineage = PRODUCT_NONE;
	p->family = PRODUCT_NONE;
	p->cpe = known(cells[CELL_CPE]);
	p->years = known(cells[CELL_YEARS]);
	p->legacy = strcmp(cells[CELL_STATUS], "legacy") == 0;
	p->home = known(cells[CELL_HOME]);
	c->rows[c->count - 1].lineage = known(cells[CELL_LINEAGE]);
	return STATUS_OK;
}

static enum status check_header(
    const char *path, const char *text, size_t len, struct error *err)
{
	size_t at = 0;

	for (size_t i = 0; i < CELL_COUNT; i++) {
		size_t n = strlen(cell_names[i]);

		if (len - at < n || memcmp(text + at, cell_names[i], n) != 0)
			goto wrong;
		at += n;
		if (i + 1 < CELL_COUNT && (at == len || text[at++] != '\t'))
			goto wrong;
	}
	if (at == len)
		return STATUS_OK;
wrong:
	return error_set(err, STATUS_DATA,
	    "%s:1: not the header of a catalogue; it must be id, name, vendor, "
	    "kind, lineage, cpe, years, status, home, separated by tabs",
	    path);
}

static enum status read_rows(struct catalog *c, const char *path,
    struct line_reader *reader, struct error *err)
{
	for (;;) {
		enum status status;
		const char *text;
		size_t len;
		long number;

		switch (lines_next(reader, &text, &len, err)) {
		case LINES_END:
			return STATUS_OK;
		case LINES_ERROR:
			return STATUS_IO;
		case LINES_TOO_LONG:
			return error_set(err, STATUS_DATA,
			    "%s:%ld: longer than %d bytes", path,
			    lines_number(reader), ROW_LEN_MAX);
		case LINES_TRUNCATED:
			if (len == 0)
				return STATUS_OK;
			break;
		case LINES_LINE:
			break;
		}
		number = lines_number(reader);
		if (number == 1)
			status = check_header(path, text, len, err);
		else if (c->count == ROWS_MAX)
			status = error_set(err, STATUS_DATA,
			    "%s:%ld: more than %d rows", path, number,
			    ROWS_MAX);
		else
			status = read_row(c, path, number, text, len, err);
		if (status != STATUS_OK)
			return status;
	}
}

static enum status resolve_lineage(
    struct catalog *c, const char *path, struct error *err)
{
	for (size_t i = 0; i < c->count; i++) {
		struct product *p = &c->products[i];

		if (c->rows[i].lineage == NULL)
			continue;
		p->lineage = catalog_find(c, c->rows[i].lineage);
		if (p->lineage == PRODUCT_NONE)
			return error_set(err, STATUS_DATA,
			    "%s:%ld: lineage %s is not an id of this file",
			    path, c->rows[i].line, c->rows[i].lineage);
	}
	for (size_t i = 0; i < c->count; i++) {
		product_id root = (product_id)i;

		for (int n = 0; c->products[root].lineage >= 0; n++) {
			if (n == LINEAGE_MAX)
				return error_set(err, STATUS_DATA,
				    "%s:%ld: the lineage of %s goes in a "
				    "circle, or over more than %d steps",
				    path, c->rows[i].line, c->products[i].id,
				    LINEAGE_MAX);
			root = c->products[root].lineage;
		}
		c->products[i].family = root;
	}
	return STATUS_OK;
}

enum status catalog_load(
    const char *path, struct catalog **catalog, struct error *err)
{
	struct line_reader *reader = NULL;
	struct catalog *c = NULL;
	enum status status;

	*catalog = NULL;
	status = lines_open(path, ROW_LEN_MAX, &reader, err);
	if (status != STATUS_OK)
		return status;
	c = xcalloc(1, sizeof(*c));
	c->arena = arena_new();
	c->ids = strmap_new();
	status = read_rows(c, path, reader, err);
	if (status != STATUS_OK)
		goto done;
	if (c->count == 0) {
		status =
		    error_set(err, STATUS_DATA, "%s: no product in it", path);
		goto done;
	}
	status = resolve_lineage(c, path, err);
	if (status != STATUS_OK)
		goto done;
	*catalog = c;
	c = NULL;
done:
	lines_free(reader);
	catalog_free(c);
	return status;
}

void catalog_free(struct catalog *catalog)
{
	if (catalog == NULL)
		return;
	strmap_free(catalog->ids);
	arena_free(catalog->arena);
	free(catalog->products);
	free(catalog->rows);
	free(catalog);
}

size_t catalog_count(const struct catalog *catalog)
{
	return catalog->count;
}

const struct product *catalog_product(
    const struct catalog *catalog, product_id id)
{
	assert(id >= 0 && (size_t)id < catalog->count);
	return &catalog->products[id];
}

product_id catalog_find(const struct catalog *catalog, const char *id)
{
	const int64_t *index;

	if (id == NULL)
		return PRODUCT_NONE;
	index = strmap_get_text(catalog->ids, id);
	return index == NULL ? PRODUCT_NONE : (product_id)*index;
}

const char *catalog_family(const struct catalog *catalog, const char *id)
{
	product_id p = catalog_find(catalog, id);

	if (p == PRODUCT_NONE)
		return id;
	return catalog->products[catalog->products[p].family].id;
}

bool catalog_same_family(
    const struct catalog *catalog, const char *a, const char *b)
{
	return strcmp(catalog_family(catalog, a), catalog_family(catalog, b)) ==
	       0;
}
