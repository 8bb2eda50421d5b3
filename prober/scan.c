/*
 * The loop of a shard:
 *
 *   fill()   pacer gives hosts, sessions are opened
 *   (libevent)  sessions talk
 *   reap()   finished sessions: another connection, or a transcript
 *
 * Nothing is freed inside a callback of libevent; callbacks only mark.
 */
#include "prober/scan.h"

#include <errno.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "common/clock.h"
#include "common/log.h"
#include "prober/dialog.h"
#include "prober/pacer.h"
#include "prober/record.h"
#include "prober/session.h"

#define SYN_MAX	       1000  /* connects in flight: see somaxconn */
#define FILES_RESERVED 64    /* for DNS, files, the loop itself */
#define STOP_MS	       10000 /* for goodbyes after a signal */
#define RETRY_FILES_MS 1000
#define BLOCKED_HOSTS  50 /* all time out, in so many networks: */
#define BLOCKED_NETS   20 /* port 25 is blocked here */
#define RATE_SECONDS   10

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

struct host { /* being talked to */
	struct scan *scan;
	size_t index;
	struct dialog dialog;
	struct record *record;
	struct session *session; /* NULL between connections */
	int64_t used_ms;
	const char *detail;
	bool retried;
	struct host *next, **link; /* of all hosts */
	struct host *next_done;
};

struct entry { /* of a target */
	union address address;
	const char *refusal; /* why it is never contacted, or NULL */
	enum outcome refused_as;
	struct host *host;
};

/* The first hosts' transcripts wait until we know that port 25 is open. */
struct self_test {
	struct transcript *held[BLOCKED_HOSTS];
	size_t indices[BLOCKED_HOSTS];
	size_t count;
	bool passed;
};

struct scan {
	const struct scan_options *options;
	const struct scan_target *targets;
	struct entry *entries;
	size_t count;
	const struct scan_events *events;
	void *user;
	struct error *err;
	enum status status; /* why we stop, STATUS_OK while we do not */
	struct event_base *base;
	struct event *tick, *pace, *stop_timer, *signals[2];
	struct network *network;
	struct dialog_script *script;
	struct pacer *pacer;
	struct host *hosts;
	struct host *done;
	struct self_test test;
	size_t open, connecting;
	int concurrency;
	bool stopping;
	bool files_warned;
	bool progress_due;
	int64_t start_ms;
	struct scan_stats stats;
	size_t done_at[RATE_SECONDS]; /* hosts done, a second each */
	unsigned seconds;
};

/* ------------------------------------------------------------------ stopping
 */

static void begin_stop(struct scan *scan, enum status status)
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
	begin_stop(scan, STATUS_TEMPFAIL);
}

static void on_stop_timer(evutil_socket_t fd, short what, void *user)
{
	(void)fd;
	(void)what;
	kill_all(user);
}

/* --------------------------------------------------------------- transcripts
 */

static void deliver(struct scan *scan, struct transcript *t, size_t index)
{
	enum status status;

	scan->stats.done++;
	scan->stats.by_outcome[t->outcome]++;
	status = scan->events->finished(
	    scan->user, t, &scan->targets[index], scan->err);
	if (status != STATUS_OK)
		begin_stop(scan, status);
}

static void release_held(struct scan *scan)
{
	size_t count = scan->test.count;

	scan->test.passed = true;
	scan->test.count = 0;
	for (size_t i = 0; i < count; i++)
		deliver(scan, scan->test.held[i], scan->test.indices[i]);
}

static size_t held_networks(const struct scan *scan)
{
	size_t seen[BLOCKED_HOSTS], count = 0;

	for (size_t i = 0; i < scan->test.count; i++) {
		size_t net =
		    pacer_network_of(scan->pacer, scan->test.indices[i]);
		size_t k = 0;

		while (k < count && seen[k] != net)
			k++;
		if (k == count)
			seen[count++] = net;
	}
	return count;
}

/* Holds timed-out hosts back while nobody has answered at all. */
static void test_and_deliver(
    struct scan *scan, struct transcript *t, size_t index)
{
	struct self_test *test = &scan->test;

	if (test->passed) {
		deliver(scan, t, index);
		return;
	}
	if (t->connection_count == 0) { /* never contacted: says nothing */
		deliver(scan, t, index);
		return;
	}
	if (t->outcome != OUTCOME_CONNECT_TIMEOUT || scan->stopping) {
		release_held(scan);
		deliver(scan, t, index);
		return;
	}
	test->held[test->count] = t;
	test->indices[test->count++] = index;
	if (test->count < BLOCKED_HOSTS)
		return;
	if (held_networks(scan) < BLOCKED_NETS) {
		release_held(scan);
		return;
	}
	error_set(scan->err, STATUS_UNAVAILABLE,
	    "none of the first %d hosts, in %zu networks, let us connect: port "
	    "%d seems to be blocked here (most clouds and homes do); run from "
	    "a network that allows it, nothing was recorded for these hosts",
	    BLOCKED_HOSTS, held_networks(scan), scan->targets[index].port);
	begin_stop(scan, STATUS_UNAVAILABLE);
}

static void drop_held(struct scan *scan)
{
	for (size_t i = 0; i < scan->test.count; i++)
		transcript_free(scan->test.held[i]);
	scan->test.count = 0;
}

static struct record *new_record(const struct scan *scan, size_t index)
{
	const struct scan_target *target = &scan->targets[index];

	return record_new(target->address, target->port, target->name,
	    scan->options->plan->name, scan->options->ehlo);
}

/* A transcript without a connection. */
static void finish_uncontacted(
    struct scan *scan, size_t index, enum outcome outcome, const char *detail)
{
	test_and_deliver(scan,
	    record_finish(new_record(scan, index), outcome, detail), index);
}

/* -------------------------------------------------------- who may be contacted
 */

/* NULL, or why not; *outcome is set then. */
static const char *refusal_of(const struct scan *scan,
    const struct sockaddr *address, const char *name, enum outcome *outcome)
{
	const struct scan_options *o = scan->options;
	enum address_class class = address_classify(address);
	const char *reason;

	*outcome = OUTCOME_BLOCKLISTED;
	if (o->blocklist &&
	    (blocklist_has_address(o->blocklist, address, &reason) ||
		(name && blocklist_has_name(o->blocklist, name, &reason))))
		return reason;
	*outcome = OUTCOME_SPECIAL;
	if (class != ADDRESS_PUBLIC && !o->allow_private)
		return "special-purpose address";
	*outcome = OUTCOME_BLOCKLISTED;
	if (o->plan->private_only && class != ADDRESS_LOOPBACK &&
	    class != ADDRESS_PRIVATE)
		return "this plan is for private addresses only";
	if (o->plan->tier == PLAN_DEEP &&
	    (!o->may_test ||
		!blocklist_has_address(o->may_test, address, &reason)))
		return "not in the networks that may be tested (--may-test)";
	return NULL;
}

static bool is_bound(const struct scan *scan, size_t index)
{
	return address_classify(&scan->entries[index].address.any) ==
	       ADDRESS_PUBLIC;
}

/* ------------------------------------------------------------------- sessions
 */

static void on_connected(void *user)
{
	struct host *host = user;

	host->scan->connecting--;
}

static void on_done(struct session *session, void *user)
{
	struct host *host = user;

	(void)session;
	host->next_done = host->scan->done;
	host->scan->done = host;
}

static void free_host(struct host *host)
{
	*host->link = host->next;
	if (host->next)
		host->next->link = host->link;
	host->scan->entries[host->index].host = NULL;
	session_free(host->session);
	record_free(host->record);
	free(host);
}

static struct host *new_host(struct scan *scan, size_t index)
{
	struct host *host = xcalloc(1, sizeof(*host));

	host->scan = scan;
	host->index = index;
	host->record = new_record(scan, index);
	dialog_init(&host->dialog, scan->script);
	host->next = scan->hosts;
	host->link = &scan->hosts;
	if (host->next)
		host->next->link = &host->next;
	scan->hosts = host;
	scan->entries[index].host = host;
	if (scan->events->started)
		scan->events->started(scan->user, &scan->targets[index]);
	return host;
}

static void finish_host(struct host *host, const char *detail)
{
	struct scan *scan = host->scan;
	size_t index = host->index;
	struct transcript *t =
	    record_finish(host->record, host->dialog.outcome, detail);

	host->record = NULL;
	free_host(host);
	test_and_deliver(scan, t, index);
}

static bool is_shortage(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOBUFS ||
	       error == ENOMEM;
}

/* No descriptor left: with what is open now, and this host again. */
static void survive_shortage(struct scan *scan, size_t index, int error)
{
	if (!scan->files_warned)
		log_warn("no more than %zu connections at a time: %s",
		    scan->open, strerror(error));
	scan->files_warned = true;
	scan->concurrency = scan->open > 1 ? (int)scan->open : 1;
	pacer_finished(scan->pacer, index, clock_now_ms(), OUTCOME_INTERRUPTED);
	pacer_again(scan->pacer, index, clock_now_ms() + RETRY_FILES_MS);
}

static void start_host(struct scan *scan, size_t index)
{
	struct entry *entry = &scan->entries[index];
	struct host *host = entry->host;
	enum outcome outcome;
	const char *reason = refusal_of(
	    scan, &entry->address.any, scan->targets[index].name, &outcome);
	struct session_target target = {
		.address = &entry->address.any,
		.address_len = entry->address.any.sa_family == AF_INET6
				   ? sizeof(entry->address.v6)
				   : sizeof(entry->address.v4),
		.name = scan->targets[index].name,
	};
	int error;

	if (reason) {
		pacer_finished(scan->pacer, index, clock_now_ms(), outcome);
		if (host)
			finish_host(host, NULL);
		else
			finish_uncontacted(scan, index, outcome, reason);
		return;
	}
	if (!host)
		host = new_host(scan, index);
	target.host_ms = scan->options->host_timeout_ms - host->used_ms;
	error = session_open(scan->network, &host->dialog, host->record,
	    &target, host, &host->session);
	if (error == 0) {
		scan->open++;
		scan->connecting++;
	} else if (is_shortage(error)) {
		survive_shortage(scan, index, error);
	} else { /* no such protocol, or no such source address here */
		host->dialog.outcome = OUTCOME_UNREACHABLE;
		pacer_finished(
		    scan->pacer, index, clock_now_ms(), OUTCOME_UNREACHABLE);
		finish_host(host, strerrorname_np(error));
	}
}

/* Another connection? Then when; else false. */
static bool comes_again(struct host *host, int64_t now_ms, int64_t *when_ms)
{
	const struct scan_options *o = host->scan->options;

	if (host->scan->stopping)
		return false;
	if (dialog_wants_more(&host->dialog) &&
	    host->used_ms < o->host_timeout_ms) {
		*when_ms = now_ms + (is_bound(host->scan, host->index)
					    ? o->plan->connection_gap_ms
					    : 0);
		return true;
	}
	if (host->dialog.outcome == OUTCOME_DEFERRED && !host->retried &&
	    o->retry_deferred_ms > 0) {
		host->retried = true;
		*when_ms = now_ms + o->retry_deferred_ms;
		return true;
	}
	return false;
}

static void reap_host(struct host *host)
{
	struct scan *scan = host->scan;
	const char *detail = session_detail(host->session);
	int64_t now_ms = clock_now_ms(), when_ms;

	scan->open--;
	host->used_ms += session_duration_ms(host->session);
	session_free(host->session);
	host->session = NULL;
	pacer_finished(scan->pacer, host->index, now_ms, host->dialog.outcome);
	if (host->dialog.cut)
		free_host(host);
	else if (comes_again(host, now_ms, &when_ms))
		pacer_again(scan->pacer, host->index, when_ms);
	else
		finish_host(host, detail);
}

static void reap(struct scan *scan)
{
	while (scan->done) {
		struct host *host = scan->done;

		scan->done = host->next_done;
		reap_host(host);
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
		start_host(scan, index);
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

static void update_stats(struct scan *scan)
{
	struct scan_stats *stats = &scan->stats;
	size_t *slot = &scan->done_at[scan->seconds % RATE_SECONDS];
	size_t before = scan->seconds < RATE_SECONDS ? 0 : *slot;
	unsigned span =
	    scan->seconds < RATE_SECONDS ? scan->seconds : RATE_SECONDS;
	int64_t elapsed = clock_now_ms() - scan->start_ms;

	stats->open = scan->open;
	stats->waiting = pacer_waiting(scan->pacer);
	stats->elapsed_ms = elapsed;
	stats->rate = span ? (double)(stats->done - before) / span
		      : elapsed > 0
			  ? (double)stats->done * 1000 / (double)elapsed
			  : 0;
	stats->left_ms = stats->rate > 0
			     ? (int64_t)((double)(stats->total - stats->done) *
					 1000 / stats->rate)
			     : -1;
	*slot = stats->done;
	scan->seconds++;
}

static void on_tick(evutil_socket_t fd, short what, void *user)
{
	(void)fd;
	(void)what;
	((struct scan *)user)->progress_due = true;
}

static void tell_progress(struct scan *scan)
{
	update_stats(scan);
	if (scan->events->progress)
		scan->events->progress(scan->user, &scan->stats);
	scan->progress_due = false;
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
	for (size_t i = 0; i < scan->count; i++)
		pacer_add(scan->pacer, &scan->entries[i].address.any,
		    scan->targets[i].name, is_bound(scan, i));
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
		.connected = on_connected,
		.done = on_done,
	};

	if (o->source && !address_parse(o->source, 0, &n.source, &n.source_len))
		return error_set(scan->err, STATUS_USAGE,
		    "--source '%.60s' is not an address", o->source);
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
	scan->script =
	    dialog_script_new(o->plan, o->ehlo, o->no_help, o->no_tls);
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
		free_host(scan->hosts);
	drop_held(scan);
	network_free(scan->network);
	free_event(scan->tick);
	free_event(scan->pace);
	free_event(scan->stop_timer);
	free_event(scan->signals[0]);
	free_event(scan->signals[1]);
	if (scan->base)
		event_base_free(scan->base);
	pacer_free(scan->pacer);
	dialog_script_free(scan->script);
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
			tell_progress(scan);
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
		if (scan.status != STATUS_UNAVAILABLE)
			release_held(&scan);
		tell_progress(&scan);
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
