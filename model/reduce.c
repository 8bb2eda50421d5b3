#include "model/reduce.h"

#include <string.h>

#include "transcript/reply.h"

#define BIT(tier) (1u << (tier))
#define BOTH	  (BIT(TIER_POLITE) | BIT(TIER_STANDARD))

/* The order of the plans; `always` goes on when the budget is spent. */
static const struct {
	const char *probe;
	unsigned tiers;
	bool always;
} steps[] = {
	{ PROBE_GREETING, BOTH, true },
	{ PROBE_EHLO, BOTH, true },
	{ PROBE_HELO, BOTH, true },
	{ PROBE_NOOP, BOTH, false },
	{ PROBE_HELP, BOTH, false },
	{ PROBE_MAIL_NOARG, BIT(TIER_STANDARD), false },
	{ PROBE_NUL, BIT(TIER_STANDARD), false },
	{ PROBE_UNKNOWN_VERB, BIT(TIER_STANDARD), false },
	{ PROBE_STARTTLS, BOTH, true },
	{ PROBE_TLS_EHLO, BOTH, true },
	{ PROBE_QUIT, BOTH, true },
};

#define STEP_COUNT (sizeof(steps) / sizeof(steps[0]))

static const int budgets[] = {
	[TIER_POLITE] = 1,
	[TIER_STANDARD] = 2,
};

static const char *const names[TIER_COUNT] = {
	[TIER_POLITE] = "polite",
	[TIER_STANDARD] = "standard",
	[TIER_DEEP] = "deep",
	[TIER_FULL] = "lab",
};

enum tier tier_of_plan(const char *plan)
{
	for (int t = TIER_POLITE; plan && t < TIER_FULL; t++)
		if (strcmp(plan, names[t]) == 0)
			return (enum tier)t;
	return TIER_FULL;
}

const char *tier_name(enum tier tier)
{
	return names[tier];
}

static const struct exchange *find(const struct transcript *t,
    const char *probe, const struct connection **connection)
{
	for (size_t c = 0; c < t->connection_count; c++) {
		const struct connection *at = &t->connections[c];

		for (size_t i = 0; i < at->exchange_count; i++) {
			if (strcmp(at->exchanges[i].probe, probe) != 0)
				continue;
			*connection = at;
			return &at->exchanges[i];
		}
	}
	return NULL;
}

static bool is_error(struct reply *reply, const struct exchange *x)
{
	if (reply_parse_all(x->received.data, x->received.len, reply) <= 0)
		return false;
	return reply->code >= 400 && strcmp(x->probe, PROBE_GREETING) != 0;
}

/* The exchanges of the smaller plan; how the connection that said QUIT ended
 * is how this one ends. */
static void fill(struct arena *arena, const struct transcript *t,
    enum tier tier, struct connection *out)
{
	struct reply *reply = arena_alloc(arena, sizeof(*reply));
	int errors = 0;

	for (size_t i = 0; i < STEP_COUNT; i++) {
		const struct connection *from = NULL;
		const struct exchange *x;

		if (!(steps[i].tiers & BIT(tier)) ||
		    (!steps[i].always && errors >= budgets[tier]))
			continue;
		x = find(t, steps[i].probe, &from);
		if (!x)
			continue;
		if (out->exchange_count == 0) {
			*out = *from;
			out->tls = NULL;
			out->exchanges = arena_array(
			    arena, STEP_COUNT, sizeof(*out->exchanges));
			out->exchange_count = 0;
		}
		out->exchanges[out->exchange_count++] = *x;
		errors += is_error(reply, x);
		if (strcmp(x->probe, PROBE_STARTTLS) == 0)
			out->tls = from->tls;
		if (strcmp(x->probe, PROBE_QUIT) == 0)
			out->end = from->end;
	}
}

struct transcript *transcript_reduce(
    struct arena *arena, const struct transcript *t, enum tier tier)
{
	struct transcript *view;

	if (tier > TIER_STANDARD || tier_of_plan(t->plan) <= tier)
		return NULL;
	view = arena_alloc(arena, sizeof(*view));
	*view = *t;
	view->arena = NULL;
	view->plan = names[tier];
	view->connection_count = 1;
	view->connections = arena_alloc(arena, sizeof(*view->connections));
	fill(arena, t, tier, view->connections);
	return view->connections->exchange_count > 0 ? view : NULL;
}
