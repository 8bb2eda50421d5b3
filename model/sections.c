#include "model/sections.h"

#include <stdlib.h>
#include <string.h>

#define CARD_MAX     (16u << 20)
#define ID_MAX	     200
#define STORED_MAX   1000000
#define STORED_BYTES (12 + 8 * GROUP_COUNT) /* of one without bundles */
#define FEATURES_TOP 10000000

/* ------------------------------------------------------------- card */

static void write_card(const struct model *model, struct buffer *out)
{
	pack_text(out, model->card);
}

static void read_card(struct model *model, struct unpacking *u)
{
	model->card = unpack_text(u, model->arena, CARD_MAX);
	model->card_len = model->card ? strlen(model->card) : 0;
}

/* ------------------------------------------------------------- classes */

static void write_classes(const struct model *model, struct buffer *out)
{
	pack_u32(out, (uint32_t)model->class_count);
	for (size_t c = 0; c < model->class_count; c++)
		pack_text(out, model->classes[c]);
}

static void read_classes(struct model *model, struct unpacking *u)
{
	model->class_count = unpack_count(u, 4, MODEL_CLASSES_MAX);
	model->classes = arena_array(
	    model->arena, model->class_count + 1, sizeof(*model->classes));
	for (size_t c = 0; c < model->class_count; c++)
		model->classes[c] = unpack_text(u, model->arena, ID_MAX);
}

/* ------------------------------------------------------------- features */

static void write_features(const struct model *model, struct buffer *out)
{
	vocabulary_write(model->vocabulary, out);
}

static void read_features(struct model *model, struct unpacking *u)
{
	struct error ignored;

	if (vocabulary_read(u->at, u->left, &model->vocabulary, &ignored) !=
	    STATUS_OK) {
		model->vocabulary = NULL;
		u->bad = true;
		return;
	}
	model->feature_count = vocabulary_count(model->vocabulary);
	u->at += u->left;
	u->left = 0;
}

/* ------------------------------------------------------------- bundles */

static void write_bundles(const struct model *model, struct buffer *out)
{
	pack_u32(out, (uint32_t)model->bundle_count);
	for (size_t f = 0; f < model->feature_count; f++)
		pack_u32(out, model->bundle[f]);
}

/* A bundle has features, and all of one group. */
static bool join_bundle(struct model *model, size_t f, uint32_t bundle)
{
	uint8_t group =
	    (uint8_t)vocabulary_group(model->vocabulary, (feature_id)f);
	uint8_t *slot;

	if (bundle >= model->bundle_count)
		return false;
	slot = &model->bundle_group[bundle];
	if (*slot == GROUP_COUNT)
		*slot = group;
	model->bundle[f] = bundle;
	return *slot == group;
}

static void read_bundles(struct model *model, struct unpacking *u)
{
	size_t features = model->feature_count;
	struct arena *arena = model->arena;

	model->bundle_count = unpack_u32(u);
	if (u->left != features * 4 || model->bundle_count > features) {
		u->bad = true;
		return;
	}
	model->bundle =
	    arena_array(arena, features + 1, sizeof(*model->bundle));
	model->bundle_group = arena_array(
	    arena, model->bundle_count + 1, sizeof(*model->bundle_group));
	memset(model->bundle_group, GROUP_COUNT, model->bundle_count + 1);
	for (size_t f = 0; f < features; f++)
		u->bad |= !join_bundle(model, f, unpack_u32(u));
	for (size_t b = 0; b < model->bundle_count; b++)
		u->bad |= model->bundle_group[b] == GROUP_COUNT;
}

/* ------------------------------------------------------------- weights */

static void write_rows(
    const struct model *model, const struct view_part *view, struct buffer *out)
{
	size_t cells = model->bundle_count * model->class_count;

	for (size_t c = 0; c < model->class_count; c++)
		pack_double(out, view->bias[c]);
	for (size_t i = 0; i < cells; i++)
		pack_double(out, view->weights[i]);
}

static void read_rows(
    struct model *model, struct view_part *view, struct unpacking *u)
{
	size_t cells = model->bundle_count * model->class_count;

	if (u->left / 8 != cells + model->class_count || u->left % 8 != 0) {
		u->bad = true;
		return;
	}
	view->bias =
	    arena_array(model->arena, model->class_count + 1, sizeof(double));
	view->weights = arena_array(model->arena, cells + 1, sizeof(double));
	for (size_t c = 0; c < model->class_count; c++)
		view->bias[c] = unpack_double(u);
	for (size_t i = 0; i < cells; i++)
		view->weights[i] = unpack_double(u);
}

static void write_weights_all(const struct model *model, struct buffer *out)
{
	write_rows(model, &model->views[VIEW_ALL], out);
}

static void read_weights_all(struct model *model, struct unpacking *u)
{
	read_rows(model, &model->views[VIEW_ALL], u);
}

static void write_weights_hidden(const struct model *model, struct buffer *out)
{
	write_rows(model, &model->views[VIEW_NO_BANNER], out);
}

static void read_weights_hidden(struct model *model, struct unpacking *u)
{
	read_rows(model, &model->views[VIEW_NO_BANNER], u);
}

/* ------------------------------------------------------------- calibration */

static void write_calibration(const struct model *model, struct buffer *out)
{
	for (int v = 0; v < VIEW_COUNT; v++) {
		for (int t = 0; t < TIER_COUNT; t++) {
			const struct calibration *c =
			    &model->views[v].calibration[t];

			pack_double(out, c->scale);
			pack_double(out, c->none);
			for (size_t k = 0; k < model->class_count; k++)
				pack_double(out, c->bias[k]);
		}
	}
}

static void read_calibration(struct model *model, struct unpacking *u)
{
	for (int v = 0; v < VIEW_COUNT; v++) {
		for (int t = 0; t < TIER_COUNT; t++) {
			struct calibration *c = &model->views[v].calibration[t];

			c->bias = arena_array(model->arena,
			    model->class_count + 1, sizeof(double));
			c->scale = unpack_double(u);
			c->none = unpack_double(u);
			for (size_t k = 0; k < model->class_count; k++)
				c->bias[k] = unpack_double(u);
		}
	}
}

/* ------------------------------------------------------------- novelty */

/* A value is the same for all bundles of a group. */
static void write_vector(
    const struct model *model, const struct vector *v, struct buffer *out)
{
	double factor[GROUP_COUNT] = { 0 };

	for (size_t k = 0; k < v->count; k++)
		factor[model->bundle_group[v->index[k]]] = v->value[k];
	for (size_t g = 0; g < GROUP_COUNT; g++)
		pack_double(out, factor[g]);
	pack_u32(out, (uint32_t)v->count);
	for (size_t k = 0; k < v->count; k++)
		pack_u32(out, v->index[k]);
}

static void read_vector(
    struct model *model, struct unpacking *u, struct vector *v)
{
	double factor[GROUP_COUNT];

	for (size_t g = 0; g < GROUP_COUNT; g++)
		factor[g] = unpack_double(u);
	v->count = unpack_count(u, 4, FEATURES_TOP);
	v->index = arena_array(model->arena, v->count + 1, sizeof(*v->index));
	v->value = arena_array(model->arena, v->count + 1, sizeof(*v->value));
	for (size_t k = 0; k < v->count; k++) {
		v->index[k] = unpack_u32(u);
		if (v->index[k] >= model->bundle_count ||
		    (k > 0 && v->index[k] <= v->index[k - 1])) {
			u->bad = true;
			return;
		}
		v->value[k] = factor[model->bundle_group[v->index[k]]];
	}
}

static void write_novelty(const struct model *model, struct buffer *out)
{
	for (int v = 0; v < VIEW_COUNT; v++) {
		const struct view_part *view = &model->views[v];

		for (int t = 0; t < TIER_COUNT; t++) {
			for (int s = 0; s < SIGN_COUNT; s++) {
				pack_double(out, view->novelty[t].typical[s]);
				pack_double(out, view->novelty[t].limit[s]);
			}
		}
		pack_u32(out, (uint32_t)view->stored_count);
		for (size_t i = 0; i < view->stored_count; i++) {
			pack_u32(out, (uint32_t)view->stored_class[i]);
			pack_u32(out, view->stored_fronted[i]);
			write_vector(model, &view->stored[i], out);
		}
	}
}

static void read_limits(struct novelty *n, struct unpacking *u)
{
	for (int s = 0; s < SIGN_COUNT; s++) {
		n->typical[s] = unpack_double(u);
		n->limit[s] = unpack_double(u);
		if (!(n->limit[s] > n->typical[s]))
			u->bad = true;
	}
}

static void read_novelty(struct model *model, struct unpacking *u)
{
	for (int v = 0; v < VIEW_COUNT; v++) {
		struct view_part *view = &model->views[v];

		for (int t = 0; t < TIER_COUNT; t++)
			read_limits(&view->novelty[t], u);
		view->stored_count = unpack_count(u, STORED_BYTES, STORED_MAX);
		view->stored = arena_array(model->arena, view->stored_count + 1,
		    sizeof(*view->stored));
		view->stored_class = arena_array(model->arena,
		    view->stored_count + 1, sizeof(*view->stored_class));
		view->stored_fronted = arena_array(model->arena,
		    view->stored_count + 1, sizeof(*view->stored_fronted));
		for (size_t i = 0; i < view->stored_count; i++) {
			view->stored_class[i] = unpack_u32(u);
			view->stored_fronted[i] = unpack_u32(u) != 0;
			if (view->stored_class[i] >= model->class_count)
				u->bad = true;
			read_vector(model, u, &view->stored[i]);
		}
	}
}

/* ------------------------------------------------------------- versions */

static void write_versions(const struct model *model, struct buffer *out)
{
	for (size_t c = 0; c < model->class_count; c++) {
		const struct version_table *table = &model->versions[c];

		pack_double(out, table->confidence);
		pack_double(out, table->scale);
		pack_u32(out, (uint32_t)table->version_count);
		for (size_t i = 0; i < table->version_count; i++)
			pack_text(out, table->versions[i]);
		pack_u32(out, (uint32_t)table->mark_count);
		for (size_t i = 0; i < table->mark_count; i++) {
			pack_text(out, table->marks[i].feature);
			pack_u32(out, table->marks[i].cut);
			pack_double(out, table->marks[i].has);
			pack_double(out, table->marks[i].lacks);
		}
	}
}

static void read_table(
    struct model *model, struct version_table *table, struct unpacking *u)
{
	table->confidence = unpack_double(u);
	table->scale = unpack_double(u);
	if (table->scale < 0 || table->scale > VERSION_SCALE_MAX)
		u->bad = true;
	table->version_count = unpack_count(u, 4, VERSIONS_MAX);
	table->versions = arena_array(
	    model->arena, table->version_count + 1, sizeof(*table->versions));
	for (size_t i = 0; i < table->version_count; i++)
		table->versions[i] = unpack_text(u, model->arena, ID_MAX);
	table->mark_count = unpack_count(u, 24, VERSION_MARKS_MAX);
	table->marks = arena_array(
	    model->arena, table->mark_count + 1, sizeof(*table->marks));
	for (size_t i = 0; i < table->mark_count; i++) {
		table->marks[i].feature =
		    unpack_text(u, model->arena, FEATURE_NAME_MAX);
		table->marks[i].cut = unpack_u32(u);
		table->marks[i].has = unpack_double(u);
		table->marks[i].lacks = unpack_double(u);
		if (table->marks[i].cut == 0 ||
		    table->marks[i].cut >= table->version_count)
			u->bad = true;
	}
}

static void read_versions(struct model *model, struct unpacking *u)
{
	model->versions = arena_array(
	    model->arena, model->class_count + 1, sizeof(*model->versions));
	for (size_t c = 0; c < model->class_count && !u->bad; c++)
		read_table(model, &model->versions[c], u);
}

const struct section model_sections[] = {
	{ "card", write_card, read_card },
	{ "classes", write_classes, read_classes },
	{ "features", write_features, read_features },
	{ "bundles", write_bundles, read_bundles },
	{ "weights", write_weights_all, read_weights_all },
	{ "hidden", write_weights_hidden, read_weights_hidden },
	{ "calibrat", write_calibration, read_calibration },
	{ "novelty", write_novelty, read_novelty },
	{ "versions", write_versions, read_versions },
};

const size_t model_section_count =
    sizeof(model_sections) / sizeof(model_sections[0]);
