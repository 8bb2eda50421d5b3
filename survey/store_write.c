/* survey.db: adding rows; adding one again replaces it. */
#include "common/clock.h"
#include "common/lines.h"
#include "survey/store.h"
#include "survey/store_db.h"
#include "transcript/format.h"

#define FLAGS_BYTES 1024

enum status store_set_meta(
    struct store *store, const char *key, const char *value, struct error *err)
{
	return store_execute(store, SQL_SET_META, err, "tt", key, value);
}

const char *store_meta(
    struct store *store, struct arena *arena, const char *key)
{
	const char *value = NULL;
	sqlite3_stmt *st;

	if (store_bind(store, SQL_GET_META, &st, NULL, "t", key) != STATUS_OK)
		return NULL;
	if (sqlite3_step(st) == SQLITE_ROW && sqlite3_column_text(st, 0))
		value = arena_strdup(
		    arena, (const char *)sqlite3_column_text(st, 0));
	sqlite3_reset(st);
	return value;
}

static bool row_exists(
    struct store *store, enum store_statement which, const char *key, int port)
{
	sqlite3_stmt *st;
	bool found;

	if (store_bind(store, which, &st, NULL, port >= 0 ? "ti" : "t", key,
		(int64_t)port) != STATUS_OK)
		return false;
	found = sqlite3_step(st) == SQLITE_ROW;
	sqlite3_reset(st);
	return found;
}

bool store_has_domain(struct store *store, const char *domain)
{
	return row_exists(store, SQL_HAS_DOMAIN, domain, -1);
}

bool store_has_host(struct store *store, const char *host, int port)
{
	return row_exists(store, SQL_HAS_HOST, host, port);
}

bool store_has_prediction(struct store *store, const char *host, int port)
{
	return row_exists(store, SQL_HAS_PREDICTION, host, port);
}

void store_set_order(struct store *store, const struct strmap *order)
{
	store->order = order;
}

/* Of a name already written by this store nothing new can be known. */
static enum status add_addresses(
    struct store *store, const struct mx_host *host, struct error *err)
{
	enum status status;
	bool added;

	strmap_put_text(store->names, host->name, &added);
	if (!added)
		return STATUS_OK;
	status = store_execute(store, SQL_DROP_ADDRESSES, err, "t", host->name);
	for (size_t i = 0; i < host->address_count && status == STATUS_OK; i++)
		status = store_execute(store, SQL_ADD_ADDRESS, err, "ttt",
		    host->name, host->addresses[i].text,
		    address_outcome_name(host->addresses[i].outcome));
	return status;
}

enum status store_add_route(
    struct store *store, const struct route *route, struct error *err)
{
	const int64_t *position =
	    store->order ? strmap_get_text(store->order, route->domain) : NULL;
	char time[CLOCK_TEXT_SIZE];
	enum status status;

	status = store_execute(store, SQL_ADD_DOMAIN, err,
	    position ? "tttitti" : "tttittn", route->domain, route->input,
	    route_outcome_name(route->outcome), route->ttl,
	    clock_format(route->utc_ms, time), route->columns,
	    position ? *position : (int64_t)0);
	if (status == STATUS_OK)
		status =
		    store_execute(store, SQL_DROP_MX, err, "t", route->domain);
	for (size_t i = 0; i < route->host_count && status == STATUS_OK; i++) {
		const struct mx_host *h = &route->hosts[i];

		status = store_execute(store, SQL_ADD_MX, err, "ttitt",
		    route->domain, h->name, (int64_t)h->preference,
		    mx_outcome_name(h->outcome), h->canonical);
		if (status == STATUS_OK)
			status = add_addresses(store, h, err);
	}
	return status;
}

enum status store_add_choice(struct store *store, const char *domain,
    const char *host, int port, const char *mx, int preference,
    struct error *err)
{
	return store_execute(store, SQL_ADD_CHOICE, err, "ttiti", domain, host,
	    (int64_t)port, mx, (int64_t)preference);
}

enum status store_add_host(
    struct store *store, const struct transcript *t, struct error *err)
{
	buffer_reset(&store->text);
	transcript_write(&store->text, t);
	return store_add_host_line(
	    store, t, buffer_text(&store->text), store->text.len, err);
}

enum status store_add_host_line(struct store *store, const struct transcript *t,
    const char *line, size_t len, struct error *err)
{
	char start[CLOCK_TEXT_SIZE];

	buffer_reset(&store->blob);
	blob_compress(&store->blob, line, len);
	return store_execute(store, SQL_ADD_HOST, err,
	    "tittttt"
	    "b",
	    t->host, (int64_t)t->port, t->name, outcome_name(t->outcome),
	    t->detail, t->plan, clock_format(t->start_utc_ms, start),
	    (const void *)store->blob.data, store->blob.len);
}

enum status store_add_prediction(
    struct store *store, const struct prediction *p, struct error *err)
{
	buffer_reset(&store->text);
	prediction_write(&store->text, p);
	return store_add_prediction_line(
	    store, p, buffer_text(&store->text), err);
}

enum status store_add_prediction_line(struct store *store,
    const struct prediction *p, const char *line, struct error *err)
{
	struct buffer flags;
	enum status status;

	buffer_init(&flags, FLAGS_BYTES);
	for (size_t i = 0; i < p->flag_count; i++)
		buffer_printf(&flags, "%s%s", i ? " " : "", p->flags[i]);
	status = store_execute(store, SQL_ADD_PREDICTION, err, "titdttttttt",
	    p->host, (int64_t)p->port, p->product, p->confidence, p->version,
	    p->family, p->operator_id, p->front,
	    prediction_source_name(p->source), buffer_text(&flags), line);
	buffer_clear(&flags);
	return status;
}

enum status store_add_label(struct store *store, const char *host, int port,
    const struct label *label, struct error *err)
{
	return store_execute(store, SQL_ADD_LABEL, err, "tittttt", host,
	    (int64_t)port, label->product, label->version, label->annotator,
	    label->date, label->comment);
}
