/*
 * Time-outs are libevent's common time-out queues: constant cost for each
 * reply. Only a reply that comes in pieces, and a host whose time is nearly
 * over, get an exact timer. The event is persistent, so libevent prolongs the
 * time-out at each byte: deadline_ms is the truth, and is checked.
 */
#include "prober/session.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "transcript/reply.h"

#define MAGIC	     0x5e551042u
#define SCRATCH_SIZE 65536
#define SETTLE_MS    250  /* what else belongs to a reply */
#define LEAVE_MS     2000 /* for the peer to close */
#define SPLIT_GAP_MS 20
#define HURRY_SHARE  10 /* QUIT when a tenth of the host's time is left */

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
	char scratch[SCRATCH_SIZE];
};

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
	int fd;
	int connect_error; /* of connect() itself */
	struct event *event;
	struct network *network;
	struct dialog *dialog;
	struct record *record;
	struct connection *connection;
	struct exchange *exchange; /* not finished yet, or NULL */
	struct tls *tls;
	void *user;
	const char *name; /* for SNI */
	const char *detail;
	struct buffer in; /* since the last send */
	size_t scanned;	  /* of in, by reply_length */
	size_t total;	  /* bytes read */
	struct bytes out; /* still to be sent */
	bool split;
	bool broken;	/* a send failed: read what is left */
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

static void perform(struct session *s, struct dialog_action action);

/* ------------------------------------------------------------------ network */

static const struct timeval *new_queue(struct event_base *base, int ms)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	return event_base_init_common_timeout(base, &tv);
}

enum status network_new(struct event_base *base,
    const struct network_options *options, struct network **network,
    struct error *err)
{
	struct network *n = xcalloc(1, sizeof(*n));
	enum status status = STATUS_OK;

	*network = NULL;
	n->base = base;
	n->options = *options;
	n->ms[QUEUE_GREETING] = options->greeting_timeout_ms;
	n->ms[QUEUE_REPLY] = options->reply_timeout_ms;
	n->ms[QUEUE_CONNECT] = options->connect_timeout_ms;
	n->ms[QUEUE_SETTLE] = SETTLE_MS;
	n->ms[QUEUE_LEAVE] = LEAVE_MS;
	n->ms[QUEUE_SPLIT] = SPLIT_GAP_MS;
	for (int i = 0; i < QUEUE_COUNT; i++) {
		n->queue[i] = new_queue(base, n->ms[i]);
		if (!n->queue[i])
			status = error_set(err, STATUS_SOFTWARE,
			    "libevent cannot make its time-out queues");
	}
	if (status == STATUS_OK && options->tls)
		status = tls_context_new(&n->tls, err);
	if (status == STATUS_OK)
		*network = n;
	else
		network_free(n);
	return status;
}

void network_free(struct network *network)
{
	if (!network)
		return;
	tls_context_free(network->tls);
	free(network);
}

/* -------------------------------------------------------------------- timers
 */

static void exact_timer(struct session *s, int64_t ms)
{
	struct timeval tv;

	if (ms < 1)
		ms = 1;
	tv.tv_sec = ms / 1000;
	tv.tv_usec = ms % 1000 * 1000;
	event_add(s->event, &tv);
	s->timer_set = true;
}

static void set_timer(struct session *s, int queue)
{
	int64_t ms = s->network->ms[queue];

	s->deadline_ms = s->now_ms + ms;
	if (s->deadline_ms > s->host_deadline_ms) {
		s->deadline_ms = s->host_deadline_ms;
		exact_timer(s, s->deadline_ms - s->now_ms);
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
	s->exchange = record_exchange(s->record, probe, bytes, s->tls != NULL);
	buffer_reset(&s->in);
	s->scanned = 0;
	s->answered = false;
	s->sent_ms = s->now_ms;
}

static void advance(struct session *s, enum dialog_event_kind kind)
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
static void give_up(struct session *s, enum dialog_event_kind kind)
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

static long send_bytes(struct session *s, const char *bytes, size_t len)
{
	ssize_t n;

	if (s->tls)
		return tls_write(s->tls, bytes, len);
	n = send(s->fd, bytes, len, MSG_NOSIGNAL);
	if (n >= 0)
		return n;
	return errno == EAGAIN || errno == EINTR ? TLS_AGAIN : TLS_FAILED;
}

/* As much as fits; the rest goes when the socket (or the gap) says so. */
static void flush(struct session *s)
{
	while (s->out.len > 0) {
		size_t want = s->split ? 1 : s->out.len;
		long n = send_bytes(s, s->out.data, want);

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
			set_timer(s, QUEUE_SPLIT);
			return;
		}
	}
	s->mode = MODE_REPLY;
	s->sent_ms = s->now_ms;
}

static void start_sending(struct session *s, const struct dialog_action *action)
{
	int on = 1;

	begin_exchange(s, action->probe, action->bytes);
	s->out = s->exchange->sent;
	s->split = action->split;
	s->mode = MODE_SENDING;
	if (s->split)
		setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	flush(s);
	if (s->mode == MODE_REPLY || !s->split)
		set_timer(s, (int)action->timer);
}

/* ------------------------------------------------------------------- actions
 */

static void close_session(struct session *s, enum connection_end end)
{
	finish_exchange(s, EXCHANGE_STOPPED);
	s->mode = MODE_DONE;
	s->connection->end = end;
	s->connection->duration_ms =
	    s->open_ms < 0 ? -1 : s->now_ms - s->open_ms;
	if (s->tls) {
		struct tls_info *info =
		    tls_describe(s->tls, record_arena(s->record));

		info->handshake_ms =
		    s->connection->tls ? s->connection->tls->handshake_ms : -1;
		s->connection->tls = info;
		tls_shutdown(s->tls);
		tls_free(s->tls);
		s->tls = NULL;
	}
	event_del(s->event);
	close(s->fd);
	s->fd = -1;
	s->network->options.done(s, s->user);
}

static void step_handshake(struct session *s)
{
	long result = tls_handshake(s->tls);

	if (result == TLS_AGAIN)
		return;
	s->connection->tls =
	    arena_alloc(record_arena(s->record), sizeof(struct tls_info));
	s->connection->tls->handshake_ms =
	    result == 0 ? s->now_ms - s->sent_ms : -1;
	s->mode = MODE_REPLY;
	if (result == 0)
		advance(s, EVENT_TLS_READY);
	else
		give_up(s, EVENT_TLS_FAILED);
}

static void start_handshake(struct session *s)
{
	s->tls = tls_new(s->network->tls, s->fd, s->name);
	s->mode = MODE_HANDSHAKE;
	s->sent_ms = s->now_ms;
	set_timer(s, QUEUE_REPLY);
	step_handshake(s);
}

static void perform(struct session *s, struct dialog_action action)
{
	switch (action.act) {
	case ACT_NONE:
		break;
	case ACT_LISTEN:
		begin_exchange(s, action.probe, action.bytes);
		s->mode = MODE_REPLY;
		set_timer(s, (int)action.timer);
		break;
	case ACT_SEND:
		start_sending(s, &action);
		break;
	case ACT_LINGER:
		s->mode = MODE_LINGER;
		set_timer(s, (int)action.timer);
		break;
	case ACT_HANDSHAKE:
		start_handshake(s);
		break;
	case ACT_CLOSE:
		close_session(s, action.end);
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
		set_timer(s, QUEUE_SETTLE);
	}
}

/* Goes on sending; an answer may be there before the last byte is out. */
static void flush_rest(struct session *s)
{
	flush(s);
	if (s->mode != MODE_REPLY)
		return;
	set_timer(s, QUEUE_REPLY);
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
		give_up(s, EVENT_CAP);
	else if (s->mode == MODE_REPLY)
		look_for_reply(s);
}

static long receive(struct session *s)
{
	ssize_t n;

	if (s->tls)
		return tls_read(s->tls, s->network->scratch, SCRATCH_SIZE);
	n = recv(s->fd, s->network->scratch, SCRATCH_SIZE, 0);
	if (n >= 0)
		return n;
	return errno == EAGAIN || errno == EINTR ? TLS_AGAIN : TLS_FAILED;
}

/*
 * Until the socket is empty (it tells us of new bytes once), or something was
 * sent: the answer to that comes as a new edge.
 */
static void receive_all(struct session *s)
{
	while (s->mode != MODE_DONE && s->mode != MODE_HANDSHAKE) {
		const struct exchange *before = s->exchange;
		long n = receive(s);

		if (n == TLS_AGAIN && !s->broken)
			return;
		if (n <= 0) {
			enum dialog_event_kind kind =
			    n == 0 ? EVENT_CLOSED : EVENT_RESET;

			if (s->mode == MODE_FOREIGN)
				kind = EVENT_NOT_SMTP;
			give_up(s, kind);
			return;
		}
		take_bytes(s, s->network->scratch, (size_t)n);
		if (s->exchange != before && !s->tls &&
		    (size_t)n < SCRATCH_SIZE)
			return;
	}
}

/* ------------------------------------------------------------- the callback */

static void set_source(struct session *s)
{
	struct sockaddr_storage a;
	socklen_t len = sizeof(a);
	char text[INET6_ADDRSTRLEN];
	const void *raw;

	if (getsockname(s->fd, (struct sockaddr *)&a, &len) != 0)
		return;
	raw = a.ss_family == AF_INET6
		  ? (const void *)&((struct sockaddr_in6 *)&a)->sin6_addr
		  : (const void *)&((struct sockaddr_in *)&a)->sin_addr;
	if (inet_ntop(a.ss_family, raw, text, sizeof(text)))
		s->connection->source =
		    arena_strdup(record_arena(s->record), text);
}

static void connect_failed(struct session *s, int error)
{
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
	close_session(s, END_NOT_OPENED);
}

static void opened(struct session *s)
{
	set_source(s);
	s->open_ms = s->now_ms;
	s->connection->connect_ms = s->now_ms - s->start_ms;
	s->network->options.connected(s->user);
	advance(s, EVENT_OPENED);
}

/* The first event says whether the connection stands. */
static void on_connect(struct session *s, short what)
{
	int error = s->connect_error;
	socklen_t len = sizeof(error);

	if ((what & EV_READ) && !error) {
		/* Bytes, an end, or an error are there already. */
		if (getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
			error = errno;
	}
	if (error && error != ECONNRESET && error != EPIPE) {
		connect_failed(s, error);
		return;
	}
	opened(s);
	if (error)
		give_up(s, EVENT_RESET);
}

static void on_timeout(struct session *s)
{
	if (s->now_ms < s->deadline_ms) {
		exact_timer(s, s->deadline_ms - s->now_ms);
		return;
	}
	switch (s->mode) {
	case MODE_CONNECTING:
		connect_failed(s, ETIMEDOUT);
		break;
	case MODE_SENDING:
		if (s->split && s->now_ms < s->host_deadline_ms) {
			flush_rest(s);
			break;
		}
		give_up(s, EVENT_TIMEOUT);
		break;
	case MODE_FOREIGN:
		s->answered = true;
		s->exchange->end = EXCHANGE_REPLY;
		s->exchange->last_ms = s->now_ms - s->sent_ms;
		give_up(s, EVENT_NOT_SMTP);
		break;
	case MODE_HANDSHAKE:
		give_up(s, EVENT_TLS_FAILED);
		break;
	case MODE_LINGER:
		advance(s, EVENT_TIMEOUT);
		break;
	default:
		give_up(s, EVENT_TIMEOUT);
	}
}

static void on_ready(struct session *s, short what)
{
	if (s->mode == MODE_CONNECTING)
		on_connect(s, what);
	if (s->mode == MODE_SENDING && (what & EV_WRITE) && !s->split)
		flush_rest(s);
	if (s->mode == MODE_HANDSHAKE)
		step_handshake(s);
	else if (what & EV_READ)
		receive_all(s);
	/* libevent has prolonged the time-out: cut it back. */
	if (s->mode != MODE_DONE && !s->timer_set) {
		if (s->now_ms >= s->deadline_ms)
			on_timeout(s);
		else
			exact_timer(s, s->deadline_ms - s->now_ms);
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
	if (what & (EV_READ | EV_WRITE))
		on_ready(s, what);
	else if (what & EV_TIMEOUT)
		on_timeout(s);
}

/* ----------------------------------------------------------- open and close */

static int open_socket(const struct network_options *options,
    const struct session_target *target, int *fd)
{
	int on = 1;

	*fd = socket(target->address->sa_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (*fd < 0)
		return errno;
	if (options->source.ss_family == target->address->sa_family) {
		setsockopt(
		    *fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
		if (bind(*fd, (const struct sockaddr *)&options->source,
			options->source_len) != 0) {
			int error = errno;

			close(*fd);
			return error;
		}
	}
	return 0;
}

int session_open(struct network *network, struct dialog *dialog,
    struct record *record, const struct session_target *target, void *user,
    struct session **session)
{
	struct session *s;
	int fd;
	int error = open_socket(&network->options, target, &fd);

	if (error)
		return error;
	if (connect(fd, target->address, target->address_len) != 0 &&
	    errno != EINPROGRESS)
		error = errno;
	s = xcalloc(1, sizeof(*s));
	s->magic = MAGIC;
	s->fd = fd;
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
	s->event = event_new(network->base, fd,
	    EV_READ | EV_WRITE | EV_ET | EV_PERSIST, on_event, s);
	if (!s->event)
		abort(); /* out of memory */
	set_timer(s, QUEUE_CONNECT);
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
		advance(session, EVENT_STOP);
}

void session_kill(struct session *session)
{
	session->now_ms = clock_now_ms();
	if (session->mode == MODE_CONNECTING)
		session->network->options.connected(session->user);
	if (session->mode != MODE_DONE)
		give_up(session, EVENT_KILL);
}

void session_free(struct session *session)
{
	if (!session)
		return;
	if (session->fd >= 0)
		close(session->fd);
	tls_free(session->tls);
	event_free(session->event);
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
