/*
 * Reads which hosts to probe: "ADDRESS[:PORT]" with a tab and the MX name, or
 * the route lines of `mxprint resolve`. Each (address, port) once.
 */
#ifndef MXPRINT_TOOLS_HOSTS_H
#define MXPRINT_TOOLS_HOSTS_H

#include <stddef.h>

#include "common/arena.h"
#include "common/error.h"
#include "common/strmap.h"
#include "prober/scan.h"

#define HOSTS_PER_DOMAIN 4 /* of a route, design decision 13 */

struct host_list {
	struct arena *arena; /* owns the texts */
	struct strmap *seen;
	struct scan_target *items;
	size_t count, room;
	size_t duplicates;
	size_t rejected; /* lines that were told about */
	int port;	 /* of hosts that name none */
};

void host_list_init(struct host_list *list, int port);
void host_list_clear(struct host_list *list);

/* One "ADDRESS[:PORT]"; name may be NULL. */
enum status host_list_add(struct host_list *list, const char *text,
    const char *name, struct error *err);
/* Bad lines are told as "FILE:LINE: why" and counted. "-": standard input. */
enum status host_list_read(
    struct host_list *list, const char *path, struct error *err);

#endif
