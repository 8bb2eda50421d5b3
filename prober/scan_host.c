/* One host of a scan: may it be contacted, its connections, its end. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "prober/scan_state.h"

#define RETRY_FILES_MS 1000

/* A transcript without a connection. */
static void finish_uncontacted(
    struct scan *scan, size_t index, enum outcome outcome, const char *detail)
{
	scan_deliver(scan,
	    record_finish(scan_record(scan, index), outcome, detail), index);
}

/* -------------------------------------------------------- who may be contacted
 */

const char *scan_host_refusal(
    const struct scan *scan, size_t index, enum outcome *outcome)
{
	const struct sockaddr *address = &scan->entries[index].address.any;
	const char *name = scan->targets[index].name;
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

bool scan_host_is_public(const struct scan *scan, size_t index)
{
	return address_classify(&scan->entries[index].address.any) ==
	       ADDRESS_PUBLIC;
}

/* ------------------------------------------------------------------- sessions
 */

void scan_host_connected(void *user)
{
	struct host *host = user;

	host->scan->connecting--;
}

void scan_host_done(struct session *session, void *user)
{
	struct host *host = user;

	(void)session;
	host->next_done = host->scan->done;
	host->scan->done = host;
}

void scan_host_free(struct host *host)
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
	host->record = scan_record(scan, index);
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
	scan_host_free(host);
	scan_deliver(scan, t, index);
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

void scan_host_start(struct scan *scan, size_t index)
{
	struct entry *entry = &scan->entries[index];
	struct host *host = entry->host;
	enum outcome outcome;
	const char *reason = scan_host_refusal(scan, index, &outcome);
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
		*when_ms =
		    now_ms + (scan_host_is_public(host->scan, host->index)
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

void scan_host_reap(struct host *host)
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
		scan_host_free(host);
	else if (comes_again(host, now_ms, &when_ms))
		pacer_again(scan->pacer, host->index, when_ms);
	else
		finish_host(host, detail);
}
