/*
 * A transcript of one connection from a table of lines, for tests.
 */
#ifndef MXPRINT_TESTS_UNIT_DIALOGUE_H
#define MXPRINT_TESTS_UNIT_DIALOGUE_H

#include <string.h>

#include "transcript/transcript.h"

struct line { /* of a dialogue: probe, what we send, what comes */
	const char *probe;
	const char *sent;
	size_t sent_len; /* 0: strlen */
	const char *received;
	size_t received_len; /* 0: strlen */
	int64_t first_ms;
};

static inline struct transcript *transcript_of(struct arena *arena,
    const struct line *lines, size_t count, const char *ehlo, const char *name)
{
	struct transcript *t = arena_alloc(arena, sizeof(*t));
	struct connection *c = arena_alloc(arena, sizeof(*c));

	t->arena = arena;
	t->host = "192.0.2.7";
	t->port = 25;
	t->name = name;
	t->plan = "standard";
	t->ehlo = ehlo;
	t->outcome = OUTCOME_GREETED;
	t->connections = c;
	t->connection_count = 1;
	c->source = "198.51.100.9";
	c->end = END_QUIT_CLOSED;
	c->exchanges = arena_array(arena, count, sizeof(*c->exchanges));
	c->exchange_count = count;
	for (size_t i = 0; i < count; i++) {
		const struct line *l = &lines[i];
		struct exchange *e = &c->exchanges[i];

		e->probe = l->probe;
		e->sent.data = l->sent ? l->sent : "";
		e->sent.len = l->sent_len ? l->sent_len : strlen(e->sent.data);
		e->received.data = l->received ? l->received : "";
		e->received.len = l->received_len ? l->received_len
						  : strlen(e->received.data);
		e->first_ms = l->first_ms;
		e->end = l->received ? EXCHANGE_REPLY : EXCHANGE_TIMEOUT;
	}
	return t;
}

#endif
