/*
 * One channel for each server, with one try: which server is asked next, and
 * how often, is decided here. (c-ares 1.18 doubles its timeout with every
 * round and does not remember which server is dead.)
 *
 * A channel may reply from inside channel_ask(): only asker_pump() calls it,
 * in a loop, and callbacks only ever put questions into the queue.
 */
#include "prober/resolver_ask.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/buffer.h"
#include "prober/resolver_channel.h"

#define SERVERS_MAX    16
#define ALIAS_HOPS_MAX 8
#define SICK_AFTER     3   /* tries in a row without an answer */
#define SICK_RETRY     256 /* a sick server gets one question in so many */

struct server {
	struct channel *channel;
	unsigned silent; /* tries in a row without an answer */
};

struct question {
	struct channel_query query; /* first: replies come with it */
	struct asker *asker;
	struct question *next;
	ask_done done;
	void *user;
	enum dns_type type;
	int tries;	 /* made */
	int server;	 /* asked now */
	uint32_t tried;	 /* servers asked in this round */
	uint32_t failed; /* servers that answered with a failure */
	bool plain;	 /* FORMERR once: c-ares leaves EDNS out from then on */
	int hops;
	int64_t ttl; /* of the aliases that led here, -1 */
	char name[DNS_NAME_SIZE];
};

struct asker {
	struct event_base *base;
	struct server servers[SERVERS_MAX];
	size_t server_count;
	unsigned turn;
	int tries_max, window, timeout_ms;
	size_t in_flight, questions, replies, unanswered;
	struct question *first, **last;
	size_t waiting;
	bool (*more)(void *user);
	void *more_user;
	bool pumping, cancelled;
	struct buffer names;
	struct dns_answer answer;
};

/* ---------------------------------------------------------------- servers */

static void on_reply(struct channel_query *query, enum channel_result result,
    const uint8_t *bytes, size_t len);

static void on_idle(void *user)
{
	asker_pump(user);
}

static const struct channel_events channel_events = {
	.reply = on_reply,
	.idle = on_idle,
};

static enum status add_server(
    struct asker *asker, const char *text, struct error *err)
{
	struct server *server = &asker->servers[asker->server_count];
	enum status status;

	if (asker->server_count == SERVERS_MAX)
		return STATUS_OK; /* the first 16 will do */
	for (size_t i = 0; i < asker->server_count; i++) {
		if (strcmp(channel_server(asker->servers[i].channel), text) ==
		    0)
			return STATUS_OK;
	}
	status = channel_new(asker->base, text, asker->timeout_ms,
	    &channel_events, asker, &server->channel, err);
	if (status != STATUS_OK)
		return status;
	asker->server_count++;
	if (asker->names.len > 0)
		buffer_add_text(&asker->names, ", ");
	buffer_add_text(&asker->names, text);
	return STATUS_OK;
}

static enum status add_system_servers(struct asker *asker, struct error *err)
{
	char servers[SERVERS_MAX][CHANNEL_SERVER_SIZE];
	size_t count;
	enum status status =
	    channel_system_servers(servers, SERVERS_MAX, &count, err);

	if (status == STATUS_OK && count == 0)
		status = error_set(err, STATUS_UNAVAILABLE,
		    "no resolver is configured on this machine; name one "
		    "with --resolver ADDR[:PORT]");
	for (size_t i = 0; i < count && status == STATUS_OK; i++)
		status = add_server(asker, servers[i], err);
	return status;
}

static enum status add_given_servers(struct asker *asker,
    const struct resolver_options *options, struct error *err)
{
	struct arena *arena = arena_new();
	enum status status = STATUS_OK;

	for (size_t i = 0; i < options->server_count && status == STATUS_OK;
	     i++) {
		char text[CHANNEL_SERVER_SIZE];
		const char *name, *address;
		int port = 53;

		status = target_host(
		    arena, options->servers[i], &name, &address, &port, err);
		if (status != STATUS_OK)
			break;
		if (!address) {
			status = error_set(err, STATUS_USAGE,
			    "resolver %s: must be an address, as in "
			    "192.0.2.53 or [2001:db8::53]:5353",
			    name);
			break;
		}
		channel_format_server(text, address, port);
		status = add_server(asker, text, err);
	}
	arena_free(arena);
	return status;
}

/* ------------------------------------------------------------- life time */

enum status asker_new(const struct resolver_options *options,
    struct event_base *base, struct asker **out, struct error *err)
{
	struct asker *asker;
	enum status status;

	*out = NULL;
	asker = xcalloc(1, sizeof(*asker));
	asker->base = base;
	asker->last = &asker->first;
	asker->timeout_ms = options->timeout_ms;
	asker->window = options->window;
	buffer_init(&asker->names, 4096);
	status = options->server_count > 0
		     ? add_given_servers(asker, options, err)
		     : add_system_servers(asker, err);
	if (status != STATUS_OK) {
		asker_free(asker);
		return status;
	}
	asker->tries_max = options->tries;
	if (asker->tries_max < (int)asker->server_count)
		asker->tries_max = (int)asker->server_count;
	*out = asker;
	return STATUS_OK;
}

static void cancel_all(struct asker *asker)
{
	asker->cancelled = true;
	for (size_t i = 0; i < asker->server_count; i++)
		channel_cancel(asker->servers[i].channel);
	while (asker->first) {
		struct question *q = asker->first;

		asker->first = q->next;
		asker->waiting--;
		q->done(q->user, ASK_CANCELLED, NULL);
		free(q);
	}
	asker->last = &asker->first;
}

void asker_free(struct asker *asker)
{
	if (!asker)
		return;
	cancel_all(asker);
	for (size_t i = 0; i < asker->server_count; i++)
		channel_free(asker->servers[i].channel);
	buffer_clear(&asker->names);
	free(asker);
}

void asker_set_source(struct asker *asker, bool (*more)(void *user), void *user)
{
	asker->more = more;
	asker->more_user = user;
}

size_t asker_open(const struct asker *asker)
{
	return asker->in_flight + asker->waiting;
}

size_t asker_questions(const struct asker *asker)
{
	return asker->questions;
}

size_t asker_replies(const struct asker *asker)
{
	return asker->replies;
}

size_t asker_unanswered(const struct asker *asker)
{
	return asker->unanswered;
}

const char *asker_servers(const struct asker *asker)
{
	return buffer_text(&asker->names);
}

/* --------------------------------------------------------------- questions */

static void enqueue(struct asker *asker, struct question *q)
{
	q->next = NULL;
	*asker->last = q;
	asker->last = &q->next;
	asker->waiting++;
}

void asker_ask(struct asker *asker, const char *name, enum dns_type type,
    ask_done done, void *user)
{
	struct question *q = xcalloc(1, sizeof(*q));
	size_t len = strlen(name);

	assert(len < sizeof(q->name));
	memcpy(q->name, name, len);
	q->asker = asker;
	q->type = type;
	q->done = done;
	q->user = user;
	q->ttl = -1;
	asker->questions++;
	enqueue(asker, q);
}

static void finish(struct question *q, enum ask_outcome outcome)
{
	struct asker *asker = q->asker;
	struct dns_answer *answer = &asker->answer;

	if (outcome == ASK_TIMEOUT)
		asker->unanswered++;
	if (outcome == ASK_ANSWER && q->hops > 0) {
		if (!answer->alias) {
			answer->alias = true;
			answer->canonical.clean = true;
			memcpy(
			    answer->canonical.text, q->name, sizeof(q->name));
		}
		if (q->ttl >= 0 && (answer->ttl < 0 || q->ttl < answer->ttl))
			answer->ttl = q->ttl;
	}
	q->done(q->user, outcome, outcome == ASK_ANSWER ? answer : NULL);
	free(q);
}

/*
 * The server for the next try: in turn, those that answer before those that
 * do not; none that was asked in this round or has failed. -1: none left.
 */
static int pick_server(struct asker *asker, struct question *q)
{
	uint32_t all = (uint32_t)((1u << asker->server_count) - 1);
	bool try_sick;
	int sick = -1;

	if (((q->tried | q->failed) & all) == all)
		q->tried = 0; /* another round, without those that failed */
	try_sick = ++asker->turn % SICK_RETRY == 0;
	for (size_t i = 0; i < asker->server_count; i++) {
		size_t at = (asker->turn + i) % asker->server_count;
		bool is_sick = asker->servers[at].silent >= SICK_AFTER;

		if ((q->tried | q->failed) & 1u << at)
			continue;
		if (is_sick == try_sick)
			return (int)at;
		if (sick < 0)
			sick = (int)at;
	}
	return sick;
}

static void try_again(struct question *q)
{
	struct asker *asker = q->asker;
	uint32_t all = (uint32_t)((1u << asker->server_count) - 1);

	if (q->tries < asker->tries_max && (q->failed & all) != all)
		enqueue(asker, q);
	else
		finish(q, q->failed ? ASK_FAILED : ASK_TIMEOUT);
}

static void follow_alias(struct question *q)
{
	struct dns_answer *answer = &q->asker->answer;

	if (answer->ttl >= 0 && (q->ttl < 0 || answer->ttl < q->ttl))
		q->ttl = answer->ttl;
	memcpy(q->name, answer->canonical.text, sizeof(q->name));
	q->hops++;
	q->tries = 0;
	q->tried = q->failed = 0;
	enqueue(q->asker, q);
}

static bool leads_on(const struct question *q, const struct dns_answer *a)
{
	return a->rcode == DNS_NOERROR && a->alias && a->canonical.clean &&
	       a->canonical.text[0] != '\0' && dns_answer_records(a) == 0 &&
	       q->hops < ALIAS_HOPS_MAX;
}

static bool is_formerr(const uint8_t *bytes, size_t len)
{
	return len >= 4 && (bytes[3] & 15) == 1;
}

static void take_reply(struct question *q, const uint8_t *bytes, size_t len)
{
	struct dns_answer *answer = &q->asker->answer;

	q->asker->replies++;
	q->asker->servers[q->server].silent = 0;
	if (is_formerr(bytes, len) && !q->plain) {
		q->plain = true;
		q->tried &= ~(1u << q->server);
		enqueue(q->asker, q);
	} else if (!dns_answer_parse(bytes, len, q->name, q->type, answer) ||
		   (answer->rcode != DNS_NOERROR &&
		       answer->rcode != DNS_NXDOMAIN)) {
		q->failed |= 1u << q->server;
		try_again(q);
	} else if (leads_on(q, answer)) {
		follow_alias(q);
	} else {
		finish(q, ASK_ANSWER);
	}
}

/* A name that is never asked for does not exist. */
static void answer_no_name(struct question *q)
{
	struct dns_answer *answer = &q->asker->answer;

	memset(answer, 0, sizeof(*answer));
	answer->rcode = DNS_NXDOMAIN;
	answer->ttl = -1;
	finish(q, ASK_ANSWER);
}

static void on_reply(struct channel_query *query, enum channel_result result,
    const uint8_t *bytes, size_t len)
{
	struct question *q = (struct question *)query;

	q->asker->in_flight--;
	if (q->asker->cancelled)
		result = CHANNEL_CANCELLED;
	switch (result) {
	case CHANNEL_REPLY:
		take_reply(q, bytes, len);
		break;
	case CHANNEL_SILENT:
		q->asker->servers[q->server].silent++;
		try_again(q);
		break;
	case CHANNEL_NO_NAME:
		answer_no_name(q);
		break;
	case CHANNEL_BAD_NAME:
		finish(q, ASK_FAILED);
		break;
	case CHANNEL_CANCELLED:
		finish(q, ASK_CANCELLED);
		break;
	}
}

static void send_question(struct asker *asker, struct question *q)
{
	q->server = pick_server(asker, q);
	assert(q->server >= 0); /* try_again() ends when all have failed */
	q->tries++;
	q->tried |= 1u << q->server;
	asker->in_flight++;
	channel_ask(
	    asker->servers[q->server].channel, &q->query, q->name, q->type);
}

void asker_pump(struct asker *asker)
{
	if (asker->pumping)
		return;
	asker->pumping = true;
	while (!asker->cancelled && asker->in_flight < (size_t)asker->window) {
		struct question *q = asker->first;

		if (!q) {
			if (!asker->more || !asker->more(asker->more_user))
				break;
			continue;
		}
		asker->first = q->next;
		if (!asker->first)
			asker->last = &asker->first;
		asker->waiting--;
		send_question(asker, q);
	}
	asker->pumping = false;
}
