/*
 * The loop of a shard:
 *
 *   fill()   pacer gives hosts, sessions are opened
 *   (libevent)  sessions talk
 *   reap()   finished sessions: another connection, or a transcript
 *
 * Nothing is freed inside a callback of libevent; callbacks only mark.
 */

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "common/clock.h"
#include "common/log.h"
#include "prober/scan_state.h"
#include "prober/wire.h"

#define SYN_MAX	       1000  /* connects in flight: see somaxconn */
#define FILES_RESERVED 64    /* for DNS, files, the loop itself */
#define STOP_MS	       10000 /* for goodbyes after a signal */

/* ------------------------------------------------------------------ stopping
 */

void scan_stop(struct scan *scan, enum status status)
{
	struct timeval tv = { STOP_MS / 1000, 0 };

	if (scan->status == STATUS_OK)
		scan->status = status;
	if (scan->stopping)
		return;
	scan->stopping = true;
	event_add(scan->stop_timer, &tv);
	for (struct host *h = scan->hosts; h; h = h->next) {
		if (h->session)
			session_stop(h->session);
	}
}

static void kill_all(struct scan *scan)
{
	for (struct host *h = scan->hosts; h; h = h->next) {
		if (h->session)
			session_kill(h->session);
	}
}

static void on_signal(evutil_socket_t fd, short what, void *user)
{
	struct scan *scan = user;

	(void)fd;
	(void)what;
	if (scan->stopping) {
		kill_all(scan);
		return;
	}
	error_set(scan->err, STATUS_TEMPFAIL,
	    "stopped; hosts in progress were told QUIT and are not counted");
	scan_stop(scan, STATUS_TEMPFAIL);
}

static void on_stop_timer(evutil_socket_t fd, short what, void *user)
{
	(void)fd;
	(void)what;
	kill_all(user);
}

static void reap(struct scan *scan)
{
	while (scan->done) {
		struct host *host = scan->done;

		scan->done = host->next_done;
		scan_host_reap(host);
	}
}

static void fill(struct scan *scan)
{
	int64_t now_ms = clock_now_ms(), wait_ms;
	struct timeval tv;
	size_t index;

	while (!scan->stopping && scan->open < (size_t)scan->concurrency &&
	       scan->connecting < SYN_MAX &&
	       pacer_next(scan->pacer, now_ms, &index))
		scan_host_start(scan, index);
	if (scan->stopping || scan->open >= (size_t)scan->concurrency)
		return;
	wait_ms = pacer_wait_ms(scan->pacer, now_ms);
	if (wait_ms <= 0 || event_pending(scan->pace, EV_TIMEOUT, NULL))
		return;
	tv.tv_sec = wait_ms / 1000;
	tv.tv_usec = wait_ms % 1000 * 1000;
	event_add(scan->pace, &tv);
}

/* ------------------------------------------------------------------- progress
 */

static void on_tick(evutil_socket_t fd, short what, void *user)
{
	(void)fd;
	(void)what;
	((struct scan *)user)->progress_due = true;
}

static void on_pace(evutil_socket_t fd, short what, void *user)
{
	(void)fd;
	(void)what;
	(void)user; /* the loop wakes up, that is all */
}

/* --------------------------------------------------------------------- set-up
 */

/* Descriptors: as many as we may, and fewer connections if that is not enough.
 */
static void clamp_concurrency(struct scan *scan)
{
	struct rlimit limit;
	long most;

	scan->concurrency = scan->options->concurrency;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
	    limit.rlim_cur == RLIM_INFINITY)
		return;
	most = (long)limit.rlim_cur - FILES_RESERVED;
	if (most < 1)
		most = 1;
	if (scan->concurrency > most) {
		log_warn("%d connections at a time do not fit into the limit "
			 "of %lu open files: %ld are used",
		    scan->concurrency, (unsigned long)limit.rlim_cur, most);
		scan->concurrency = (int)most;
	}
}

static enum status read_addresses(struct scan *scan)
{
	struct sockaddr_storage a;
	socklen_t len;

	for (size_t i = 0; i < scan->count; i++) {
		const struct scan_target *t = &scan->targets[i];

		if (!address_parse(t->address, t->port, &a, &len) ||
		    len > sizeof(scan->entries[i].address))
			return error_set(scan->err, STATUS_DATA,
			    "'%.60s' is not an address", t->address);
		memcpy(&scan->entries[i].address, &a, len);
	}
	return STATUS_OK;
}

static void add_targets(struct scan *scan)
{
	enum outcome outcome;

	/* Who is never contacted needs no pace. */
	for (size_t i = 0; i < scan->count; i++)
		pacer_add(scan->pacer, &scan->entries[i].address.any,
		    scan->targets[i].name,
		    scan_host_is_public(scan, i) &&
			!scan_host_refusal(scan, i, &outcome));
}

static enum status make_network(struct scan *scan)
{
	const struct scan_options *o = scan->options;
	struct network_options n = {
		.connect_timeout_ms = o->connect_timeout_ms,
		.greeting_timeout_ms = o->greeting_timeout_ms,
		.reply_timeout_ms = o->reply_timeout_ms,
		.reply_cap = o->reply_cap,
		.connection_cap = o->connection_cap,
		.tls = o->plan->starttls && !o->no_tls,
		.connected = scan_host_connected,
		.done = scan_host_done,
	};

	int error;

	if (o->source && !address_parse(o->source, 0, &n.source, &n.source_len))
		return error_set(scan->err, STATUS_USAGE,
		    "--source '%.60s' is not an address", o->source);
	error = o->source ? wire_source_error(&n.source, n.source_len) : 0;
	if (error == EADDRNOTAVAIL)
		return error_set(scan->err, STATUS_CONFIG,
		    "--source %s is no address of this machine; `ip address` "
		    "lists them",
		    o->source);
	return network_new(scan->base, &n, &scan->network, scan->err);
}

static enum status make_loop(struct scan *scan)
{
	struct event_config *config = event_config_new();
	static const struct timeval second = { 1, 0 };
	enum status status = STATUS_OK;

	event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
	scan->base = event_base_new_with_config(config);
	event_config_free(config);
	if (!scan->base)
		return error_set(
		    scan->err, STATUS_SOFTWARE, "libevent cannot start");
	scan->tick = event_new(scan->base, -1, EV_PERSIST, on_tick, scan);
	scan->pace = event_new(scan->base, -1, 0, on_pace, scan);
	scan->stop_timer = event_new(scan->base, -1, 0, on_stop_timer, scan);
	scan->signals[0] = evsignal_new(scan->base, SIGINT, on_signal, scan);
	scan->signals[1] = evsignal_new(scan->base, SIGTERM, on_signal, scan);
	if (event_add(scan->tick, &second) != 0 ||
	    event_add(scan->signals[0], NULL) != 0 ||
	    event_add(scan->signals[1], NULL) != 0)
		return error_set(
		    scan->err, STATUS_SOFTWARE, "libevent cannot start");
	return status;
}

static enum status set_up(struct scan *scan)
{
	const struct scan_options *o = scan->options;
	struct pacer_limits limits = {
		.rate = o->rate,
		.network_gap_ms = o->network_gap_ms,
		.provider_per_minute = o->provider_per_minute,
		.seed = o->seed,
	};
	enum status status;

	scan->entries = xcalloc(scan->count, sizeof(*scan->entries));
	scan->script = script_new(o->plan, o->ehlo, o->no_help, o->no_tls);
	scan->pacer = pacer_new(&limits);
	clamp_concurrency(scan);
	status = read_addresses(scan);
	if (status != STATUS_OK)
		return status;
	add_targets(scan);
	status = make_loop(scan);
	return status == STATUS_OK ? make_network(scan) : status;
}

static void free_event(struct event *event)
{
	if (event)
		event_free(event);
}

static void tear_down(struct scan *scan)
{
	while (scan->hosts)
		scan_host_free(scan->hosts);
	scan_drop_held(scan);
	network_free(scan->network);
	free_event(scan->tick);
	free_event(scan->pace);
	free_event(scan->stop_timer);
	free_event(scan->signals[0]);
	free_event(scan->signals[1]);
	if (scan->base)
		event_base_free(scan->base);
	pacer_free(scan->pacer);
	script_free(scan->script);
	free(scan->entries);
}

static bool is_finished(const struct scan *scan)
{
	if (scan->open > 0)
		return false;
	return scan->stopping || pacer_waiting(scan->pacer) == 0;
}

static void loop(struct scan *scan)
{
	while (true) {
		reap(scan);
		fill(scan);
		reap(scan);
		if (is_finished(scan))
			return;
		if (scan->progress_due)
			scan_tell_progress(scan);
		event_base_loop(scan->base, EVLOOP_ONCE);
	}
}

enum status scan_run(const struct scan_options *options,
    const struct scan_target *targets, size_t count,
    const struct scan_events *events, void *user, struct error *err)
{
	struct scan scan = {
		.options = options,
		.targets = targets,
		.count = count,
		.events = events,
		.user = user,
		.err = err,
		.start_ms = clock_now_ms(),
		.stats = { .total = count },
	};
	const char *wrong = scan_options_check(options);
	enum status status;

	if (wrong)
		return error_set(err, STATUS_USAGE, "%s", wrong);
	status = set_up(&scan);
	if (status == STATUS_OK) {
		loop(&scan);
		if (scan.status == STATUS_OK)
			scan_doubt_held(&scan);
		if (scan.status != STATUS_UNAVAILABLE)
			scan_release_held(&scan);
		scan_tell_progress(&scan);
		status = scan.status;
	}
	tear_down(&scan);
	return status;
}

int64_t scan_estimate_s(const struct scan_options *options,
    const struct scan_target *targets, size_t count)
{
	struct pacer_limits limits = {
		.rate = options->rate,
		.network_gap_ms = options->network_gap_ms,
		.provider_per_minute = options->provider_per_minute,
	};
	struct pacer *pacer = pacer_new(&limits);
	struct sockaddr_storage a;
	socklen_t len;
	int64_t ms;

	for (size_t i = 0; i < count; i++) {
		if (!address_parse(
			targets[i].address, targets[i].port, &a, &len))
			continue;
		pacer_add(pacer, (struct sockaddr *)&a, targets[i].name,
		    address_classify((struct sockaddr *)&a) == ADDRESS_PUBLIC);
	}
	ms = pacer_estimate_ms(pacer);
	pacer_free(pacer);
	return (ms + 999) / 1000;
}
