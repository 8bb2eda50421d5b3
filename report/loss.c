#include "report/loss.h"

#include <stdio.h>

#include "transcript/route.h"
#include "transcript/transcript.h"

#define UNCOUNTED (-1)

static const struct column columns[] = {
	{ "step", NULL, 0, false, false },
	{ "lost", NULL, 0, false, false },
	{ NULL, "outcome", 0, false, false },
	{ "domains", "domains", 0, true, false },
	{ "hosts", "hosts", 0, true, false },
	{ "meaning", "meaning", 0, false, false },
};

#define COLUMN_COUNT (sizeof(columns) / sizeof(columns[0]))

struct loss {
	struct writer *w;
	struct store_counts counts;
	struct error *err;
	enum status status;
};

static struct cell count_cell(int64_t count)
{
	return count == UNCOUNTED ? cell_none() : cell_int(count);
}

static void add_row(struct loss *l, const char *step, bool lost,
    int64_t domains, int64_t hosts, const char *meaning)
{
	char shown[64];
	struct cell cells[COLUMN_COUNT] = {
		cell_text(step),
		cell_bool(lost),
		cell_text(shown),
		count_cell(domains),
		count_cell(hosts),
		cell_text(meaning),
	};

	if (l->status != STATUS_OK)
		return;
	snprintf(shown, sizeof(shown), "%s%s", lost ? "  - " : "", step);
	l->status = writer_row(l->w, cells, l->err);
}

static void add_step(struct loss *l, const char *step, int64_t domains,
    int64_t hosts, const char *meaning)
{
	add_row(l, step, false, domains, hosts, meaning);
}

static bool has_hosts(enum route_outcome outcome)
{
	return outcome == ROUTE_OK || outcome == ROUTE_IMPLICIT;
}

/* No TCP connection: nobody could say anything. */
static bool unconnected(enum outcome outcome)
{
	return outcome == OUTCOME_REFUSED || outcome == OUTCOME_UNREACHABLE ||
	       outcome == OUTCOME_CONNECT_TIMEOUT ||
	       outcome == OUTCOME_BLOCKLISTED || outcome == OUTCOME_SPECIAL ||
	       outcome == OUTCOME_INTERRUPTED;
}

static void lost_domains(struct loss *l)
{
	for (int i = 0; i < ROUTE_OUTCOME_COUNT; i++) {
		enum route_outcome o = (enum route_outcome)i;

		if (!has_hosts(o) && l->counts.by_route[i] > 0)
			add_row(l, route_outcome_name(o), true,
			    (int64_t)l->counts.by_route[i], UNCOUNTED,
			    route_outcome_sentence(o));
	}
}

static void lost_hosts(struct loss *l, bool before_connect)
{
	for (int i = 0; i < OUTCOME_COUNT; i++) {
		enum outcome o = (enum outcome)i;

		if (o != OUTCOME_GREETED && unconnected(o) == before_connect &&
		    l->counts.by_outcome[i] > 0)
			add_row(l, outcome_name(o), true, UNCOUNTED,
			    (int64_t)l->counts.by_outcome[i],
			    outcome_sentence(o));
	}
}

static int64_t connected_hosts(const struct store_counts *c)
{
	size_t connected = 0;

	for (int i = 0; i < OUTCOME_COUNT; i++) {
		if (!unconnected((enum outcome)i))
			connected += c->by_outcome[i];
	}
	return (int64_t)connected;
}

static void add_rows(struct loss *l)
{
	const struct store_counts *c = &l->counts;
	size_t greeted = c->by_outcome[OUTCOME_GREETED];

	add_step(l, "domains", (int64_t)c->domains, UNCOUNTED,
	    "in the list, each once");
	lost_domains(l);
	add_step(l, "with-hosts",
	    (int64_t)(c->by_route[ROUTE_OK] + c->by_route[ROUTE_IMPLICIT]),
	    (int64_t)c->hosts, "with mail hosts; each host probed once");
	lost_hosts(l, true);
	add_step(l, "connected", UNCOUNTED, connected_hosts(c),
	    "took the connection");
	lost_hosts(l, false);
	add_step(l, "greeted", (int64_t)c->greeted_domains, (int64_t)greeted,
	    "greeted us; shares are of these");
	add_step(l, "full-plan", UNCOUNTED,
	    (int64_t)greeted - (int64_t)c->short_dialogues,
	    "answered the whole plan");
	add_step(l, "labelled", (int64_t)c->labelled_domains,
	    (int64_t)c->labelled_hosts, "given a product");
}

enum status loss_write(struct store *store, struct writer *w, struct error *err)
{
	struct loss l = { .w = w, .err = err };

	l.status = store_count(store, &l.counts, err);
	if (l.status == STATUS_OK)
		l.status =
		    writer_begin(w, "outcome", columns, COLUMN_COUNT, err);
	if (l.status == STATUS_OK)
		add_rows(&l);
	return l.status == STATUS_OK ? writer_end(w, err) : l.status;
}
