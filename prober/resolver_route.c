#include "prober/resolver_route.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/clock.h"

static bool is_literal(const char *name)
{
	struct sockaddr_storage address;
	socklen_t len;

	/* Any name of numbers alone was meant as an address. */
	return address_parse(name, 0, &address, &len) ||
	       name[strspn(name, "0123456789.")] == '\0';
}

static bool is_localhost(const char *name)
{
	static const char *const tops[] = { "localhost",
		"localhost.localdomain", "localhost6.localdomain6" };
	const char *last = strrchr(name, '.');

	for (size_t i = 0; i < sizeof(tops) / sizeof(tops[0]); i++) {
		if (strcmp(name, tops[i]) == 0)
			return true;
	}
	return last && strcmp(last + 1, "localhost") == 0;
}

static bool is_blocked(const struct resolver_options *options, const char *name)
{
	return options->blocklist &&
	       blocklist_has_name(options->blocklist, name, NULL);
}

enum mx_outcome route_judge_name(
    const struct resolver_options *options, const struct dns_name *name)
{
	if (name->text[0] == '\0' || !name->clean)
		return MX_BAD_NAME;
	if (is_literal(name->text))
		return MX_IP_LITERAL;
	if (is_localhost(name->text))
		return MX_LOCALHOST;
	if (is_blocked(options, name->text))
		return MX_BLOCKLISTED;
	return MX_OK;
}

/* ------------------------------------------------------------ one host */

static enum address_outcome judge_address(
    const struct resolver_options *options, const struct sockaddr *address)
{
	if (options->blocklist &&
	    blocklist_has_address(options->blocklist, address, NULL))
		return ADDRESS_BLOCKLISTED;
	if (!options->allow_private &&
	    address_classify(address) != ADDRESS_PUBLIC)
		return ADDRESS_SPECIAL;
	return ADDRESS_OK;
}

static void fill_address(const struct resolver_options *options,
    struct arena *arena, const struct dns_address *in, struct mx_address *out)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	char text[INET6_ADDRSTRLEN];

	if (in->size == 4) {
		memcpy(&v4.sin_addr, in->bytes, 4);
		inet_ntop(AF_INET, in->bytes, text, sizeof(text));
		out->outcome = judge_address(options, (struct sockaddr *)&v4);
	} else {
		memcpy(&v6.sin6_addr, in->bytes, 16);
		inet_ntop(AF_INET6, in->bytes, text, sizeof(text));
		out->outcome = judge_address(options, (struct sockaddr *)&v6);
	}
	out->text = arena_strdup(arena, text);
}

/*
 * A host that no question was asked for. With permission for private
 * addresses a literal stands for itself and localhost for the loopback
 * address (RFC 6761, 6.3); without, there is nothing to contact.
 */
static void fill_unasked(const struct resolver_options *options,
    struct arena *arena, const struct route_mx *mx, struct mx_host *host)
{
	struct sockaddr_storage address;
	socklen_t len;
	const char *text = mx->outcome == MX_LOCALHOST ? "127.0.0.1" : mx->text;

	host->name = arena_strdup(arena, mx->text);
	if (!options->allow_private ||
	    (mx->outcome != MX_LOCALHOST && mx->outcome != MX_IP_LITERAL) ||
	    !address_parse(text, 0, &address, &len))
		return;
	host->addresses = arena_alloc(arena, sizeof(*host->addresses));
	host->address_count = 1;
	host->addresses[0].text = arena_strdup(arena, text);
	host->addresses[0].outcome =
	    judge_address(options, (struct sockaddr *)&address);
}

static void fill_host(const struct resolver_options *options,
    struct arena *arena, const struct name_cache *names,
    const struct route_mx *mx, struct mx_host *host)
{
	const struct name_result *r;

	host->preference = mx->preference;
	host->outcome = mx->outcome;
	if (mx->outcome != MX_OK) {
		fill_unasked(options, arena, mx, host);
		return;
	}
	r = name_cache_get(names, mx->index);
	host->name = arena_strdup(arena, name_cache_name(names, mx->index));
	host->outcome = (enum mx_outcome)r->outcome;
	if (r->canonical)
		host->canonical = arena_strdup(arena, r->canonical);
	if (r->canonical && is_blocked(options, r->canonical)) {
		host->outcome = MX_BLOCKLISTED;
		return;
	}
	host->address_count = r->address_count;
	host->addresses =
	    arena_array(arena, r->address_count, sizeof(*host->addresses));
	for (size_t i = 0; i < r->address_count; i++)
		fill_address(
		    options, arena, &r->addresses[i], &host->addresses[i]);
}

static bool has_usable_address(const struct mx_host *host)
{
	for (size_t i = 0; i < host->address_count; i++) {
		if (host->addresses[i].outcome == ADDRESS_OK)
			return true;
	}
	return false;
}

/* ------------------------------------------------------------ the whole */

/*
 * Without a usable host: what may be different next time (silence, failure)
 * comes before what was refused, and that before what is not there.
 */
static enum route_outcome judge_route(const struct route *route, bool implicit)
{
	bool silent = false, failed = false, refused = false;

	for (size_t i = 0; i < route->host_count; i++) {
		const struct mx_host *host = &route->hosts[i];

		switch (host->outcome) {
		case MX_OK:
		case MX_CNAME:
		case MX_IP_LITERAL:
		case MX_LOCALHOST:
			if (has_usable_address(host))
				return implicit ? ROUTE_IMPLICIT : ROUTE_OK;
			refused = true;
			break;
		case MX_TIMEOUT:
			silent = true;
			break;
		case MX_SERVFAIL:
			failed = true;
			break;
		case MX_NO_ADDRESS:
		case MX_NXDOMAIN:
			break;
		default:
			refused = true;
		}
	}
	if (silent)
		return ROUTE_TIMEOUT;
	if (failed)
		return ROUTE_SERVFAIL;
	if (refused)
		return ROUTE_UNUSABLE;
	return implicit ? ROUTE_NO_MAIL : ROUTE_NO_ADDRESS;
}

static int by_preference(const void *a, const void *b)
{
	const struct mx_host *x = a, *y = b;

	if (x->preference != y->preference)
		return x->preference < y->preference ? -1 : 1;
	return strcmp(x->name, y->name);
}

static void note_ttl(struct route *route, int64_t ttl)
{
	if (ttl >= 0 && (route->ttl < 0 || ttl < route->ttl))
		route->ttl = ttl;
}

struct route *route_without_hosts(
    const struct target *target, enum route_outcome outcome, int64_t ttl)
{
	struct arena *arena = arena_new();
	struct route *route = arena_alloc(arena, sizeof(*route));

	route->arena = arena;
	route->domain = arena_strdup(arena, target->domain);
	route->input =
	    arena_strdup(arena, target->input ? target->input : target->domain);
	if (target->columns)
		route->columns = arena_strdup(arena, target->columns);
	route->outcome = outcome;
	route->ttl = ttl;
	route->utc_ms = clock_utc_ms();
	return route;
}

struct route *route_with_hosts(const struct resolver_options *options,
    const struct target *target, const struct name_cache *names,
    const struct route_mx *mx, size_t count, bool implicit, int64_t ttl)
{
	struct route *route = route_without_hosts(target, ROUTE_OK, ttl);

	if (count > ROUTE_HOSTS_MAX)
		count = ROUTE_HOSTS_MAX;
	route->hosts = arena_array(route->arena, count, sizeof(*route->hosts));
	for (size_t i = 0; i < count; i++) {
		fill_host(
		    options, route->arena, names, &mx[i], &route->hosts[i]);
		if (mx[i].outcome == MX_OK)
			note_ttl(
			    route, name_cache_get(names, mx[i].index)->ttl);
	}
	route->host_count = count;
	qsort(route->hosts, count, sizeof(*route->hosts), by_preference);
	route->outcome = judge_route(route, implicit);
	if (route->outcome == ROUTE_NO_MAIL)
		route->host_count = 0;
	return route;
}
