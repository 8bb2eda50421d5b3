#include "prober/record.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"

#define EXCHANGES_STEP 8

struct record {
	struct transcript *transcript;
	int64_t start_ms;
	size_t connection_room;
	size_t exchange_room; /* of the newest connection */
};

struct record *record_new(const char *host, int port, const char *name,
    const char *plan, const char *ehlo)
{
	struct record *record = xcalloc(1, sizeof(*record));
	struct arena *arena = arena_new();
	struct transcript *t = arena_alloc(arena, sizeof(*t));

	record->transcript = t;
	record->start_ms = clock_now_ms();
	t->arena = arena;
	t->host = arena_strdup(arena, host);
	t->port = port;
	t->name = name ? arena_strdup(arena, name) : NULL;
	t->plan = arena_strdup(arena, plan);
	t->ehlo = arena_strdup(arena, ehlo);
	t->start_utc_ms = clock_utc_ms();
	return record;
}

void record_free(struct record *record)
{
	if (!record)
		return;
	transcript_free(record->transcript);
	free(record);
}

struct transcript *record_finish(
    struct record *record, enum outcome outcome, const char *detail)
{
	struct transcript *t = record->transcript;

	t->outcome = outcome;
	t->detail = detail ? arena_strdup(t->arena, detail) : NULL;
	free(record);
	return t;
}

struct arena *record_arena(struct record *record)
{
	return record->transcript->arena;
}

/* Room for one more in an array of the arena, which cannot grow in place. */
static void *grown(struct arena *arena, void *items, size_t count, size_t *room,
    size_t step, size_t size)
{
	void *bigger;

	if (count < *room)
		return items;
	*room = *room ? *room * 2 : step;
	bigger = arena_array(arena, *room, size);
	if (count)
		memcpy(bigger, items, count * size);
	return bigger;
}

struct connection *record_connection(struct record *record, int64_t now_ms)
{
	struct transcript *t = record->transcript;
	struct connection *c;

	t->connections = grown(t->arena, t->connections, t->connection_count,
	    &record->connection_room, 1, sizeof(*t->connections));
	c = &t->connections[t->connection_count++];
	c->start_ms = now_ms - record->start_ms;
	c->connect_ms = -1;
	c->end = END_NOT_OPENED;
	record->exchange_room = 0;
	return c;
}

struct exchange *record_exchange(
    struct record *record, const char *probe, struct bytes sent, bool secure)
{
	struct transcript *t = record->transcript;
	struct connection *c = &t->connections[t->connection_count - 1];
	struct exchange *x;

	c->exchanges = grown(t->arena, c->exchanges, c->exchange_count,
	    &record->exchange_room, EXCHANGES_STEP, sizeof(*c->exchanges));
	x = &c->exchanges[c->exchange_count++];
	x->probe = arena_strdup(t->arena, probe);
	x->sent.data = arena_copy(t->arena, sent.data, sent.len);
	x->sent.len = sent.len;
	x->received = (struct bytes){ "", 0 };
	x->first_ms = x->last_ms = -1;
	x->secure = secure;
	return x;
}

void record_received(struct record *record, const struct buffer *received)
{
	struct transcript *t = record->transcript;
	struct connection *c = &t->connections[t->connection_count - 1];
	struct exchange *x = &c->exchanges[c->exchange_count - 1];

	x->received.data =
	    arena_copy(t->arena, buffer_text(received), received->len);
	x->received.len = received->len;
}
