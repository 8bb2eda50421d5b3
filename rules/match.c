/*
 * Which text of a transcript belongs to which stage, and what the hits say
 * together.
 */
#include <stdlib.h>
#include <string.h>

#include "rules/engine.h"
#include "rules/hits.h"
#include "rules/rulefile.h"
#include "rules/text.h"
#include "transcript/reply.h"

/* Earlier stage first; within a stage the most specific first. */
static int compare_hits(const void *a, const void *b)
{
	const struct rule_hit *x = a;
	const struct rule_hit *y = b;

	if (x->stage != y->stage)
		return x->stage < y->stage ? -1 : 1;
	if (x->rule->strength != y->rule->strength)
		return x->rule->strength > y->rule->strength ? -1 : 1;
	if (x->rule->literals != y->rule->literals)
		return x->rule->literals > y->rule->literals ? -1 : 1;
	return strcmp(x->rule->id, y->rule->id);
}

void rule_hits_add(
    struct arena *arena, struct rule_hits *hits, const struct rule_hit *hit)
{
	for (size_t i = 0; i < hits->count; i++)
		if (hits->items[i].rule == hit->rule &&
		    hits->items[i].stage == hit->stage)
			return; /* in an earlier reply of the stage */
	/* Room grows at 0, 8, 16, 32, ... */
	if (hits->count == 0 ||
	    (hits->count >= 8 && (hits->count & (hits->count - 1)) == 0)) {
		size_t room = hits->count == 0 ? 8 : hits->count * 2;
		struct rule_hit *items =
		    arena_array(arena, room, sizeof(*items));

		if (hits->count > 0)
			memcpy(
			    items, hits->items, hits->count * sizeof(*items));
		hits->items = items;
	}
	hits->items[hits->count++] = *hit;
}

static void sort_hits(struct rule_hits *hits)
{
	if (hits->count > 1)
		qsort(hits->items, hits->count, sizeof(*hits->items),
		    compare_hits);
}

void rule_engine_match_text(struct rule_engine *engine, struct arena *arena,
    enum rule_stage stage, const char *text, size_t len, struct rule_hits *hits)
{
	struct rule_text seen;

	hits->items = NULL;
	hits->count = 0;
	if (stage == STAGE_MX_NAME || stage == STAGE_CERTIFICATE)
		rule_text_of_name(arena, text, len, &seen);
	else
		rule_text_of_reply(arena, text, len, &seen);
	rule_engine_scan(engine, arena, stage, NULL, &seen, hits);
	sort_hits(hits);
}

static enum rule_stage stage_of_probe(const char *probe)
{
	static const struct {
		const char *probe;
		enum rule_stage stage;
	} table[] = {
		{ PROBE_GREETING, STAGE_BANNER },
		{ PROBE_EHLO, STAGE_EHLO },
		{ PROBE_HELO, STAGE_EHLO },
		{ PROBE_TLS_EHLO, STAGE_EHLO },
		{ PROBE_HELP, STAGE_HELP },
		{ PROBE_UNKNOWN_VERB, STAGE_UNKNOWN },
		{ PROBE_NUL, STAGE_NUL },
		{ PROBE_MAIL_NOARG, STAGE_MAIL },
		{ PROBE_QUIT, STAGE_QUIT },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (strcmp(probe, table[i].probe) == 0)
			return table[i].stage;
	return STAGE_REPLY;
}

unsigned rule_stages_answered(const struct transcript *t)
{
	unsigned stages = 0;

	for (size_t c = 0; c < t->connection_count; c++) {
		const struct connection *connection = &t->connections[c];

		for (size_t x = 0; x < connection->exchange_count; x++) {
			const struct exchange *e = &connection->exchanges[x];

			if (e->received.len > 0)
				stages |= 1u << stage_of_probe(e->probe);
		}
	}
	return stages;
}

unsigned rule_stages_known(
    const struct rule_engine *engine, const char *product)
{
	const struct rule_set *set = rule_engine_set(engine);
	unsigned stages = 0;

	for (size_t i = 0; i < set->count; i++) {
		const struct rule *rule = &set->specs[i]->rule;

		if (rule->product != NULL &&
		    catalog_same_family(
			rule_engine_catalog(engine), rule->product, product))
			stages |= rule->stages;
	}
	return stages;
}

static void match_exchange(struct rule_engine *e, struct arena *arena,
    const struct exchange *x, struct rule_hits *hits)
{
	struct rule_text text;
	size_t scanned = 0;
	bool closed = x->end != EXCHANGE_TIMEOUT && x->end != EXCHANGE_CAP;
	int code;
	long used;

	if (x->received.len == 0)
		return;
	used = reply_length(
	    x->received.data, x->received.len, closed, &scanned, &code);
	if (used <= 0)
		return; /* incomplete, or not SMTP */
	rule_text_of_reply(arena, x->received.data, (size_t)used, &text);
	rule_engine_scan(
	    e, arena, stage_of_probe(x->probe), x->probe, &text, hits);
}

void rule_engine_match(struct rule_engine *engine, struct arena *arena,
    const struct transcript *t, struct rule_hits *hits)
{
	struct rule_text text;

	hits->items = NULL;
	hits->count = 0;
	for (size_t c = 0; c < t->connection_count; c++) {
		const struct connection *connection = &t->connections[c];

		for (size_t x = 0; x < connection->exchange_count; x++)
			match_exchange(
			    engine, arena, &connection->exchanges[x], hits);
		if (connection->tls != NULL &&
		    connection->tls->chain_count > 0) {
			rule_text_of_certificate(
			    arena, &connection->tls->chain[0], &text);
			rule_engine_scan(engine, arena, STAGE_CERTIFICATE, NULL,
			    &text, hits);
		}
	}
	if (t->name != NULL) {
		rule_text_of_name(arena, t->name, strlen(t->name), &text);
		rule_engine_scan(
		    engine, arena, STAGE_MX_NAME, NULL, &text, hits);
	}
	sort_hits(hits);
}

struct rule_answer rule_hits_answer(const struct rule_hits *hits)
{
	struct rule_answer answer = { 0 };

	for (size_t i = 0; i < hits->count; i++) {
		const struct rule_hit *hit = &hits->items[i];
		const struct rule *rule = hit->rule;

		if (answer.product == NULL && rule->product != NULL)
			answer.product = hit;
		if (answer.operator_id == NULL && rule->operator_id != NULL)
			answer.operator_id = hit;
		if (answer.front == NULL && rule->front != NULL &&
		    rule->before == NULL)
			answer.front = hit;
		if (answer.os == NULL && rule->os != NULL)
			answer.os = hit;
		if (answer.version == NULL && hit->version != NULL &&
		    answer.product != NULL && rule->product != NULL &&
		    strcmp(rule->product, answer.product->rule->product) == 0)
			answer.version = hit->version;
	}
	return answer;
}
