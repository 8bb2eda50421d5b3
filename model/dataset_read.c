/*
 * Files -> items. Reading is one stream; what is made of a transcript is a
 * pure function of it and runs on all cores, a batch at a time.
 */
#include <stdlib.h>
#include <string.h>

#include "common/buffer.h"
#include "common/parallel.h"
#include "model/dataset_state.h"
#include "model/decide.h"
#include "model/prediction.h"
#include "transcript/format.h"
#include "transcript/reader.h"

#define BATCH 64

struct reading { /* one transcript, and what was made of it */
	struct transcript *t;
	struct arena *arena;
	char hash[SHA256_HEX_SIZE];
	char form[SHA256_HEX_SIZE];
	char behind[SHA256_HEX_SIZE];
	struct view {
		enum tier tier;
		bool thin;
		struct feature_list features;
	} views[TIER_COUNT]; /* the first: its own plan */
	size_t view_count;
};

struct gathering {
	struct arena *arena;
	struct strmap *names;
	struct strmap *seen; /* hashes: the same record twice counts once */
	struct gathered *items;
	size_t count;
	size_t capacity;
	struct reading batch[BATCH];
	size_t batch_count;
	size_t unlabelled;
	size_t silent;
};

/* ------------------------------------------------------------- in parallel */

static void hash_record(struct reading *r)
{
	struct buffer text;

	buffer_init(&text, 2 * (size_t)FORMAT_LINE_MAX);
	transcript_write(&text, r->t);
	sha256_of(buffer_text(&text), text.len, r->hash);
	buffer_clear(&text);
}

static void hash_form(
    const struct reading *r, const char *form, char out[SHA256_HEX_SIZE])
{
	const char *text = arena_printf(
	    r->arena, "%s\n%s", tier_name(tier_of_plan(r->t->plan)), form);

	sha256_of(text, strlen(text), out);
}

static void add_view(struct reading *r, const struct transcript *t)
{
	struct view *view = &r->views[r->view_count++];

	view->tier = tier_of_plan(t->plan);
	view->thin = decide_is_thin(t);
	features_extract(r->arena, t, &view->features);
}

static enum status digest(void *user, size_t i, struct error *err)
{
	struct reading *r = &((struct gathering *)user)->batch[i];
	const char *form;

	(void)err;
	r->arena = arena_new();
	hash_record(r);
	form = features_normal_form(r->arena, r->t);
	hash_form(r, form, r->form);
	hash_form(r, features_form_behind(form), r->behind);
	add_view(r, r->t);
	for (int tier = TIER_COUNT - 1; tier >= 0; tier--) {
		struct transcript *view =
		    transcript_reduce(r->arena, r->t, (enum tier)tier);

		if (view)
			add_view(r, view);
	}
	return STATUS_OK;
}

/* ------------------------------------------------------------- one by one */

static struct gathered *add_item(struct gathering *g)
{
	if (g->count == g->capacity) {
		g->capacity = g->capacity ? 2 * g->capacity : 256;
		g->items =
		    xrealloc_array(g->items, g->capacity, sizeof(*g->items));
	}
	memset(&g->items[g->count], 0, sizeof(*g->items));
	return &g->items[g->count++];
}

/* Each name is stored once, whoever has it. */
static void intern(
    struct gathering *g, const struct feature_list *from, struct item *to)
{
	size_t count = from->count;

	to->features.count = count;
	to->features.items =
	    arena_array(g->arena, count + 1, sizeof(*to->features.items));
	to->name = arena_array(g->arena, count + 1, sizeof(*to->name));
	for (size_t f = 0; f < count; f++) {
		bool added;
		int64_t *slot =
		    strmap_put_text(g->names, from->items[f].name, &added);

		if (added)
			*slot = (int64_t)strmap_count(g->names) - 1;
		to->name[f] = (uint32_t)*slot;
		to->features.items[f] = (struct named_feature){
			strmap_key(g->names, (size_t)*slot, NULL),
			from->items[f].group
		};
	}
}

static const char *or_null(struct arena *arena, const char *text)
{
	return text ? arena_strdup(arena, text) : NULL;
}

static void add_items(struct gathering *g, const struct reading *r)
{
	const struct transcript *t = r->t;
	struct item base = { .utc_ms = t->start_utc_ms,
		.product = arena_strdup(g->arena, t->label.product),
		.version = or_null(g->arena, t->label.version),
		.deployment = or_null(g->arena, t->deployment),
		.plan = arena_strdup(g->arena, t->plan),
		.form = arena_strdup(g->arena, r->form),
		.front = or_null(g->arena, t->label.front),
		.fronted = t->label.front != NULL };

	provenance_read(g->arena, t->provenance, &base.from);
	memcpy(base.hash, r->hash, sizeof(base.hash));
	for (size_t v = 0; v < r->view_count; v++) {
		struct gathered *to = add_item(g);

		to->item = base;
		to->item.tier = r->views[v].tier;
		to->item.thin = r->views[v].thin;
		to->item.derived = v > 0;
		to->behind = arena_strdup(g->arena, r->behind);
		intern(g, &r->views[v].features, &to->item);
	}
}

static void end_batch(struct gathering *g)
{
	parallel_for(g->batch_count, digest, g, NULL);
	for (size_t i = 0; i < g->batch_count; i++) {
		struct reading *r = &g->batch[i];
		bool added;

		strmap_put_text(g->seen, r->hash, &added);
		if (added)
			add_items(g, r);
		arena_free(r->arena);
		transcript_free(r->t);
		memset(r, 0, sizeof(*r));
	}
	g->batch_count = 0;
}

/* ------------------------------------------------------------- files */

static enum status take(struct gathering *g, const struct catalog *catalog,
    const struct transcript_reader *reader, struct transcript *t,
    struct error *err)
{
	enum status status = STATUS_OK;

	/* "unknown": a person looked, and could not tell */
	if (!t->label.product ||
	    strcmp(t->label.product, PRODUCT_UNKNOWN) == 0) {
		g->unlabelled++;
	} else if (catalog_find(catalog, t->label.product) == PRODUCT_NONE) {
		status = error_set(err, STATUS_DATA,
		    "%s:%ld: no product '%.60s' in the catalogue; `mxprint "
		    "catalog search WORD` finds ids",
		    transcript_reader_path(reader),
		    transcript_reader_line(reader), t->label.product);
	} else if (!outcome_spoke(t->outcome)) {
		g->silent++;
	} else {
		g->batch[g->batch_count++].t = t;
		if (g->batch_count == BATCH)
			end_batch(g);
		return STATUS_OK;
	}
	transcript_free(t);
	return status;
}

static enum status gather(struct gathering *g, const struct catalog *catalog,
    const char *const *paths, size_t path_count, struct error *err)
{
	struct transcript_reader *reader =
	    transcript_reader_new(paths, path_count);
	struct transcript *t;
	enum status status;

	transcript_reader_refuse_torn(reader);
	for (;;) {
		status = transcript_reader_next(reader, &t, err);
		if (status != STATUS_OK || !t)
			break;
		status = take(g, catalog, reader, t, err);
		if (status != STATUS_OK)
			break;
	}
	end_batch(g);
	transcript_reader_free(reader);
	return status;
}

enum status dataset_read(const struct catalog *catalog,
    const char *const *paths, size_t path_count, size_t min_deployments,
    struct dataset **dataset, struct error *err)
{
	struct gathering *g = xcalloc(1, sizeof(*g));
	enum status status;

	g->arena = arena_new();
	g->names = strmap_new();
	g->seen = strmap_new();
	status = gather(g, catalog, paths, path_count, err);
	*dataset = NULL;
	if (status == STATUS_OK && g->count == 0)
		status = error_set(err, STATUS_DATA,
		    "no labelled transcript to learn from (%zu without a "
		    "label, %zu of hosts that did not speak)",
		    g->unlabelled, g->silent);
	if (status == STATUS_OK) {
		*dataset = dataset_assemble(
		    g->arena, g->names, g->items, g->count, min_deployments);
		(*dataset)->unlabelled = g->unlabelled;
		(*dataset)->silent = g->silent;
	} else {
		strmap_free(g->names);
		arena_free(g->arena);
	}
	strmap_free(g->seen);
	free(g->items);
	free(g);
	return status;
}
