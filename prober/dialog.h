/*
 * What to say next: the conversation with one host over all its connections.
 * Pure: (state, event) -> action; no socket, no clock, no libevent.
 *
 *   dialog_init(d, script)
 *   dialog_open(d)                  for each connection
 *     dialog_advance(d, EVENT_OPENED)  -> ACT_LISTEN for the greeting
 *     dialog_advance(d, EVENT_REPLY)   -> ACT_SEND, ACT_HANDSHAKE ... ACT_CLOSE
 *   dialog_wants_more(d)            is another connection worth it?
 *
 * dialog_advance() alone changes the state. Errors are counted by replies: a
 * command of ours that got 4xx or 5xx.
 *
 * Memory: the bytes of an action belong to the script, which outlives it.
 */
#ifndef MXPRINT_PROBER_DIALOG_H
#define MXPRINT_PROBER_DIALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "prober/plan.h"
#include "prober/script.h"
#include "transcript/transcript.h"

#define DIALOG_SLOW_MS 3000 /* a slower reply is a tarpit's */

enum dialog_step {
	STEP_CLOSED,
	STEP_GREETING,
	STEP_EHLO,
	STEP_HELO,
	STEP_PROBE,
	STEP_CANCEL,	/* of a 334 */
	STEP_RESET,	/* takes back an accepted MAIL */
	STEP_MAIL,	/* MAIL FROM:<> again, for what needs it */
	STEP_SETTLE,	/* is more coming after this reply? */
	STEP_DISMISSED, /* 421 or 221 to another command: will it close? */
	STEP_STARTTLS,
	STEP_HANDSHAKE,
	STEP_TLS_EHLO,
	STEP_QUIT,
	STEP_LEAVING, /* QUIT was answered: who closes? */
	STEP_COUNT
};

struct dialog {
	const struct script *script;
	enum dialog_step step;
	uint64_t asked[(PLAN_PROBES_MAX + 63) / 64]; /* plan probes sent */
	int connections;
	int errors_of_host;
	bool slow;	/* one error a connection from now on */
	bool tls_tried; /* once a host */
	int fruitless;	/* connections in a row without a new probe */
	bool no_mail;	/* MAIL FROM:<> was refused */
	bool stopping;
	bool cut;   /* stopped before the plan was through */
	bool hurry; /* the host's time is nearly over */
	enum outcome outcome;
	/* of this connection */
	int errors;
	int probes;
	size_t probe; /* index of the probe just sent */
	int repeats;
	bool hello;    /* EHLO or HELO was accepted */
	bool accepted; /* something after it was accepted too */
	bool in_mail;
	bool offers_tls;
};

enum dialog_event_kind {
	EVENT_OPENED,	/* the TCP connection stands */
	EVENT_REPLY,	/* a complete reply: code, bytes, len, delay_ms */
	EVENT_NOT_SMTP, /* bytes that cannot become a reply */
	EVENT_TIMEOUT,	/* the timer of the last action */
	EVENT_CLOSED,	/* code: of a reply whose last line had no end */
	EVENT_RESET,
	EVENT_CAP, /* more bytes than we keep */
	EVENT_TLS_READY,
	EVENT_TLS_FAILED,
	EVENT_STOP,  /* say goodbye at the next opportunity */
	EVENT_HURRY, /* the host's time is nearly over: the same */
	EVENT_KILL,  /* the time for that is over */
	EVENT_KINDS
};

struct dialog_event {
	enum dialog_event_kind kind;
	int code;
	const char *bytes;
	size_t len;
	int64_t delay_ms;
};

enum dialog_act {
	ACT_NONE,   /* go on as before */
	ACT_LISTEN, /* a new exchange without sending (greeting) */
	ACT_SEND,   /* a new exchange: send bytes */
	ACT_LINGER, /* keep listening for what belongs to the last exchange */
	ACT_HANDSHAKE,
	ACT_CLOSE,
};

enum dialog_timer {
	TIMER_GREETING,
	TIMER_REPLY,
	TIMER_SETTLE,
	TIMER_LEAVE,
	TIMER_COUNT
};

struct dialog_action {
	enum dialog_act act;
	const char *probe; /* id, of ACT_LISTEN and ACT_SEND */
	struct bytes bytes;
	bool split;
	enum dialog_timer timer;
	enum connection_end end; /* of ACT_CLOSE */
};

void dialog_init(struct dialog *d, const struct script *script);
void dialog_open(struct dialog *d);
struct dialog_action dialog_advance(
    struct dialog *d, const struct dialog_event *event);
bool dialog_wants_more(const struct dialog *d);

#endif
