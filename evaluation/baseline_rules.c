/*
 * Rules alone, as a decision without a model uses them. They learn nothing, so
 * every transcript is asked about once, not once a fold.
 */
#include <stdlib.h>
#include <string.h>

#include "common/buffer.h"
#include "evaluation/baseline.h"
#include "features/extractor.h"
#include "model/decide.h"
#include "transcript/format.h"
#include "transcript/reader.h"

struct asking {
	const struct dataset *d;
	const size_t *items;
	size_t count;
	struct classifier classifier;
	enum tier tier;
	struct said *said;
};

/* What refuses us is a negative reply, and stays. */
static bool welcomes(const struct exchange *x)
{
	size_t scanned = 0;
	int code = 0;

	if (strcmp(x->probe, PROBE_GREETING) != 0)
		return false;
	if (reply_length(
		x->received.data, x->received.len, true, &scanned, &code) < 0)
		code = 0;
	return !code_refuses(code);
}

/* The same dialogue without its greeting; shares t's bytes. */
static const struct transcript *without_greeting(
    struct arena *arena, const struct transcript *t)
{
	struct transcript *copy = arena_alloc(arena, sizeof(*copy));

	*copy = *t;
	copy->connections = arena_array(
	    arena, t->connection_count + 1, sizeof(*copy->connections));
	for (size_t c = 0; c < t->connection_count; c++) {
		const struct connection *from = &t->connections[c];
		struct connection *to = &copy->connections[c];

		*to = *from;
		to->exchange_count = 0;
		to->exchanges = arena_array(
		    arena, from->exchange_count + 1, sizeof(*to->exchanges));
		for (size_t i = 0; i < from->exchange_count; i++)
			if (!welcomes(&from->exchanges[i]))
				to->exchanges[to->exchange_count++] =
				    from->exchanges[i];
	}
	return copy;
}

static size_t class_of(const struct dataset *d, const char *product)
{
	for (size_t k = 0; k < d->class_count; k++)
		if (strcmp(d->classes[k], product) == 0)
			return k;
	return ANSWER_NONE;
}

static struct said ask(
    const struct asking *a, struct arena *arena, const struct transcript *t)
{
	struct prediction *p;

	decide(&a->classifier, arena, without_greeting(arena, t), &p);
	return (
	    struct said){ class_of(a->d, p->product), p->confidence, false };
}

/* Positions are in order of hash, as items are. */
static size_t position_of(const struct asking *a, const char *hash)
{
	size_t low = 0, high = a->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(a->d->items[a->items[middle]].hash, hash) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < a->count &&
		       strcmp(a->d->items[a->items[low]].hash, hash) == 0
		   ? low
		   : SIZE_MAX;
}

static void take(const struct asking *a, const struct transcript *t)
{
	struct arena *arena = arena_new();
	const struct transcript *view = t;
	char hash[SHA256_HEX_SIZE];
	struct buffer text;
	size_t position;

	buffer_init(&text, 2 * (size_t)FORMAT_LINE_MAX);
	transcript_write(&text, t);
	sha256_of(buffer_text(&text), text.len, hash);
	buffer_clear(&text);
	position = position_of(a, hash);
	if (position != SIZE_MAX) {
		if (tier_of_plan(t->plan) != a->tier)
			view = transcript_reduce(arena, t, a->tier);
		if (view)
			a->said[position] = ask(a, arena, view);
	}
	arena_free(arena);
}

enum status baseline_rules_read(const struct dataset *d, const size_t *items,
    size_t count, struct rule_engine *rules, const struct catalog *catalog,
    const char *const *paths, size_t path_count, struct said *said,
    struct error *err)
{
	struct transcript_reader *reader =
	    transcript_reader_new(paths, path_count);
	struct asking a = { d, items, count,
		{ .catalog = catalog, .rules = rules },
		count > 0 ? d->items[items[0]].tier : TIER_STANDARD, said };
	enum status status;
	struct transcript *t;

	for (size_t k = 0; k < count; k++)
		said[k] = (struct said){ ANSWER_NONE, 0, false };
	while (
	    (status = transcript_reader_next(reader, &t, err)) == STATUS_OK &&
	    t) {
		if (t->label.product && outcome_spoke(t->outcome))
			take(&a, t);
		transcript_free(t);
	}
	transcript_reader_free(reader);
	return status;
}
