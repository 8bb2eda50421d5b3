/*
 * Which hosts take mail for a domain: MX name, preference, addresses.
 *
 * Memory: everything lives in route.arena; route_free() frees it all.
 */
#ifndef MXPRINT_TRANSCRIPT_ROUTE_H
#define MXPRINT_TRANSCRIPT_ROUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"

enum route_outcome {	/* of a domain; each is also a row of the loss table */
	ROUTE_OK,	/* MX hosts with usable addresses */
	ROUTE_IMPLICIT, /* no MX: the domain's own address (RFC 5321, 5.1) */
	ROUTE_NULL_MX,	/* RFC 7505: takes no mail; never contacted */
	ROUTE_NO_MAIL,	/* exists, but has neither MX nor address */
	ROUTE_NXDOMAIN,
	ROUTE_SERVFAIL,	   /* or REFUSED, FORMERR: the name servers failed */
	ROUTE_TIMEOUT,	   /* no answer from any resolver */
	ROUTE_NO_ADDRESS,  /* MX names without any address (dangling) */
	ROUTE_UNUSABLE,	   /* only special, literal or blocklisted hosts */
	ROUTE_BLOCKLISTED, /* the domain itself is on a blocklist */
	ROUTE_OUTCOME_COUNT
};

enum mx_outcome { /* of one MX name */
	MX_OK,
	MX_CNAME,      /* is an alias (RFC 2181, 10.3); used all the same */
	MX_IP_LITERAL, /* an address where a name belongs */
	MX_LOCALHOST,  /* localhost or a name below it; neither of the two is
			  contacted, or has addresses, without permission for
			  private addresses */
	MX_NO_ADDRESS,
	MX_NXDOMAIN,
	MX_SERVFAIL,
	MX_TIMEOUT,
	MX_BLOCKLISTED,
	MX_BAD_NAME, /* not a host name */
	MX_OUTCOME_COUNT
};

enum address_outcome {
	ADDRESS_OK,
	ADDRESS_SPECIAL, /* private or special-purpose, without permission */
	ADDRESS_BLOCKLISTED,
	ADDRESS_OUTCOME_COUNT
};

struct mx_address {
	const char *text; /* "192.0.2.1", "2001:db8::1" */
	enum address_outcome outcome;
};

struct mx_host {
	const char *name; /* lower-case A-label, no final dot */
	int preference;	  /* 0 for implicit MX */
	enum mx_outcome outcome;
	const char *canonical;	      /* MX_CNAME: what it points to, or NULL */
	struct mx_address *addresses; /* in the order of the answer */
	size_t address_count;	      /* at most 16 */
};

struct route {
	struct arena *arena;
	const char *domain; /* lower-case A-label, no final dot */
	const char *input;  /* as the user wrote it (UTF-8) */
	enum route_outcome outcome;
	int64_t ttl; /* smallest seen, seconds; -1 unknown */
	int64_t utc_ms;
	struct mx_host *hosts; /* by preference, then name; at most 32 */
	size_t host_count;
	const char *columns; /* the user's further columns: JSON object, NULL */
};

void route_free(struct route *route);

const char *route_outcome_name(enum route_outcome outcome);
enum route_outcome route_outcome_parse(const char *name);
const char *route_outcome_sentence(enum route_outcome outcome);
const char *mx_outcome_name(enum mx_outcome outcome);
enum mx_outcome mx_outcome_parse(const char *name);
const char *address_outcome_name(enum address_outcome outcome);
enum address_outcome address_outcome_parse(const char *name);

#endif
