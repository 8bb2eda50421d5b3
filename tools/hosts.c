#include "tools/hosts.h"

#include <stdlib.h>
#include <string.h>

#include "common/lines.h"
#include "common/log.h"
#include "prober/target.h"
#include "transcript/format.h"

void host_list_init(struct host_list *list, int port)
{
	*list = (struct host_list){
		.arena = arena_new(),
		.seen = strmap_new(),
		.port = port,
	};
}

void host_list_clear(struct host_list *list)
{
	arena_free(list->arena);
	strmap_free(list->seen);
	free(list->items);
}

static void add(
    struct host_list *list, const char *address, int port, const char *name)
{
	const char *key = arena_printf(list->arena, "%s %d", address, port);
	bool added;

	strmap_put_text(list->seen, key, &added);
	if (!added) {
		list->duplicates++;
		return;
	}
	if (list->count == list->room) {
		list->room = list->room ? list->room * 2 : 64;
		list->items = xrealloc_array(
		    list->items, list->room, sizeof(*list->items));
	}
	list->items[list->count++] = (struct scan_target){
		.address = arena_strdup(list->arena, address),
		.name = name ? arena_strdup(list->arena, name) : NULL,
		.port = port,
	};
}

enum status host_list_add(struct host_list *list, const char *text,
    const char *name, struct error *err)
{
	const char *host = NULL, *address = NULL;
	int port = list->port;
	enum status status =
	    target_host(list->arena, text, &host, &address, &port, err);

	if (status != STATUS_OK)
		return status;
	if (!address)
		return error_set(err, STATUS_DATA,
		    "'%.100s' is a name; probe takes addresses: pipe "
		    "`mxprint resolve` into it, or use `mxprint identify`",
		    text);
	add(list, address, port, name);
	return STATUS_OK;
}

/* All addresses of the best preference, at most four (decision 13). */
static void add_route(struct host_list *list, const struct route *route)
{
	size_t taken = 0;

	for (size_t i = 0; i < route->host_count; i++) {
		const struct mx_host *mx = &route->hosts[i];

		if (taken > 0 &&
		    mx->preference != route->hosts[i - 1].preference)
			return;
		for (size_t k = 0;
		     k < mx->address_count && taken < HOSTS_PER_DOMAIN; k++) {
			if (mx->addresses[k].outcome != ADDRESS_OK)
				continue;
			add(list, mx->addresses[k].text, list->port, mx->name);
			taken++;
		}
	}
}

static enum status add_line(
    struct host_list *list, const char *line, size_t len, struct error *err)
{
	const char *tab = memchr(line, '\t', len);
	const char *name = NULL, *reason;
	struct route *route;
	enum status status;

	if (len == 0 || line[0] == '#')
		return STATUS_OK;
	if (line[0] == '{') {
		status = route_read(line, len, &route, err);
		if (status != STATUS_OK)
			return status;
		add_route(list, route);
		route_free(route);
		return STATUS_OK;
	}
	if (tab) {
		name = target_domain(list->arena, tab + 1, &reason);
		if (!name)
			return error_set(
			    err, STATUS_DATA, "MX name: %s", reason);
		len = (size_t)(tab - line);
	}
	return host_list_add(
	    list, arena_copy(list->arena, line, len), name, err);
}

enum status host_list_read(
    struct host_list *list, const char *path, struct error *err)
{
	struct line_reader *reader;
	struct error why = { 0 };
	enum lines_result result;
	const char *line;
	size_t len;
	enum status status = lines_open(path, FORMAT_LINE_MAX, &reader, err);

	if (status != STATUS_OK)
		return status;
	while ((result = lines_next(reader, &line, &len, err)) != LINES_END) {
		if (result == LINES_ERROR) {
			status = STATUS_IO;
			break;
		}
		if (result == LINES_TOO_LONG)
			error_set(&why, STATUS_DATA, "line too long");
		else if (add_line(list, line, len, &why) == STATUS_OK)
			continue;
		list->rejected++;
		log_warn("%s:%ld: %s", lines_path(reader), lines_number(reader),
		    why.text);
	}
	lines_free(reader);
	return status;
}
