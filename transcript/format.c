/* Writing; format_read.c reads. */
#include "transcript/format.h"

#include <string.h>

#include "common/clock.h"
#include "common/json.h"

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
