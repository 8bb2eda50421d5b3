/* Opens everything needed to score, from the data folder or given paths. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/decide.h"

/* classifier.* point to these; they are freed together. */
struct parts {
	struct classifier classifier;
	struct catalog *catalog;
	struct model *model;
};

static bool is_none(const char *path)
{
	return path && strcmp(path, CLASSIFIER_NONE) == 0;
}

static enum status open_catalog(
    const char *folder, struct parts *parts, struct error *err)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/catalog/products.tsv", folder);
	return catalog_load(path, &parts->catalog, err);
}

static enum status open_rules(const char *folder, const char *given,
    struct parts *parts, struct error *err)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/rules", folder);
	return rule_engine_load(given ? given : path, parts->catalog,
	    &parts->classifier.rules, err);
}

static enum status open_model(const char *folder, const char *given,
    struct parts *parts, struct error *err)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/mxprint.model", folder);
	if (!given && access(path, F_OK) != 0)
		return error_set(err, STATUS_NOINPUT,
		    "no model at %s: run `make` to train the shipped one, "
		    "give one with --model FILE, or use --model none for "
		    "rules alone",
		    path);
	return model_load(given ? given : path, &parts->model, err);
}

enum status classifier_open(const char *data_folder, const char *model_path,
    const char *rules_path, struct classifier **classifier, struct error *err)
{
	struct parts *parts = xcalloc(1, sizeof(*parts));
	enum status status;

	*classifier = NULL;
	status = open_catalog(data_folder, parts, err);
	if (status == STATUS_OK && !is_none(rules_path))
		status = open_rules(data_folder, rules_path, parts, err);
	if (status == STATUS_OK && !is_none(model_path))
		status = open_model(data_folder, model_path, parts, err);
	parts->classifier.catalog = parts->catalog;
	parts->classifier.model = parts->model;
	parts->classifier.memo = memo_new();
	if (status != STATUS_OK)
		classifier_close(&parts->classifier);
	else
		*classifier = &parts->classifier;
	return status;
}

void classifier_close(struct classifier *classifier)
{
	struct parts *parts = (struct parts *)classifier;

	if (!parts)
		return;
	memo_free(parts->classifier.memo);
	model_free(parts->model);
	rule_engine_free(parts->classifier.rules);
	catalog_free(parts->catalog);
	free(parts);
}
