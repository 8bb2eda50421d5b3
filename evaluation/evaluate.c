/*
 * The table of parts, and running those that were asked for over one dataset.
 */
#include "evaluation/evaluate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/random.h"
#include "common/spelling.h"
#include "common/strmap.h"
#include "evaluation/evaluating.h"
#include "model/folds.h"
#include "model/forge.h"

static const struct evaluate_part parts[] = {
	{ "folds", "deployments left out in folds, every plan", evaluate_folds,
	    folds_table, folds_json },
	{ "ladder", "what each kind of evidence adds", evaluate_ladder,
	    ladder_table, ladder_json },
	{ "versions", "one version of each product left out", evaluate_versions,
	    versions_table, versions_json },
	{ "configurations", "configurations left out", evaluate_configurations,
	    configurations_table, configurations_json },
	{ "products", "products left out one at a time (the open set)",
	    evaluate_products, products_table, products_json },
	{ "curve", "accuracy by the number of training deployments",
	    evaluate_curve, curve_table, curve_json },
	{ "baselines", "other methods on the same folds", evaluate_baselines,
	    baselines_table, baselines_json },
	{ "identifiability", "what nothing tells apart",
	    evaluate_identifiability, identifiability_table,
	    identifiability_json },
	{ "leak", "do features tell deployments apart, not software?",
	    evaluate_leak, leak_table, leak_json },
};

#define PARTS (sizeof(parts) / sizeof(parts[0]))

/* Instead of all these when a model is given. */
static const struct evaluate_part of_model = { "model", "a given model",
	evaluate_model, model_table, model_json };

void evaluate_options_defaults(struct evaluate_options *options)
{
	memset(options, 0, sizeof(*options));
	options->plan = "standard";
	options->folds = 10;
	options->seed = 1;
	options->min_deployments = 3;
}

/* ------------------------------------------------------------- parts */

const char *evaluate_part_name(size_t part)
{
	return part < PARTS ? parts[part].name : NULL;
}

const char *evaluate_part_help(size_t part)
{
	return part < PARTS ? parts[part].help : NULL;
}

static enum status add_part(
    const char *word, size_t len, uint64_t *bits, struct error *err)
{
	size_t nearest = 0, least = SPELLING_MAX;
	char name[SPELLING_MAX];

	snprintf(name, sizeof(name), "%.*s", (int)(len < 60 ? len : 60), word);
	for (size_t p = 0; p < PARTS; p++) {
		size_t distance = spelling_distance(parts[p].name, name);

		if (distance == 0) {
			*bits |= (uint64_t)1 << p;
			return STATUS_OK;
		}
		if (distance < least) {
			least = distance;
			nearest = p;
		}
	}
	return error_set(err, STATUS_USAGE,
	    "an evaluation has no part '%s'; did you mean '%s'?", name,
	    parts[nearest].name);
}

enum status evaluate_parts_read(
    const char *list, uint64_t *bits, struct error *err)
{
	enum status status = STATUS_OK;

	*bits = 0;
	while (status == STATUS_OK) {
		size_t len = strcspn(list, ",");

		status = add_part(list, len, bits, err);
		if (list[len] == '\0')
			break;
		list += len + 1;
	}
	return status;
}

/* ------------------------------------------------------------- refusing */

static enum status check_folds(const struct evaluating *v, struct error *err)
{
	if (v->options->model || v->options->folds <= v->d->group_count)
		return STATUS_OK;
	return error_set(err, STATUS_USAGE,
	    "%zu folds are more than the %zu deployments that look different; "
	    "ask for fewer with --folds, or give more transcripts",
	    v->options->folds, v->d->group_count);
}

static bool wanted(const struct evaluate_options *o, const char *part)
{
	for (size_t p = 0; !o->model && p < PARTS; p++)
		if (strcmp(parts[p].name, part) == 0)
			return !o->parts || (o->parts >> p & 1);
	return false;
}

/* Rules as a baseline are asked about the transcripts, not their features. */
static enum status check_files(
    const struct evaluate_options *o, struct error *err)
{
	if (!o->rules || !wanted(o, "baselines"))
		return STATUS_OK;
	for (size_t i = 0; i < o->path_count; i++) {
		bool piped = strcmp(o->paths[i], "-") == 0;
		struct stat st;

		/* One that is not there is told when it is read. */
		if (piped ||
		    (stat(o->paths[i], &st) == 0 && !S_ISREG(st.st_mode)))
			return error_set(err, STATUS_USAGE,
			    "the part baselines reads its transcripts twice, "
			    "and %s is no file: give files, or name the other "
			    "parts with --parts",
			    o->paths[i]);
	}
	return STATUS_OK;
}

/* ------------------------------------------------------------- measuring */

static void describe(struct evaluating *v)
{
	struct evaluation_data *data = &v->e->data;
	struct strmap *deployments = strmap_new();
	struct strmap *versions = strmap_new();
	struct arena *scratch = arena_new();
	bool added;

	for (size_t i = 0; i < v->d->every_count; i++) {
		const struct item *item = &v->d->every[i];

		strmap_put_text(
		    deployments, dataset_deployment(v->d, item), &added);
		if (item->version)
			strmap_put_text(versions,
			    arena_printf(
				scratch, "%s %s", item->product, item->version),
			    &added);
	}
	data->transcripts = v->d->transcripts;
	data->deployments = strmap_count(deployments);
	data->groups = v->d->group_count;
	data->products = v->d->product_count;
	data->classes = v->d->class_count;
	data->versions = strmap_count(versions);
	memcpy(data->hash, v->d->hash, sizeof(data->hash));
	strmap_free(deployments);
	strmap_free(versions);
	arena_free(scratch);
}

static void begin(struct evaluating *v)
{
	const struct evaluate_options *o = v->options;
	bool *all = arena_array(v->arena, v->d->count + 1, sizeof(*all));
	struct random random;

	v->e->plan = arena_strdup(v->e->arena, o->plan);
	v->e->folds = o->folds;
	v->e->seed = o->seed;
	v->e->of_model = o->model != NULL;
	v->e->parts = o->parts ? o->parts : ((uint64_t)1 << PARTS) - 1;
	describe(v);
	for (size_t i = 0; i < v->d->count; i++)
		all[i] = true;
	v->lonely = folds_lonely(v->d, all, v->arena);
	v->fold =
	    arena_array(v->arena, v->d->group_count + 1, sizeof(*v->fold));
	/* Another seed than inside learn(), or folds would nest alike. */
	folds_assign(v->d, o->folds, o->seed + 1, v->fold);
	v->donor = arena_array(v->arena, v->d->count + 1, sizeof(*v->donor));
	random_init(&random, o->seed);
	for (size_t i = 0; i < v->d->count; i++)
		v->donor[i] = forge_donor(v->d, NULL, i, &random);
}

static enum status run_parts(struct evaluating *v, struct error *err)
{
	enum status status = STATUS_OK;

	if (v->options->model)
		return of_model.run(v, err);
	if (v->d->class_count < 2)
		return error_set(err, STATUS_DATA,
		    "fewer than two products with at least %zu deployments; "
		    "nothing to tell apart",
		    v->options->min_deployments);
	for (size_t p = 0; status == STATUS_OK && p < PARTS; p++)
		if (v->e->parts >> p & 1)
			status = parts[p].run(v, err);
	return status;
}

enum status evaluate(const struct evaluate_options *options,
    struct evaluation **evaluation, struct error *err)
{
	struct evaluating v = { .options = options, .arena = arena_new() };
	struct arena *arena = arena_new();
	enum status status;

	status = check_files(options, err);
	if (status == STATUS_OK)
		status = dataset_read(options->catalog, options->paths,
		    options->path_count, options->min_deployments, &v.d, err);
	if (status == STATUS_OK)
		status = check_folds(&v, err);
	*evaluation = NULL;
	v.e = arena_alloc(arena, sizeof(*v.e));
	v.e->arena = arena;
	if (status == STATUS_OK) {
		begin(&v);
		status = run_parts(&v, err);
	}
	if (status == STATUS_OK)
		*evaluation = v.e;
	else
		arena_free(arena);
	dataset_free(v.d);
	arena_free(v.arena);
	return status;
}

void evaluation_free(struct evaluation *evaluation)
{
	if (evaluation)
		arena_free(evaluation->arena);
}

/* ------------------------------------------------------------- output */

void evaluation_table(const struct evaluation *e, struct buffer *out)
{
	buffer_printf(out,
	    "%zu transcripts of %zu deployments (%zu look different), %zu "
	    "products, %zu versions\ndata %.16s, features %d, seed %llu\n",
	    e->data.transcripts, e->data.deployments, e->data.groups,
	    e->data.products, e->data.versions, e->data.hash, FEATURES_VERSION,
	    (unsigned long long)e->seed);
	for (size_t p = 0; !e->of_model && p < PARTS; p++) {
		if ((e->parts >> p & 1) == 0)
			continue;
		buffer_printf(
		    out, "\n== %s: %s\n\n", parts[p].name, parts[p].help);
		parts[p].table(e, out);
	}
	if (e->of_model) {
		buffer_add_text(out, "\n");
		of_model.table(e, out);
	}
}

static void json_data(struct json_writer *w, const struct evaluation *e)
{
	json_open_object(w, "data");
	json_write_int(w, "transcripts", (int64_t)e->data.transcripts);
	json_write_int(w, "deployments", (int64_t)e->data.deployments);
	json_write_int(w, "groups", (int64_t)e->data.groups);
	json_write_int(w, "products", (int64_t)e->data.products);
	json_write_int(w, "classes", (int64_t)e->data.classes);
	json_write_int(w, "versions", (int64_t)e->data.versions);
	json_write_text(w, "hash", e->data.hash);
	json_close_object(w);
}

void evaluation_json(const struct evaluation *e, struct buffer *out)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	json_write_text(&w, "type", "evaluation");
	json_write_int(&w, "v", 1);
	json_write_int(&w, "features", FEATURES_VERSION);
	json_write_int(&w, "folds_count", (int64_t)e->folds);
	json_write_int(&w, "seed", (int64_t)e->seed);
	json_data(&w, e);
	for (size_t p = 0; !e->of_model && p < PARTS; p++)
		if (e->parts >> p & 1)
			parts[p].json(e, &w, parts[p].name);
	if (e->of_model)
		of_model.json(e, &w, of_model.name);
	json_close_object(&w);
	buffer_add_char(out, '\n');
}
