#include "transcript/route.h"

#include <string.h>

static const struct {
	const char *name;
	const char *sentence;
} outcomes[] = {
	[ROUTE_OK] = { "ok", "has mail hosts" },
	[ROUTE_IMPLICIT] = { "implicit-mx",
	    "no MX, so the domain's own address takes its mail" },
	[ROUTE_NULL_MX] = { "null-mx", "says that it takes no mail" },
	[ROUTE_NO_MAIL] = { "no-mail", "has neither MX nor address" },
	[ROUTE_NXDOMAIN] = { "nxdomain", "does not exist" },
	[ROUTE_SERVFAIL] = { "servfail", "its name servers failed" },
	[ROUTE_TIMEOUT] = { "dns-timeout", "no answer from any resolver" },
	[ROUTE_NO_ADDRESS] = { "no-address", "its MX names have no address" },
	[ROUTE_UNUSABLE] = { "unusable-mx",
	    "its MX hosts are private, special or blocked: never contacted" },
	[ROUTE_BLOCKLISTED] = { "blocklisted",
	    "on a blocklist, never contacted" },
};

_Static_assert(sizeof(outcomes) / sizeof(outcomes[0]) == ROUTE_OUTCOME_COUNT,
    "a name for every route outcome");

static const char *const mx_outcomes[] = {
	[MX_OK] = "ok",
	[MX_CNAME] = "cname",
	[MX_IP_LITERAL] = "ip-literal",
	[MX_LOCALHOST] = "localhost",
	[MX_NO_ADDRESS] = "no-address",
	[MX_NXDOMAIN] = "nxdomain",
	[MX_SERVFAIL] = "servfail",
	[MX_TIMEOUT] = "dns-timeout",
	[MX_BLOCKLISTED] = "blocklisted",
	[MX_BAD_NAME] = "bad-name",
};

_Static_assert(sizeof(mx_outcomes) / sizeof(mx_outcomes[0]) == MX_OUTCOME_COUNT,
    "a name for every MX outcome");

static const char *const address_outcomes[] = {
	[ADDRESS_OK] = "ok",
	[ADDRESS_SPECIAL] = "special-address",
	[ADDRESS_BLOCKLISTED] = "blocklisted",
};

_Static_assert(sizeof(address_outcomes) / sizeof(address_outcomes[0]) ==
		   ADDRESS_OUTCOME_COUNT,
    "a name for every address outcome");

void route_free(struct route *route)
{
	if (route)
		arena_free(route->arena);
}

const char *route_outcome_name(enum route_outcome outcome)
{
	return outcome < ROUTE_OUTCOME_COUNT ? outcomes[outcome].name
					     : "unknown";
}

enum route_outcome route_outcome_parse(const char *name)
{
	int i = 0;

	while (i < ROUTE_OUTCOME_COUNT && strcmp(outcomes[i].name, name) != 0)
		i++;
	return (enum route_outcome)i;
}

const char *route_outcome_sentence(enum route_outcome outcome)
{
	return outcome < ROUTE_OUTCOME_COUNT ? outcomes[outcome].sentence
					     : "unknown";
}

const char *mx_outcome_name(enum mx_outcome outcome)
{
	return outcome < MX_OUTCOME_COUNT ? mx_outcomes[outcome] : "unknown";
}

enum mx_outcome mx_outcome_parse(const char *name)
{
	int i = 0;

	while (i < MX_OUTCOME_COUNT && strcmp(mx_outcomes[i], name) != 0)
		i++;
	return (enum mx_outcome)i;
}

const char *address_outcome_name(enum address_outcome outcome)
{
	return outcome < ADDRESS_OUTCOME_COUNT ? address_outcomes[outcome]
					       : "unknown";
}

enum address_outcome address_outcome_parse(const char *name)
{
	int i = 0;

	while (
	    i < ADDRESS_OUTCOME_COUNT && strcmp(address_outcomes[i], name) != 0)
		i++;
	return (enum address_outcome)i;
}
