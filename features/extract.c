/*
 * Parses and normalises every exchange once, then lets each extractor of the
 * table look at all of them. N-grams come last: if a hostile transcript
 * reaches FEATURES_MAX, it loses those.
 */
#include "features/extract.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buffer.h"
#include "features/answer.h"
#include "features/normalize.h"
#include "features/sink.h"

#define NORMAL_FORM_MAX (1u << 20)

static const struct extractor *const extractors[] = {
	&extractor_banner,
	&extractor_ehlo,
	&extractor_handshake,
	&extractor_wire,
	&extractor_echo,
	&extractor_replies,
};

const struct evidence_item *evidence_find(
    const struct evidence *evidence, const char *probe)
{
	for (size_t i = 0; i < evidence->count; i++) {
		if (evidence->items[i].first &&
		    strcmp(evidence->items[i].exchange->probe, probe) == 0)
			return &evidence->items[i];
	}
	return NULL;
}

bool evidence_is_negative(const struct evidence_item *item)
{
	static const char *const dialogue[] = { PROBE_GREETING, PROBE_EHLO,
		PROBE_HELO, PROBE_NOOP, PROBE_HELP, PROBE_STARTTLS,
		PROBE_TLS_EHLO, PROBE_QUIT };

	for (size_t i = 0; i < sizeof(dialogue) / sizeof(*dialogue); i++) {
		if (strcmp(item->exchange->probe, dialogue[i]) == 0)
			return false;
	}
	return true;
}

/* Only the lines that are there: a full struct reply is 12 KB. */
static struct reply *keep_reply(struct arena *arena, const struct reply *reply)
{
	size_t size = offsetof(struct reply, lines) +
		      reply->kept * sizeof(reply->lines[0]);

	return memcpy(arena_alloc(arena, size), reply, size);
}

/* "5.5.2 " at the start of a line is a feature of its own, not text. */
static size_t enhanced_length(const struct reply_line *line)
{
	size_t i = 0;

	for (int part = 0; part < 3; part++) {
		size_t digits = 0;

		if (part && (i >= line->len || line->text[i++] != '.'))
			return 0;
		while (i < line->len && line->text[i] >= '0' &&
		       line->text[i] <= '9' && digits < 4) {
			i++;
			digits++;
		}
		if (!digits || digits > 3)
			return 0;
	}
	if (i < line->len && line->text[i] != ' ')
		return 0;
	return i + (i < line->len);
}

static void normalize_reply(const struct identity *identity,
    const struct repeat *repeat, const struct reply *reply,
    struct normal_text *out)
{
	size_t total = 0;

	for (size_t i = 0; i < reply->kept && total < NORMALIZE_IN_MAX; i++) {
		const struct reply_line *line = &reply->lines[i];
		size_t skip = enhanced_length(line);
		size_t len = line->len - skip;

		if (len > NORMALIZE_IN_MAX - total)
			len = NORMALIZE_IN_MAX - total;
		if (i)
			normal_text_add(out, "\n", 1);
		normalize_line(identity, repeat, line->text + skip, len, out);
		total += len + 1;
	}
}

/* What came is no reply: all of it is text. */
static void normalize_raw(const struct identity *identity,
    const struct repeat *repeat, const struct bytes *received,
    struct normal_text *out)
{
	const char *p = received->data;
	size_t left =
	    received->len < NORMALIZE_IN_MAX ? received->len : NORMALIZE_IN_MAX;

	while (left) {
		const char *eol = memchr(p, '\n', left);
		size_t len = eol ? (size_t)(eol - p) : left;

		normalize_line(identity, repeat, p, len, out);
		if (!eol)
			break;
		normal_text_add(out, "\n", 1);
		p += len + 1;
		left -= len + 1;
	}
}

struct scratch { /* too large for many copies on a stack */
	struct identity identity;
	struct repeat repeat;
	struct reply reply;
	struct normal_text text;
};

static void read_exchange(struct arena *arena, struct scratch *s,
    struct evidence_item *item, const struct exchange *e)
{
	size_t len = e->received.len < EVIDENCE_BYTES_MAX ? e->received.len
							  : EVIDENCE_BYTES_MAX;

	item->exchange = e;
	item->text = "";
	item->used = REPLY_NOT_SMTP;
	if (!len)
		return;
	item->used = reply_parse_all(e->received.data, len, &s->reply);
	if (item->used >= 0)
		item->reply = keep_reply(arena, &s->reply);
	if (!item->first)
		return; /* its form counts, its text does not */
	/* "HELP" in the answer to HELP is no echo. */
	repeat_init(&s->repeat,
	    evidence_is_negative(item) ? &e->sent : &(struct bytes){ "", 0 });
	s->text.len = 0;
	if (item->reply)
		normalize_reply(
		    &s->identity, &s->repeat, item->reply, &s->text);
	else
		normalize_raw(&s->identity, &s->repeat, &e->received, &s->text);
	item->text = arena_copy(arena, s->text.data, s->text.len);
	item->len = s->text.len;
}

static void gather(
    struct arena *arena, const struct transcript *t, struct evidence *evidence)
{
	struct scratch *s = arena_alloc(arena, sizeof(*s));
	size_t total = 0;

	for (size_t c = 0; c < t->connection_count; c++)
		total += t->connections[c].exchange_count;
	if (total > EVIDENCE_MAX)
		total = EVIDENCE_MAX;
	evidence->transcript = t;
	evidence->arena = arena;
	evidence->count = 0;
	evidence->items = arena_array(arena, total, sizeof(*evidence->items));
	identity_collect(&s->identity, arena, t);
	for (size_t c = 0; c < t->connection_count; c++) {
		const struct connection *conn = &t->connections[c];

		for (size_t i = 0; i < conn->exchange_count; i++) {
			const struct exchange *e = &conn->exchanges[i];
			struct evidence_item *item;

			if (evidence->count == total || !exchange_took_place(e))
				continue;
			item = &evidence->items[evidence->count];
			item->connection = c;
			item->first = !evidence_find(evidence, e->probe);
			item->last = i + 1 == conn->exchange_count;
			evidence->count++;
			read_exchange(arena, s, item, e);
		}
	}
}

void features_extract(
    struct arena *arena, const struct transcript *t, struct feature_list *list)
{
	struct evidence evidence;
	struct feature_sink sink;

	gather(arena, t, &evidence);
	sink_init(&sink, arena);
	for (size_t i = 0; i < sizeof(extractors) / sizeof(*extractors); i++)
		extractors[i]->extract(&evidence, &sink);
	list->items = sink.items;
	list->count = sink.count;
}

static void add_escaped(struct buffer *b, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '\n')
			buffer_add_text(b, "\\n");
		else if (c < 0x20 || c >= 0x7f || c == '\\')
			buffer_printf(b, "\\x%02x", c);
		else
			buffer_add_char(b, (char)c);
	}
}

static void add_line(struct buffer *b, const struct evidence_item *item)
{
	const struct reply *r = item->reply;
	char code[ANSWER_SIZE];

	add_escaped(b, item->exchange->probe, strlen(item->exchange->probe));
	if (r)
		buffer_printf(b, " %d %d.%d.%d ", r->code, r->enhanced[0],
		    r->enhanced[1], r->enhanced[2]);
	else
		buffer_printf(b, " %s ", answer_code(item, code));
	add_escaped(b, item->text, item->len);
	buffer_add_char(b, '\n');
}

const char *features_normal_form(
    struct arena *arena, const struct transcript *t)
{
	struct evidence evidence;
	struct buffer b;
	const char *form;

	gather(arena, t, &evidence);
	buffer_init(&b, NORMAL_FORM_MAX);
	for (size_t i = 0; i < evidence.count; i++)
		if (evidence.items[i].first)
			add_line(&b, &evidence.items[i]);
	form = arena_copy(arena, buffer_text(&b), b.len);
	buffer_clear(&b);
	return form;
}

const char *features_form_behind(const char *form)
{
	static const char greeting[] = PROBE_GREETING " ";
	size_t len = sizeof(greeting) - 1;
	const char *end = strchr(form, '\n');

	return end && strncmp(form, greeting, len) == 0 &&
		       !code_refuses((int)strtol(form + len, NULL, 10))
		   ? end + 1
		   : form;
}
