/*
 * What `mxprint identify` was asked for, and the hosts that answer it. A host
 * is asked once however many operands lead to it.
 *
 * Memory: in the arena given, but for routes (asked_list_clear frees them).
 */
#ifndef MXPRINT_TOOLS_ASKED_H
#define MXPRINT_TOOLS_ASKED_H

#include <stdbool.h>
#include <stddef.h>

#include "common/arena.h"
#include "common/error.h"
#include "common/strmap.h"
#include "model/prediction.h"
#include "prober/scan.h"
#include "survey/choice.h"
#include "transcript/route.h"

#define ASKED_HOSTS_MAX (CHOICE_HOSTS_MAX * CHOICE_ROUNDS_MAX)

/* One operand: a domain, the name of a host, or an address. */
struct asked {
	const char *text;
	const char *name;    /* of the domain or host, NULL for an address */
	const char *address; /* or NULL */
	int port;
	bool is_host; /* name is a host's */
	struct route *route;
	size_t hosts[ASKED_HOSTS_MAX]; /* indices of answers */
	size_t host_count;
};

struct answer {
	struct scan_target target;
	struct prediction *prediction; /* NULL until it is finished */
};

struct asked_list {
	struct arena *arena;
	struct asked *items;
	size_t count;
	struct answer *answers; /* room for all that can be asked */
	size_t answer_count;
	struct strmap *seen;  /* "ADDRESS PORT" -> index of its answer */
	int port;	      /* of hosts that name none */
	bool names_are_hosts; /* set before reading */
};

/* Room for max operands; keeps names_are_hosts. */
void asked_list_init(
    struct asked_list *list, struct arena *arena, size_t max, int port);
void asked_list_clear(struct asked_list *list);

/* A domain or mail address, ADDRESS[:PORT], NAME:PORT, or NAME of a host. */
enum status asked_read(
    struct asked_list *list, const char *text, struct error *err);

/*
 * Adds the hosts of that round to the answers: round 0 the best ones, later
 * ones where none has greeted so far.
 */
void asked_choose(struct asked_list *list, unsigned round);

/* NULL: was not asked for. */
struct answer *asked_find(struct asked_list *list, const char *host, int port);

#endif
