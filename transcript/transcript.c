#include "transcript/transcript.h"

#include <string.h>

static const struct {
	const char *name;
	const char *sentence;
} outcomes[] = {
	[OUTCOME_GREETED] = { "greeted", "greeted us" },
	[OUTCOME_DEFERRED] = { "deferred",
	    "asked to come back later (4xx greeting)" },
	[OUTCOME_REJECTED] = { "rejected", "refused us (5xx greeting)" },
	[OUTCOME_NOT_SMTP] = { "not-smtp", "spoke, but not SMTP" },
	[OUTCOME_SILENT] = { "silent",
	    "connected, but no complete greeting in time" },
	[OUTCOME_CLOSED] = { "closed", "closed before a greeting" },
	[OUTCOME_RESET] = { "reset", "reset the connection before a greeting" },
	[OUTCOME_REFUSED] = { "refused", "connection refused" },
	[OUTCOME_UNREACHABLE] = { "unreachable", "host not reachable" },
	[OUTCOME_CONNECT_TIMEOUT] = { "connect-timeout",
	    "no answer to the connection attempt" },
	[OUTCOME_BLOCKLISTED] = { "blocklisted",
	    "on a blocklist, never contacted" },
	[OUTCOME_SPECIAL] = { "special-address",
	    "special-purpose address, never contacted" },
	[OUTCOME_INTERRUPTED] = { "interrupted",
	    "tried twice and interrupted both times" },
};

_Static_assert(sizeof(outcomes) / sizeof(outcomes[0]) == OUTCOME_COUNT,
    "a name for every outcome");

static const char *const exchange_ends[] = {
	[EXCHANGE_REPLY] = "reply",
	[EXCHANGE_TIMEOUT] = "timeout",
	[EXCHANGE_CLOSED] = "closed",
	[EXCHANGE_RESET] = "reset",
	[EXCHANGE_CAP] = "cap",
	[EXCHANGE_TLS_FAILED] = "tls-failed",
	[EXCHANGE_STOPPED] = "stopped",
};

_Static_assert(
    sizeof(exchange_ends) / sizeof(exchange_ends[0]) == EXCHANGE_END_COUNT,
    "a name for every exchange end");

static const char *const connection_ends[] = {
	[END_QUIT_CLOSED] = "quit-closed",
	[END_QUIT_OPEN] = "quit-open",
	[END_QUIT_SILENT] = "quit-silent",
	[END_CLOSED] = "closed",
	[END_RESET] = "reset",
	[END_TIMEOUT] = "timeout",
	[END_CAP] = "cap",
	[END_DROPPED] = "dropped",
	[END_TLS_FAILED] = "tls-failed",
	[END_STOPPED] = "stopped",
	[END_NOT_OPENED] = "not-opened",
};

_Static_assert(
    sizeof(connection_ends) / sizeof(connection_ends[0]) == END_COUNT,
    "a name for every connection end");

void transcript_free(struct transcript *t)
{
	if (t)
		arena_free(t->arena);
}

const char *outcome_name(enum outcome outcome)
{
	return outcome < OUTCOME_COUNT ? outcomes[outcome].name : "unknown";
}

enum outcome outcome_parse(const char *name)
{
	int i = 0;

	while (i < OUTCOME_COUNT && strcmp(outcomes[i].name, name) != 0)
		i++;
	return (enum outcome)i;
}

const char *outcome_sentence(enum outcome outcome)
{
	return outcome < OUTCOME_COUNT ? outcomes[outcome].sentence : "unknown";
}

bool outcome_spoke(enum outcome outcome)
{
	return outcome == OUTCOME_GREETED || outcome == OUTCOME_DEFERRED ||
	       outcome == OUTCOME_REJECTED;
}

const char *exchange_end_name(enum exchange_end end)
{
	return end < EXCHANGE_END_COUNT ? exchange_ends[end] : "unknown";
}

enum exchange_end exchange_end_parse(const char *name)
{
	int i = 0;

	while (i < EXCHANGE_END_COUNT && strcmp(exchange_ends[i], name) != 0)
		i++;
	return (enum exchange_end)i;
}

const char *connection_end_name(enum connection_end end)
{
	return end < END_COUNT ? connection_ends[end] : "unknown";
}

enum connection_end connection_end_parse(const char *name)
{
	int i = 0;

	while (i < END_COUNT && strcmp(connection_ends[i], name) != 0)
		i++;
	return (enum connection_end)i;
}

bool exchange_took_place(const struct exchange *x)
{
	return x->sent.len > 0 || strcmp(x->probe, PROBE_GREETING) == 0;
}

const struct exchange *transcript_find(
    const struct transcript *t, const char *probe)
{
	for (size_t i = 0; i < t->connection_count; i++) {
		const struct connection *c = &t->connections[i];

		for (size_t j = 0; j < c->exchange_count; j++) {
			const struct exchange *x = &c->exchanges[j];

			if (strcmp(x->probe, probe) == 0 &&
			    exchange_took_place(x))
				return x;
		}
	}
	return NULL;
}
