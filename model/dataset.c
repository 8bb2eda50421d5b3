#include "model/dataset.h"

#include <stdlib.h>
#include <string.h>

#include "common/buffer.h"
#include "common/strmap.h"
#include "model/prediction.h"
#include "transcript/format.h"
#include "transcript/reader.h"

struct gathering {
	struct arena *arena;
	struct item *items;
	const char **forms; /* hash of plan and normal form, one an item */
	size_t count;
	size_t capacity;
	struct strmap *seen; /* hashes: the same record twice counts once */
};

/* ------------------------------------------------------------- reading */

static struct item *add_item(struct gathering *g, const char *form)
{
	if (g->count == g->capacity) {
		g->capacity = g->capacity ? 2 * g->capacity : 256;
		g->items =
		    xrealloc_array(g->items, g->capacity, sizeof(*g->items));
		g->forms =
		    xrealloc_array(g->forms, g->capacity, sizeof(*g->forms));
	}
	g->forms[g->count] = form;
	memset(&g->items[g->count], 0, sizeof(*g->items));
	return &g->items[g->count++];
}

static const char *or_null(struct arena *arena, const char *text)
{
	return text ? arena_strdup(arena, text) : NULL;
}

static const char *form_of(struct arena *arena, const struct transcript *t)
{
	struct arena *scratch = arena_new();
	const char *form = arena_printf(scratch, "%s\n%s",
	    tier_name(tier_of_plan(t->plan)), features_normal_form(scratch, t));
	char hex[SHA256_HEX_SIZE];

	sha256_of(form, strlen(form), hex);
	arena_free(scratch);
	return arena_strdup(arena, hex);
}

static void add_view(struct gathering *g, const struct transcript *t,
    const struct item *base, bool derived, const char *form)
{
	struct item *item = add_item(g, form);

	*item = *base;
	item->tier = tier_of_plan(t->plan);
	item->derived = derived;
	features_extract(g->arena, t, &item->features);
}

static void add_transcript(struct gathering *g, const struct transcript *t)
{
	const char *form = form_of(g->arena, t);
	struct item base = { .utc_ms = t->start_utc_ms };
	struct arena *scratch;
	struct buffer text;
	bool added;

	buffer_init(&text, 2 * (size_t)FORMAT_LINE_MAX);
	transcript_write(&text, t);
	sha256_of(buffer_text(&text), text.len, base.hash);
	buffer_clear(&text);
	strmap_put_text(g->seen, base.hash, &added);
	if (!added)
		return;
	base.product = arena_strdup(g->arena, t->label.product);
	base.version = or_null(g->arena, t->label.version);
	base.deployment = or_null(g->arena, t->deployment);
	base.fronted = t->label.front != NULL;
	add_view(g, t, &base, false, form);
	scratch = arena_new();
	for (int tier = TIER_STANDARD; tier >= TIER_POLITE; tier--) {
		struct transcript *view =
		    transcript_reduce(scratch, t, (enum tier)tier);

		if (view)
			add_view(g, view, &base, true, form);
	}
	arena_free(scratch);
}

/* ------------------------------------------------------------- groups */

static size_t root_of(size_t *parent, size_t i)
{
	while (parent[i] != i)
		i = parent[i] = parent[parent[i]];
	return i;
}

static void join(size_t *parent, struct strmap *map, const char *key, size_t i)
{
	bool added;
	int64_t *slot = strmap_put_text(map, key, &added);

	if (added)
		*slot = (int64_t)i;
	else
		parent[root_of(parent, i)] = root_of(parent, (size_t)*slot);
}

/* Items of one deployment, or with one form, belong together. */
static void find_groups(struct dataset *d, const char *const *forms)
{
	size_t *parent = xcalloc(d->count + 1, sizeof(*parent));
	size_t *number = xcalloc(d->count + 1, sizeof(*number));
	struct strmap *deployments = strmap_new();
	struct strmap *alike = strmap_new();

	for (size_t i = 0; i < d->count; i++)
		parent[i] = i;
	for (size_t i = 0; i < d->count; i++) {
		struct item *item = &d->items[i];

		if (item->deployment)
			join(parent, deployments, item->deployment, i);
		if (forms[i])
			join(parent, alike, forms[i], i);
		join(
		    parent, alike, item->hash, i); /* views of one transcript */
	}
	for (size_t i = 0; i < d->count; i++) {
		size_t root = root_of(parent, i);

		if (number[root] == 0)
			number[root] = ++d->group_count;
		d->items[i].group = number[root] - 1;
	}
	d->group_names =
	    arena_array(d->arena, d->group_count + 1, sizeof(*d->group_names));
	for (size_t g = 0; g < d->group_count; g++)
		d->group_names[g] = arena_printf(d->arena, "g%zu", g);
	strmap_free(alike);
	strmap_free(deployments);
	free(number);
	free(parent);
}

static bool same_features(
    const struct feature_list *a, const struct feature_list *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->items[i].name, b->items[i].name) != 0)
			return false;
	return true;
}

/* Room for item i among the kept ones of its group and tier? */
static bool wanted(const struct dataset *d, const bool *kept, size_t i)
{
	const struct item *item = &d->items[i];
	size_t count = 0;

	for (size_t j = 0; j < d->count; j++) {
		const struct item *other = &d->items[j];

		if (!kept[j] || other->group != item->group ||
		    other->tier != item->tier ||
		    strcmp(other->product, item->product) != 0)
			continue;
		if (++count >= GROUP_TIER_MAX ||
		    same_features(&other->features, &item->features))
			return false;
	}
	return true;
}

/* What was really said under a plan goes before views derived for it. */
static void drop_copies(struct dataset *d)
{
	bool *kept = xcalloc(d->count + 1, sizeof(*kept));
	size_t left = 0;

	for (int derived = 0; derived < 2; derived++)
		for (size_t i = 0; i < d->count; i++)
			if (d->items[i].derived == (derived == 1))
				kept[i] = wanted(d, kept, i);
	for (size_t i = 0; i < d->count; i++)
		if (kept[i])
			d->items[left++] = d->items[i];
	d->count = left;
	free(kept);
}

static void set_weights(struct dataset *d)
{
	size_t *count =
	    xcalloc(d->group_count * TIER_COUNT + 1, sizeof(*count));

	for (size_t i = 0; i < d->count; i++)
		count[d->items[i].group * TIER_COUNT + d->items[i].tier]++;
	for (size_t i = 0; i < d->count; i++) {
		struct item *item = &d->items[i];

		item->weight =
		    1.0 / (double)count[item->group * TIER_COUNT + item->tier];
	}
	free(count);
}

/* ------------------------------------------------------------- classes */

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void list_products(struct dataset *d)
{
	struct strmap *map = strmap_new();
	bool added;

	for (size_t i = 0; i < d->count; i++)
		strmap_put_text(map, d->items[i].product, &added);
	d->product_count = strmap_count(map);
	d->products =
	    arena_array(d->arena, d->product_count + 1, sizeof(*d->products));
	d->product_groups = arena_array(
	    d->arena, d->product_count + 1, sizeof(*d->product_groups));
	for (size_t p = 0; p < d->product_count; p++)
		d->products[p] =
		    arena_strdup(d->arena, strmap_key(map, p, NULL));
	qsort(d->products, d->product_count, sizeof(*d->products), by_text);
	strmap_free(map);
}

const char *dataset_deployment(
    const struct dataset *dataset, const struct item *item)
{
	return item->deployment ? item->deployment
				: dataset->group_names[item->group];
}

static size_t count_deployments(const struct dataset *d, const char *product)
{
	struct strmap *map = strmap_new();
	size_t count;
	bool added;

	for (size_t i = 0; i < d->count; i++) {
		const struct item *item = &d->items[i];

		if (strcmp(item->product, product) == 0)
			strmap_put_text(
			    map, dataset_deployment(d, item), &added);
	}
	count = strmap_count(map);
	strmap_free(map);
	return count;
}

static void find_classes(struct dataset *d, size_t min_deployments)
{
	d->classes =
	    arena_array(d->arena, d->product_count + 1, sizeof(*d->classes));
	for (size_t p = 0; p < d->product_count; p++) {
		d->product_groups[p] = count_deployments(d, d->products[p]);
		if (d->product_groups[p] >= min_deployments)
			d->classes[d->class_count++] = d->products[p];
	}
	for (size_t i = 0; i < d->count; i++) {
		struct item *item = &d->items[i];

		item->class_index = CLASS_OTHER;
		for (size_t c = 0; c < d->class_count; c++)
			if (strcmp(d->classes[c], item->product) == 0)
				item->class_index = c;
	}
}

/* ------------------------------------------------------------- assembling */

struct ordered {
	struct item item;
	const char *form;
};

static int by_hash(const void *a, const void *b)
{
	const struct item *x = &((const struct ordered *)a)->item;
	const struct item *y = &((const struct ordered *)b)->item;
	int order = strcmp(x->hash, y->hash);

	return order ? order : (int)x->tier - (int)y->tier;
}

static void hash_items(struct dataset *d)
{
	struct sha256 *sha = sha256_new();

	for (size_t i = 0; i < d->count; i++) {
		sha256_add(sha, d->items[i].hash, SHA256_HEX_SIZE - 1);
		if (d->items[i].utc_ms > d->newest_utc_ms)
			d->newest_utc_ms = d->items[i].utc_ms;
		if (i == 0 ||
		    strcmp(d->items[i].hash, d->items[i - 1].hash) != 0)
			d->transcripts++;
	}
	sha256_finish(sha, d->hash);
}

static struct dataset *assemble(struct arena *arena, const struct item *items,
    const char *const *forms, size_t count, size_t min_deployments)
{
	struct dataset *d = arena_alloc(arena, sizeof(*d));
	struct ordered *order = xcalloc(count + 1, sizeof(*order));
	const char **sorted = xcalloc(count + 1, sizeof(*sorted));

	d->arena = arena;
	d->items = arena_array(arena, count + 1, sizeof(*d->items));
	d->count = count;
	for (size_t i = 0; i < count; i++) {
		order[i].item = items[i];
		order[i].form = forms ? forms[i] : NULL;
	}
	qsort(order, count, sizeof(*order), by_hash);
	for (size_t i = 0; i < count; i++) {
		d->items[i] = order[i].item;
		sorted[i] = order[i].form;
	}
	free(order);
	find_groups(d, sorted);
	free(sorted);
	hash_items(d);
	list_products(d);
	find_classes(d, min_deployments);
	d->every = arena_array(arena, count + 1, sizeof(*d->every));
	memcpy(d->every, d->items, count * sizeof(*d->every));
	d->every_count = count;
	drop_copies(d);
	set_weights(d);
	return d;
}

void dataset_free(struct dataset *dataset)
{
	if (dataset)
		arena_free(dataset->arena);
}

/* ------------------------------------------------------------- files */

struct left_out {
	size_t unlabelled;
	size_t silent;
};

static enum status take(struct gathering *g, const struct catalog *catalog,
    const struct transcript_reader *reader, const struct transcript *t,
    struct left_out *out, struct error *err)
{
	/* "unknown": a person looked, and could not tell */
	if (!t->label.product || strcmp(t->label.product, PRODUCT_UNKNOWN) == 0)
		out->unlabelled++;
	else if (catalog_find(catalog, t->label.product) == PRODUCT_NONE)
		return error_set(err, STATUS_DATA,
		    "%s:%ld: no product '%.60s' in the catalogue; `mxprint "
		    "catalog search WORD` finds ids",
		    transcript_reader_path(reader),
		    transcript_reader_line(reader), t->label.product);
	else if (!outcome_spoke(t->outcome))
		out->silent++;
	else
		add_transcript(g, t);
	return STATUS_OK;
}

static enum status gather(struct gathering *g, const struct catalog *catalog,
    const char *const *paths, size_t path_count, struct left_out *out,
    struct error *err)
{
	struct transcript_reader *reader =
	    transcript_reader_new(paths, path_count);
	struct transcript *t;
	enum status status;

	for (;;) {
		status = transcript_reader_next(reader, &t, err);
		if (status != STATUS_OK || !t)
			break;
		status = take(g, catalog, reader, t, out, err);
		transcript_free(t);
		if (status != STATUS_OK)
			break;
	}
	transcript_reader_free(reader);
	return status;
}

enum status dataset_read(const struct catalog *catalog,
    const char *const *paths, size_t path_count, size_t min_deployments,
    struct dataset **dataset, struct error *err)
{
	struct gathering g = { .arena = arena_new(), .seen = strmap_new() };
	struct left_out out = { 0 };
	enum status status = gather(&g, catalog, paths, path_count, &out, err);

	*dataset = NULL;
	if (status == STATUS_OK && g.count == 0)
		status = error_set(err, STATUS_DATA,
		    "no labelled transcript to learn from (%zu without a "
		    "label, %zu of hosts that did not speak)",
		    out.unlabelled, out.silent);
	if (status == STATUS_OK) {
		*dataset = assemble(
		    g.arena, g.items, g.forms, g.count, min_deployments);
		(*dataset)->unlabelled = out.unlabelled;
		(*dataset)->silent = out.silent;
	} else {
		arena_free(g.arena);
	}
	strmap_free(g.seen);
	free(g.items);
	free(g.forms);
	return status;
}
