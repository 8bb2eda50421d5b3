/*
 * One record at a time: to its shard, then to survey.db in batches of a
 * thousand or of a second.
 */
#include "survey/survey_state.h"
#include "transcript/format.h"

#define BATCH_RECORDS 1000

int64_t *survey_host(struct survey *s, const char *address)
{
	bool added;

	return strmap_put_text(s->hosts, address, &added);
}

enum status survey_batch(struct survey *s, struct error *err)
{
	enum status status = STATUS_OK;

	if (s->in_batch >= BATCH_RECORDS)
		status = survey_commit(s, err);
	if (status == STATUS_OK && s->in_batch == 0)
		status = store_begin(s->store, err);
	if (status == STATUS_OK)
		s->in_batch++;
	return status;
}

enum status survey_commit(struct survey *s, struct error *err)
{
	if (s->in_batch == 0)
		return STATUS_OK;
	s->in_batch = 0;
	return store_commit(s->store, err);
}

enum status survey_tick(struct survey *s, struct error *err)
{
	enum status status = survey_commit(s, err);

	for (int i = 0; i < RUN_STAGE_COUNT && status == STATUS_OK; i++)
		status = shard_tick(s->shards[i], err);
	return status;
}

enum status survey_keep_route(
    struct survey *s, const struct route *route, struct error *err)
{
	const int64_t *place = strmap_get_text(s->order, route->domain);
	enum status status;

	if (!place || (s->domain_flags[*place] & DOMAIN_STORED))
		return STATUS_OK;
	buffer_reset(&s->line);
	route_write(&s->line, route);
	status = shard_append(
	    s->shards[RUN_RESOLVE], buffer_text(&s->line), s->line.len, err);
	if (status != STATUS_OK)
		return status;
	s->domain_flags[*place] |= DOMAIN_STORED;
	s->stored_domains++;
	status = survey_batch(s, err);
	return status == STATUS_OK ? store_add_route(s->store, route, err)
				   : status;
}

enum status survey_keep_score(
    struct survey *s, const struct transcript *t, struct error *err)
{
	struct prediction *p;
	enum status status;

	arena_reset(s->scratch);
	decide(s->classifier, s->scratch, t, &p);
	buffer_reset(&s->score_line);
	prediction_write(&s->score_line, p);
	status = shard_append(s->shards[RUN_SCORE], buffer_text(&s->score_line),
	    s->score_line.len, err);
	if (status == STATUS_OK)
		status = survey_batch(s, err);
	if (status == STATUS_OK)
		status = store_add_prediction_line(
		    s->store, p, buffer_text(&s->score_line), err);
	if (status == STATUS_OK)
		*survey_host(s, t->host) |= HOST_SCORED;
	return status;
}

enum status survey_keep_transcript(
    struct survey *s, const struct transcript *t, struct error *err)
{
	enum status status;

	buffer_reset(&s->line);
	transcript_write(&s->line, t);
	if (s->line.overflow)
		return error_set(err, STATUS_SOFTWARE,
		    "the transcript of %s is longer than %u bytes", t->host,
		    FORMAT_LINE_MAX);
	status = shard_append(
	    s->shards[RUN_PROBE], buffer_text(&s->line), s->line.len, err);
	if (status != STATUS_OK)
		return status;
	*survey_host(s, t->host) |=
	    HOST_STORED | (t->outcome == OUTCOME_GREETED ? HOST_GREETED : 0);
	s->stored_hosts++;
	status = survey_batch(s, err);
	if (status == STATUS_OK)
		status = store_add_host_line(
		    s->store, t, buffer_text(&s->line), s->line.len, err);
	return status == STATUS_OK ? survey_keep_score(s, t, err) : status;
}
