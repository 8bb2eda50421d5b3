/*
 * A domain goes: blocklist -> MX question -> its names (each asked once in a
 * run, resolver_names) -> route. The asker draws new domains whenever fewer
 * questions than the window are out, so memory follows the window and the
 * number of distinct names, not the length of the list.
 *
 * A silent domain is held back until a name server says anything after it:
 * when none does, the fault is here (no resolver, no network), the run stops,
 * and nobody's domain "timed out".
 */
#include "prober/resolver.h"

#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "common/arena.h"
#include "common/clock.h"
#include "prober/resolver_ask.h"
#include "prober/resolver_names.h"
#include "prober/resolver_route.h"

#define HELD_MAX	20 /* silent in a row: is it our own fault? */
#define WINDOW_MAX	5000
#define SERVERS_MAX	16
#define OPEN_PER_WINDOW 16 /* domains open, waiting for names, a question */

struct run {
	const struct resolver_options *options;
	const struct target *targets;
	size_t count, next, open;
	const struct resolver_events *events;
	void *user;
	struct event_base *base;
	struct asker *asker;
	struct name_cache *names;
	struct resolver_stats stats;
	int64_t start_ms;
	struct route **held; /* timed out, not told yet */
	size_t held_count, held_capacity;
	size_t replies_seen; /* when the held ones were told last */
	bool asking_alive;
	LIST_HEAD(, domain) waiting; /* for names */
	bool stopped;
	enum status status;
	struct error *err;
};

struct domain {
	LIST_ENTRY(domain) link; /* while names are waited for */
	struct run *run;
	const struct target *target;
	int64_t ttl;
	size_t waiting; /* names without an answer */
	size_t count;
	bool implicit;
	struct route_mx mx[]; /* count */
};

void resolver_options_defaults(struct resolver_options *options)
{
	*options = (struct resolver_options){
		.timeout_ms = 5000,
		.tries = 3,
		.window = 500,
	};
}

const char *resolver_options_check(const struct resolver_options *options)
{
	if (options->server_count > SERVERS_MAX)
		return "at most 16 resolvers; leave some --resolver out";
	if (options->timeout_ms < 50 || options->timeout_ms > 60000)
		return "the DNS timeout must be from 50 ms to 60 s";
	if (options->tries < 1 || options->tries > 10)
		return "the number of DNS tries must be from 1 to 10";
	if (options->window < 1 || options->window > WINDOW_MAX)
		return "the DNS window must be from 1 to 5000";
	return NULL;
}

/* ------------------------------------------------------------- the end */

static void stop(struct run *run, enum status status)
{
	if (run->stopped)
		return;
	run->stopped = true;
	run->status = status;
	event_base_loopbreak(run->base);
}

static void deliver(struct run *run, struct route *route)
{
	enum status status;

	run->stats.by_outcome[route->outcome]++;
	run->stats.done++;
	status = run->events->finished(run->user, route, run->err);
	if (status != STATUS_OK)
		stop(run, status);
}

static void hold(struct run *run, struct route *route)
{
	if (run->held_count == run->held_capacity) {
		run->held_capacity =
		    run->held_capacity ? run->held_capacity * 2 : 64;
		run->held = xrealloc_array(
		    run->held, run->held_capacity, sizeof(run->held[0]));
	}
	run->held[run->held_count++] = route;
}

/* A reply came after them: the held domains are what was silent. */
static bool deliver_held(struct run *run)
{
	size_t at = 0;

	if (asker_replies(run->asker) == run->replies_seen)
		return false;
	run->replies_seen = asker_replies(run->asker);
	if (run->held_count == 0)
		return true;
	while (at < run->held_count && !run->stopped)
		deliver(run, run->held[at++]);
	memmove(run->held, run->held + at,
	    (run->held_count - at) * sizeof(run->held[0]));
	run->held_count -= at;
	return true;
}

static void give_up(struct run *run)
{
	bool ever = asker_replies(run->asker) > 0;

	stop(run, error_set(run->err, STATUS_UNAVAILABLE,
		      "no resolver answers%s: asked %s, %zu questions without "
		      "an answer; check the network, or name one that answers "
		      "with --resolver ADDR[:PORT]",
		      ever ? " any more" : "", asker_servers(run->asker),
		      asker_unanswered(run->asker)));
}

static void on_alive(
    void *user, enum ask_outcome outcome, const struct dns_answer *answer)
{
	struct run *run = user;

	(void)answer;
	run->asking_alive = false;
	if (outcome == ASK_CANCELLED || run->stopped)
		return;
	if (!deliver_held(run))
		give_up(run);
	if (run->open == 0 && run->next == run->count)
		event_base_loopbreak(run->base);
}

/* Is it the domains or the resolvers? Any reply to a question for the root
 * says the former. */
static void ask_if_alive(struct run *run)
{
	if (run->asking_alive)
		return;
	run->asking_alive = true;
	asker_ask(run->asker, "", DNS_NS, on_alive, run);
}

static void finish_route(struct run *run, struct route *route)
{
	if (!run->stopped)
		deliver_held(run);
	if (run->stopped) {
		route_free(route);
	} else if (route->outcome != ROUTE_TIMEOUT) {
		deliver(run, route);
	} else {
		hold(run, route);
		if (run->held_count < HELD_MAX)
			return;
		if (asker_replies(run->asker) == 0)
			give_up(run);
		else
			ask_if_alive(run);
	}
}

static void free_domain(struct domain *d)
{
	for (size_t i = 0; i < d->count; i++)
		free(d->mx[i].text);
	d->run->open--;
	free(d);
}

static void finish_domain(struct domain *d, struct route *route)
{
	struct run *run = d->run;

	free_domain(d);
	finish_route(run, route);
	if (run->open == 0 && run->next == run->count)
		event_base_loopbreak(run->base);
}

/* ------------------------------------------------------------ the names */

static void build_route(struct domain *d)
{
	finish_domain(
	    d, route_with_hosts(d->run->options, d->target, d->run->names,
		   d->mx, d->count, d->implicit, d->ttl));
}

static void on_name_ready(void *user)
{
	struct domain *d = user;

	if (--d->waiting == 0) {
		LIST_REMOVE(d, link);
		build_route(d);
	}
}

static int by_preference(const void *a, const void *b)
{
	const struct dns_mx *x = a, *y = b;

	if (x->preference != y->preference)
		return x->preference < y->preference ? -1 : 1;
	return strcmp(x->name.text, y->name.text);
}

/* The best 32, the same name once; returns how many. */
static size_t sort_mx(struct dns_mx *mx, size_t count)
{
	size_t kept = 0;

	qsort(mx, count, sizeof(*mx), by_preference);
	for (size_t i = 0; i < count && kept < ROUTE_HOSTS_MAX; i++) {
		bool known = false;

		for (size_t k = 0; k < kept && !known; k++)
			known = strcmp(mx[k].name.text, mx[i].name.text) == 0;
		if (!known)
			mx[kept++] = mx[i];
	}
	return kept;
}

static void want_name(struct domain *d, const struct dns_mx *in)
{
	struct run *run = d->run;
	struct route_mx *mx = &d->mx[d->count++];

	*mx = (struct route_mx){
		.preference = in->preference,
		.outcome = route_judge_name(run->options, &in->name),
	};
	if (mx->outcome != MX_OK)
		mx->text = xstrdup(in->name.text[0] ? in->name.text : ".");
	else if (!name_cache_want(
		     run->names, in->name.text, on_name_ready, d, &mx->index))
		d->waiting++;
}

static struct domain *grow(struct domain *d, size_t count)
{
	return xrealloc(d, sizeof(*d) + count * sizeof(d->mx[0]));
}

static void want_names(struct domain *d, const struct dns_mx *mx, size_t count)
{
	d = grow(d, count); /* before anybody gets a pointer to it */
	for (size_t i = 0; i < count; i++)
		want_name(d, &mx[i]);
	if (d->waiting == 0)
		build_route(d);
	else
		LIST_INSERT_HEAD(&d->run->waiting, d, link);
}

/* RFC 5321, 5.1: no MX, so the domain is its own. */
static void want_domain_itself(struct domain *d)
{
	struct dns_mx self = { .preference = 0, .name.clean = true };

	memcpy(self.name.text, d->target->domain, strlen(d->target->domain));
	d->implicit = true;
	want_names(d, &self, 1);
}

/* ------------------------------------------------------------ the domain */

static void finish_without_hosts(
    struct domain *d, enum route_outcome outcome, int64_t ttl)
{
	finish_domain(d, route_without_hosts(d->target, outcome, ttl));
}

static bool all_null(const struct dns_answer *answer)
{
	for (size_t i = 0; i < answer->mx_count; i++) {
		if (answer->mx[i].name.text[0] != '\0')
			return false;
	}
	return answer->mx_count > 0;
}

static bool name_blocked(const struct run *run, const char *name)
{
	return run->options->blocklist &&
	       blocklist_has_name(run->options->blocklist, name, NULL);
}

static void on_mx(
    void *user, enum ask_outcome outcome, const struct dns_answer *answer)
{
	struct domain *d = user;
	struct dns_mx mx[DNS_MX_MAX];

	if (outcome == ASK_CANCELLED) {
		free_domain(d);
	} else if (outcome == ASK_TIMEOUT) {
		finish_without_hosts(d, ROUTE_TIMEOUT, -1);
	} else if (outcome == ASK_FAILED) {
		finish_without_hosts(d, ROUTE_SERVFAIL, -1);
	} else if (answer->alias &&
		   name_blocked(d->run, answer->canonical.text)) {
		finish_without_hosts(d, ROUTE_BLOCKLISTED, answer->ttl);
	} else if (answer->rcode == DNS_NXDOMAIN) {
		finish_without_hosts(d, ROUTE_NXDOMAIN, answer->ttl);
	} else if (all_null(answer)) {
		finish_without_hosts(d, ROUTE_NULL_MX, answer->ttl);
	} else {
		d->ttl = answer->ttl;
		memcpy(mx, answer->mx, answer->mx_count * sizeof(mx[0]));
		if (answer->mx_count > 0)
			want_names(d, mx, sort_mx(mx, answer->mx_count));
		else
			want_domain_itself(d);
	}
}

/* The asker has room: the next domain. */
static bool start_next(void *user)
{
	struct run *run = user;
	size_t open_max = OPEN_PER_WINDOW * (size_t)run->options->window;
	const struct target *target;
	struct domain *d;

	if (run->stopped || run->next == run->count || run->open >= open_max)
		return false;
	target = &run->targets[run->next++];
	d = xcalloc(1, sizeof(*d));
	d->run = run;
	d->target = target;
	d->ttl = -1;
	run->open++;
	if (strlen(target->domain) >= DNS_NAME_SIZE - 2)
		finish_without_hosts(d, ROUTE_NXDOMAIN, -1);
	else if (name_blocked(run, target->domain))
		finish_without_hosts(d, ROUTE_BLOCKLISTED, -1);
	else if (run->options->hosts_only)
		want_domain_itself(d);
	else
		asker_ask(run->asker, target->domain, DNS_MX, on_mx, d);
	return true;
}

/* ------------------------------------------------------------ the run */

static void tell_progress(struct run *run)
{
	struct resolver_stats *s = &run->stats;

	s->questions = asker_questions(run->asker);
	s->elapsed_ms = clock_now_ms() - run->start_ms;
	s->rate = s->elapsed_ms > 0
		      ? (double)s->done * 1000 / (double)s->elapsed_ms
		      : 0;
	if (run->events->progress)
		run->events->progress(run->user, s);
}

static void on_progress(evutil_socket_t fd, short events, void *user)
{
	(void)fd;
	(void)events;
	tell_progress(user);
}

static void on_signal(evutil_socket_t fd, short events, void *user)
{
	struct run *run = user;

	(void)fd;
	(void)events;
	stop(run, error_set(run->err, STATUS_TEMPFAIL,
		      "stopped after %zu of %zu domains", run->stats.done,
		      run->count));
}

static void loop(struct run *run)
{
	const struct timeval second = { .tv_sec = 1 };
	struct event *events[] = {
		evsignal_new(run->base, SIGINT, on_signal, run),
		evsignal_new(run->base, SIGTERM, on_signal, run),
		event_new(run->base, -1, EV_PERSIST, on_progress, run),
	};

	event_add(events[0], NULL);
	event_add(events[1], NULL);
	event_add(events[2], &second);
	asker_set_source(run->asker, start_next, run);
	asker_pump(run->asker);
	if (!run->stopped && (run->open > 0 || run->next < run->count))
		event_base_loop(run->base, 0);
	if (!run->stopped && run->held_count > 0 && !deliver_held(run)) {
		ask_if_alive(run);
		asker_pump(run->asker);
		event_base_loop(run->base, 0);
	}
	tell_progress(run);
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		event_free(events[i]);
}

enum status resolver_run(const struct resolver_options *options,
    const struct target *targets, size_t count,
    const struct resolver_events *events, void *user, struct error *err)
{
	struct error local = { 0 };
	struct run run = {
		.options = options,
		.targets = targets,
		.count = count,
		.events = events,
		.user = user,
		.err = err ? err : &local,
		.stats.total = count,
	};
	const char *wrong = resolver_options_check(options);
	enum status status;

	if (wrong)
		return error_set(err, STATUS_USAGE, "%s", wrong);
	run.base = event_base_new();
	if (!run.base)
		return error_set(err, STATUS_SOFTWARE, "no event loop");
	run.start_ms = clock_now_ms();
	status = asker_new(options, run.base, &run.asker, run.err);
	if (status == STATUS_OK) {
		run.names = name_cache_new(run.asker, options->ipv6);
		loop(&run);
		status = run.status;
		run.stopped = true;
		asker_free(run.asker);
		name_cache_free(run.names);
		while (!LIST_EMPTY(&run.waiting)) {
			struct domain *d = LIST_FIRST(&run.waiting);

			LIST_REMOVE(d, link);
			free_domain(d);
		}
	}
	for (size_t i = 0; i < run.held_count; i++)
		route_free(run.held[i]);
	free(run.held);
	event_base_free(run.base);
	return status;
}
