/*
 * One row a step: where a positive and a negative reply lead, and how the
 * connection ended when nothing came, or the peer went away, in that step.
 * STEP_NEXT is no step: next_step() chooses by plan, budget and state.
 */
#include "prober/dialog.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/log.h"
#include "transcript/reply.h"

#define STEP_NEXT STEP_COUNT

#define LAB_ERRORS    2 /* a connection, where the plan sets no limit */
#define FRUITLESS_MAX 2

static const struct row {
	const char *name;
	int accepted, refused;
	enum connection_end silent, closed, reset;
	enum dialog_timer timer;
	enum frame sends; /* of the steps that send a part of the frame */
} rows[STEP_COUNT] = {
	[STEP_CLOSED] = { "closed", STEP_CLOSED, STEP_CLOSED, END_CLOSED,
	    END_CLOSED, END_RESET, TIMER_REPLY, FRAME_COUNT },
	[STEP_GREETING] = { "greeting", STEP_EHLO, STEP_QUIT, END_TIMEOUT,
	    END_CLOSED, END_RESET, TIMER_GREETING, FRAME_GREETING },
	[STEP_EHLO] = { "ehlo", STEP_NEXT, STEP_HELO, END_TIMEOUT, END_CLOSED,
	    END_RESET, TIMER_REPLY, FRAME_EHLO },
	[STEP_HELO] = { "helo", STEP_NEXT, STEP_QUIT, END_TIMEOUT, END_CLOSED,
	    END_RESET, TIMER_REPLY, FRAME_HELO },
	[STEP_PROBE] = { "probe", STEP_NEXT, STEP_NEXT, END_TIMEOUT, END_CLOSED,
	    END_RESET, TIMER_REPLY, FRAME_COUNT },
	[STEP_CANCEL] = { "cancel", STEP_NEXT, STEP_NEXT, END_TIMEOUT,
	    END_CLOSED, END_RESET, TIMER_REPLY, FRAME_CANCEL },
	[STEP_RESET] = { "reset", STEP_NEXT, STEP_QUIT, END_TIMEOUT, END_CLOSED,
	    END_RESET, TIMER_REPLY, FRAME_RESET },
	[STEP_MAIL] = { "mail", STEP_NEXT, STEP_NEXT, END_TIMEOUT, END_CLOSED,
	    END_RESET, TIMER_REPLY, FRAME_MAIL },
	[STEP_SETTLE] = { "settle", STEP_QUIT, STEP_QUIT, END_TIMEOUT,
	    END_CLOSED, END_RESET, TIMER_SETTLE, FRAME_COUNT },
	[STEP_DISMISSED] = { "dismissed", STEP_QUIT, STEP_QUIT, END_TIMEOUT,
	    END_CLOSED, END_RESET, TIMER_LEAVE, FRAME_COUNT },
	[STEP_STARTTLS] = { "starttls", STEP_HANDSHAKE, STEP_QUIT, END_TIMEOUT,
	    END_CLOSED, END_RESET, TIMER_REPLY, FRAME_STARTTLS },
	[STEP_HANDSHAKE] = { "handshake", STEP_TLS_EHLO, STEP_CLOSED,
	    END_TLS_FAILED, END_TLS_FAILED, END_TLS_FAILED, TIMER_REPLY,
	    FRAME_COUNT },
	[STEP_TLS_EHLO] = { "tls-ehlo", STEP_QUIT, STEP_QUIT, END_TIMEOUT,
	    END_CLOSED, END_RESET, TIMER_REPLY, FRAME_TLS_EHLO },
	[STEP_QUIT] = { "quit", STEP_LEAVING, STEP_LEAVING, END_QUIT_SILENT,
	    END_QUIT_SILENT, END_RESET, TIMER_REPLY, FRAME_QUIT },
	[STEP_LEAVING] = { "leaving", STEP_LEAVING, STEP_LEAVING, END_QUIT_OPEN,
	    END_QUIT_CLOSED, END_QUIT_CLOSED, TIMER_LEAVE, FRAME_COUNT },
};

/* -------------------------------------------------------------- the budget */

static bool was_asked(const struct dialog *d, size_t i)
{
	const struct line *line = &d->script->lines[i];

	return line->left_out ||
	       (line->probe->state == STATE_MAIL && d->no_mail) ||
	       d->asked[i / 64] >> (i % 64) & 1;
}

static int at_most(int limit)
{
	return limit < 0 ? INT_MAX : limit;
}

/* Errors that this connection may still provoke. */
static int errors_left(const struct dialog *d)
{
	const struct plan *plan = d->script->plan;
	int limit = at_most(plan->errors_per_connection);
	int host = at_most(plan->errors_per_host) - d->errors_of_host;

	if (plan->connections_max > 1) {
		if (plan->errors_per_connection < 0)
			limit = LAB_ERRORS;
		if (d->slow)
			limit = 1;
	}
	limit -= d->errors;
	return limit < host ? limit : host;
}

/* The first probe not asked yet, or probe_count. */
static size_t first_unasked(const struct dialog *d)
{
	size_t i = 0;

	while (i < d->script->plan->probe_count && was_asked(d, i))
		i++;
	return i;
}

/* The first one that can be asked after EHLO on this connection. */
static size_t first_possible(const struct dialog *d)
{
	size_t count = d->script->plan->probe_count;

	for (size_t i = first_unasked(d); i < count; i++) {
		if (!was_asked(d, i) &&
		    d->script->lines[i].probe->state != STATE_GREETED)
			return i;
	}
	return count;
}

/* -------------------------------------------------------------- transitions */

static bool wants_tls(const struct dialog *d)
{
	if (!d->script->tls || d->tls_tried || !d->offers_tls || d->in_mail)
		return false;
	/* A server that refuses everything will refuse this as well. */
	return errors_left(d) > 0 || d->accepted;
}

/* After EHLO: the next probe, STARTTLS, or QUIT. */
static enum dialog_step next_step(struct dialog *d)
{
	size_t i = first_possible(d);

	if (d->stopping) {
		d->cut |= i < d->script->plan->probe_count || wants_tls(d);
		return STEP_QUIT;
	}
	if (d->hurry)
		return STEP_QUIT;
	if (i < d->script->plan->probe_count && errors_left(d) > 0) {
		const struct probe *probe = d->script->lines[i].probe;

		if (d->in_mail && probe->tiers && probe->state != STATE_MAIL)
			return STEP_RESET;
		if (!d->in_mail && probe->state == STATE_MAIL)
			return STEP_MAIL;
		d->probe = i;
		return STEP_PROBE;
	}
	return wants_tls(d) ? STEP_STARTTLS : STEP_QUIT;
}

/* After a good greeting: EHLO, or a probe that must come before it. */
static enum dialog_step first_step(struct dialog *d)
{
	size_t i = first_unasked(d);

	if (d->stopping) {
		d->cut = true;
		return STEP_QUIT;
	}
	if (d->connections > 1 && i < d->script->plan->probe_count &&
	    d->script->lines[i].probe->state == STATE_GREETED) {
		d->probe = i;
		return STEP_PROBE;
	}
	return STEP_EHLO;
}

static bool offers_starttls(const struct dialog_event *event)
{
	static const char keyword[] = "STARTTLS";
	const size_t len = sizeof(keyword) - 1;
	struct reply reply;

	if (reply_parse_all(event->bytes, event->len, &reply) < 0)
		return false;
	for (size_t i = 1; i < reply.kept; i++) {
		const struct reply_line *line = &reply.lines[i];

		if (line->len >= len &&
		    strncasecmp(line->text, keyword, len) == 0 &&
		    (line->len == len || line->text[len] == ' '))
			return true;
	}
	return false;
}

static bool starts_with(struct bytes bytes, const char *verb)
{
	size_t len = strlen(verb);

	return bytes.len >= len && strncasecmp(bytes.data, verb, len) == 0;
}

/* After the reply to a probe of the plan. */
static int after_probe(struct dialog *d, const struct dialog_event *event)
{
	const struct line *line = &d->script->lines[d->probe];

	if (event->code / 100 == 2 && line->probe->tiers &&
	    starts_with(line->bytes, "MAIL "))
		d->in_mail = true;
	if (event->code >= 400 && strcmp(line->probe->id, "mail-null") == 0)
		d->no_mail = true;
	if (d->repeats + 1 < line->probe->repeat && !d->stopping && !d->hurry &&
	    event->delay_ms < DIALOG_SLOW_MS) {
		d->repeats++;
		return STEP_PROBE;
	}
	/* Many close after 521: where there is another connection, the next
	 * probe is not risked on this one. */
	if (event->code == 521 && d->script->plan->connections_max > 1)
		return STEP_SETTLE;
	return line->probe->by_itself ? STEP_SETTLE : STEP_NEXT;
}

/* A reply that changes what the server does next, whatever we asked. */
static bool must_drop(const struct dialog *d, const struct dialog_event *event)
{
	if (event->code == 354)
		return true; /* it waits for a message now */
	return event->code == 220 && d->step == STEP_PROBE &&
	       starts_with(d->script->lines[d->probe].bytes, "STARTTLS");
}

static void note_greeting(struct dialog *d, int code)
{
	static const enum outcome outcomes[] = {
		OUTCOME_GREETED,  /* 2xx */
		OUTCOME_GREETED,  /* 3xx: odd, but it speaks */
		OUTCOME_DEFERRED, /* 4xx */
		OUTCOME_REJECTED, /* 5xx */
	};

	if (d->outcome != OUTCOME_GREETED)
		d->outcome = outcomes[code / 100 - 2];
}

static void note_reply(struct dialog *d, const struct dialog_event *event)
{
	bool negative = event->code >= 400;

	if (d->step == STEP_GREETING) {
		note_greeting(d, event->code);
		return;
	}
	if (negative && d->step != STEP_LEAVING) {
		d->errors++;
		d->errors_of_host++;
	}
	if (event->delay_ms >= DIALOG_SLOW_MS)
		d->slow = true;
	if (!negative && d->hello)
		d->accepted = true;
	if (!negative && (d->step == STEP_EHLO || d->step == STEP_HELO)) {
		d->hello = true;
		d->offers_tls = d->step == STEP_EHLO && offers_starttls(event);
	}
	if (d->step == STEP_RESET)
		d->in_mail = false;
	if (d->step == STEP_MAIL) {
		d->in_mail = !negative;
		d->no_mail = negative;
	}
}

/* The step a reply leads to; *end when that is STEP_CLOSED. */
static int on_reply(struct dialog *d, const struct dialog_event *event,
    enum connection_end *end)
{
	const struct row *row = &rows[d->step];
	int next = event->code >= 400 ? row->refused : row->accepted;

	note_reply(d, event);
	if (must_drop(d, event)) {
		*end = END_DROPPED;
		return STEP_CLOSED;
	}
	if (d->step == STEP_QUIT || d->step == STEP_LEAVING)
		return next;
	if (event->code == 421 || event->code == 221)
		return STEP_DISMISSED;
	if (event->code == 334 && d->step != STEP_GREETING)
		return STEP_CANCEL;
	if (d->step == STEP_GREETING && next == STEP_EHLO)
		return first_step(d);
	if (d->step == STEP_PROBE)
		next = after_probe(d, event);
	if (next == STEP_HELO &&
	    (errors_left(d) <= 0 || d->stopping || d->hurry))
		return STEP_QUIT; /* HELO might be refused as well */
	return next;
}

static void note_end_of_greeting(struct dialog *d, enum dialog_event_kind kind)
{
	static const enum outcome outcomes[EVENT_KINDS] = {
		[EVENT_NOT_SMTP] = OUTCOME_NOT_SMTP,
		[EVENT_TIMEOUT] = OUTCOME_SILENT,
		[EVENT_CLOSED] = OUTCOME_CLOSED,
		[EVENT_RESET] = OUTCOME_RESET,
		[EVENT_CAP] = OUTCOME_NOT_SMTP,
	};

	if (d->connections == 1 && kind != EVENT_KILL)
		d->outcome = outcomes[kind];
}

/* Everything that ends a connection, or lets it go on after a pause. */
static int on_end(struct dialog *d, const struct dialog_event *event,
    enum connection_end *end)
{
	const struct row *row = &rows[d->step];

	if (event->code)
		note_reply(d, event);
	else if (d->step == STEP_GREETING)
		note_end_of_greeting(d, event->kind);
	switch (event->kind) {
	case EVENT_TIMEOUT:
		if (d->step == STEP_SETTLE || d->step == STEP_DISMISSED)
			return STEP_QUIT;
		*end = row->silent;
		d->slow |= d->step != STEP_LEAVING;
		break;
	case EVENT_CLOSED:
		*end = row->closed;
		d->slow |= d->errors > 0 && d->step == STEP_PROBE;
		break;
	case EVENT_RESET:
		*end = row->reset;
		break;
	case EVENT_CAP:
		*end = END_CAP;
		break;
	case EVENT_TLS_FAILED:
		*end = END_TLS_FAILED;
		break;
	case EVENT_KILL:
		d->cut |= d->step != STEP_QUIT && d->step != STEP_LEAVING;
		*end = d->cut ? END_STOPPED : row->silent;
		break;
	default: /* EVENT_NOT_SMTP: in what state is it? */
		if (d->step != STEP_GREETING && d->step != STEP_QUIT &&
		    d->step != STEP_LEAVING)
			return STEP_QUIT;
		*end = d->step == STEP_GREETING ? END_DROPPED : row->silent;
	}
	return STEP_CLOSED;
}

static struct dialog_action action_of(
    const struct dialog *d, enum connection_end end)
{
	struct dialog_action action = { .timer = rows[d->step].timer };
	const struct line *line;

	switch (d->step) {
	case STEP_CLOSED:
		action.act = ACT_CLOSE;
		action.end = d->stopping && d->cut ? END_STOPPED : end;
		return action;
	case STEP_SETTLE:
	case STEP_DISMISSED:
	case STEP_LEAVING:
		action.act = ACT_LINGER;
		return action;
	case STEP_HANDSHAKE:
		action.act = ACT_HANDSHAKE;
		return action;
	default:
		line = d->step == STEP_PROBE
			   ? &d->script->lines[d->probe]
			   : &d->script->frame[rows[d->step].sends];
		action.act = d->step == STEP_GREETING ? ACT_LISTEN : ACT_SEND;
		action.probe = line->probe->id;
		action.bytes = line->bytes;
		action.split = line->probe->split;
		return action;
	}
}

/* What entering a step changes besides the step. */
static void enter(struct dialog *d, enum dialog_step step)
{
	log_debug("dialog: %s -> %s", rows[d->step].name, rows[step].name);
	d->step = step;
	if (step == STEP_PROBE && !was_asked(d, d->probe)) {
		d->asked[d->probe / 64] |= UINT64_C(1) << (d->probe % 64);
		d->probes++;
		d->repeats = 0;
		d->fruitless = 0;
	}
	if (step == STEP_STARTTLS)
		d->tls_tried = true;
	if (step == STEP_CLOSED && d->probes == 0)
		d->fruitless++;
}

struct dialog_action dialog_advance(
    struct dialog *d, const struct dialog_event *event)
{
	static const struct dialog_action none = { .act = ACT_NONE };
	enum connection_end end = END_CLOSED;
	int next;

	switch (event->kind) {
	case EVENT_STOP:
		d->stopping = true;
		return none;
	case EVENT_HURRY:
		d->hurry = true;
		return none;
	case EVENT_OPENED:
		next = STEP_GREETING;
		break;
	case EVENT_TLS_READY:
		next = d->stopping ? STEP_QUIT : STEP_TLS_EHLO;
		break;
	case EVENT_REPLY:
		next = on_reply(d, event, &end);
		break;
	default:
		next = on_end(d, event, &end);
	}
	if (next == STEP_NEXT)
		next = next_step(d);
	enter(d, (enum dialog_step)next);
	return action_of(d, end);
}

void dialog_init(struct dialog *d, const struct script *script)
{
	memset(d, 0, sizeof(*d));
	d->script = script;
	d->outcome = OUTCOME_SILENT;
}

void dialog_open(struct dialog *d)
{
	d->connections++;
	d->errors = d->probes = d->repeats = 0;
	d->hello = d->accepted = d->in_mail = d->offers_tls = false;
	d->step = STEP_CLOSED;
}

bool dialog_wants_more(const struct dialog *d)
{
	const struct plan *plan = d->script->plan;

	return !d->stopping && !d->hurry && d->outcome == OUTCOME_GREETED &&
	       d->connections < plan->connections_max &&
	       d->errors_of_host < at_most(plan->errors_per_host) &&
	       d->fruitless < FRUITLESS_MAX &&
	       first_unasked(d) < plan->probe_count;
}
