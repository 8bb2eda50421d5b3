/*
 * What all sessions of a scan share: the loop, its queues of time-outs, TLS,
 * the limits, and a buffer to read into.
 */
#ifndef MXPRINT_PROBER_NETWORK_H
#define MXPRINT_PROBER_NETWORK_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "common/error.h"
#include "prober/dialog.h"
#include "prober/tls.h"

#define NETWORK_SCRATCH 65536

struct session;

struct network_options {
	struct sockaddr_storage source; /* ss_family 0: the kernel's choice */
	socklen_t source_len;
	int connect_timeout_ms;
	int greeting_timeout_ms;
	int reply_timeout_ms;
	size_t reply_cap;
	size_t connection_cap;
	bool tls;		       /* have a TLS context */
	void (*connected)(void *user); /* SYN answered, one way or the other */
	void (*done)(struct session *session, void *user);
};

enum queue { /* of time-outs */
	QUEUE_GREETING = TIMER_GREETING,
	QUEUE_REPLY = TIMER_REPLY,
	QUEUE_SETTLE = TIMER_SETTLE,
	QUEUE_LEAVE = TIMER_LEAVE,
	QUEUE_CONNECT,
	QUEUE_SPLIT,
	QUEUE_COUNT
};

struct network {
	struct event_base *base;
	struct network_options options;
	struct tls_context *tls;
	int ms[QUEUE_COUNT];
	const struct timeval *queue[QUEUE_COUNT];
	char scratch[NETWORK_SCRATCH];
};

enum status network_new(struct event_base *base,
    const struct network_options *options, struct network **network,
    struct error *err);
void network_free(struct network *network);

#endif
