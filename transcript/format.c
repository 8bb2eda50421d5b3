#include "transcript/format.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/log.h"

#define CONNECTIONS_MAX 256
#define EXCHANGES_MAX	256
#define CHAIN_MAX	8
#define NAMES_MAX	32
#define HOSTS_MAX	32
#define ADDRESSES_MAX	16

/* ------------------------------------------------------------- writing */

static void text_if(struct json_writer *w, const char *key, const char *text)
{
	if (text)
		json_write_text(w, key, text);
}

static void write_certificate(
    struct json_writer *w, const struct certificate *c)
{
	json_open_object(w, NULL);
	text_if(w, "subject", c->subject);
	text_if(w, "issuer", c->issuer);
	text_if(w, "issuer_organization", c->issuer_organization);
	json_open_array(w, "names");
	for (size_t i = 0; i < c->name_count; i++)
		json_write_text(w, NULL, c->names[i]);
	json_close_array(w);
	text_if(w, "key", c->key);
	text_if(w, "signature", c->signature);
	text_if(w, "not_before", c->not_before);
	text_if(w, "not_after", c->not_after);
	text_if(w, "sha256", c->sha256);
	json_close_object(w);
}

static void write_tls(struct json_writer *w, const struct tls_info *tls)
{
	json_open_object(w, "tls");
	text_if(w, "version", tls->version);
	text_if(w, "cipher", tls->cipher);
	text_if(w, "group", tls->group);
	text_if(w, "alpn", tls->alpn);
	text_if(w, "error", tls->error);
	json_write_int(w, "handshake_ms", tls->handshake_ms);
	json_write_bool(w, "session_ticket", tls->session_ticket);
	json_open_array(w, "chain");
	for (size_t i = 0; i < tls->chain_count; i++)
		write_certificate(w, &tls->chain[i]);
	json_close_array(w);
	json_close_object(w);
}

static void write_exchange(struct json_writer *w, const struct exchange *x)
{
	json_open_object(w, NULL);
	json_write_text(w, "probe", x->probe);
	json_write_bytes(w, "sent", x->sent.data, x->sent.len);
	json_write_bytes(w, "received", x->received.data, x->received.len);
	json_write_int(w, "first_ms", x->first_ms);
	json_write_int(w, "last_ms", x->last_ms);
	json_write_text(w, "end", exchange_end_name(x->end));
	if (x->secure)
		json_write_bool(w, "secure", true);
	json_close_object(w);
}

static void write_connection(struct json_writer *w, const struct connection *c)
{
	json_open_object(w, NULL);
	text_if(w, "source", c->source);
	json_write_int(w, "start_ms", c->start_ms);
	json_write_int(w, "connect_ms", c->connect_ms);
	json_write_int(w, "duration_ms", c->duration_ms);
	json_write_text(w, "end", connection_end_name(c->end));
	if (c->tls)
		write_tls(w, c->tls);
	json_open_array(w, "exchanges");
	for (size_t i = 0; i < c->exchange_count; i++)
		write_exchange(w, &c->exchanges[i]);
	json_close_array(w);
	json_close_object(w);
}

static void write_label(struct json_writer *w, const struct label *label)
{
	json_open_object(w, "label");
	json_write_text(w, "product", label->product);
	text_if(w, "version", label->version);
	text_if(w, "front", label->front);
	json_write_text(w, "source", label_source_name(label->source));
	text_if(w, "annotator", label->annotator);
	text_if(w, "date", label->date);
	text_if(w, "comment", label->comment);
	json_close_object(w);
}

/* JSON text that we carry without interpreting it; checked when it came in. */
static void write_raw(struct json_writer *w, const char *key, const char *json)
{
	struct arena *arena = arena_new();
	struct json *value;

	if (json_parse(arena, json, strlen(json), &value, NULL) == STATUS_OK)
		json_write_value(w, key, value);
	arena_free(arena);
}

void transcript_write(struct buffer *out, const struct transcript *t)
{
	char time[CLOCK_TEXT_SIZE];
	struct json_writer w;

	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	json_write_text(&w, "type", "transcript");
	json_write_int(&w, "v", 1);
	json_write_text(&w, "host", t->host);
	json_write_int(&w, "port", t->port);
	text_if(&w, "name", t->name);
	json_write_text(&w, "plan", t->plan);
	json_write_text(&w, "ehlo", t->ehlo);
	json_write_text(&w, "start", clock_format(t->start_utc_ms, time));
	json_write_text(&w, "outcome", outcome_name(t->outcome));
	text_if(&w, "detail", t->detail);
	json_open_array(&w, "connections");
	for (size_t i = 0; i < t->connection_count; i++)
		write_connection(&w, &t->connections[i]);
	json_close_array(&w);
	text_if(&w, "deployment", t->deployment);
	if (t->label.product)
		write_label(&w, &t->label);
	if (t->provenance)
		write_raw(&w, "provenance", t->provenance);
	json_close_object(&w);
}

static void write_mx(struct json_writer *w, const struct mx_host *host)
{
	json_open_object(w, NULL);
	json_write_text(w, "name", host->name);
	json_write_int(w, "preference", host->preference);
	json_write_text(w, "outcome", mx_outcome_name(host->outcome));
	text_if(w, "canonical", host->canonical);
	json_open_array(w, "addresses");
	for (size_t i = 0; i < host->address_count; i++) {
		const struct mx_address *a = &host->addresses[i];

		json_open_object(w, NULL);
		json_write_text(w, "address", a->text);
		json_write_text(w, "outcome", address_outcome_name(a->outcome));
		json_close_object(w);
	}
	json_close_array(w);
	json_close_object(w);
}

void route_write(struct buffer *out, const struct route *route)
{
	char time[CLOCK_TEXT_SIZE];
	struct json_writer w;

	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	json_write_text(&w, "type", "route");
	json_write_int(&w, "v", 1);
	json_write_text(&w, "domain", route->domain);
	text_if(&w, "input", route->input);
	json_write_text(&w, "outcome", route_outcome_name(route->outcome));
	json_write_int(&w, "ttl", route->ttl);
	json_write_text(&w, "time", clock_format(route->utc_ms, time));
	json_open_array(&w, "mx");
	for (size_t i = 0; i < route->host_count; i++)
		write_mx(&w, &route->hosts[i]);
	json_close_array(&w);
	if (route->columns)
		write_raw(&w, "columns", route->columns);
	json_close_object(&w);
}

/* ------------------------------------------------------------- reading */

struct read {
	struct arena *arena;
	struct error *err;
	bool failed;
};

static void fail(struct read *r, const char *format, const char *key)
{
	if (r->failed)
		return;
	r->failed = true;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	error_set(r->err, STATUS_DATA, format, key);
#pragma GCC diagnostic pop
}

/* Text without NUL, or NULL when absent; of another type: fails. */
static const char *optional(
    struct read *r, const struct json *object, const char *key)
{
	const struct json *v = json_get(object, key);

	if (!v || v->type == JSON_NULL)
		return NULL;
	if (v->type != JSON_STRING || strlen(v->text) != v->len) {
		fail(r, "\"%s\" must be text", key);
		return NULL;
	}
	return v->text;
}

static const char *required(
    struct read *r, const struct json *object, const char *key)
{
	const char *text = optional(r, object, key);

	if (!text)
		fail(r, "\"%s\" is missing", key);
	return text ? text : "";
}

static int64_t number(struct read *r, const struct json *object,
    const char *key, int64_t fallback)
{
	const struct json *v = json_get(object, key);

	if (v && v->type != JSON_NUMBER)
		fail(r, "\"%s\" must be a number", key);
	return v ? v->integer : fallback;
}

static const struct json *array(
    struct read *r, const struct json *object, const char *key, size_t max)
{
	static const struct json none = { .type = JSON_ARRAY };
	const struct json *v = json_get(object, key);

	if (!v)
		return &none;
	if (v->type != JSON_ARRAY || v->count > max) {
		fail(r, "\"%s\" must be an array of bounded length", key);
		return &none;
	}
	return v;
}

static struct bytes bytes(
    struct read *r, const struct json *object, const char *key)
{
	struct bytes b = { "", 0 };
	const struct json *v = json_get(object, key);

	if (v && !json_bytes(r->arena, v, &b.data, &b.len))
		fail(r, "\"%s\" must be bytes", key);
	return b;
}

static void read_exchange(
    struct read *r, const struct json *v, struct exchange *x)
{
	x->probe = required(r, v, "probe");
	x->sent = bytes(r, v, "sent");
	x->received = bytes(r, v, "received");
	x->first_ms = number(r, v, "first_ms", -1);
	x->last_ms = number(r, v, "last_ms", -1);
	x->end = exchange_end_parse(required(r, v, "end"));
	x->secure = json_get_bool(v, "secure", false);
	if (x->end == EXCHANGE_END_COUNT)
		fail(r, "unknown \"%s\" of an exchange", "end");
}

static void read_certificate(
    struct read *r, const struct json *v, struct certificate *c)
{
	const struct json *names = array(r, v, "names", NAMES_MAX);
	const char **list = arena_array(r->arena, names->count, sizeof(*list));

	c->subject = optional(r, v, "subject");
	c->issuer = optional(r, v, "issuer");
	c->issuer_organization = optional(r, v, "issuer_organization");
	c->key = optional(r, v, "key");
	c->signature = optional(r, v, "signature");
	c->not_before = optional(r, v, "not_before");
	c->not_after = optional(r, v, "not_after");
	c->sha256 = optional(r, v, "sha256");
	for (const struct json *n = names->first; n; n = n->next) {
		if (n->type != JSON_STRING)
			fail(r, "\"%s\" must hold text", "names");
		else
			list[c->name_count++] = n->text;
	}
	c->names = list;
}

static struct tls_info *read_tls(struct read *r, const struct json *v)
{
	struct tls_info *tls = arena_alloc(r->arena, sizeof(*tls));
	const struct json *chain = array(r, v, "chain", CHAIN_MAX);

	tls->version = optional(r, v, "version");
	tls->cipher = optional(r, v, "cipher");
	tls->group = optional(r, v, "group");
	tls->alpn = optional(r, v, "alpn");
	tls->error = optional(r, v, "error");
	tls->handshake_ms = number(r, v, "handshake_ms", -1);
	tls->session_ticket = json_get_bool(v, "session_ticket", false);
	tls->chain = arena_array(r->arena, chain->count, sizeof(*tls->chain));
	for (const struct json *c = chain->first; c; c = c->next)
		read_certificate(r, c, &tls->chain[tls->chain_count++]);
	return tls;
}

static void read_connection(
    struct read *r, const struct json *v, struct connection *c)
{
	const struct json *list = array(r, v, "exchanges", EXCHANGES_MAX);
	const struct json *tls = json_get(v, "tls");

	c->source = optional(r, v, "source");
	c->start_ms = number(r, v, "start_ms", 0);
	c->connect_ms = number(r, v, "connect_ms", -1);
	c->duration_ms = number(r, v, "duration_ms", -1);
	c->end = connection_end_parse(required(r, v, "end"));
	if (c->end == END_COUNT)
		fail(r, "unknown \"%s\" of a connection", "end");
	if (tls && tls->type == JSON_OBJECT)
		c->tls = read_tls(r, tls);
	c->exchanges =
	    arena_array(r->arena, list->count, sizeof(*c->exchanges));
	for (const struct json *x = list->first; x && !r->failed; x = x->next)
		read_exchange(r, x, &c->exchanges[c->exchange_count++]);
}

static void read_label(
    struct read *r, const struct json *v, struct label *label)
{
	label->product = required(r, v, "product");
	label->version = optional(r, v, "version");
	label->front = optional(r, v, "front");
	label->source = label_source_parse(required(r, v, "source"));
	label->annotator = optional(r, v, "annotator");
	label->date = optional(r, v, "date");
	label->comment = optional(r, v, "comment");
	if (label->source == LABEL_SOURCE_COUNT)
		fail(r, "unknown \"%s\" of a label", "source");
}

/* An object carried as text: written again, so that it is one line. */
static const char *carried(
    struct read *r, const struct json *object, const char *key)
{
	const struct json *v = json_get(object, key);
	struct json_writer w;
	struct buffer out;
	const char *text;

	if (!v || v->type == JSON_NULL)
		return NULL;
	buffer_init(&out, 1u << 20);
	json_writer_init(&w, &out);
	json_write_value(&w, NULL, v);
	if (v->type != JSON_OBJECT || out.overflow)
		fail(r, "\"%s\" must be an object of bounded size", key);
	text = arena_copy(r->arena, buffer_text(&out), out.len);
	buffer_clear(&out);
	return text;
}

static int64_t read_time(struct read *r, const struct json *v, const char *key)
{
	int64_t ms = 0;

	if (!clock_parse(required(r, v, key), &ms))
		fail(r, "\"%s\" must be a UTC time", key);
	return ms;
}

static const struct json *read_record(
    struct read *r, const char *type, const char *line, size_t len)
{
	struct json *v;

	if (json_parse(r->arena, line, len, &v, r->err) != STATUS_OK) {
		r->failed = true;
		return NULL;
	}
	if (v->type != JSON_OBJECT ||
	    strcmp(json_get_text(v, "type", ""), type) != 0)
		fail(r, "not a %s record", type);
	else if (json_get_int(v, "v", 0) != 1)
		fail(r, "a %s of another format version: use a newer mxprint",
		    type);
	return r->failed ? NULL : v;
}

enum status transcript_read(
    const char *line, size_t len, struct transcript **out, struct error *err)
{
	struct read r = { .arena = arena_new(), .err = err };
	const struct json *v = read_record(&r, "transcript", line, len);
	struct transcript *t = arena_alloc(r.arena, sizeof(*t));
	const struct json *list;

	*out = NULL;
	t->arena = r.arena;
	if (v) {
		t->host = required(&r, v, "host");
		t->port = (int)number(&r, v, "port", 0);
		if (t->port < 1 || t->port > 65535)
			fail(&r, "\"%s\" must be 1-65535", "port");
		t->name = optional(&r, v, "name");
		t->plan = required(&r, v, "plan");
		t->ehlo = required(&r, v, "ehlo");
		t->start_utc_ms = read_time(&r, v, "start");
		t->outcome = outcome_parse(required(&r, v, "outcome"));
		if (t->outcome == OUTCOME_COUNT)
			fail(&r, "unknown \"%s\"", "outcome");
		t->detail = optional(&r, v, "detail");
		t->deployment = optional(&r, v, "deployment");
		if (json_get(v, "label"))
			read_label(&r, json_get(v, "label"), &t->label);
		t->provenance = carried(&r, v, "provenance");
		list = array(&r, v, "connections", CONNECTIONS_MAX);
		t->connections =
		    arena_array(r.arena, list->count, sizeof(*t->connections));
		for (const struct json *c = list->first; c && !r.failed;
		     c = c->next)
			read_connection(
			    &r, c, &t->connections[t->connection_count++]);
	}
	if (r.failed) {
		arena_free(r.arena);
		return STATUS_DATA;
	}
	*out = t;
	return STATUS_OK;
}

static void read_mx(struct read *r, const struct json *v, struct mx_host *host)
{
	const struct json *list = array(r, v, "addresses", ADDRESSES_MAX);

	host->name = required(r, v, "name");
	host->preference = (int)number(r, v, "preference", 0);
	host->outcome = mx_outcome_parse(required(r, v, "outcome"));
	if (host->outcome == MX_OUTCOME_COUNT)
		fail(r, "unknown \"%s\" of an MX", "outcome");
	host->canonical = optional(r, v, "canonical");
	host->addresses =
	    arena_array(r->arena, list->count, sizeof(*host->addresses));
	for (const struct json *a = list->first; a && !r->failed; a = a->next) {
		struct mx_address *out =
		    &host->addresses[host->address_count++];

		out->text = required(r, a, "address");
		out->outcome = address_outcome_parse(required(r, a, "outcome"));
		if (out->outcome == ADDRESS_OUTCOME_COUNT)
			fail(r, "unknown \"%s\" of an address", "outcome");
	}
}

enum status route_read(
    const char *line, size_t len, struct route **out, struct error *err)
{
	struct read r = { .arena = arena_new(), .err = err };
	const struct json *v = read_record(&r, "route", line, len);
	struct route *route = arena_alloc(r.arena, sizeof(*route));
	const struct json *list;

	*out = NULL;
	route->arena = r.arena;
	if (v) {
		route->domain = required(&r, v, "domain");
		route->input = optional(&r, v, "input");
		route->outcome =
		    route_outcome_parse(required(&r, v, "outcome"));
		if (route->outcome == ROUTE_OUTCOME_COUNT)
			fail(&r, "unknown \"%s\"", "outcome");
		route->ttl = number(&r, v, "ttl", -1);
		route->utc_ms = read_time(&r, v, "time");
		route->columns = carried(&r, v, "columns");
		list = array(&r, v, "mx", HOSTS_MAX);
		route->hosts =
		    arena_array(r.arena, list->count, sizeof(*route->hosts));
		for (const struct json *m = list->first; m && !r.failed;
		     m = m->next)
			read_mx(&r, m, &route->hosts[route->host_count++]);
	}
	if (r.failed) {
		arena_free(r.arena);
		return STATUS_DATA;
	}
	*out = route;
	return STATUS_OK;
}

/* ------------------------------------------------------ files of records */

struct transcript_reader {
	const char *const *paths;
	size_t count, at;
	struct line_reader *lines;
	size_t skipped, skipped_here;
};

struct transcript_reader *transcript_reader_new(
    const char *const *paths, size_t count)
{
	struct transcript_reader *reader = xcalloc(1, sizeof(*reader));

	reader->paths = paths;
	reader->count = count;
	return reader;
}

static void skip(struct transcript_reader *reader, const char *why)
{
	reader->skipped++;
	if (++reader->skipped_here <= 10)
		log_warn("%s:%ld: skipped: %s", lines_path(reader->lines),
		    lines_number(reader->lines), why);
	else if (reader->skipped_here == 11)
		log_warn("%s: more lines skipped, not told one by one",
		    lines_path(reader->lines));
}

/* One line as a record; *t stays NULL when it was skipped. */
static void take_line(struct transcript_reader *reader,
    enum lines_result result, const char *line, size_t len,
    struct transcript **t)
{
	struct error why;

	if (result == LINES_TOO_LONG) {
		skip(reader, "the line is too long for a record");
		return;
	}
	if (len == 0 && result == LINES_LINE)
		return;
	if (transcript_read(line, len, t, &why) == STATUS_OK)
		return;
	skip(reader, result == LINES_TRUNCATED
			 ? "the file ends in the middle of this record"
			 : why.text);
}

enum status transcript_reader_next(
    struct transcript_reader *reader, struct transcript **t, struct error *err)
{
	const char *line;
	size_t len;

	*t = NULL;
	while (reader->lines || reader->at < reader->count) {
		enum lines_result result;

		if (!reader->lines) {
			enum status status =
			    lines_open(reader->paths[reader->at++],
				FORMAT_LINE_MAX, &reader->lines, err);

			if (status != STATUS_OK)
				return status;
			reader->skipped_here = 0;
		}
		result = lines_next(reader->lines, &line, &len, err);
		if (result == LINES_ERROR)
			return err ? err->status : STATUS_IO;
		if (result == LINES_END) {
			lines_free(reader->lines);
			reader->lines = NULL;
			continue;
		}
		take_line(reader, result, line, len, t);
		if (*t)
			return STATUS_OK;
	}
	return STATUS_OK;
}

const char *transcript_reader_path(const struct transcript_reader *reader)
{
	return reader->lines ? lines_path(reader->lines) : "";
}

long transcript_reader_line(const struct transcript_reader *reader)
{
	return reader->lines ? lines_number(reader->lines) : 0;
}

size_t transcript_reader_skipped(const struct transcript_reader *reader)
{
	return reader->skipped;
}

void transcript_reader_free(struct transcript_reader *reader)
{
	if (!reader)
		return;
	lines_free(reader->lines);
	free(reader);
}
