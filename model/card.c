#include "model/card.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/strmap.h"

#define CARD_MAX (16u << 20)

/* The card lists deployments by a short hash of their names. */
#define DEPLOYMENT_HEX 16

static void deployment_hash(
    const char *deployment, char out[DEPLOYMENT_HEX + 1])
{
	char hex[SHA256_HEX_SIZE];

	sha256_of(deployment, strlen(deployment), hex);
	memcpy(out, hex, DEPLOYMENT_HEX);
	out[DEPLOYMENT_HEX] = '\0';
}

bool card_has_deployment(const struct json *card, const char *deployment)
{
	const struct json *list = json_get(card, "deployment_hashes");
	char hex[DEPLOYMENT_HEX + 1];

	deployment_hash(deployment, hex);
	for (const struct json *j = list ? list->first : NULL; j; j = j->next)
		if (j->type == JSON_STRING && strcmp(j->text, hex) == 0)
			return true;
	return false;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* In order of hash, so that the order of items does not show. */
static void write_deployments(
    struct json_writer *w, const struct dataset *d, struct arena *scratch)
{
	const char **list = arena_array(scratch, d->count + 1, sizeof(*list));
	size_t count = 0;

	for (size_t i = 0; i < d->count; i++) {
		char hex[DEPLOYMENT_HEX + 1];

		if (!d->items[i].deployment)
			continue;
		deployment_hash(d->items[i].deployment, hex);
		list[count++] = arena_strdup(scratch, hex);
	}
	qsort(list, count, sizeof(*list), by_text);
	json_open_array(w, "deployment_hashes");
	for (size_t i = 0; i < count; i++)
		if (i == 0 || strcmp(list[i], list[i - 1]) != 0)
			json_write_text(w, NULL, list[i]);
	json_close_array(w);
}

static void write_versions(
    struct json_writer *w, const struct version_table *table)
{
	json_open_array(w, "versions");
	for (size_t i = 0; i < table->version_count; i++)
		json_write_text(w, NULL, table->versions[i]);
	json_close_array(w);
	if (table->version_count > 1) {
		json_write_int(w, "version_marks", (int64_t)table->mark_count);
		json_write_double(w, "version_right", table->confidence);
	}
}

static void write_products(
    struct json_writer *w, const struct model *model, const struct dataset *d)
{
	size_t c = 0;

	json_open_array(w, "classes");
	for (size_t p = 0; p < d->product_count; p++) {
		if (c == d->class_count ||
		    strcmp(d->products[p], d->classes[c]) != 0)
			continue;
		json_open_object(w, NULL);
		json_write_text(w, "product", d->products[p]);
		json_write_int(w, "deployments", (int64_t)d->product_groups[p]);
		write_versions(w, &model->versions[c++]);
		json_close_object(w);
	}
	json_close_array(w);
	json_open_array(w, "others");
	for (size_t p = 0; p < d->product_count; p++) {
		bool is_class = false;

		for (size_t k = 0; k < d->class_count; k++)
			is_class |= strcmp(d->products[p], d->classes[k]) == 0;
		if (!is_class)
			json_write_text(w, NULL, d->products[p]);
	}
	json_close_array(w);
}

static void write_tier(
    struct json_writer *w, const char *key, const struct tier_record *record)
{
	json_open_object(w, key);
	json_write_int(w, "items", (int64_t)record->items);
	json_write_double(w, "accuracy",
	    record->weight > 0 ? record->right / record->weight : 0);
	json_write_double(w, "log_loss", record->loss);
	json_write_double(w, "knowns_kept", record->kept);
	json_write_double(w, "strangers_flagged", record->flagged);
	json_close_object(w);
}

static void write_metrics(
    struct json_writer *w, const struct learn_record *record)
{
	static const char *const views[VIEW_COUNT] = { "all", "no_banner" };

	json_open_object(w, "held_out");
	for (int v = 0; v < VIEW_COUNT; v++) {
		json_open_object(w, views[v]);
		for (int t = 0; t < TIER_COUNT; t++)
			write_tier(
			    w, tier_name((enum tier)t), &record->tiers[v][t]);
		json_close_object(w);
	}
	json_close_object(w);
}

/* The day of the newest transcript: the same whenever it is trained. */
static void write_date(struct json_writer *w, int64_t utc_ms)
{
	time_t seconds = (time_t)(utc_ms / 1000);
	struct tm tm;
	char date[40] = "";

	if (gmtime_r(&seconds, &tm))
		strftime(date, sizeof(date), "%Y-%m-%d", &tm);
	json_write_text(w, "date", date);
}

void card_write(struct model *model, const struct dataset *dataset,
    const struct train_options *options, const struct learn_record *record)
{
	struct arena *scratch = arena_new();
	struct json_writer w;
	struct buffer out;

	buffer_init(&out, CARD_MAX);
	json_writer_init(&w, &out);
	json_open_object(&w, NULL);
	json_write_text(&w, "name", options->name);
	json_write_text(&w, "tool", "mxprint " MXPRINT_VERSION);
	write_date(&w, dataset->newest_utc_ms);
	json_write_int(&w, "features", FEATURES_VERSION);
	json_write_text(&w, "data_sha256", dataset->hash);
	json_write_int(&w, "transcripts", (int64_t)dataset->transcripts);
	json_write_int(&w, "items", (int64_t)dataset->count);
	json_write_int(&w, "groups", (int64_t)dataset->group_count);
	json_write_int(&w, "vocabulary", (int64_t)record->features);
	json_write_int(&w, "vectors", (int64_t)record->vectors);
	json_write_text(&w, "classifier",
	    "linear one-vs-rest C-SVC (libsvm), softmax calibration, novelty "
	    "by margin, distance and unseen features");
	json_write_double(&w, "cost", record->cost);
	json_write_int(&w, "folds", (int64_t)options->folds);
	/* A seed may need more than the 53 bits of a JSON number. */
	json_write_text(&w, "seed",
	    arena_printf(scratch, "%llu", (unsigned long long)options->seed));
	json_write_int(
	    &w, "min_deployments", (int64_t)options->min_deployments);
	json_write_text(&w, "rules_sha256", options->rules_hash);
	json_write_text(&w, "licence", "MIT");
	write_products(&w, model, dataset);
	write_metrics(&w, record);
	write_deployments(&w, dataset, scratch);
	json_close_object(&w);
	model->card = arena_copy(model->arena, buffer_text(&out), out.len);
	model->card_len = out.len;
	buffer_clear(&out);
	arena_free(scratch);
}
