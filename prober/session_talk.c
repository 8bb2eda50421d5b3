/* What the dialog wants done: bytes out, replies in, timers, handshake. */
#include "prober/session_state.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "transcript/reply.h"

static void perform(struct session *s, struct dialog_action action);

/* -------------------------------------------------------------------- timers
 */

void session_exact_timer(struct session *s, int64_t ms)
{
	struct timeval tv;

	if (ms < 1)
		ms = 1;
	tv.tv_sec = ms / 1000;
	tv.tv_usec = ms % 1000 * 1000;
	event_add(s->event, &tv);
	s->timer_set = true;
}

void session_timer(struct session *s, int queue)
{
	int64_t ms = s->network->ms[queue];

	s->deadline_ms = s->now_ms + ms;
	if (s->deadline_ms > s->host_deadline_ms) {
		s->deadline_ms = s->host_deadline_ms;
		session_exact_timer(s, s->deadline_ms - s->now_ms);
		return;
	}
	event_add(s->event, s->network->queue[queue]);
	s->timer_set = true;
}

/* ----------------------------------------------------------------- exchanges
 */

static void finish_exchange(struct session *s, enum exchange_end end)
{
	struct exchange *x = s->exchange;

	if (!x)
		return;
	if (!s->answered || end == EXCHANGE_TLS_FAILED) {
		x->end = end;
		x->last_ms = s->now_ms - s->sent_ms;
	}
	record_received(s->record, &s->in);
	s->exchange = NULL;
}

static void begin_exchange(
    struct session *s, const char *probe, struct bytes bytes)
{
	finish_exchange(s, EXCHANGE_REPLY);
	s->exchange =
	    record_exchange(s->record, probe, bytes, s->wire.tls != NULL);
	buffer_reset(&s->in);
	s->scanned = 0;
	s->answered = false;
	s->sent_ms = s->now_ms;
}

void session_advance(struct session *s, enum dialog_event_kind kind)
{
	struct dialog_event event = { .kind = kind };

	perform(s, dialog_advance(s->dialog, &event));
}

static enum exchange_end exchange_end_of(enum dialog_event_kind kind)
{
	static const enum exchange_end ends[EVENT_KINDS] = {
		[EVENT_NOT_SMTP] = EXCHANGE_REPLY,
		[EVENT_TIMEOUT] = EXCHANGE_TIMEOUT,
		[EVENT_CLOSED] = EXCHANGE_CLOSED,
		[EVENT_RESET] = EXCHANGE_RESET,
		[EVENT_CAP] = EXCHANGE_CAP,
		[EVENT_TLS_FAILED] = EXCHANGE_TLS_FAILED,
		[EVENT_KILL] = EXCHANGE_STOPPED,
	};

	return ends[kind];
}

/* The exchange ends without a (complete) reply. */
void session_give_up(struct session *s, enum dialog_event_kind kind)
{
	struct dialog_event event = { .kind = kind };

	if (kind == EVENT_CLOSED && !s->answered && s->mode == MODE_REPLY &&
	    reply_length(
		s->in.data, s->in.len, true, &s->scanned, &event.code) > 0) {
		event.bytes = s->in.data;
		event.len = s->in.len;
	} else {
		event.code = 0;
	}
	event.delay_ms = s->now_ms - s->sent_ms;
	finish_exchange(s, exchange_end_of(kind));
	perform(s, dialog_advance(s->dialog, &event));
}

/* ------------------------------------------------------------------- sending
 */

/* As much as fits; the rest goes when the socket (or the gap) says so. */
static void flush(struct session *s)
{
	while (s->out.len > 0) {
		size_t want = s->split ? 1 : s->out.len;
		long n = wire_send(&s->wire, s->out.data, want);

		if (n == TLS_AGAIN)
			return;
		if (n <= 0) {
			/* What the peer said before it went is still there. */
			s->broken = true;
			s->mode = MODE_REPLY;
			s->out.len = 0;
			event_active(s->event, EV_READ, 0);
			return;
		}
		s->out.data += n;
		s->out.len -= (size_t)n;
		if (s->split && s->out.len > 0) {
			session_timer(s, QUEUE_SPLIT);
			return;
		}
	}
	s->mode = MODE_REPLY;
	s->sent_ms = s->now_ms;
}

static void start_sending(struct session *s, const struct dialog_action *action)
{
	begin_exchange(s, action->probe, action->bytes);
	s->out = s->exchange->sent;
	s->split = action->split;
	s->mode = MODE_SENDING;
	if (s->split)
		wire_no_delay(&s->wire);
	flush(s);
	if (s->mode == MODE_REPLY || !s->split)
		session_timer(s, (int)action->timer);
}

/* ------------------------------------------------------------------- actions
 */

void session_close(struct session *s, enum connection_end end)
{
	finish_exchange(s, EXCHANGE_STOPPED);
	s->mode = MODE_DONE;
	s->connection->end = end;
	s->connection->duration_ms =
	    s->open_ms < 0 ? -1 : s->now_ms - s->open_ms;
	if (s->wire.tls) {
		struct tls_info *info =
		    tls_describe(s->wire.tls, record_arena(s->record));

		info->handshake_ms =
		    s->connection->tls ? s->connection->tls->handshake_ms : -1;
		s->connection->tls = info;
	}
	event_del(s->event);
	wire_close(&s->wire);
	s->network->options.done(s, s->user);
}

void session_handshake(struct session *s)
{
	long result = tls_handshake(s->wire.tls);

	if (result == TLS_AGAIN)
		return;
	s->connection->tls =
	    arena_alloc(record_arena(s->record), sizeof(struct tls_info));
	s->connection->tls->handshake_ms =
	    result == 0 ? s->now_ms - s->sent_ms : -1;
	s->mode = MODE_REPLY;
	if (result == 0)
		session_advance(s, EVENT_TLS_READY);
	else
		session_give_up(s, EVENT_TLS_FAILED);
}

static void start_handshake(struct session *s)
{
	s->wire.tls = tls_new(s->network->tls, s->wire.fd, s->name);
	s->mode = MODE_HANDSHAKE;
	s->sent_ms = s->now_ms;
	session_timer(s, QUEUE_REPLY);
	session_handshake(s);
}

static void perform(struct session *s, struct dialog_action action)
{
	switch (action.act) {
	case ACT_NONE:
		break;
	case ACT_LISTEN:
		begin_exchange(s, action.probe, action.bytes);
		s->mode = MODE_REPLY;
		session_timer(s, (int)action.timer);
		break;
	case ACT_SEND:
		start_sending(s, &action);
		break;
	case ACT_LINGER:
		s->mode = MODE_LINGER;
		session_timer(s, (int)action.timer);
		break;
	case ACT_HANDSHAKE:
		start_handshake(s);
		break;
	case ACT_CLOSE:
		session_close(s, action.end);
		break;
	}
}

/* ----------------------------------------------------------------- receiving
 */

static void take_reply(struct session *s, size_t len, int code)
{
	static const struct dialog_event hurry = { .kind = EVENT_HURRY };
	struct dialog_event event = {
		.kind = EVENT_REPLY,
		.code = code,
		.bytes = s->in.data,
		.len = len,
		.delay_ms = s->now_ms - s->sent_ms,
	};

	s->exchange->end = EXCHANGE_REPLY;
	s->exchange->last_ms = event.delay_ms;
	s->answered = true;
	if (s->now_ms >= s->hurry_ms)
		dialog_advance(s->dialog, &hurry);
	perform(s, dialog_advance(s->dialog, &event));
}

/* Is the reply complete? Then the dialog goes on. */
static void look_for_reply(struct session *s)
{
	int code = 0;
	long len =
	    reply_length(s->in.data, s->in.len, false, &s->scanned, &code);

	if (len >= 0) {
		take_reply(s, (size_t)len, code);
	} else if (len == REPLY_NOT_SMTP) {
		s->mode = MODE_FOREIGN;
		session_timer(s, QUEUE_SETTLE);
	}
}

/* Goes on sending; an answer may be there before the last byte is out. */
void session_flush_rest(struct session *s)
{
	flush(s);
	if (s->mode != MODE_REPLY)
		return;
	session_timer(s, QUEUE_REPLY);
	if (s->in.len > 0)
		look_for_reply(s);
}

static void take_bytes(struct session *s, const char *bytes, size_t len)
{
	if (s->exchange && s->exchange->first_ms < 0)
		s->exchange->first_ms = s->now_ms - s->sent_ms;
	s->total += len;
	buffer_add(&s->in, bytes, len);
	if (s->in.overflow || s->total > s->network->options.connection_cap)
		session_give_up(s, EVENT_CAP);
	else if (s->mode == MODE_REPLY)
		look_for_reply(s);
}

/*
 * Until the socket is empty (it tells us of new bytes once), or something was
 * sent: the answer to that comes as a new edge, unless the peer has hung up.
 */
void session_receive(struct session *s)
{
	while (s->mode != MODE_DONE && s->mode != MODE_HANDSHAKE) {
		const struct exchange *before = s->exchange;
		long n = wire_receive(
		    &s->wire, s->network->scratch, NETWORK_SCRATCH);

		if (n == TLS_AGAIN && !s->broken)
			return;
		if (n <= 0) {
			enum dialog_event_kind kind =
			    n == 0 ? EVENT_CLOSED : EVENT_RESET;

			if (s->mode == MODE_FOREIGN)
				kind = EVENT_NOT_SMTP;
			session_give_up(s, kind);
			return;
		}
		take_bytes(s, s->network->scratch, (size_t)n);
		if (s->exchange != before && !s->wire.tls && !s->hung_up &&
		    (size_t)n < NETWORK_SCRATCH)
			return;
	}
}
