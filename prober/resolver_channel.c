/*
 * c-ares 1.18 has a socket callback and no event thread: each socket it opens
 * becomes an event here, and a tick lets it look for timeouts. (ares_timeout()
 * walks all open questions, so it is not asked when the next one is due.)
 */
#include "prober/resolver_channel.h"

#include <ares.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"

#define SOCKETS_MAX    8 /* UDP and TCP */
#define RECEIVE_BUFFER (4 << 20)
#define EDNS_SIZE      1232 /* never fragmented */
#define TICK_US	       20000

struct watch {
	struct channel *channel;
	struct event *event;
	ares_socket_t fd;
	short events;
};

struct channel {
	ares_channel ares;
	struct event_base *base;
	struct event *tick;
	const struct channel_events *events;
	void *user;
	struct watch watches[SOCKETS_MAX];
	char server[CHANNEL_SERVER_SIZE];
};

/* ---------------------------------------------------------------- sockets */

static void on_socket(evutil_socket_t fd, short events, void *user)
{
	struct watch *w = user;
	struct channel *channel = w->channel; /* w may change its owner */

	ares_process_fd(channel->ares, events & EV_READ ? fd : ARES_SOCKET_BAD,
	    events & EV_WRITE ? fd : ARES_SOCKET_BAD);
	channel->events->idle(channel->user);
}

static void on_tick(evutil_socket_t fd, short events, void *user)
{
	struct channel *channel = user;

	(void)fd;
	(void)events;
	ares_process_fd(channel->ares, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	channel->events->idle(channel->user);
}

static struct watch *find_watch(struct channel *channel, ares_socket_t fd)
{
	struct watch *unused = NULL;

	for (size_t i = 0; i < SOCKETS_MAX; i++) {
		struct watch *w = &channel->watches[i];

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
	struct channel *channel = user;
	struct watch *w = find_watch(channel, fd);
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
	w->channel = channel;
	w->fd = fd;
	w->events = events;
	w->event = event_new(
	    channel->base, fd, (short)(events | EV_PERSIST), on_socket, w);
	event_add(w->event, NULL);
}

/* -------------------------------------------------------------- life time */

/* server NULL: those of the system. */
static enum status open_ares(struct channel *channel, const char *server,
    int timeout_ms, struct error *err)
{
	static char lookups[] = "b"; /* never the hosts file */
	struct ares_options options = {
		.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES |
			 ARES_FLAG_NOCHECKRESP | ARES_FLAG_EDNS,
		.timeout = timeout_ms,
		.tries = 1,
		.ednspsz = EDNS_SIZE,
		.socket_receive_buffer_size = RECEIVE_BUFFER,
		.sock_state_cb = on_socket_state,
		.sock_state_cb_data = channel,
		.lookups = lookups,
	};
	const int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
			 ARES_OPT_EDNSPSZ | ARES_OPT_SOCK_RCVBUF |
			 ARES_OPT_SOCK_STATE_CB | ARES_OPT_LOOKUPS |
			 ARES_OPT_NOROTATE;
	int code = ares_library_init(ARES_LIB_INIT_ALL);

	if (code == ARES_SUCCESS) {
		code = ares_init_options(&channel->ares, &options, mask);
		if (code == ARES_SUCCESS && server) {
			code =
			    ares_set_servers_ports_csv(channel->ares, server);
			if (code != ARES_SUCCESS)
				ares_destroy(channel->ares);
		}
		if (code != ARES_SUCCESS)
			ares_library_cleanup();
	}
	if (code == ARES_SUCCESS)
		return STATUS_OK;
	return error_set(err, STATUS_UNAVAILABLE,
	    "cannot use the resolver %s: %s; name one with --resolver "
	    "ADDR[:PORT]",
	    server ? server : "of /etc/resolv.conf", ares_strerror(code));
}

static void close_ares(struct channel *channel)
{
	ares_destroy(channel->ares);
	ares_library_cleanup();
}

enum status channel_new(struct event_base *base, const char *server,
    int timeout_ms, const struct channel_events *events, void *user,
    struct channel **out, struct error *err)
{
	const struct timeval period = { .tv_usec = TICK_US };
	struct channel *channel = xcalloc(1, sizeof(*channel));
	enum status status;

	*out = NULL;
	channel->base = base;
	channel->events = events;
	channel->user = user;
	snprintf(channel->server, sizeof(channel->server), "%s", server);
	status = open_ares(channel, server, timeout_ms, err);
	if (status != STATUS_OK) {
		free(channel);
		return status;
	}
	channel->tick = event_new(base, -1, EV_PERSIST, on_tick, channel);
	event_add(channel->tick, &period);
	*out = channel;
	return STATUS_OK;
}

void channel_free(struct channel *channel)
{
	if (!channel)
		return;
	close_ares(channel); /* closes its sockets through the callback */
	event_free(channel->tick);
	free(channel);
}

const char *channel_server(const struct channel *channel)
{
	return channel->server;
}

void channel_format_server(
    char out[CHANNEL_SERVER_SIZE], const char *address, int port)
{
	snprintf(out, CHANNEL_SERVER_SIZE,
	    strchr(address, ':') ? "[%s]:%d" : "%s:%d", address, port);
}

enum status channel_system_servers(char (*servers)[CHANNEL_SERVER_SIZE],
    size_t max, size_t *count, struct error *err)
{
	struct ares_addr_port_node *list = NULL;
	struct channel channel = { 0 };
	enum status status = open_ares(&channel, NULL, 1000, err);

	*count = 0;
	if (status != STATUS_OK)
		return status;
	if (ares_get_servers_ports(channel.ares, &list) != ARES_SUCCESS)
		list = NULL;
	for (struct ares_addr_port_node *n = list; n && *count < max;
	     n = n->next) {
		char text[64];

		if (!evutil_inet_ntop(n->family, &n->addr, text, sizeof(text)))
			continue;
		channel_format_server(
		    servers[(*count)++], text, n->udp_port ? n->udp_port : 53);
	}
	ares_free_data(list);
	close_ares(&channel);
	return STATUS_OK;
}

/* --------------------------------------------------------------- questions */

static void on_reply(
    void *user, int status, int timeouts, unsigned char *bytes, int len)
{
	struct channel_query *query = user;
	enum channel_result result = CHANNEL_SILENT;

	(void)timeouts;
	if (status == ARES_ECANCELLED || status == ARES_EDESTRUCTION)
		result = CHANNEL_CANCELLED;
	else if (bytes && len > 0)
		result = CHANNEL_REPLY;
	else if (status == ARES_ENOTFOUND)
		result = CHANNEL_NO_NAME;
	else if (status == ARES_EBADNAME)
		result = CHANNEL_BAD_NAME;
	query->channel->events->reply(
	    query, result, bytes, result == CHANNEL_REPLY ? (size_t)len : 0);
}

void channel_ask(struct channel *channel, struct channel_query *query,
    const char *name, enum dns_type type)
{
	query->channel = channel;
	ares_query(channel->ares, name, 1, (int)type, on_reply, query);
}

void channel_cancel(struct channel *channel)
{
	ares_cancel(channel->ares);
}
