#include "review/queue.h"

#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/strmap.h"
#include "features/extract.h"
#include "review/cluster.h"

struct item { /* the hosts of one form, by the first of them */
	struct form form;
	struct queue_entry entry; /* domains, hosts, doubt: of the form */
};

struct queue {
	struct queue_options options;
	struct arena *arena;
	struct strmap *forms; /* lines of a form -> item */
	struct item *items;
	size_t item_count, item_room;
	struct queue_entry *entries;
	size_t entry_count, host_count;
	struct store *store; /* while it is built */
};

struct queue *queue_new(const struct queue_options *options)
{
	struct queue *q = xcalloc(1, sizeof(*q));

	q->options = *options;
	q->arena = arena_new();
	q->forms = strmap_new();
	return q;
}

void queue_free(struct queue *q)
{
	if (!q)
		return;
	strmap_free(q->forms);
	arena_free(q->arena);
	free(q->items);
	free(q->entries);
	free(q);
}

static bool disputed(const struct prediction *p)
{
	for (size_t i = 0; i < p->flag_count; i++) {
		if (strcmp(p->flags[i], "banner-disputed") == 0)
			return true;
	}
	return false;
}

static const char *why_of(const struct queue *q, const struct survey_host *host)
{
	const struct prediction *p = host->prediction;

	if (host->label)
		return "answered";
	if (strcmp(p->product, PRODUCT_UNKNOWN) == 0)
		return "unknown";
	if (disputed(p))
		return "disputed";
	return p->confidence < q->options.sure ? "unsure" : "sure";
}

static double doubt_of(const struct survey_host *host)
{
	const struct prediction *p = host->prediction;
	double doubt = 1 - p->confidence;

	if (host->label)
		return 0;
	if (strcmp(p->product, PRODUCT_UNKNOWN) == 0)
		return 1;
	return disputed(p) && doubt < 0.5 ? 0.5 : doubt;
}

bool queue_wants(const struct queue *q, const struct survey_host *host)
{
	const char *why;

	if (!host->prediction || !host->prediction->product)
		return false;
	why = why_of(q, host);
	return q->options.all ||
	       (strcmp(why, "sure") != 0 && strcmp(why, "answered") != 0);
}

static const char *record_of(struct queue *q, const struct prediction *p)
{
	struct buffer line;
	const char *copy;

	buffer_init(&line, 1 << 20);
	prediction_write(&line, p);
	copy = arena_strdup(q->arena, buffer_text(&line));
	buffer_clear(&line);
	return copy;
}

static char *copy_or_null(struct arena *arena, const char *text)
{
	return text ? arena_strdup(arena, text) : NULL;
}

/* The first host of a form stands for it. */
static struct item *new_item(
    struct queue *q, const struct survey_host *host, const struct form *form)
{
	struct item *item;

	if (q->item_count == q->item_room) {
		q->item_room = q->item_room ? 2 * q->item_room : 64;
		q->items =
		    xrealloc_array(q->items, q->item_room, sizeof(*q->items));
	}
	item = &q->items[q->item_count++];
	*item = (struct item){
		.form = *form,
		.entry = {
			.host = arena_strdup(q->arena, host->host),
			.port = host->port,
			.name = copy_or_null(q->arena, host->name),
			.label = copy_or_null(q->arena, host->label),
			.prediction = record_of(q, host->prediction),
			.why = why_of(q, host),
		},
	};
	return item;
}

void queue_add(
    struct queue *q, const struct survey_host *host, const char *normal_form)
{
	double doubt = doubt_of(host);
	struct form form = { 0 };
	struct item *item;
	int64_t *slot;
	bool added;

	form_lines(q->arena, normal_form, &form);
	slot = strmap_put(q->forms, form.lines,
	    form.line_count * sizeof(form.lines[0]), &added);
	if (added)
		*slot = (int64_t)q->item_count;
	item = added ? new_item(q, host, &form) : &q->items[*slot];
	item->form.hosts++;
	item->form.mass += host->weight * doubt;
	item->entry.hosts++;
	item->entry.domains += host->weight;
	q->host_count++;
}

/* Heaviest first, ties in the order of arrival (the sort is not stable). */
static int by_mass(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->form.mass < y->form.mass || x->form.mass > y->form.mass)
		return x->form.mass < y->form.mass ? 1 : -1;
	return (x->form.leader > y->form.leader) -
	       (x->form.leader < y->form.leader);
}

static int by_value(const void *a, const void *b)
{
	const struct queue_entry *x = a, *y = b;
	int order;

	if (x->value < y->value || x->value > y->value)
		return x->value < y->value ? 1 : -1;
	if (x->hosts != y->hosts)
		return x->hosts < y->hosts ? 1 : -1;
	order = strcmp(x->host, y->host);
	return order ? order : (x->port > y->port) - (x->port < y->port);
}

static void sort_items(struct queue *q)
{
	for (size_t i = 0; i < q->item_count; i++)
		q->items[i].form.leader = i;
	if (q->item_count > 0)
		qsort(q->items, q->item_count, sizeof(*q->items), by_mass);
}

static void find_clusters(struct queue *q)
{
	struct form *forms = xcalloc(q->item_count + 1, sizeof(*forms));

	for (size_t i = 0; i < q->item_count; i++)
		forms[i] = q->items[i].form;
	cluster_forms(forms, q->item_count);
	for (size_t i = 0; i < q->item_count; i++)
		q->items[i].form = forms[i];
	free(forms);
}

static void gather(struct queue *q, double *masses)
{
	for (size_t i = 0; i < q->item_count; i++) {
		const struct item *item = &q->items[i];
		struct item *leader = &q->items[item->form.leader];

		masses[item->form.leader] += item->form.mass;
		if (leader == item)
			continue;
		leader->entry.hosts += item->entry.hosts;
		leader->entry.domains += item->entry.domains;
	}
}

void queue_rank(struct queue *q)
{
	double *masses = xcalloc(q->item_count + 1, sizeof(*masses));

	q->entries = xcalloc(q->item_count + 1, sizeof(*q->entries));
	sort_items(q);
	find_clusters(q);
	gather(q, masses);
	for (size_t i = 0; i < q->item_count; i++) {
		struct queue_entry *e = &q->items[i].entry;

		if (q->items[i].form.leader != i)
			continue;
		e->density = q->items[i].form.density;
		e->doubt = e->domains > 0 ? masses[i] / e->domains : 0;
		e->value = masses[i] * e->density;
		q->entries[q->entry_count++] = *e;
	}
	qsort(q->entries, q->entry_count, sizeof(*q->entries), by_value);
	free(masses);
}

static enum status collect(
    void *user, const struct survey_host *host, struct error *err)
{
	struct queue *q = user;
	struct transcript *t;
	struct arena *arena;
	enum status status;

	if (!queue_wants(q, host))
		return STATUS_OK;
	status = store_transcript(q->store, host->host, host->port, &t, err);
	if (status != STATUS_OK)
		return status;
	arena = arena_new();
	queue_add(q, host, features_normal_form(arena, t));
	arena_free(arena);
	transcript_free(t);
	return STATUS_OK;
}

enum status queue_build(struct store *store,
    const struct queue_options *options, struct queue **queue,
    struct error *err)
{
	struct queue *q = queue_new(options);
	enum status status;

	q->store = store;
	status = store_each_host(store, collect, q, err);
	if (status != STATUS_OK) {
		queue_free(q);
		return status;
	}
	queue_rank(q);
	*queue = q;
	return STATUS_OK;
}

size_t queue_count(const struct queue *q)
{
	return q->entry_count;
}

const struct queue_entry *queue_entry(const struct queue *q, size_t i)
{
	return &q->entries[i];
}

size_t queue_hosts(const struct queue *q)
{
	return q->host_count;
}
