/*
 * survey.db: reading it. Walks stream: only ids and sums are sorted, in
 * SQLite's temporary tables, and one row's details are in memory at a time.
 */
#include <string.h>

#include "common/lines.h"
#include "survey/store.h"
#include "survey/store_db.h"
#include "transcript/format.h"

#define HOSTS_MAX 64 /* asked for one domain: rounds x hosts, and spare */

static const char *text_of(sqlite3_stmt *st, int column)
{
	return (const char *)sqlite3_column_text(st, column);
}

/* A copy in arena, NULL for null. */
static const char *copy_of(sqlite3_stmt *st, int column, struct arena *arena)
{
	const char *text = text_of(st, column);

	return text ? arena_strdup(arena, text) : NULL;
}

static enum status strange(
    const struct store *store, const char *what, struct error *err)
{
	return error_set(err, STATUS_DATA,
	    "%s holds %s that this mxprint does not know; rebuild it with "
	    "`mxprint survey --rebuild RUN`",
	    store->path, what);
}

/* ------------------------------------------------------------- one host */

static enum status read_prediction(struct store *store, sqlite3_stmt *st,
    struct arena *arena, const struct prediction **prediction,
    struct error *err)
{
	struct prediction *p;
	const char *record = text_of(st, 7);
	enum status status;

	*prediction = NULL;
	if (!text_of(st, 6) || !record)
		return STATUS_OK; /* it did not speak, or is not scored yet */
	status = prediction_read(
	    arena, record, (size_t)sqlite3_column_bytes(st, 7), &p, NULL);
	if (status != STATUS_OK)
		return strange(store, "a prediction", err);
	*prediction = p;
	return STATUS_OK;
}

/* Columns 0-7 of SQL_ONE_HOST and SQL_DOMAIN_HOSTS. */
static enum status read_host(struct store *store, sqlite3_stmt *st,
    struct arena *arena, struct survey_host *host, struct error *err)
{
	const char *address = copy_of(st, 0, arena);
	const char *outcome = text_of(st, 3);

	host->host = address ? address : "";
	host->port = sqlite3_column_int(st, 1);
	host->name = copy_of(st, 2, arena);
	host->outcome = outcome ? outcome_parse(outcome) : OUTCOME_COUNT;
	host->plan = copy_of(st, 4, arena);
	host->label = copy_of(st, 5, arena);
	if (host->outcome >= OUTCOME_COUNT)
		return strange(store, "an outcome of a host", err);
	return read_prediction(store, st, arena, &host->prediction, err);
}

/* ------------------------------------------------------------ all hosts */

/*
 * temp.greeted: domain -> how many of its hosts greeted; temp.weight: host ->
 * how many domains chose it, and their weight.
 */
static const char weigh[] =
    "DROP TABLE IF EXISTS temp.weight; DROP TABLE IF EXISTS temp.greeted;"
    "CREATE TEMP TABLE greeted(domain TEXT PRIMARY KEY, n) WITHOUT ROWID;"
    "INSERT INTO temp.greeted SELECT c.domain, count(*) FROM chosen c"
    " CROSS JOIN hosts h ON h.host=c.host AND h.port=c.port"
    " WHERE h.outcome='greeted' GROUP BY c.domain;"
    "CREATE TEMP TABLE weight(id INTEGER PRIMARY KEY, domains, weight);"
    "INSERT INTO temp.weight SELECT h.id, count(*),"
    " sum(CASE WHEN h.outcome='greeted' THEN 1.0 / g.n ELSE 0.0 END)"
    " FROM chosen c CROSS JOIN hosts h ON h.host=c.host AND h.port=c.port"
    " LEFT JOIN temp.greeted g ON g.domain=c.domain GROUP BY h.id;";

static enum status give_host(struct store *store, sqlite3_stmt *outer,
    struct arena *arena, store_host_fn fn, void *user, struct error *err)
{
	struct survey_host host = { 0 };
	sqlite3_stmt *st;
	enum status status = store_bind(store, SQL_ONE_HOST, &st, err, "i",
	    (int64_t)sqlite3_column_int64(outer, 0));
	int code;

	if (status != STATUS_OK)
		return status;
	code = sqlite3_step(st);
	if (code != SQLITE_ROW)
		return code == SQLITE_DONE ? STATUS_OK
					   : store_failed(store, code, err);
	status = read_host(store, st, arena, &host, err);
	sqlite3_reset(st);
	host.domains = (size_t)sqlite3_column_int64(outer, 1);
	host.weight = sqlite3_column_double(outer, 2);
	return status == STATUS_OK ? fn(user, &host, err) : status;
}

enum status store_each_host(
    struct store *store, store_host_fn fn, void *user, struct error *err)
{
	struct arena *arena;
	sqlite3_stmt *st;
	enum status status;
	int code = sqlite3_exec(store->db, weigh, NULL, NULL, NULL);

	if (code != SQLITE_OK)
		return store_failed(store, code, err);
	status = store_prepare(store, SQL_EACH_HOST, &st, err);
	if (status != STATUS_OK)
		return status;
	arena = arena_new();
	while (status == STATUS_OK && (code = sqlite3_step(st)) == SQLITE_ROW) {
		arena_reset(arena);
		status = give_host(store, st, arena, fn, user, err);
	}
	if (status == STATUS_OK && code != SQLITE_DONE)
		status = store_failed(store, code, err);
	sqlite3_reset(st);
	arena_free(arena);
	return status;
}

/* ---------------------------------------------------------- all domains */

static enum status read_first_mx(struct store *store, struct arena *arena,
    struct survey_domain *domain, struct error *err)
{
	sqlite3_stmt *st;
	enum status status =
	    store_bind(store, SQL_FIRST_MX, &st, err, "t", domain->domain);
	int code;

	if (status != STATUS_OK)
		return status;
	code = sqlite3_step(st);
	if (code == SQLITE_ROW)
		domain->first_mx = copy_of(st, 0, arena);
	else if (code != SQLITE_DONE)
		status = store_failed(store, code, err);
	sqlite3_reset(st);
	return status;
}

static enum status read_domain_hosts(struct store *store, struct arena *arena,
    struct survey_domain *domain, struct error *err)
{
	sqlite3_stmt *st;
	enum status status =
	    store_bind(store, SQL_DOMAIN_HOSTS, &st, err, "t", domain->domain);
	int code = SQLITE_DONE;

	if (status != STATUS_OK)
		return status;
	domain->hosts = arena_array(arena, HOSTS_MAX, sizeof(*domain->hosts));
	while (status == STATUS_OK && domain->host_count < HOSTS_MAX &&
	       (code = sqlite3_step(st)) == SQLITE_ROW) {
		struct survey_domain_host *h =
		    &domain->hosts[domain->host_count++];

		h->mx = copy_of(st, 8, arena);
		h->preference = sqlite3_column_int(st, 9);
		status = read_host(store, st, arena, &h->host, err);
	}
	if (status == STATUS_OK && code != SQLITE_DONE && code != SQLITE_ROW)
		status = store_failed(store, code, err);
	sqlite3_reset(st);
	return status;
}

static enum status give_domain(struct store *store, sqlite3_stmt *outer,
    struct arena *arena, store_domain_fn fn, void *user, struct error *err)
{
	struct survey_domain domain = { 0 };
	const char *outcome = text_of(outer, 3);
	enum status status;

	domain.domain = copy_of(outer, 0, arena);
	domain.input = copy_of(outer, 1, arena);
	domain.columns = copy_of(outer, 2, arena);
	domain.outcome =
	    outcome ? route_outcome_parse(outcome) : ROUTE_OUTCOME_COUNT;
	if (!domain.domain || domain.outcome >= ROUTE_OUTCOME_COUNT)
		return strange(store, "an outcome of a domain", err);
	status = read_first_mx(store, arena, &domain, err);
	if (status == STATUS_OK)
		status = read_domain_hosts(store, arena, &domain, err);
	return status == STATUS_OK ? fn(user, &domain, err) : status;
}

enum status store_each_domain(
    struct store *store, store_domain_fn fn, void *user, struct error *err)
{
	struct arena *arena;
	sqlite3_stmt *st;
	enum status status = store_prepare(store, SQL_EACH_DOMAIN, &st, err);
	int code = SQLITE_DONE;

	if (status != STATUS_OK)
		return status;
	arena = arena_new();
	while (status == STATUS_OK && (code = sqlite3_step(st)) == SQLITE_ROW) {
		arena_reset(arena);
		status = give_domain(store, st, arena, fn, user, err);
	}
	if (status == STATUS_OK && code != SQLITE_DONE)
		status = store_failed(store, code, err);
	sqlite3_reset(st);
	arena_free(arena);
	return status;
}

/* ----------------------------------------------------------- transcript */

enum status store_transcript(struct store *store, const char *host, int port,
    struct transcript **t, struct error *err)
{
	struct buffer line;
	sqlite3_stmt *st;
	enum status status = store_bind(
	    store, SQL_TRANSCRIPT, &st, err, "ti", host, (int64_t)port);
	int code;

	*t = NULL;
	if (status != STATUS_OK)
		return status;
	code = sqlite3_step(st);
	if (code == SQLITE_DONE)
		return error_set(err, STATUS_NOINPUT,
		    "no host %s port %d in %s", host, port, store->path);
	if (code != SQLITE_ROW)
		return store_failed(store, code, err);
	buffer_init(&line, 2 * FORMAT_LINE_MAX);
	status = blob_decompress(&line, sqlite3_column_blob(st, 0),
	    (size_t)sqlite3_column_bytes(st, 0), FORMAT_LINE_MAX, err);
	if (status == STATUS_OK)
		status = transcript_read(buffer_text(&line), line.len, t, err);
	if (status == STATUS_DATA)
		status = strange(store, "a transcript", err);
	sqlite3_reset(st);
	buffer_clear(&line);
	return status;
}

/* --------------------------------------------------------------- counts */

static void count_route(struct store_counts *counts, const char *name, size_t n)
{
	enum route_outcome outcome = route_outcome_parse(name);

	counts->domains += n;
	if (outcome < ROUTE_OUTCOME_COUNT)
		counts->by_route[outcome] += n;
}

static void count_outcome(
    struct store_counts *counts, const char *name, size_t n)
{
	enum outcome outcome = outcome_parse(name);

	counts->hosts += n;
	if (outcome < OUTCOME_COUNT)
		counts->by_outcome[outcome] += n;
}

static void count_short(struct store_counts *counts, const char *name, size_t n)
{
	(void)name;
	counts->short_dialogues = n;
}

static void count_labelled(
    struct store_counts *counts, const char *name, size_t n)
{
	(void)name;
	counts->labelled_hosts = n;
}

static void count_greeted_domains(
    struct store_counts *counts, const char *name, size_t n)
{
	(void)name;
	counts->greeted_domains = n;
}

static void count_labelled_domains(
    struct store_counts *counts, const char *name, size_t n)
{
	(void)name;
	counts->labelled_domains = n;
}

#define PRODUCTS                                                      \
	" LEFT JOIN predictions p ON p.host=h.host AND p.port=h.port" \
	" LEFT JOIN labels l ON l.host=h.host AND l.port=h.port"
#define LABELLED                                                             \
	" h.outcome='greeted' AND coalesce(l.product, p.product, 'unknown')" \
	" <> 'unknown'"
#define CHOSEN \
	" FROM chosen c CROSS JOIN hosts h ON h.host=c.host AND h.port=c.port"

static const struct {
	const char *query; /* a name or null, and a count */
	void (*add)(struct store_counts *counts, const char *name, size_t n);
} tallies[] = {
	{ "SELECT outcome, count(*) FROM domains GROUP BY 1", count_route },
	{ "SELECT outcome, count(*) FROM hosts GROUP BY 1", count_outcome },
	{ "SELECT NULL, count(*) FROM hosts h" PRODUCTS
	  " WHERE h.outcome='greeted' AND p.flags LIKE '%short-dialogue%'",
	    count_short },
	{ "SELECT NULL, count(*) FROM hosts h" PRODUCTS " WHERE" LABELLED,
	    count_labelled },
	{ "SELECT NULL, count(DISTINCT c.domain)" CHOSEN
	  " WHERE h.outcome='greeted'",
	    count_greeted_domains },
	{ "SELECT NULL, count(DISTINCT c.domain)" CHOSEN PRODUCTS
	  " WHERE" LABELLED,
	    count_labelled_domains },
};

enum status store_count(
    struct store *store, struct store_counts *counts, struct error *err)
{
	int code = SQLITE_OK;

	memset(counts, 0, sizeof(*counts));
	for (size_t i = 0; i < sizeof(tallies) / sizeof(tallies[0]); i++) {
		sqlite3_stmt *st = NULL;

		code = sqlite3_prepare_v2(
		    store->db, tallies[i].query, -1, &st, NULL);
		while (code == SQLITE_OK || code == SQLITE_ROW) {
			const char *name;

			code = sqlite3_step(st);
			if (code != SQLITE_ROW)
				break;
			name = text_of(st, 0);
			tallies[i].add(counts, name ? name : "",
			    (size_t)sqlite3_column_int64(st, 1));
		}
		sqlite3_finalize(st);
		if (code != SQLITE_DONE)
			return store_failed(store, code, err);
	}
	return STATUS_OK;
}
