#include "review/pick.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/log.h"
#include "features/extract.h"

struct search {
	struct store *store;
	struct arena *arena;
	const char *address; /* or name, without brackets */
	int port;	     /* 0: any */
	const char *form;    /* of the host to be like */
	struct picks *found;
};

static void add_pick(struct search *s, const struct survey_host *host)
{
	struct picks *p = s->found;

	if (p->count == p->room) {
		struct pick *old = p->items;

		p->room = p->room ? 2 * p->room : 16;
		p->items = arena_array(s->arena, p->room, sizeof(*p->items));
		if (old)
			memcpy(p->items, old, p->count * sizeof(*old));
	}
	p->items[p->count++] = (struct pick){
		.host = arena_strdup(s->arena, host->host),
		.port = host->port,
	};
}

/* A port after the last colon: of "[...]:N", or when it is the only colon. */
static void parse_wanted(struct search *s, const char *wanted)
{
	char *text = arena_strdup(s->arena, wanted);
	char *colon = strrchr(text, ':'), *end;
	size_t len;

	if (colon && (colon == strchr(text, ':') || colon[-1] == ']')) {
		long port = strtol(colon + 1, &end, 10);

		if (*end == '\0' && port > 0 && port < 65536) {
			s->port = (int)port;
			*colon = '\0';
		}
	}
	len = strlen(text);
	if (len > 2 && text[0] == '[' && text[len - 1] == ']') {
		text[len - 1] = '\0';
		text++;
		len -= 2;
	}
	if (len > 1 && text[len - 1] == '.')
		text[len - 1] = '\0';
	s->address = text;
}

static bool has_port(const struct search *s, const struct survey_host *host)
{
	return s->port == 0 || s->port == host->port;
}

static enum status match_host(
    void *user, const struct survey_host *host, struct error *err)
{
	struct search *s = user;
	bool same = strcasecmp(host->host, s->address) == 0 ||
		    (host->name && strcasecmp(host->name, s->address) == 0);

	(void)err;
	if (same && has_port(s, host))
		add_pick(s, host);
	return STATUS_OK;
}

static bool picked(const struct picks *p, const struct survey_host *host)
{
	for (size_t i = 0; i < p->count; i++) {
		if (p->items[i].port == host->port &&
		    strcmp(p->items[i].host, host->host) == 0)
			return true;
	}
	return false;
}

/* A host may have more names than the one it was asked under. */
static enum status match_domain(
    void *user, const struct survey_domain *domain, struct error *err)
{
	struct search *s = user;

	(void)err;
	for (size_t i = 0; i < domain->host_count; i++) {
		const struct survey_domain_host *h = &domain->hosts[i];

		if (h->mx && strcasecmp(h->mx, s->address) == 0 &&
		    has_port(s, &h->host) && !picked(s->found, &h->host))
			add_pick(s, &h->host);
	}
	return STATUS_OK;
}

static enum status ambiguous(
    const struct picks *found, const char *wanted, struct error *err)
{
	char quoted[100], list[300] = "";
	size_t at = 0;

	for (size_t i = 0; i < found->count && at + 70 < sizeof(list); i++)
		at += (size_t)snprintf(list + at, sizeof(list) - at,
		    strchr(found->items[i].host, ':') ? "%s[%s]:%d" : "%s%s:%d",
		    i ? ", " : "", found->items[i].host, found->items[i].port);
	return error_set(err, STATUS_USAGE,
	    "'%s' is %zu hosts: %s; name one of them",
	    log_quote(quoted, sizeof(quoted), wanted, strlen(wanted)),
	    found->count, list);
}

enum status pick_host(struct store *store, struct arena *arena,
    const char *wanted, struct pick *pick, struct error *err)
{
	struct picks found = { 0 };
	struct search s = { .arena = arena, .found = &found };
	char quoted[100];
	enum status status;

	parse_wanted(&s, wanted);
	status = store_each_host(store, match_host, &s, err);
	if (status == STATUS_OK && found.count == 0)
		status = store_each_domain(store, match_domain, &s, err);
	if (status != STATUS_OK)
		return status;
	if (found.count == 0)
		return error_set(err, STATUS_USAGE,
		    "no host '%s' in this survey; `mxprint report RUN --by "
		    "host` lists them",
		    log_quote(quoted, sizeof(quoted), wanted, strlen(wanted)));
	if (found.count > 1)
		return ambiguous(&found, wanted, err);
	*pick = found.items[0];
	return STATUS_OK;
}

static enum status load_form(struct store *store, struct arena *arena,
    const char *host, int port, const char **form, struct error *err)
{
	struct transcript *t;
	enum status status = store_transcript(store, host, port, &t, err);

	if (status != STATUS_OK)
		return status;
	*form = features_normal_form(arena, t);
	transcript_free(t);
	return STATUS_OK;
}

static enum status match_form(
    void *user, const struct survey_host *host, struct error *err)
{
	struct search *s = user;
	struct arena *arena;
	const char *form;
	enum status status;

	if (!outcome_spoke(host->outcome))
		return STATUS_OK;
	arena = arena_new();
	status = load_form(s->store, arena, host->host, host->port, &form, err);
	if (status == STATUS_OK && strcmp(form, s->form) == 0)
		add_pick(s, host);
	arena_free(arena);
	return status;
}

enum status pick_alike(struct store *store, struct arena *arena,
    const struct pick *pick, struct picks *picks, struct error *err)
{
	struct search s = { .store = store, .arena = arena, .found = picks };
	enum status status =
	    load_form(store, arena, pick->host, pick->port, &s.form, err);

	return status == STATUS_OK ? store_each_host(store, match_form, &s, err)
				   : status;
}
