/*
 * One preference after the other; inside one, the first address of every
 * name, then the second of every name ..., so that the limit cuts spare
 * addresses of one machine before it cuts another machine. An address already
 * chosen at a better preference is not asked a second time.
 */
#include "survey/choice.h"

#include <string.h>

struct chosen {
	const char *address[CHOICE_ROUNDS_MAX * CHOICE_HOSTS_MAX];
	size_t count;
};

static bool taken(const struct chosen *chosen, const char *address)
{
	for (size_t i = 0; i < chosen->count; i++) {
		if (strcmp(chosen->address[i], address) == 0)
			return true;
	}
	return false;
}

static bool usable(const struct mx_host *host, size_t address)
{
	return host->outcome != MX_BLOCKLISTED &&
	       address < host->address_count &&
	       host->addresses[address].outcome == ADDRESS_OK;
}

static size_t most_addresses(const struct mx_host *hosts, size_t count)
{
	size_t most = 0;

	for (size_t i = 0; i < count; i++) {
		if (hosts[i].address_count > most)
			most = hosts[i].address_count;
	}
	return most;
}

/* Hosts of one preference that are not in chosen yet; adds them to it. */
static size_t choose(const struct mx_host *hosts, size_t count,
    struct chosen *chosen, struct choice out[CHOICE_HOSTS_MAX])
{
	size_t most = most_addresses(hosts, count);
	size_t found = 0;

	for (size_t a = 0; a < most; a++) {
		for (size_t i = 0; i < count; i++) {
			const char *text;

			if (!usable(&hosts[i], a))
				continue;
			text = hosts[i].addresses[a].text;
			if (taken(chosen, text))
				continue;
			out[found].address = text;
			out[found].mx = hosts[i].name;
			out[found].preference = hosts[i].preference;
			chosen->address[chosen->count++] = text;
			if (++found == CHOICE_HOSTS_MAX)
				return found;
		}
	}
	return found;
}

size_t choice_round(const struct route *route, unsigned round,
    struct choice out[CHOICE_HOSTS_MAX])
{
	struct chosen chosen = { .count = 0 };
	size_t at = 0, next, found;

	if (route->outcome != ROUTE_OK && route->outcome != ROUTE_IMPLICIT)
		return 0;
	for (unsigned r = 0; r <= round && r < CHOICE_ROUNDS_MAX; at = next) {
		if (at == route->host_count)
			return 0;
		for (next = at; next < route->host_count &&
				route->hosts[next].preference ==
				    route->hosts[at].preference;
		     next++)
			;
		found = choose(&route->hosts[at], next - at, &chosen, out);
		if (found > 0 && r++ == round)
			return found;
	}
	return 0;
}
