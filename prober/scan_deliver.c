/* Transcripts out of a scan, and doubt about port 25 before they go. */
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "prober/scan_state.h"

static void deliver(struct scan *scan, struct transcript *t, size_t index)
{
	struct error later = { 0 }; /* the first failure's sentence stands */
	enum status status;

	scan->stats.done++;
	scan->stats.by_outcome[t->outcome]++;
	status = scan->events->finished(scan->user, t, &scan->targets[index],
	    scan->status == STATUS_OK ? scan->err : &later);
	if (status != STATUS_OK)
		scan_stop(scan, status);
}

void scan_release_held(struct scan *scan)
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

/* Nobody's answer: our side of the network may be to blame. */
static bool is_unheard(enum outcome outcome)
{
	return outcome == OUTCOME_CONNECT_TIMEOUT ||
	       outcome == OUTCOME_UNREACHABLE;
}

void scan_doubt_held(struct scan *scan)
{
	const struct self_test *test = &scan->test;

	if (test->passed || test->count < DOUBTED_HOSTS)
		return;
	log_warn("none of the %zu hosts let us connect: port %d may be blocked "
		 "here (most clouds and homes do), or the network may be down; "
		 "try again from elsewhere",
	    test->count, scan->targets[test->indices[0]].port);
}

/* Holds unheard hosts back while nobody has answered at all. */
void scan_deliver(struct scan *scan, struct transcript *t, size_t index)
{
	struct self_test *test = &scan->test;

	if (scan->status == STATUS_UNAVAILABLE) {
		transcript_free(t); /* as wrong as those that were held */
		return;
	}
	if (test->passed) {
		deliver(scan, t, index);
		return;
	}
	if (t->connection_count == 0) { /* never contacted: says nothing */
		deliver(scan, t, index);
		return;
	}
	if (!is_unheard(t->outcome) || scan->stopping) {
		scan_release_held(scan);
		deliver(scan, t, index);
		return;
	}
	test->held[test->count] = t;
	test->indices[test->count++] = index;
	if (test->count < BLOCKED_HOSTS)
		return;
	if (held_networks(scan) < BLOCKED_NETS) {
		scan_release_held(scan);
		return;
	}
	error_set(scan->err, STATUS_UNAVAILABLE,
	    "none of the first %d hosts, in %zu networks, let us connect: port "
	    "%d seems to be blocked here (most clouds and homes do), or the "
	    "network is down; run from a network that allows it, nothing was "
	    "recorded for these hosts",
	    BLOCKED_HOSTS, held_networks(scan), scan->targets[index].port);
	scan_stop(scan, STATUS_UNAVAILABLE);
}

void scan_drop_held(struct scan *scan)
{
	for (size_t i = 0; i < scan->test.count; i++)
		transcript_free(scan->test.held[i]);
	scan->test.count = 0;
}

struct record *scan_record(const struct scan *scan, size_t index)
{
	const struct scan_target *target = &scan->targets[index];

	return record_new(target->address, target->port, target->name,
	    scan->options->plan->name, scan->options->ehlo);
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

void scan_tell_progress(struct scan *scan)
{
	update_stats(scan);
	if (scan->events->progress)
		scan->events->progress(scan->user, &scan->stats);
	scan->progress_due = false;
}
