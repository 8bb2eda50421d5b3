#include "report/shares.h"

#include <stdio.h>
#include <string.h>

#include "common/arena.h"
#include "report/loss.h"
#include "report/share.h"
#include "report/tally.h"
#include "report/finding.h"

#define SEED	    20070124
#define KEY_MAX	    512
#define KEY_NONE    "none"
#define KEY_VERSION '\0' /* between product and version in a key */

static const struct {
	const char *name;
	const char *heading;
} bys[] = {
	[SHARES_SOFTWARE] = { "software", "software" },
	[SHARES_OPERATOR] = { "operator", "operator" },
	[SHARES_FRONT] = { "front", "front" },
	[SHARES_FAMILY] = { "family", "family" },
	[SHARES_KIND] = { "kind", "kind" },
};

_Static_assert(
    sizeof(bys) / sizeof(bys[0]) == SHARES_BY_COUNT, "a name for each");

enum {
	COLUMN_NAME,
	COLUMN_ID,
	COLUMN_VERSION,
	COLUMN_DOMAINS,
	COLUMN_SHARE,
	COLUMN_INTERVAL,
	COLUMN_LOW,
	COLUMN_HIGH,
	COLUMN_HOSTS,
	COLUMN_SURE,
	COLUMN_UNSURE,
	COLUMN_PERSON,
	COLUMN_COUNT
};

static const struct column column_table[COLUMN_COUNT] = {
	[COLUMN_NAME] = { "name", "software", 0, false, false },
	[COLUMN_ID] = { "id", NULL, 0, false, false },
	[COLUMN_VERSION] = { NULL, NULL, 0, false, false },
	[COLUMN_DOMAINS] = { "domains", "domains", 2, true, false },
	[COLUMN_SHARE] = { "share", "share", 4, true, true },
	[COLUMN_INTERVAL] = { NULL, "(95 % interval)", 0, true, false },
	[COLUMN_LOW] = { "share_low", NULL, 4, true, true },
	[COLUMN_HIGH] = { "share_high", NULL, 4, true, true },
	[COLUMN_HOSTS] = { "hosts", "hosts", 0, true, false },
	[COLUMN_SURE] = { "sure", "sure", 0, true, false },
	[COLUMN_UNSURE] = { "unsure", "unsure", 0, true, false },
	[COLUMN_PERSON] = { "by_person", NULL, 0, true, false },
};

struct shares {
	const struct shares_options *options;
	const struct catalog *catalog;
	struct tally *tally;
};

void shares_options_defaults(struct shares_options *options)
{
	*options = (struct shares_options){ .by = SHARES_SOFTWARE,
		.sure = CONFIDENCE_SURE };
}

enum shares_by shares_by_parse(const char *name)
{
	int i = 0;

	while (i < SHARES_BY_COUNT && strcmp(bys[i].name, name) != 0)
		i++;
	return (enum shares_by)i;
}

static const char *key_of(enum shares_by by, const struct finding *v)
{
	const char *unknown = v->product ? PRODUCT_UNKNOWN : "not-scored";

	switch (by) {
	case SHARES_OPERATOR:
		return v->operator_id ? v->operator_id : KEY_NONE;
	case SHARES_FRONT:
		return v->front ? v->front : KEY_NONE;
	case SHARES_FAMILY:
		return v->family ? v->family : unknown;
	case SHARES_KIND:
		return v->kind ? v->kind : unknown;
	case SHARES_SOFTWARE:
	case SHARES_BY_COUNT:
		break;
	}
	return v->product ? v->product : unknown;
}

static enum status count_host(
    void *user, const struct survey_host *host, struct error *err)
{
	struct shares *s = user;
	struct finding v;
	char key[KEY_MAX];
	size_t len;

	(void)err;
	if (host->outcome != OUTCOME_GREETED)
		return STATUS_OK;
	finding_of(s->catalog, host, s->options->sure, &v);
	snprintf(key, KEY_MAX / 2, "%s", key_of(s->options->by, &v));
	len = strlen(key);
	if (s->options->versions && v.version) {
		key[len++] = KEY_VERSION;
		snprintf(key + len, KEY_MAX - len, "%s", v.version);
		len += strlen(key + len);
	}
	tally_add(s->tally, key, len, host->weight, v.sure, v.person);
	return STATUS_OK;
}

static const char *name_of(const struct shares *s, const char *key)
{
	if (strcmp(key, PRODUCT_UNKNOWN) == 0)
		return "unknown";
	if (strcmp(key, "not-scored") == 0)
		return "not scored";
	if (strcmp(key, KEY_NONE) == 0)
		return "none known";
	if (s->options->by == SHARES_KIND)
		return key;
	return finding_name(s->catalog, key);
}

static void fill_row(const struct shares *s, const struct tally_row *r,
    char interval[32], struct cell cells[COLUMN_COUNT])
{
	size_t len = strlen(r->key);

	cells[COLUMN_NAME] = cell_text(name_of(s, r->key));
	cells[COLUMN_ID] = cell_text(r->key);
	cells[COLUMN_VERSION] =
	    cell_text(len < r->key_len ? r->key + len + 1 : NULL);
	cells[COLUMN_DOMAINS] = cell_real(r->domains);
	cells[COLUMN_SHARE] = cell_real(r->share);
	cells[COLUMN_INTERVAL] = cells[COLUMN_LOW] = cells[COLUMN_HIGH] =
	    cell_none();
	if (r->has_interval) {
		snprintf(interval, 32, "(%.1f - %.1f %%)", r->low * 100,
		    r->high * 100);
		cells[COLUMN_INTERVAL] = cell_text(interval);
		cells[COLUMN_LOW] = cell_real(r->low);
		cells[COLUMN_HIGH] = cell_real(r->high);
	}
	cells[COLUMN_HOSTS] = cell_int((int64_t)r->hosts);
	cells[COLUMN_SURE] = cell_int((int64_t)r->sure);
	cells[COLUMN_UNSURE] = cell_int((int64_t)r->unsure);
	cells[COLUMN_PERSON] = cell_int((int64_t)r->persons);
}

static enum status write_facts(
    const struct shares *s, struct writer *w, struct error *err)
{
	const struct tally_row *total = tally_total(s->tally);
	enum status status =
	    writer_fact(w, "by", cell_text(bys[s->options->by].name), err);

	if (status == STATUS_OK)
		status = writer_fact(
		    w, "sure_from", cell_real(s->options->sure), err);
	if (status == STATUS_OK)
		status = writer_fact(
		    w, "greeted_domains", cell_real(total->domains), err);
	if (status == STATUS_OK)
		status = writer_fact(
		    w, "greeted_hosts", cell_int((int64_t)total->hosts), err);
	if (status == STATUS_OK)
		status =
		    writer_fact(w, "resamples", cell_int(SHARE_RESAMPLES), err);
	return status;
}

/* Beneath the table: what was left out, and all rows together. */
static enum status write_total(
    const struct shares *s, struct writer *w, size_t shown, struct error *err)
{
	const struct tally_row *total = tally_total(s->tally);
	char line[240];

	if (shown < tally_count(s->tally)) {
		enum status status;

		snprintf(line, sizeof(line),
		    "... and %zu more (--limit shows more)",
		    tally_count(s->tally) - shown);
		status = writer_note(w, line, err);
		if (status != STATUS_OK)
			return status;
	}
	snprintf(line, sizeof(line),
	    "%.0f domains on %zu hosts that greeted; sure from confidence "
	    "%.2f on",
	    total->domains, total->hosts, s->options->sure);
	if (total->persons > 0)
		snprintf(line + strlen(line), sizeof(line) - strlen(line),
		    "; %zu host%s answered by a person", total->persons,
		    total->persons == 1 ? "" : "s");
	return writer_note(w, line, err);
}

static enum status write_rows(
    const struct shares *s, struct writer *w, struct error *err)
{
	struct column columns[COLUMN_COUNT];
	size_t count = tally_count(s->tally), shown;
	enum status status;

	memcpy(columns, column_table, sizeof(columns));
	columns[COLUMN_NAME].heading = bys[s->options->by].heading;
	if (s->options->versions) {
		columns[COLUMN_VERSION].name = "version";
		columns[COLUMN_VERSION].heading = "version";
	}
	status = writer_begin(
	    w, bys[s->options->by].name, columns, COLUMN_COUNT, err);
	shown = s->options->limit && s->options->limit < count
		    ? s->options->limit
		    : count;
	for (size_t i = 0; i < shown && status == STATUS_OK; i++) {
		struct cell cells[COLUMN_COUNT];
		char interval[32];

		fill_row(s, tally_row(s->tally, i), interval, cells);
		status = writer_row(w, cells, err);
	}
	if (status == STATUS_OK)
		status = writer_end(w, err);
	if (status == STATUS_OK)
		status = write_total(s, w, shown, err);
	return status;
}

enum status shares_write(struct store *store, const struct catalog *catalog,
    const struct shares_options *options, struct writer *w, struct error *err)
{
	struct shares s = { .options = options, .catalog = catalog };
	enum status status;

	s.tally = tally_new();
	status = store_each_host(store, count_host, &s, err);
	tally_finish(s.tally, SHARE_RESAMPLES, SEED);
	if (status == STATUS_OK)
		status = write_facts(&s, w, err);
	if (status == STATUS_OK)
		status = write_rows(&s, w, err);
	tally_free(s.tally);
	return status;
}

enum status report_print_shares(struct store *store,
    const struct catalog *catalog, const struct shares_options *options,
    struct line_writer *out, struct error *err)
{
	struct writer *w = writer_new(WRITER_TABLE, NULL, out);
	enum status status = shares_write(store, catalog, options, w, err);
	enum status closed;

	if (status == STATUS_OK)
		status = writer_note(w, "", err);
	if (status == STATUS_OK)
		status = loss_write(store, w, err);
	closed = writer_close(w, err);
	return status == STATUS_OK ? closed : status;
}
