#include "tools/asked.h"

#include <stdio.h>
#include <string.h>

#include "common/log.h"
#include "prober/target.h"

void asked_list_init(
    struct asked_list *list, struct arena *arena, size_t max, int port)
{
	list->arena = arena;
	list->items = arena_array(arena, max, sizeof(*list->items));
	list->answers =
	    arena_array(arena, max * ASKED_HOSTS_MAX, sizeof(*list->answers));
	list->seen = strmap_new();
	list->port = port;
}

void asked_list_clear(struct asked_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->items[i].route)
			route_free(list->items[i].route);
	}
	strmap_free(list->seen);
}

enum status asked_read(
    struct asked_list *list, const char *text, struct error *err)
{
	struct asked *asked = &list->items[list->count];
	const char *reason = NULL, *at = strrchr(text, '@');
	char quoted[120];
	int port = 0;
	enum status status;

	asked->text = text;
	asked->port = list->port;
	if (at) {
		text = at + 1; /* of a mail address */
	} else {
		status = target_host(list->arena, text, &asked->name,
		    &asked->address, &port, err);
		if (status != STATUS_OK)
			return status;
	}
	if (port)
		asked->port = port;
	asked->is_host = asked->name && (port || list->names_are_hosts);
	if (!asked->is_host && !asked->address) {
		asked->name = target_domain(list->arena, text, &reason);
		if (!asked->name)
			return error_set(err, STATUS_USAGE, "%s: %s",
			    log_quote(
				quoted, sizeof(quoted), text, strlen(text)),
			    reason ? reason : "not a domain");
	}
	list->count++;
	return STATUS_OK;
}

/* The answer of that host, asked for now or before. */
static void add_host(struct asked_list *list, struct asked *asked,
    const char *address, const char *name)
{
	const char *key =
	    arena_printf(list->arena, "%s %d", address, asked->port);
	struct answer *answer;
	bool added;
	int64_t *slot;

	if (asked->host_count == ASKED_HOSTS_MAX)
		return;
	slot = strmap_put_text(list->seen, key, &added);
	if (added) {
		*slot = (int64_t)list->answer_count;
		answer = &list->answers[list->answer_count++];
		answer->target.address = address;
		answer->target.name = name;
		answer->target.port = asked->port;
	}
	asked->hosts[asked->host_count++] = (size_t)*slot;
}

static bool greeted(const struct asked_list *list, const struct asked *asked)
{
	for (size_t i = 0; i < asked->host_count; i++) {
		const struct prediction *p =
		    list->answers[asked->hosts[i]].prediction;

		if (p && p->outcome == OUTCOME_GREETED)
			return true;
	}
	return false;
}

void asked_choose(struct asked_list *list, unsigned round)
{
	struct choice choices[CHOICE_HOSTS_MAX];

	for (size_t i = 0; i < list->count; i++) {
		struct asked *asked = &list->items[i];
		size_t count;

		if (asked->address && round == 0)
			add_host(list, asked, asked->address, NULL);
		if (!asked->route || (round > 0 && greeted(list, asked)))
			continue;
		count = choice_round(asked->route, round, choices);
		for (size_t k = 0; k < count; k++)
			add_host(
			    list, asked, choices[k].address, choices[k].mx);
	}
}

struct answer *asked_find(struct asked_list *list, const char *host, int port)
{
	char key[80];
	int64_t *at;

	snprintf(key, sizeof(key), "%s %d", host, port);
	at = strmap_get_text(list->seen, key);
	return at ? &list->answers[*at] : NULL;
}
