/*
 * Which hosts are asked, round by round, and asking them. A round walks over
 * the stored routes, so nothing about a domain is kept in memory but a byte,
 * and nothing about a host but its flags.
 */
#include "common/clock.h"
#include "survey/stop.h"
#include "survey/survey_state.h"
#include "transcript/format.h"

#define TRIES_MAX 2 /* contacts without a record: then it is left alone */

struct walk {
	struct survey *s;
	unsigned round;
	size_t choices;
};

enum status survey_stopped(struct survey *s, struct error *err)
{
	if (!stop_asked())
		return STATUS_OK;
	return error_set(err, STATUS_TEMPFAIL,
	    "stopped; everything up to here is saved in %s; run the same "
	    "command again to go on",
	    run_folder(s->run));
}

/* ------------------------------------------------------------- choosing */

void survey_add_target(struct survey *s, const struct choice *choice)
{
	int64_t *flags = survey_host(s, choice->address);
	struct scan_target *target;
	bool known = (*flags & (HOST_CHOSEN | HOST_STORED)) != 0;

	*flags |= HOST_CHOSEN;
	if (known)
		return;

	if (s->target_count == s->target_room) {
		s->target_room = s->target_room ? 2 * s->target_room : 256;
		s->targets = xrealloc_array(
		    s->targets, s->target_room, sizeof(*s->targets));
	}
	target = &s->targets[s->target_count++];
	target->address = arena_strdup(s->arena, choice->address);
	target->name = arena_strdup(s->arena, choice->mx);
	target->port = s->port;
}

static enum status choose_host(struct survey *s, const char *domain,
    const struct choice *choice, struct error *err)
{
	enum status status = survey_batch(s, err);

	survey_add_target(s, choice);
	return status == STATUS_OK
		   ? store_add_choice(s->store, domain, choice->address,
			 s->port, choice->mx, choice->preference, err)
		   : status;
}

/* Every host of that round is stored, and none of them greeted. */
static bool all_dead(
    struct survey *s, const struct route *route, unsigned round)
{
	struct choice choices[CHOICE_HOSTS_MAX];
	size_t count = choice_round(route, round, choices);

	for (size_t i = 0; i < count; i++) {
		int64_t flags = *survey_host(s, choices[i].address);

		if (!(flags & HOST_STORED) || (flags & HOST_GREETED))
			return false;
	}
	return count > 0;
}

/* The list may have grown since the domain was resolved. */
static bool opted_out(const struct survey *s, const struct route *route)
{
	const char *reason;

	return s->options && s->options->resolver.blocklist &&
	       blocklist_has_name(
		   s->options->resolver.blocklist, route->domain, &reason);
}

static enum status choose_of_route(
    struct walk *walk, const struct route *route, struct error *err)
{
	struct choice choices[CHOICE_HOSTS_MAX];
	struct survey *s = walk->s;
	enum status status = STATUS_OK;
	size_t count;

	if (opted_out(s, route))
		return STATUS_OK;
	for (unsigned r = 0; r < walk->round; r++) {
		if (!all_dead(s, route, r))
			return STATUS_OK;
	}
	count = choice_round(route, walk->round, choices);
	walk->choices += count;
	for (size_t i = 0; i < count && status == STATUS_OK; i++)
		status = choose_host(s, route->domain, &choices[i], err);
	return status;
}

static enum status walk_route(
    void *user, const char *line, size_t len, struct error *err)
{
	struct walk *walk = user;
	struct survey *s = walk->s;
	struct route *route;
	const int64_t *place;
	enum status status = survey_stopped(s, err);

	if (status != STATUS_OK)
		return status;
	if (route_read(line, len, &route, NULL) != STATUS_OK)
		return STATUS_OK; /* recall has refused such a run */
	place = strmap_get_text(s->order, route->domain);
	if (place && !(s->domain_flags[*place] & DOMAIN_SEEN)) {
		s->domain_flags[*place] |= DOMAIN_SEEN;
		status = choose_of_route(walk, route, err);
	}
	route_free(route);
	return status;
}

enum status survey_choose(
    struct survey *s, unsigned round, size_t *choices, struct error *err)
{
	struct walk walk = { .s = s, .round = round };
	enum status status;

	s->target_count = 0;
	for (size_t i = 0; i < strmap_count(s->order); i++)
		s->domain_flags[i] &= (unsigned char)~DOMAIN_SEEN;
	status = shard_replay(s->shards[RUN_RESOLVE], walk_route, &walk, err);
	if (status == STATUS_OK)
		status = survey_tick(s, err);
	*choices = walk.choices;
	return status;
}

/* -------------------------------------------------------------- probing */

static void remember(struct survey *s, enum status status)
{
	if (status != STATUS_OK && s->failed == STATUS_OK)
		s->failed = status;
}

static void on_started(void *user, const struct scan_target *target)
{
	struct survey *s = user;

	*survey_host(s, target->address) |= HOST_STARTED;
	if (s->failed == STATUS_OK)
		remember(s, shard_tried(s->shards[RUN_PROBE], target->address,
				&s->failure));
}

static enum status on_finished(void *user, struct transcript *t,
    const struct scan_target *target, struct error *err)
{
	struct survey *s = user;
	enum status status = s->failed;

	(void)target;
	if (status != STATUS_OK)
		*err = s->failure;
	else
		status = survey_keep_transcript(s, t, err);
	transcript_free(t);
	return status;
}

static void on_progress(void *user, const struct scan_stats *stats)
{
	struct survey *s = user;

	if (s->failed == STATUS_OK)
		remember(s, survey_tick(s, &s->failure));
	if (s->options->probe_progress)
		s->options->probe_progress(s->options->user, stats);
}

static enum status keep_interrupted(
    struct survey *s, const struct scan_target *target, struct error *err)
{
	struct transcript t = { .host = target->address,
		.port = target->port,
		.name = target->name,
		.plan = s->options->scan->plan->name,
		.ehlo = s->options->scan->ehlo,
		.start_utc_ms = clock_utc_ms(),
		.outcome = OUTCOME_INTERRUPTED };

	return survey_keep_transcript(s, &t, err);
}

/* A host that was contacted twice without a record is not asked again. */
static enum status leave_alone(struct survey *s, struct error *err)
{
	enum status status = STATUS_OK;
	size_t kept = 0;

	for (size_t i = 0; i < s->target_count && status == STATUS_OK; i++) {
		const struct scan_target *t = &s->targets[i];

		if (shard_tries(s->shards[RUN_PROBE], t->address) >= TRIES_MAX)
			status = keep_interrupted(s, t, err);
		else
			s->targets[kept++] = *t;
	}
	s->target_count = kept;
	return status;
}

/* With port 25 closed on our side nobody was contacted. */
static void forget_tries(struct survey *s)
{
	for (size_t i = 0; i < s->target_count; i++) {
		const char *address = s->targets[i].address;
		int64_t flags = *survey_host(s, address);

		if ((flags & HOST_STARTED) && !(flags & HOST_STORED))
			shard_untried(
			    s->shards[RUN_PROBE], address, &s->failure);
	}
}

static enum status probe_targets(struct survey *s, struct error *err)
{
	static const struct scan_events events = {
		.started = on_started,
		.finished = on_finished,
		.progress = on_progress,
	};
	const struct survey_options *o = s->options;
	enum status status =
	    o->check(o->user, s->targets, s->target_count, err);

	if (status == STATUS_OK)
		status = leave_alone(s, err);
	if (status != STATUS_OK || s->target_count == 0)
		return status;
	status =
	    scan_run(o->scan, s->targets, s->target_count, &events, s, err);
	if (status == STATUS_UNAVAILABLE)
		forget_tries(s);
	if (status == STATUS_OK && s->failed != STATUS_OK) {
		*err = s->failure;
		status = s->failed;
	}
	return status;
}

static enum status tell_stopped(struct survey *s, struct error *err)
{
	size_t open = 0;

	for (size_t i = 0; i < s->target_count; i++) {
		if (!(*survey_host(s, s->targets[i].address) & HOST_STORED))
			open++;
	}
	return error_set(err, STATUS_TEMPFAIL,
	    "stopped; %zu hosts are done and saved in %s, %zu of this round "
	    "are not; run the same command again to go on",
	    s->stored_hosts, run_folder(s->run), open);
}

enum status survey_probe(struct survey *s, struct error *err)
{
	enum status status = STATUS_OK;
	size_t choices = 1;

	for (unsigned round = 0;
	     round < CHOICE_ROUNDS_MAX && choices > 0 && status == STATUS_OK;
	     round++) {
		status = survey_choose(s, round, &choices, err);
		if (status == STATUS_OK && s->target_count > 0)
			status = probe_targets(s, err);
		if (status == STATUS_TEMPFAIL)
			status = tell_stopped(s, err);
	}
	return status;
}
