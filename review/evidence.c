#include "review/evidence.h"

#include <string.h>

#include "common/json.h"
#include "common/log.h"

#define LINES_SHOWN 12 /* of one reply */
#define WIDTH	    100
#define JSON_BYTES  2048 /* of one reply */

static size_t line_length(const char *bytes, size_t len)
{
	const char *newline = memchr(bytes, '\n', len);

	return newline ? (size_t)(newline - bytes) + 1 : len;
}

/* bytes line by line, each with its mark. */
static void add_bytes(struct buffer *out, const char *indent, char mark,
    const struct bytes *bytes)
{
	char quoted[WIDTH];
	size_t shown = 0;

	for (size_t at = 0; at < bytes->len; shown++) {
		size_t len = line_length(bytes->data + at, bytes->len - at);

		if (shown == LINES_SHOWN) {
			buffer_printf(out, "%s  %c ... %zu more bytes\n",
			    indent, mark, bytes->len - at);
			return;
		}
		log_quote(quoted, sizeof(quoted), bytes->data + at, len);
		buffer_printf(out, "%s  %c %s\n", indent, mark, quoted);
		at += len;
	}
}

static void add_exchange(
    struct buffer *out, const char *indent, const struct exchange *x)
{
	add_bytes(out, indent, '>', &x->sent);
	add_bytes(out, indent, '<', &x->received);
	if (x->end != EXCHANGE_REPLY)
		buffer_printf(
		    out, "%s  - %s\n", indent, exchange_end_name(x->end));
}

void evidence_write(
    struct buffer *out, const struct transcript *t, const char *indent)
{
	for (size_t i = 0; i < t->connection_count; i++) {
		const struct connection *c = &t->connections[i];

		if (t->connection_count > 1)
			buffer_printf(out, "%sconnection %zu\n", indent, i + 1);
		for (size_t j = 0; j < c->exchange_count; j++)
			add_exchange(out, indent, &c->exchanges[j]);
	}
}

static void write_cut(
    struct json_writer *w, const char *key, const struct bytes *bytes)
{
	json_write_bytes(w, key, bytes->data,
	    bytes->len < JSON_BYTES ? bytes->len : JSON_BYTES);
}

void evidence_json(struct buffer *out, const struct transcript *t)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_open_array(&w, NULL);
	for (size_t i = 0; i < t->connection_count; i++) {
		const struct connection *c = &t->connections[i];

		for (size_t j = 0; j < c->exchange_count; j++) {
			const struct exchange *x = &c->exchanges[j];

			json_open_object(&w, NULL);
			json_write_int(&w, "connection", (int64_t)i + 1);
			json_write_text(&w, "probe", x->probe);
			write_cut(&w, "sent", &x->sent);
			write_cut(&w, "received", &x->received);
			json_write_text(&w, "end", exchange_end_name(x->end));
			json_close_object(&w);
		}
	}
	json_close_array(&w);
}
