/* survey.db from what is stored, and new scores for what is stored. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/lines.h"
#include "survey/segment.h"
#include "survey/stop.h"
#include "survey/survey_state.h"
#include "transcript/format.h"
#include "transcript/reader.h"

#define DOMAIN_MAX 1024

/* ------------------------------------------------------------- the run */

static enum status read_order(struct survey *s, struct error *err)
{
	struct line_reader *reader;
	enum lines_result result;
	const char *line;
	enum status status =
	    lines_open(run_input(s->run), DOMAIN_MAX, &reader, err);
	size_t len;
	bool added;

	if (status != STATUS_OK)
		return status;
	while ((result = lines_next(reader, &line, &len, err)) == LINES_LINE) {
		int64_t *place = strmap_put(s->order, line, len, &added);

		if (added)
			*place = (int64_t)strmap_count(s->order) - 1;
	}
	lines_free(reader);
	if (result == LINES_ERROR)
		return STATUS_IO;
	if (result != LINES_END)
		return error_set(err, STATUS_DATA,
		    "%s is damaged; restore it from a copy", run_input(s->run));
	s->domain_flags = xcalloc(strmap_count(s->order), 1);
	return STATUS_OK;
}

/* Locked: no survey may write beside us. */
static enum status open_stored(
    struct survey *s, const char *folder, struct error *err)
{
	enum status status = run_open_existing(folder, &s->run, err);

	if (status == STATUS_OK)
		status = survey_open_shards(s, err);
	if (status == STATUS_OK)
		status = read_order(s, err);
	if (status == STATUS_OK)
		s->port = (int)json_get_int(run_config(s->run), "port", 25);
	return status;
}

/* --------------------------------------------------------------- rebuild */

static enum status add_answers(struct survey *s, struct error *err)
{
	const char *path =
	    arena_printf(s->arena, "%s/labels.jsonl", run_folder(s->run));
	struct transcript_reader *reader;
	struct transcript *t;
	enum status status;

	if (access(path, F_OK) != 0)
		return STATUS_OK; /* nobody has reviewed it yet */
	reader = transcript_reader_new(&path, 1);
	while (
	    (status = transcript_reader_next(reader, &t, err)) == STATUS_OK &&
	    t) {
		if (t->label.product)
			status = survey_batch(s, err);
		if (status == STATUS_OK && t->label.product)
			status = store_add_label(
			    s->store, t->host, t->port, &t->label, err);
		transcript_free(t);
		if (status != STATUS_OK)
			break;
	}
	transcript_reader_free(reader);
	return status;
}

/* A survey was finished when its last DONE was written. */
static enum status add_finished(struct survey *s, struct error *err)
{
	const char *path = arena_printf(
	    s->arena, "%s/score/00000-of-00001/DONE", run_folder(s->run));
	char time[CLOCK_TEXT_SIZE];
	struct stat st;

	for (int i = 0; i < RUN_STAGE_COUNT; i++) {
		if (!shard_done(s->shards[i]))
			return STATUS_OK;
	}
	if (stat(path, &st) != 0)
		return STATUS_OK;
	clock_format((int64_t)st.st_mtim.tv_sec * 1000, time);
	return store_set_meta(s->store, "finished", time, err);
}

static enum status fill(struct survey *s, struct error *err)
{
	enum status status = survey_open_store(s, STORE_CREATE, err);
	size_t choices = 1;

	if (status == STATUS_OK)
		status = survey_describe_store(s, err);
	if (status == STATUS_OK)
		status = survey_recall(s, err);
	for (unsigned round = 0;
	     round < CHOICE_ROUNDS_MAX && choices > 0 && status == STATUS_OK;
	     round++)
		status = survey_choose(s, round, &choices, err);
	if (status == STATUS_OK)
		status = add_answers(s, err);
	return status == STATUS_OK ? add_finished(s, err) : status;
}

/* Built beside the old one, which stays until the new one is whole. */
enum status survey_rebuild(const char *folder, struct error *err)
{
	struct survey *s = survey_new();
	struct arena *arena = arena_new();
	const char *built = arena_printf(arena, "%s/survey.db.new", folder);
	const char *path = arena_printf(arena, "%s/survey.db", folder);
	enum status status, closed;

	s->store_path = built;
	stop_watch();
	status = open_stored(s, folder, err);
	if (status == STATUS_OK)
		status = fill(s, err);
	closed = survey_free(s, false, status == STATUS_OK ? err : NULL);
	status = status == STATUS_OK ? closed : status;
	if (status != STATUS_OK)
		unlink(built);
	else if (rename(built, path) != 0)
		status = error_set_errno(err, STATUS_IO, errno,
		    "cannot rename %s to %s", built, path);
	else
		status = segment_sync_folder(folder, err);
	stop_unwatch();
	arena_free(arena);
	return status;
}

/* --------------------------------------------------------------- rescore */

static enum status score_again(
    void *user, const char *line, size_t len, struct error *err)
{
	struct survey *s = user;
	struct transcript *t;
	enum status status = survey_stopped(s, err);

	if (status != STATUS_OK)
		return status;
	status = transcript_read(line, len, &t, err);
	if (status != STATUS_OK)
		return status;
	if (!(*survey_host(s, t->host) & HOST_SCORED)) {
		status = survey_keep_score(s, t, err);
		s->stored_hosts++;
	}
	transcript_free(t);
	return status;
}

static enum status score_all(struct survey *s, struct error *err)
{
	const struct classifier *c = s->classifier;
	enum status status = survey_open_store(s, STORE_UPDATE, err);

	if (status == STATUS_OK)
		status = shard_reopen(s->shards[RUN_SCORE], err);
	if (status == STATUS_OK)
		status =
		    shard_replay(s->shards[RUN_PROBE], score_again, s, err);
	if (status == STATUS_OK)
		status = survey_batch(s, err);
	if (status == STATUS_OK)
		status = store_set_meta(s->store, "model",
		    c->model ? model_name(c->model) : NULL, err);
	if (status == STATUS_OK)
		status = store_set_meta(s->store, "rules",
		    c->rules ? rule_engine_hash(c->rules) : NULL, err);
	return status;
}

enum status survey_rescore(const char *folder,
    const struct classifier *classifier, size_t *count, struct error *err)
{
	struct survey *s = survey_new();
	enum status status, closed;
	bool done = false;

	*count = 0;
	s->classifier = classifier;
	s->store_path = arena_printf(s->arena, "%s/survey.db", folder);
	stop_watch();
	status = open_stored(s, folder, err);
	if (status == STATUS_OK) {
		done = shard_done(s->shards[RUN_PROBE]);
		status = score_all(s, err);
	}
	*count = s->stored_hosts;
	closed = survey_free(
	    s, done && status == STATUS_OK, status == STATUS_OK ? err : NULL);
	stop_unwatch();
	return status == STATUS_OK ? closed : status;
}
