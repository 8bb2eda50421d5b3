/*
 * One c-ares channel for each server, with one try: which server is asked
 * next, and how often, is decided here. (c-ares 1.18 doubles its timeout with
 * every round and does not remember which server is dead.)
 *
 * c-ares may call back from inside ares_query(): only asker_pump() calls it,
 * in a loop, and callbacks only ever put questions into the queue.
 */
#include "prober/resolver_ask.h"

#include <ares.h>
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/buffer.h"

#define SERVERS_MAX    16
#define SOCKETS_MAX    8 /* of one channel: UDP and TCP */
#define ALIAS_HOPS_MAX 8
#define RECEIVE_BUFFER (4 << 20)
#define EDNS_SIZE      1232 /* never fragmented */
#define SICK_AFTER     3    /* tries in a row without an answer */
#define SICK_RETRY     256  /* a sick server gets one question in so many */
#define TICK_US	       20000

struct watch {
	struct server *server;
	struct event *event;
	ares_socket_t fd;
	short events;
};

struct server {
	struct asker *asker;
	ares_channel channel;
	struct watch watches[SOCKETS_MAX];
	char text[80];	 /* "127.0.0.1:53" */
	unsigned silent; /* tries in a row without an answer */
};

struct question {
	struct asker *asker;
	struct question *next;
	ask_done done;
	void *user;
	enum dns_type type;
	int tries;	 /* made */
	int server;	 /* asked now */
	uint32_t tried;	 /* servers asked in this round */
	uint32_t failed; /* servers that answered with a failure */
	int hops;
	int64_t ttl; /* of the aliases that led here, -1 */
	char name[DNS_NAME_SIZE];
};

struct asker {
	struct event_base *base;
	struct event *tick;
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

/* ---------------------------------------------------------------- sockets */

static void on_socket(evutil_socket_t fd, short events, void *user)
{
	struct watch *w = user;
	struct asker *asker = w->server->asker;

	ares_process_fd(w->server->channel,
	    events & EV_READ ? fd : ARES_SOCKET_BAD,
	    events & EV_WRITE ? fd : ARES_SOCKET_BAD);
	asker_pump(asker);
}

static struct watch *find_watch(struct server *server, ares_socket_t fd)
{
	struct watch *unused = NULL;

	for (size_t i = 0; i < SOCKETS_MAX; i++) {
		struct watch *w = &server->watches[i];

		if (w->event && w->fd == fd)
			return w;
		if (!w->event && !unused)
			unused = w;
	}
	return unused;
}

/* c-ares says what it waits for on a socket; nothing: it closes it. */
static void on_socket_state(
    void *user, ares_socket_t fd, int readable, int writable)
{
	struct server *server = user;
	struct watch *w = find_watch(server, fd);
	short events =
	    (short)((readable ? EV_READ : 0) | (writable ? EV_WRITE : 0));

	if (!w) /* cannot be: c-ares 1.18 has one UDP and one TCP socket */
		return;
	if (w->event && (events == 0 || events != w->events)) {
		event_free(w->event);
		w->event = NULL;
	}
	if (events == 0 || w->event)
		return;
	w->server = server;
	w->fd = fd;
	w->events = events;
	w->event = event_new(server->asker->base, fd,
	    (short)(events | EV_PERSIST), on_socket, w);
	event_add(w->event, NULL);
}

/* c-ares looks for timeouts whenever it is given a chance to. */
static void on_tick(evutil_socket_t fd, short events, void *user)
{
	struct asker *asker = user;

	(void)fd;
	(void)events;
	for (size_t i = 0; i < asker->server_count; i++)
		ares_process_fd(asker->servers[i].channel, ARES_SOCKET_BAD,
		    ARES_SOCKET_BAD);
	asker_pump(asker);
}

/* ---------------------------------------------------------------- servers */

static enum status open_channel(struct asker *asker, const char *csv,
    ares_channel *channel, struct server *server, struct error *err)
{
	struct ares_options o = {
		.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES |
			 ARES_FLAG_NOCHECKRESP | ARES_FLAG_EDNS,
		.timeout = asker->timeout_ms,
		.tries = 1,
		.ednspsz = EDNS_SIZE,
		.socket_receive_buffer_size = RECEIVE_BUFFER,
		.sock_state_cb = on_socket_state,
		.sock_state_cb_data = server,
	};
	static char lookups[] = "b"; /* never the hosts file */
	int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
		   ARES_OPT_EDNSPSZ | ARES_OPT_SOCK_RCVBUF |
		   ARES_OPT_SOCK_STATE_CB | ARES_OPT_LOOKUPS |
		   ARES_OPT_NOROTATE;
	int code;

	o.lookups = lookups;
	code = ares_init_options(channel, &o, mask);
	if (code == ARES_SUCCESS && csv) {
		code = ares_set_servers_ports_csv(*channel, csv);
		if (code != ARES_SUCCESS)
			ares_destroy(*channel);
	}
	if (code == ARES_SUCCESS)
		return STATUS_OK;
	return error_set(err, STATUS_UNAVAILABLE,
	    "cannot use the resolver %s: %s; name one with --resolver "
	    "ADDR[:PORT]",
	    csv ? csv : "of /etc/resolv.conf", ares_strerror(code));
}

static enum status add_server(
    struct asker *asker, const char *address, int port, struct error *err)
{
	struct server *server = &asker->servers[asker->server_count];
	bool v6 = strchr(address, ':') != NULL;
	char csv[sizeof(server->text)];
	enum status status;

	if (asker->server_count == SERVERS_MAX)
		return STATUS_OK; /* the first 16 will do */
	snprintf(csv, sizeof(csv), v6 ? "[%s]:%d" : "%s:%d", address, port);
	for (size_t i = 0; i < asker->server_count; i++) {
		if (strcmp(asker->servers[i].text, csv) == 0)
			return STATUS_OK;
	}
	server->asker = asker;
	status = open_channel(asker, csv, &server->channel, server, err);
	if (status != STATUS_OK)
		return status;
	memcpy(server->text, csv, sizeof(csv));
	asker->server_count++;
	if (asker->names.len > 0)
		buffer_add_text(&asker->names, ", ");
	buffer_add_text(&asker->names, csv);
	return STATUS_OK;
}

/* Those of /etc/resolv.conf, as c-ares reads it. */
static enum status add_system_servers(struct asker *asker, struct error *err)
{
	struct ares_addr_port_node *list = NULL;
	struct server unused = { .asker = asker };
	enum status status;
	ares_channel channel;

	status = open_channel(asker, NULL, &channel, &unused, err);
	if (status != STATUS_OK)
		return status;
	if (ares_get_servers_ports(channel, &list) != ARES_SUCCESS)
		list = NULL;
	for (struct ares_addr_port_node *n = list; n && status == STATUS_OK;
	     n = n->next) {
		char text[64];

		if (evutil_inet_ntop(n->family, &n->addr, text, sizeof(text)))
			status = add_server(
			    asker, text, n->udp_port ? n->udp_port : 53, err);
	}
	ares_free_data(list);
	ares_destroy(channel);
	if (status == STATUS_OK && asker->server_count == 0)
		status = error_set(err, STATUS_UNAVAILABLE,
		    "no resolver is configured on this machine; name one "
		    "with --resolver ADDR[:PORT]");
	return status;
}

static enum status add_given_servers(struct asker *asker,
    const struct resolver_options *options, struct error *err)
{
	struct arena *arena = arena_new();
	enum status status = STATUS_OK;

	for (size_t i = 0; i < options->server_count && status == STATUS_OK;
	     i++) {
		const char *name, *address;
		int port = 53;

		status = target_host(
		    arena, options->servers[i], &name, &address, &port, err);
		if (status == STATUS_OK && !address)
			status = error_set(err, STATUS_USAGE,
			    "resolver %s: must be an address, as in "
			    "192.0.2.53 or [2001:db8::53]:5353",
			    name);
		if (status == STATUS_OK)
			status = add_server(asker, address, port, err);
	}
	arena_free(arena);
	return status;
}

/* ------------------------------------------------------------- life time */

enum status asker_new(const struct resolver_options *options,
    struct event_base *base, struct asker **out, struct error *err)
{
	const struct timeval period = { .tv_usec = TICK_US };
	struct asker *asker;
	enum status status;

	*out = NULL;
	if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS)
		return error_set(err, STATUS_SOFTWARE, "c-ares does not start");
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
	asker->tick = event_new(base, -1, EV_PERSIST, on_tick, asker);
	event_add(asker->tick, &period);
	*out = asker;
	return STATUS_OK;
}

void asker_free(struct asker *asker)
{
	if (!asker)
		return;
	asker_cancel(asker);
	for (size_t i = 0; i < asker->server_count; i++)
		ares_destroy(asker->servers[i].channel);
	if (asker->tick)
		event_free(asker->tick);
	buffer_clear(&asker->names);
	free(asker);
	ares_library_cleanup();
}

void asker_cancel(struct asker *asker)
{
	asker->cancelled = true;
	for (size_t i = 0; i < asker->server_count; i++)
		ares_cancel(asker->servers[i].channel);
	while (asker->first) {
		struct question *q = asker->first;

		asker->first = q->next;
		asker->waiting--;
		q->done(q->user, ASK_CANCELLED, NULL);
		free(q);
	}
	asker->last = &asker->first;
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

static void take_reply(struct question *q, const uint8_t *bytes, size_t len)
{
	struct dns_answer *answer = &q->asker->answer;

	q->asker->replies++;
	q->asker->servers[q->server].silent = 0;
	if (!dns_answer_parse(bytes, len, q->name, q->type, answer) ||
	    (answer->rcode != DNS_NOERROR && answer->rcode != DNS_NXDOMAIN)) {
		q->failed |= 1u << q->server;
		try_again(q);
	} else if (leads_on(q, answer)) {
		follow_alias(q);
	} else {
		finish(q, ASK_ANSWER);
	}
}

static void on_answer(
    void *user, int status, int timeouts, unsigned char *bytes, int len)
{
	struct question *q = user;
	struct asker *asker = q->asker;

	(void)timeouts;
	asker->in_flight--;
	if (asker->cancelled || status == ARES_ECANCELLED ||
	    status == ARES_EDESTRUCTION) {
		finish(q, ASK_CANCELLED);
	} else if (bytes && len > 0) {
		take_reply(q, bytes, (size_t)len);
	} else if (status == ARES_ENOTFOUND) { /* .onion: never asked */
		memset(&asker->answer, 0, sizeof(asker->answer));
		asker->answer.rcode = DNS_NXDOMAIN;
		asker->answer.ttl = -1;
		finish(q, ASK_ANSWER);
	} else if (status == ARES_EBADNAME) {
		finish(q, ASK_FAILED);
	} else {
		asker->servers[q->server].silent++;
		try_again(q);
	}
}

static void send_question(struct asker *asker, struct question *q)
{
	q->server = pick_server(asker, q);
	assert(q->server >= 0); /* try_again() ends when all have failed */
	q->tries++;
	q->tried |= 1u << q->server;
	asker->in_flight++;
	ares_query(asker->servers[q->server].channel, q->name, 1, (int)q->type,
	    on_answer, q);
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
