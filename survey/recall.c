/*
 * Routes first (which domains are done), then predictions (which hosts are
 * scored), then transcripts (which hosts are done; scored now if a crash came
 * between the two).
 */
#include <string.h>

#include "survey/survey_state.h"
#include "transcript/format.h"

static enum status foreign(const char *what, struct error *err)
{
	return error_set(err, STATUS_DATA,
	    "a segment of the run holds a %s that cannot be read; start a new "
	    "run with --run NEW, or restore the folder from a copy",
	    what);
}

static enum status recall_route(
    void *user, const char *line, size_t len, struct error *err)
{
	struct survey *s = user;
	struct route *route;
	const int64_t *place;
	enum status status = survey_stopped(s, err);

	if (status != STATUS_OK)
		return status;
	if (route_read(line, len, &route, NULL) != STATUS_OK)
		return foreign("route", err);
	place = strmap_get_text(s->order, route->domain);
	if (place && !(s->domain_flags[*place] & DOMAIN_STORED)) {
		s->domain_flags[*place] |= DOMAIN_STORED;
		s->stored_domains++;
		if (!store_has_domain(s->store, route->domain)) {
			status = survey_batch(s, err);
			if (status == STATUS_OK)
				status = store_add_route(s->store, route, err);
		}
	}
	route_free(route);
	return status;
}

/* By the same model, or with none to compare (rebuild)? */
static bool current(const struct survey *s, const struct prediction *p)
{
	const char *name;

	if (!s->classifier)
		return true;
	name = s->classifier->model ? model_name(s->classifier->model) : "";
	return strcmp(name, p->model ? p->model : "") == 0;
}

/* The last prediction of a host counts. */
static enum status recall_score(
    void *user, const char *line, size_t len, struct error *err)
{
	struct survey *s = user;
	struct prediction *p;
	int64_t *flags;
	enum status status = survey_stopped(s, err);
	bool again;

	if (status != STATUS_OK)
		return status;
	arena_reset(s->scratch);
	if (prediction_read(s->scratch, line, len, &p, NULL) != STATUS_OK)
		return foreign("prediction", err);
	flags = survey_host(s, p->host);
	again = (*flags & HOST_REPLAYED) != 0;
	*flags |= HOST_REPLAYED;
	if (current(s, p))
		*flags |= HOST_SCORED;
	else
		*flags &= ~(int64_t)HOST_SCORED;
	if (!again && store_has_prediction(s->store, p->host, p->port))
		return STATUS_OK;
	status = survey_batch(s, err);
	return status == STATUS_OK ? store_add_prediction(s->store, p, err)
				   : status;
}

static enum status recall_host(struct survey *s, const struct transcript *t,
    const char *line, size_t len, struct error *err)
{
	int64_t *flags = survey_host(s, t->host);
	enum status status = STATUS_OK;

	if (*flags & HOST_STORED)
		return STATUS_OK;
	*flags |=
	    HOST_STORED | (t->outcome == OUTCOME_GREETED ? HOST_GREETED : 0);
	s->stored_hosts++;
	if (!store_has_host(s->store, t->host, t->port)) {
		status = survey_batch(s, err);
		if (status == STATUS_OK)
			status =
			    store_add_host_line(s->store, t, line, len, err);
	}
	if (status == STATUS_OK && s->classifier && !(*flags & HOST_SCORED) &&
	    !shard_done(s->shards[RUN_SCORE]))
		status = survey_keep_score(s, t, err);
	return status;
}

static enum status recall_transcript(
    void *user, const char *line, size_t len, struct error *err)
{
	struct survey *s = user;
	struct transcript *t;
	enum status status = survey_stopped(s, err);

	if (status != STATUS_OK)
		return status;
	if (transcript_read(line, len, &t, NULL) != STATUS_OK)
		return foreign("transcript", err);
	status = recall_host(s, t, line, len, err);
	transcript_free(t);
	return status;
}

enum status survey_recall(struct survey *s, struct error *err)
{
	static const struct {
		enum run_stage stage;
		shard_record_fn record;
	} passes[] = {
		{ RUN_RESOLVE, recall_route },
		{ RUN_SCORE, recall_score },
		{ RUN_PROBE, recall_transcript },
	};
	enum status status = STATUS_OK;

	for (int i = 0; i < RUN_STAGE_COUNT && status == STATUS_OK; i++) {
		status = shard_replay(
		    s->shards[passes[i].stage], passes[i].record, s, err);
		if (status == STATUS_OK)
			status = survey_tick(s, err);
	}
	return status;
}
