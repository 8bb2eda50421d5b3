#include "prober/session_state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"

#define MAGIC	    0x5e551042u
#define HURRY_SHARE 10 /* QUIT when a tenth of the host's time is left */

/* ------------------------------------------------------------- the callback */

static void connect_failed(struct session *s, int error)
{
	static const struct dialog_event closed = { .kind = EVENT_CLOSED };
	enum outcome outcome;

	switch (error) {
	case ECONNREFUSED:
		outcome = OUTCOME_REFUSED;
		break;
	case ETIMEDOUT:
		outcome = OUTCOME_CONNECT_TIMEOUT;
		break;
	default:
		outcome = OUTCOME_UNREACHABLE;
	}
	if (s->dialog->connections == 1)
		s->dialog->outcome = outcome;
	s->detail = error ? strerrorname_np(error) : NULL;
	s->network->options.connected(s->user);
	dialog_advance(s->dialog, &closed); /* a fruitless connection */
	session_close(s, END_NOT_OPENED);
}

static void opened(struct session *s)
{
	s->connection->source = wire_source(&s->wire, record_arena(s->record));
	s->open_ms = s->now_ms;
	s->connection->connect_ms = s->now_ms - s->start_ms;
	s->network->options.connected(s->user);
	session_advance(s, EVENT_OPENED);
}

/* The first event says whether the connection stands. */
static void on_connect(struct session *s, short what)
{
	int error = s->connect_error;

	/* Bytes, an end, or an error may be there already. */
	if ((what & EV_READ) && !error)
		error = wire_error(&s->wire);
	if (error && error != ECONNRESET && error != EPIPE) {
		connect_failed(s, error);
		return;
	}
	opened(s);
	if (error)
		session_give_up(s, EVENT_RESET);
}

static void on_timeout(struct session *s)
{
	if (s->now_ms < s->deadline_ms) {
		session_exact_timer(s, s->deadline_ms - s->now_ms);
		return;
	}
	switch (s->mode) {
	case MODE_CONNECTING:
		connect_failed(s, ETIMEDOUT);
		break;
	case MODE_SENDING:
		if (s->split && s->now_ms < s->host_deadline_ms) {
			session_flush_rest(s);
			break;
		}
		session_give_up(s, EVENT_TIMEOUT);
		break;
	case MODE_FOREIGN:
		s->answered = true;
		s->exchange->end = EXCHANGE_REPLY;
		s->exchange->last_ms = s->now_ms - s->sent_ms;
		session_give_up(s, EVENT_NOT_SMTP);
		break;
	case MODE_HANDSHAKE:
		session_give_up(s, EVENT_TLS_FAILED);
		break;
	case MODE_LINGER:
		session_advance(s, EVENT_TIMEOUT);
		break;
	default:
		session_give_up(s, EVENT_TIMEOUT);
	}
}

static void on_ready(struct session *s, short what)
{
	if (s->mode == MODE_CONNECTING)
		on_connect(s, what);
	if (s->mode == MODE_SENDING && (what & EV_WRITE) && !s->split)
		session_flush_rest(s);
	if (s->mode == MODE_HANDSHAKE)
		session_handshake(s);
	else if (what & EV_READ)
		session_receive(s);
	/* libevent has prolonged the time-out: cut it back. */
	if (s->mode != MODE_DONE && !s->timer_set) {
		if (s->now_ms >= s->deadline_ms)
			on_timeout(s);
		else
			session_exact_timer(s, s->deadline_ms - s->now_ms);
	}
}

static void on_event(evutil_socket_t fd, short what, void *user)
{
	struct session *s = user;

	(void)fd;
	if (s->magic != MAGIC)
		abort();
	if (s->mode == MODE_DONE)
		return;
	s->now_ms = clock_now_ms();
	s->timer_set = false;
	if (what & EV_CLOSED) { /* is told once, maybe with the last bytes */
		s->hung_up = true;
		what |= EV_READ;
	}
	if (what & (EV_READ | EV_WRITE))
		on_ready(s, what);
	else if (what & EV_TIMEOUT)
		on_timeout(s);
}

/* ----------------------------------------------------------- open and close */

int session_open(struct network *network, struct dialog *dialog,
    struct record *record, const struct session_target *target, void *user,
    struct session **session)
{
	const struct network_options *options = &network->options;
	struct wire wire = { 0 };
	struct session *s;
	int error;
	int failed = wire_open(&wire, target->address, target->address_len,
	    &options->source, options->source_len, &error);

	if (failed)
		return failed;
	s = xcalloc(1, sizeof(*s));
	s->magic = MAGIC;
	s->wire = wire;
	s->network = network;
	s->dialog = dialog;
	s->record = record;
	s->user = user;
	s->name = target->name;
	s->now_ms = s->start_ms = clock_now_ms();
	s->open_ms = -1;
	s->host_deadline_ms = s->now_ms + target->host_ms;
	s->hurry_ms = s->host_deadline_ms - target->host_ms / HURRY_SHARE;
	buffer_init(&s->in, network->options.reply_cap);
	s->connection = record_connection(record, s->now_ms);
	s->connection->duration_ms = -1;
	dialog_open(dialog);
	s->event = event_new(network->base, wire.fd,
	    EV_READ | EV_WRITE | EV_CLOSED | EV_ET | EV_PERSIST, on_event, s);
	if (!s->event)
		abort(); /* out of memory */
	session_timer(s, QUEUE_CONNECT);
	if (error) {
		/* Told from the loop, like every other end. */
		s->connect_error = error;
		event_active(s->event, EV_READ | EV_WRITE, 0);
	}
	*session = s;
	return 0;
}

void session_stop(struct session *session)
{
	session->now_ms = clock_now_ms();
	if (session->mode == MODE_CONNECTING)
		session_kill(session);
	else if (session->mode != MODE_DONE)
		session_advance(session, EVENT_STOP);
}

void session_kill(struct session *session)
{
	session->now_ms = clock_now_ms();
	if (session->mode == MODE_CONNECTING)
		session->network->options.connected(session->user);
	if (session->mode != MODE_DONE)
		session_give_up(session, EVENT_KILL);
}

void session_free(struct session *session)
{
	if (!session)
		return;
	event_free(session->event);
	wire_close(&session->wire);
	buffer_clear(&session->in);
	session->magic = 0;
	free(session);
}

int64_t session_duration_ms(const struct session *session)
{
	return session->now_ms - session->start_ms;
}

const char *session_detail(const struct session *session)
{
	return session->detail;
}
