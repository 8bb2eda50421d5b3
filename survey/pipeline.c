#include "survey/pipeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "survey/settings.h"
#include "survey/stop.h"
#include "survey/survey_state.h"
#include "transcript/format.h"

#define SETTINGS_MAX (1u << 20)

/* -------------------------------------------------------- open and close */

struct survey *survey_new(void)
{
	struct arena *arena = arena_new();
	struct survey *s = arena_alloc(arena, sizeof(*s));

	s->arena = arena;
	s->scratch = arena_new();
	s->order = strmap_new();
	s->hosts = strmap_new();
	buffer_init(&s->line, FORMAT_LINE_MAX);
	buffer_init(&s->score_line, FORMAT_LINE_MAX);
	return s;
}

enum status survey_free(struct survey *s, bool done, struct error *err)
{
	enum status status = STATUS_OK;
	struct error *first = err;

	/* The store before DONE: a survey that is done has all its rows. */
	if (s->store) {
		status = survey_commit(s, first);
		if (store_close(s->store, status ? NULL : first) != STATUS_OK)
			status = status ? status : STATUS_IO;
	}
	for (int i = 0; i < RUN_STAGE_COUNT; i++) {
		enum status closed = shard_close(s->shards[i],
		    done && status == STATUS_OK, status ? NULL : first);

		status = status ? status : closed;
	}
	run_close(s->run);
	strmap_free(s->order);
	strmap_free(s->hosts);
	free(s->domain_flags);
	free(s->targets);
	buffer_clear(&s->line);
	buffer_clear(&s->score_line);
	arena_free(s->scratch);
	arena_free(s->arena);
	return status;
}

enum status survey_open_shards(struct survey *s, struct error *err)
{
	enum status status = STATUS_OK;

	for (int i = 0; i < RUN_STAGE_COUNT && status == STATUS_OK; i++)
		status = shard_open(
		    s->run, (enum run_stage)i, 0, 1, &s->shards[i], err);
	return status;
}

static void note(struct survey *s, const char *sentence)
{
	if (s->options && s->options->note)
		s->options->note(s->options->user, sentence);
}

enum status survey_open_store(
    struct survey *s, enum store_mode mode, struct error *err)
{
	const char *bad = arena_printf(s->arena, "%s.bad", s->store_path);
	enum status status = store_open(s->store_path, mode, &s->store, err);

	if (status == STATUS_DATA && mode == STORE_UPDATE &&
	    rename(s->store_path, bad) == 0) {
		note(s, arena_printf(s->arena,
			    "%s is damaged; kept as survey.db.bad and built "
			    "again from the segments",
			    s->store_path));
		status =
		    store_open(s->store_path, STORE_CREATE, &s->store, err);
	}
	if (status == STATUS_OK)
		store_set_order(s->store, s->order);
	return status;
}

enum status survey_describe_store(struct survey *s, struct error *err)
{
	const struct json *v = run_config(s->run)->first;
	struct json_writer w;
	enum status status = survey_batch(s, err);

	if (status == STATUS_OK)
		status = store_set_meta(s->store, "run", run_id(s->run), err);
	if (status == STATUS_OK)
		status = store_set_meta(
		    s->store, "created", run_created(s->run), err);
	for (; v && status == STATUS_OK; v = v->next) {
		buffer_reset(&s->line);
		json_writer_init(&w, &s->line);
		json_write_value(&w, NULL, v);
		status = store_set_meta(s->store, v->key,
		    v->type == JSON_NULL     ? NULL
		    : v->type == JSON_STRING ? v->text
					     : buffer_text(&s->line),
		    err);
	}
	return status == STATUS_OK ? survey_commit(s, err) : status;
}

/* ------------------------------------------------------------ resolving */

static enum status on_route(void *user, struct route *route, struct error *err)
{
	struct survey *s = user;
	enum status status = s->failed;

	if (status != STATUS_OK)
		*err = s->failure;
	else
		status = survey_keep_route(s, route, err);
	route_free(route);
	return status;
}

static void on_resolve_progress(void *user, const struct resolver_stats *stats)
{
	struct survey *s = user;

	if (s->failed == STATUS_OK)
		s->failed = survey_tick(s, &s->failure);
	if (s->options->resolve_progress)
		s->options->resolve_progress(s->options->user, stats);
}

static enum status resolve(struct survey *s, struct error *err)
{
	static const struct resolver_events events = {
		.finished = on_route,
		.progress = on_resolve_progress,
	};
	const struct target_list *list = s->options->targets;
	struct target *open = xmalloc(list->count * sizeof(*open));
	enum status status = STATUS_OK;
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++) {
		if (!(s->domain_flags[i] & DOMAIN_STORED))
			open[count++] = list->items[i];
	}
	if (count > 0)
		status = resolver_run(
		    &s->options->resolver, open, count, &events, s, err);
	free(open);
	if (status == STATUS_OK && s->failed != STATUS_OK) {
		*err = s->failure;
		status = s->failed;
	}
	if (status == STATUS_TEMPFAIL)
		error_set(err, status,
		    "stopped; %zu of %zu domains are resolved and saved in %s; "
		    "run the same command again to go on",
		    s->stored_domains, list->count, run_folder(s->run));
	return status;
}

/* -------------------------------------------------------------- the whole */

static const char *list_line(const void *user, size_t i)
{
	const struct target_list *list = user;

	return i < list->count ? list->items[i].domain : NULL;
}

static enum status open_run(struct survey *s, struct error *err)
{
	const struct survey_options *o = s->options;
	struct buffer settings;
	enum status status;
	bool added;

	buffer_init(&settings, SETTINGS_MAX);
	settings_write(&settings, o);
	status = run_open(o->folder, buffer_text(&settings), list_line,
	    o->targets, &s->run, err);
	buffer_clear(&settings);
	if (status != STATUS_OK)
		return status;
	s->store_path =
	    arena_printf(s->arena, "%s/survey.db", run_folder(s->run));
	for (size_t i = 0; i < o->targets->count; i++)
		*strmap_put_text(
		    s->order, o->targets->items[i].domain, &added) = (int64_t)i;
	s->domain_flags = xcalloc(o->targets->count, 1);
	return survey_open_shards(s, err);
}

static bool finished(const struct survey *s)
{
	for (int i = 0; i < RUN_STAGE_COUNT; i++) {
		if (!shard_done(s->shards[i]))
			return false;
	}
	return access(s->store_path, F_OK) == 0;
}

static enum status finish(struct survey *s, struct error *err)
{
	char now[CLOCK_TEXT_SIZE];
	enum status status = survey_batch(s, err);

	clock_format(clock_utc_ms(), now);
	if (status == STATUS_OK)
		status = store_set_meta(s->store, "finished", now, err);
	return status;
}

static enum status run_stages(struct survey *s, struct error *err)
{
	enum status status = survey_open_store(s, STORE_UPDATE, err);

	if (status == STATUS_OK)
		status = survey_describe_store(s, err);
	if (status == STATUS_OK)
		status = survey_recall(s, err);
	if (status == STATUS_OK && s->stored_domains > 0)
		note(s, arena_printf(s->arena,
			    "going on with %s: %zu of %zu domains resolved, "
			    "%zu hosts done",
			    run_folder(s->run), s->stored_domains,
			    s->options->targets->count, s->stored_hosts));
	if (status == STATUS_OK)
		status = resolve(s, err);
	if (status == STATUS_OK)
		status = survey_probe(s, err);
	if (status == STATUS_OK)
		status = finish(s, err);
	return status;
}

enum status survey_run(const struct survey_options *options, struct error *err)
{
	struct survey *s = survey_new();
	enum status status, closed;

	s->options = options;
	s->classifier = options->classifier;
	s->port = options->port;
	stop_watch();
	status = open_run(s, err);
	if (status == STATUS_OK && finished(s))
		note(s, arena_printf(s->arena,
			    "the survey in %s is finished, nothing is left to "
			    "do; --run NEW starts another one",
			    run_folder(s->run)));
	else if (status == STATUS_OK)
		status = run_stages(s, err);
	for (int i = 0; i < RUN_STAGE_COUNT; i++) {
		if (status != STATUS_OK && s->shards[i])
			shard_fail(s->shards[i], err);
	}
	closed = survey_free(
	    s, status == STATUS_OK, status == STATUS_OK ? err : NULL);
	stop_unwatch();
	return status == STATUS_OK ? closed : status;
}

/* -------------------------------------------------------------- dry run */

struct rehearsal {
	struct survey *s;
	struct resolver_stats *stats;
};

static enum status rehearse_route(
    void *user, struct route *route, struct error *err)
{
	struct rehearsal *r = user;
	struct choice choices[CHOICE_HOSTS_MAX];
	size_t count = choice_round(route, 0, choices);

	(void)err;
	for (size_t i = 0; i < count; i++)
		survey_add_target(r->s, &choices[i]);
	route_free(route);
	return STATUS_OK;
}

static void rehearse_progress(void *user, const struct resolver_stats *stats)
{
	struct rehearsal *r = user;
	const struct survey_options *o = r->s->options;

	*r->stats = *stats;
	if (o->resolve_progress)
		o->resolve_progress(o->user, stats);
}

enum status survey_dry_run(const struct survey_options *options,
    void (*show)(void *user, const struct scan_target *targets, size_t count),
    struct resolver_stats *stats, struct error *err)
{
	static const struct resolver_events events = {
		.finished = rehearse_route,
		.progress = rehearse_progress,
	};
	struct survey *s = survey_new();
	struct rehearsal rehearsal = { s, stats };
	enum status status;

	s->options = options;
	s->port = options->port;
	memset(stats, 0, sizeof(*stats));
	status = resolver_run(&options->resolver, options->targets->items,
	    options->targets->count, &events, &rehearsal, err);
	if (status == STATUS_OK)
		status = options->check(
		    options->user, s->targets, s->target_count, err);
	if (status == STATUS_OK)
		show(options->user, s->targets, s->target_count);
	survey_free(s, false, NULL);
	return status;
}
