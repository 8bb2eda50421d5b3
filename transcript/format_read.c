/* Reading; format.c writes. */
#include "transcript/format.h"

#include "common/fields.h"
#include "transcript/schema.h"

#define CONNECTIONS_MAX 256
#define EXCHANGES_MAX	256
#define CHAIN_MAX	8
#define NAMES_MAX	32
#define HOSTS_MAX	32
#define ADDRESSES_MAX	16

static struct bytes read_bytes(
    struct fields *f, const struct json *object, const char *key)
{
	struct bytes b;

	b.data = fields_bytes(f, object, key, &b.len);
	return b;
}

static void read_exchange(
    struct fields *f, const struct json *v, struct exchange *x)
{
	x->probe = fields_needed(f, v, "probe");
	x->sent = read_bytes(f, v, "sent");
	x->received = read_bytes(f, v, "received");
	x->first_ms = fields_int(f, v, "first_ms", -1);
	x->last_ms = fields_int(f, v, "last_ms", -1);
	x->end = exchange_end_parse(fields_needed(f, v, "end"));
	x->secure = json_get_bool(v, "secure", false);
	if (x->end == EXCHANGE_END_COUNT)
		fields_fault(f, "end", "of an exchange is unknown");
}

static void read_certificate(
    struct fields *f, const struct json *v, struct certificate *c)
{
	c->subject = fields_text(f, v, "subject");
	c->issuer = fields_text(f, v, "issuer");
	c->issuer_organization = fields_text(f, v, "issuer_organization");
	c->key = fields_text(f, v, "key");
	c->signature = fields_text(f, v, "signature");
	c->not_before = fields_text(f, v, "not_before");
	c->not_after = fields_text(f, v, "not_after");
	c->sha256 = fields_text(f, v, "sha256");
	c->names = fields_texts(f, v, "names", NAMES_MAX, &c->name_count);
}

static struct tls_info *read_tls(struct fields *f, const struct json *v)
{
	struct tls_info *tls = arena_alloc(f->arena, sizeof(*tls));
	const struct json *chain = fields_array(f, v, "chain", CHAIN_MAX);

	tls->version = fields_text(f, v, "version");
	tls->cipher = fields_text(f, v, "cipher");
	tls->group = fields_text(f, v, "group");
	tls->alpn = fields_text(f, v, "alpn");
	tls->error = fields_text(f, v, "error");
	tls->handshake_ms = fields_int(f, v, "handshake_ms", -1);
	tls->session_ticket = json_get_bool(v, "session_ticket", false);
	tls->chain = arena_array(f->arena, chain->count, sizeof(*tls->chain));
	for (const struct json *c = chain->first; c; c = c->next)
		read_certificate(f, c, &tls->chain[tls->chain_count++]);
	return tls;
}

static void read_connection(
    struct fields *f, const struct json *v, struct connection *c)
{
	const struct json *list =
	    fields_array(f, v, "exchanges", EXCHANGES_MAX);
	const struct json *tls = json_get(v, "tls");

	c->source = fields_text(f, v, "source");
	c->start_ms = fields_int(f, v, "start_ms", 0);
	c->connect_ms = fields_int(f, v, "connect_ms", -1);
	c->duration_ms = fields_int(f, v, "duration_ms", -1);
	c->end = connection_end_parse(fields_needed(f, v, "end"));
	if (c->end == END_COUNT)
		fields_fault(f, "end", "of a connection is unknown");
	if (tls && tls->type == JSON_OBJECT)
		c->tls = read_tls(f, tls);
	c->exchanges =
	    arena_array(f->arena, list->count, sizeof(*c->exchanges));
	for (const struct json *x = list->first; x && !f->failed; x = x->next)
		read_exchange(f, x, &c->exchanges[c->exchange_count++]);
}

static void read_label(
    struct fields *f, const struct json *v, struct label *label)
{
	label->product = fields_needed(f, v, "product");
	label->version = fields_text(f, v, "version");
	label->front = fields_text(f, v, "front");
	label->source = label_source_parse(fields_needed(f, v, "source"));
	label->annotator = fields_text(f, v, "annotator");
	label->date = fields_text(f, v, "date");
	label->comment = fields_text(f, v, "comment");
	if (label->source == LABEL_SOURCE_COUNT)
		fields_fault(f, "source", "of a label is unknown");
}

static void read_transcript(
    struct fields *f, const struct json *v, struct transcript *t)
{
	const struct json *list =
	    fields_array(f, v, "connections", CONNECTIONS_MAX);

	t->host = fields_needed(f, v, "host");
	t->port = fields_int_within(f, v, "port", 1, 65535);
	t->name = fields_text(f, v, "name");
	t->plan = fields_needed(f, v, "plan");
	t->ehlo = fields_needed(f, v, "ehlo");
	t->start_utc_ms = fields_time(f, v, "start");
	t->outcome = outcome_parse(fields_needed(f, v, "outcome"));
	if (t->outcome == OUTCOME_COUNT)
		fields_fault(f, "outcome", "is unknown");
	t->detail = fields_text(f, v, "detail");
	t->deployment = fields_text(f, v, "deployment");
	if (json_get(v, "label"))
		read_label(f, json_get(v, "label"), &t->label);
	t->provenance = fields_carried(f, v, "provenance");
	t->connections =
	    arena_array(f->arena, list->count, sizeof(*t->connections));
	for (const struct json *c = list->first; c && !f->failed; c = c->next)
		read_connection(f, c, &t->connections[t->connection_count++]);
}

static enum status read_line(const char *line, size_t len, bool strict,
    struct transcript **out, struct error *err)
{
	struct fields f = { .arena = arena_new(), .err = err };
	const struct json *v = fields_record(&f, "transcript", line, len);
	struct transcript *t = arena_alloc(f.arena, sizeof(*t));

	*out = NULL;
	t->arena = f.arena;
	if (v && strict && schema_check_transcript(v, err) != STATUS_OK) {
		f.failed = true;
		v = NULL;
	}
	if (v)
		read_transcript(&f, v, t);
	if (f.failed) {
		arena_free(f.arena);
		return STATUS_DATA;
	}
	*out = t;
	return STATUS_OK;
}

enum status transcript_read(
    const char *line, size_t len, struct transcript **t, struct error *err)
{
	return read_line(line, len, false, t, err);
}

enum status transcript_read_strict(
    const char *line, size_t len, struct transcript **t, struct error *err)
{
	return read_line(line, len, true, t, err);
}

static void read_mx(
    struct fields *f, const struct json *v, struct mx_host *host)
{
	const struct json *list =
	    fields_array(f, v, "addresses", ADDRESSES_MAX);

	host->name = fields_needed(f, v, "name");
	host->preference = fields_int_within(f, v, "preference", 0, 65535);
	host->outcome = mx_outcome_parse(fields_needed(f, v, "outcome"));
	if (host->outcome == MX_OUTCOME_COUNT)
		fields_fault(f, "outcome", "of an MX is unknown");
	host->canonical = fields_text(f, v, "canonical");
	host->addresses =
	    arena_array(f->arena, list->count, sizeof(*host->addresses));
	for (const struct json *a = list->first; a && !f->failed; a = a->next) {
		struct mx_address *out =
		    &host->addresses[host->address_count++];

		out->text = fields_needed(f, a, "address");
		out->outcome =
		    address_outcome_parse(fields_needed(f, a, "outcome"));
		if (out->outcome == ADDRESS_OUTCOME_COUNT)
			fields_fault(f, "outcome", "of an address is unknown");
	}
}

static void read_route(
    struct fields *f, const struct json *v, struct route *route)
{
	const struct json *list = fields_array(f, v, "mx", HOSTS_MAX);

	route->domain = fields_needed(f, v, "domain");
	route->input = fields_text(f, v, "input");
	route->outcome = route_outcome_parse(fields_needed(f, v, "outcome"));
	if (route->outcome == ROUTE_OUTCOME_COUNT)
		fields_fault(f, "outcome", "is unknown");
	route->ttl = fields_int(f, v, "ttl", -1);
	route->utc_ms = fields_time(f, v, "time");
	route->columns = fields_carried(f, v, "columns");
	route->hosts =
	    arena_array(f->arena, list->count, sizeof(*route->hosts));
	for (const struct json *m = list->first; m && !f->failed; m = m->next)
		read_mx(f, m, &route->hosts[route->host_count++]);
}

enum status route_read(
    const char *line, size_t len, struct route **out, struct error *err)
{
	struct fields f = { .arena = arena_new(), .err = err };
	const struct json *v = fields_record(&f, "route", line, len);
	struct route *route = arena_alloc(f.arena, sizeof(*route));

	*out = NULL;
	route->arena = f.arena;
	if (v)
		read_route(&f, v, route);
	if (f.failed) {
		arena_free(f.arena);
		return STATUS_DATA;
	}
	*out = route;
	return STATUS_OK;
}
