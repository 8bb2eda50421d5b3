/*
 * What the files of session share; nobody else includes it.
 *
 *   session.c       opens, closes, and takes libevent's callbacks
 *   session_talk.c  exchanges: sends, receives, carries out the dialog
 *
 * Time-outs are libevent's common time-out queues: constant cost for each
 * reply. Only a reply that comes in pieces, and a host whose time is nearly
 * over, get an exact timer. The event is persistent, so libevent prolongs the
 * time-out at each byte: deadline_ms is the truth, and is checked.
 */
#ifndef MXPRINT_PROBER_SESSION_STATE_H
#define MXPRINT_PROBER_SESSION_STATE_H

#include "common/buffer.h"
#include "prober/session.h"
#include "prober/wire.h"

enum mode { /* what bytes and time-outs mean now */
	MODE_CONNECTING,
	MODE_SENDING, /* our bytes did not all fit, or are split */
	MODE_REPLY,   /* a reply is awaited */
	MODE_FOREIGN, /* it was no reply: collect for a moment */
	MODE_LINGER,  /* the reply is complete, the dialog waits */
	MODE_HANDSHAKE,
	MODE_DONE,
};

struct session {
	unsigned magic;
	enum mode mode;
	struct wire wire;
	int connect_error; /* of connect() itself */
	struct event *event;
	struct network *network;
	struct dialog *dialog;
	struct record *record;
	struct connection *connection;
	struct exchange *exchange; /* not finished yet, or NULL */
	void *user;
	const char *name; /* for SNI */
	const char *detail;
	struct buffer in; /* since the last send */
	size_t scanned;	  /* of in, by reply_length */
	size_t total;	  /* bytes read */
	struct bytes out; /* still to be sent */
	bool split;
	bool broken;	/* a send failed: read what is left */
	bool hung_up;	/* the peer will say no more than is there */
	bool answered;	/* the exchange has its complete reply */
	bool timer_set; /* in this callback */
	int64_t now_ms;
	int64_t start_ms; /* of the connection */
	int64_t open_ms;  /* established */
	int64_t sent_ms;
	int64_t deadline_ms;	  /* of what is awaited */
	int64_t host_deadline_ms; /* of everything */
	int64_t hurry_ms;	  /* say goodbye from then on */
};

/* Starts waiting for as long as a queue of struct network says. */
void session_timer(struct session *s, int queue);
void session_exact_timer(struct session *s, int64_t ms);

/* Tells the dialog, and does what it wants. */
void session_advance(struct session *s, enum dialog_event_kind kind);
/* The exchange ends without a (complete) reply. */
void session_give_up(struct session *s, enum dialog_event_kind kind);
void session_close(struct session *s, enum connection_end end);

/* The socket is ready: */
void session_handshake(struct session *s);
void session_flush_rest(struct session *s);
void session_receive(struct session *s);

#endif
