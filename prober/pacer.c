/*
 * Hosts wait in the queue of their network; networks wait in a heap, ordered
 * by the time they may be contacted again, ties in random order. A network
 * with an open connection is not in the heap. Hosts that come back later are
 * in a second heap until they are due.
 */
#include "prober/pacer.h"

#include <libpsl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/random.h"
#include "common/strmap.h"

#define NOBODY	       SIZE_MAX
#define BACKOFF_MS     60000
#define BACKOFF_MAX_MS 3600000

struct entry {
	int64_t when_ms;
	uint64_t rank; /* random: the order among equals */
	size_t what;
};

struct heap {
	struct entry *entries;
	size_t count, room;
};

struct group { /* a network or a provider */
	int64_t next_ms;
	int64_t backoff_ms;
	size_t hosts;
};

struct net {
	struct group group;
	size_t first, last; /* its queue of hosts */
	bool queued;	    /* in the heap */
	bool busy;	    /* a connection is open */
};

struct host {
	size_t net;
	size_t provider; /* NOBODY: none */
	size_t next;	 /* in the queue */
	bool bound;
};

struct pacer {
	struct pacer_limits limits;
	struct random random;
	struct strmap *net_names, *provider_names;
	struct host *hosts;
	struct net *nets;
	struct group *providers;
	size_t host_count, host_room;
	size_t net_count, net_room;
	size_t provider_count, provider_room;
	struct heap ready, later;
	size_t *free; /* unbound hosts, a stack */
	size_t free_count, free_room;
	size_t waiting;
	double next_ms; /* of the rate over all */
	bool started;
};

/* --------------------------------------------------------------------- heap */

static bool before(const struct entry *a, const struct entry *b)
{
	if (a->when_ms != b->when_ms)
		return a->when_ms < b->when_ms;
	return a->rank < b->rank;
}

static void *room_for(void *items, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return items;
	*room = *room ? *room * 2 : 64;
	return xrealloc_array(items, *room, size);
}

static void heap_push(struct heap *heap, struct entry entry)
{
	size_t i = heap->count;

	heap->entries = room_for(
	    heap->entries, heap->count, &heap->room, sizeof(*heap->entries));
	heap->count++;
	while (i > 0 && before(&entry, &heap->entries[(i - 1) / 2])) {
		heap->entries[i] = heap->entries[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	heap->entries[i] = entry;
}

static size_t heap_pop(struct heap *heap)
{
	size_t what = heap->entries[0].what;
	struct entry last = heap->entries[--heap->count];
	size_t i = 0;

	for (size_t child = 1; child < heap->count; child = 2 * i + 1) {
		if (child + 1 < heap->count &&
		    before(&heap->entries[child + 1], &heap->entries[child]))
			child++;
		if (!before(&heap->entries[child], &last))
			break;
		heap->entries[i] = heap->entries[child];
		i = child;
	}
	heap->entries[i] = last;
	return what;
}

static bool is_due(const struct heap *heap, int64_t now_ms)
{
	return heap->count > 0 && heap->entries[0].when_ms <= now_ms;
}

/* ----------------------------------------------------------- adding hosts */

struct pacer *pacer_new(const struct pacer_limits *limits)
{
	struct pacer *pacer = xcalloc(1, sizeof(*pacer));

	pacer->limits = *limits;
	random_init(&pacer->random, limits->seed);
	pacer->net_names = strmap_new();
	pacer->provider_names = strmap_new();
	return pacer;
}

void pacer_free(struct pacer *pacer)
{
	if (!pacer)
		return;
	strmap_free(pacer->net_names);
	strmap_free(pacer->provider_names);
	free(pacer->hosts);
	free(pacer->nets);
	free(pacer->providers);
	free(pacer->ready.entries);
	free(pacer->later.entries);
	free(pacer->free);
	free(pacer);
}

/* The bytes of the /24 or /48. */
static size_t net_key(const struct sockaddr *address, char key[8])
{
	if (address->sa_family == AF_INET6) {
		const struct sockaddr_in6 *a6 =
		    (const struct sockaddr_in6 *)address;

		key[0] = '6';
		memcpy(key + 1, &a6->sin6_addr, 6);
		return 7;
	}
	key[0] = '4';
	memcpy(key + 1, &((const struct sockaddr_in *)address)->sin_addr, 3);
	return 4;
}

static size_t find_net(struct pacer *pacer, const struct sockaddr *address)
{
	char key[8];
	size_t len = net_key(address, key);
	bool added;
	int64_t *slot = strmap_put(pacer->net_names, key, len, &added);

	if (added) {
		*slot = (int64_t)pacer->net_count;
		pacer->nets = room_for(pacer->nets, pacer->net_count,
		    &pacer->net_room, sizeof(*pacer->nets));
		pacer->nets[pacer->net_count++] =
		    (struct net){ .first = NOBODY, .last = NOBODY };
	}
	return (size_t)*slot;
}

static size_t find_provider(struct pacer *pacer, const char *name)
{
	const char *domain =
	    name ? psl_registrable_domain(psl_builtin(), name) : NULL;
	bool added;
	int64_t *slot;

	if (!domain)
		return NOBODY;
	slot = strmap_put_text(pacer->provider_names, domain, &added);
	if (added) {
		*slot = (int64_t)pacer->provider_count;
		pacer->providers =
		    room_for(pacer->providers, pacer->provider_count,
			&pacer->provider_room, sizeof(*pacer->providers));
		pacer->providers[pacer->provider_count++] = (struct group){ 0 };
	}
	return (size_t)*slot;
}

void pacer_add(struct pacer *pacer, const struct sockaddr *address,
    const char *name, bool bound)
{
	struct host *host;

	pacer->hosts = room_for(pacer->hosts, pacer->host_count,
	    &pacer->host_room, sizeof(*pacer->hosts));
	host = &pacer->hosts[pacer->host_count++];
	host->bound = bound;
	host->next = NOBODY;
	host->net = find_net(pacer, address);
	host->provider = bound ? find_provider(pacer, name) : NOBODY;
	if (bound) {
		pacer->nets[host->net].group.hosts++;
		if (host->provider != NOBODY)
			pacer->providers[host->provider].hosts++;
	}
}

/* ------------------------------------------------------------------- queues */

static void push_free(struct pacer *pacer, size_t host)
{
	pacer->free = room_for(pacer->free, pacer->free_count,
	    &pacer->free_room, sizeof(*pacer->free));
	pacer->free[pacer->free_count++] = host;
}

static void queue_net(struct pacer *pacer, size_t net, int64_t when_ms)
{
	struct net *n = &pacer->nets[net];

	if (n->queued || n->busy || n->first == NOBODY)
		return;
	n->queued = true;
	heap_push(&pacer->ready,
	    (struct entry){ when_ms, random_next(&pacer->random), net });
}

static void queue_host(struct pacer *pacer, size_t host)
{
	struct host *h = &pacer->hosts[host];
	struct net *n = &pacer->nets[h->net];

	if (!h->bound) {
		push_free(pacer, host);
		return;
	}
	h->next = NOBODY;
	if (n->first == NOBODY)
		n->first = host;
	else
		pacer->hosts[n->last].next = host;
	n->last = host;
	queue_net(pacer, h->net, n->group.next_ms);
}

static void start(struct pacer *pacer)
{
	size_t *order = xmalloc(pacer->host_count * sizeof(*order));

	for (size_t i = 0; i < pacer->host_count; i++)
		order[i] = i;
	random_shuffle(&pacer->random, order, pacer->host_count);
	for (size_t i = 0; i < pacer->host_count; i++)
		queue_host(pacer, order[i]);
	free(order);
	pacer->waiting += pacer->host_count;
	pacer->started = true;
}

static void wake(struct pacer *pacer, int64_t now_ms)
{
	if (!pacer->started)
		start(pacer);
	while (is_due(&pacer->later, now_ms))
		queue_host(pacer, heap_pop(&pacer->later));
}

/* ----------------------------------------------------------------- the pace */

static int provider_gap_ms(const struct pacer *pacer)
{
	int n = pacer->limits.provider_per_minute;

	return n > 0 ? (60000 + n - 1) / n : 0;
}

/* Takes the head of a network's queue, unless its provider must rest. */
static bool take(struct pacer *pacer, size_t net, int64_t now_ms, size_t *host)
{
	struct net *n = &pacer->nets[net];
	struct host *h = &pacer->hosts[n->first];
	struct group *provider =
	    h->provider == NOBODY ? NULL : &pacer->providers[h->provider];
	double step = pacer->limits.rate > 0 ? 1000 / pacer->limits.rate : 0;

	n->queued = false;
	if (provider && provider->next_ms > now_ms) {
		queue_net(pacer, net, provider->next_ms);
		return false;
	}
	*host = n->first;
	n->first = h->next;
	n->busy = true;
	n->group.next_ms = now_ms + pacer->limits.network_gap_ms;
	if (provider)
		provider->next_ms = now_ms + provider_gap_ms(pacer);
	/* Time that went by unused is not made up for. */
	if (pacer->next_ms + step < (double)now_ms)
		pacer->next_ms = (double)now_ms;
	pacer->next_ms += step;
	return true;
}

bool pacer_next(struct pacer *pacer, int64_t now_ms, size_t *host)
{
	wake(pacer, now_ms);
	if (pacer->free_count > 0) {
		*host = pacer->free[--pacer->free_count];
		pacer->waiting--;
		return true;
	}
	while (
	    pacer->next_ms <= (double)now_ms && is_due(&pacer->ready, now_ms)) {
		if (take(pacer, heap_pop(&pacer->ready), now_ms, host)) {
			pacer->waiting--;
			return true;
		}
	}
	return false;
}

int64_t pacer_wait_ms(struct pacer *pacer, int64_t now_ms)
{
	int64_t when = INT64_MAX;

	wake(pacer, now_ms);
	if (pacer->free_count > 0)
		return 0;
	if (pacer->ready.count > 0) {
		when = pacer->ready.entries[0].when_ms;
		if ((double)when < pacer->next_ms)
			when = (int64_t)pacer->next_ms + 1;
	}
	if (pacer->later.count > 0 && pacer->later.entries[0].when_ms < when)
		when = pacer->later.entries[0].when_ms;
	if (when == INT64_MAX)
		return -1;
	return when > now_ms ? when - now_ms : 0;
}

static bool is_refusal(enum outcome outcome)
{
	return outcome == OUTCOME_DEFERRED || outcome == OUTCOME_REJECTED ||
	       outcome == OUTCOME_REFUSED || outcome == OUTCOME_RESET;
}

static void back_off(struct group *group, int64_t now_ms, enum outcome outcome)
{
	if (!is_refusal(outcome)) {
		if (outcome == OUTCOME_GREETED)
			group->backoff_ms = 0;
		return;
	}
	group->backoff_ms =
	    group->backoff_ms ? group->backoff_ms * 2 : BACKOFF_MS;
	if (group->backoff_ms > BACKOFF_MAX_MS)
		group->backoff_ms = BACKOFF_MAX_MS;
	if (group->next_ms < now_ms + group->backoff_ms)
		group->next_ms = now_ms + group->backoff_ms;
}

void pacer_finished(
    struct pacer *pacer, size_t host, int64_t now_ms, enum outcome outcome)
{
	struct host *h = &pacer->hosts[host];
	struct net *n = &pacer->nets[h->net];

	if (!h->bound)
		return;
	back_off(
	    h->provider == NOBODY ? &n->group : &pacer->providers[h->provider],
	    now_ms, outcome);
	n->busy = false;
	queue_net(pacer, h->net, n->group.next_ms);
}

void pacer_again(struct pacer *pacer, size_t host, int64_t not_before_ms)
{
	pacer->waiting++;
	heap_push(&pacer->later,
	    (struct entry){ not_before_ms, random_next(&pacer->random), host });
}

/* ------------------------------------------------------------------ counting
 */

size_t pacer_waiting(const struct pacer *pacer)
{
	return pacer->started ? pacer->waiting : pacer->host_count;
}

size_t pacer_networks(const struct pacer *pacer)
{
	return pacer->net_count;
}

size_t pacer_network_of(const struct pacer *pacer, size_t host)
{
	return pacer->hosts[host].net;
}

static void at_least(int64_t *ms, size_t hosts, int64_t gap_ms)
{
	int64_t need = hosts > 1 ? (int64_t)(hosts - 1) * gap_ms : 0;

	if (*ms < need)
		*ms = need;
}

int64_t pacer_estimate_ms(const struct pacer *pacer)
{
	size_t bound = 0;
	int64_t ms = 0;

	for (size_t i = 0; i < pacer->net_count; i++) {
		bound += pacer->nets[i].group.hosts;
		at_least(&ms, pacer->nets[i].group.hosts,
		    pacer->limits.network_gap_ms);
	}
	for (size_t i = 0; i < pacer->provider_count; i++)
		at_least(
		    &ms, pacer->providers[i].hosts, provider_gap_ms(pacer));
	if (pacer->limits.rate > 0 &&
	    ms < (int64_t)((double)bound * 1000 / pacer->limits.rate))
		ms = (int64_t)((double)bound * 1000 / pacer->limits.rate);
	return ms;
}
