/*
 * One name server, one try a question (only prober/resolver_channel.c knows
 * c-ares). Runs on the caller's libevent loop; UDP, and TCP when an answer is
 * truncated. Replies come as packets: whose they are and what is in them is
 * dns_answer's business.
 */
#ifndef MXPRINT_PROBER_RESOLVER_CHANNEL_H
#define MXPRINT_PROBER_RESOLVER_CHANNEL_H

#include <event2/event.h>
#include <stdint.h>

#include "common/error.h"
#include "prober/dns_answer.h"

struct channel;

/* Embedded first in the caller's question; lives until its reply. */
struct channel_query {
	struct channel *channel;
};

enum channel_result {
	CHANNEL_REPLY,	   /* bytes, len */
	CHANNEL_SILENT,	   /* no answer in time, or nobody there */
	CHANNEL_NO_NAME,   /* never asked (.onion, RFC 7686) */
	CHANNEL_BAD_NAME,  /* cannot be put into a question */
	CHANNEL_CANCELLED, /* channel_cancel(), channel_free() */
};

struct channel_events {
	/* Exactly once a question; may be called inside channel_ask(). */
	void (*reply)(struct channel_query *query, enum channel_result result,
	    const uint8_t *bytes, size_t len);
	/* After replies or timeouts were handled: time to ask more. */
	void (*idle)(void *user);
};

enum status channel_new(struct event_base *base, const char *server,
    int timeout_ms, const struct channel_events *events, void *user,
    struct channel **channel, struct error *err);
void channel_free(struct channel *channel);

/* "192.0.2.53:53" or "[2001:db8::53]:53", as channel_new() was told. */
const char *channel_server(const struct channel *channel);

void channel_ask(struct channel *channel, struct channel_query *query,
    const char *name, enum dns_type type);
void channel_cancel(struct channel *channel);

#define CHANNEL_SERVER_SIZE 80
/* Those of /etc/resolv.conf, as c-ares reads it; *count at most max. */
enum status channel_system_servers(char (*servers)[CHANNEL_SERVER_SIZE],
    size_t max, size_t *count, struct error *err);
void channel_format_server(
    char out[CHANNEL_SERVER_SIZE], const char *address, int port);

#endif
