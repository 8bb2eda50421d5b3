/* mxprint train: labelled transcripts -> model. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/arena.h"
#include "common/log.h"
#include "model/train.h"
#include "rules/engine.h"
#include "tools/command.h"
#include "tools/options.h"

extern const struct command command_train;

#define LABELS_FILE "labels.jsonl"

struct train_arguments {
	struct train_options how;
	const char *output;
	const char **paths; /* runs' labels, then the operands */
	size_t path_count;
	enum status failed; /* of a run without answers */
};

static void print_progress(void *user, const char *sentence)
{
	(void)user;
	log_info("%s", sentence);
}

static bool take_number(const struct option_reader *reader,
    const struct option_spec *spec, int64_t min, int64_t max, int64_t *value)
{
	return option_int(reader, spec, min, max, value);
}

static bool add_run(struct train_arguments *a, struct arena *arena,
    const struct option_reader *reader)
{
	const char *path =
	    arena_printf(arena, "%s/%s", reader->value, LABELS_FILE);
	struct error err = { 0 };

	if (access(path, F_OK) != 0) {
		a->failed = error_set(&err, STATUS_NOINPUT,
		    "no answer is stored in %s; `mxprint review RUN --label "
		    "HOST=PRODUCT` stores one",
		    reader->value);
		command_fail(reader->command, &err);
		return false;
	}
	a->paths[a->path_count++] = path;
	return true;
}

static bool take_option(struct train_arguments *a, struct arena *arena,
    const struct option_reader *reader, const struct option_spec *spec)
{
	int64_t number = 0;

	if (strcmp(spec->name, "output") == 0) {
		a->output = reader->value;
	} else if (strcmp(spec->name, "add") == 0) {
		return add_run(a, arena, reader);
	} else if (strcmp(spec->name, "name") == 0) {
		a->how.name = reader->value;
	} else if (strcmp(spec->name, "cost") == 0) {
		return option_double(reader, spec, 1e-4, 1e4, &a->how.cost);
	} else if (strcmp(spec->name, "seed") == 0) {
		if (!take_number(reader, spec, 0, INT64_MAX, &number))
			return false;
		a->how.seed = (uint64_t)number;
	} else if (strcmp(spec->name, "folds") == 0) {
		if (!take_number(reader, spec, 2, 50, &number))
			return false;
		a->how.folds = (size_t)number;
	} else {
		if (!take_number(reader, spec, 2, 1000, &number))
			return false;
		a->how.min_deployments = (size_t)number;
	}
	return true;
}

static int read_arguments(const struct command *self, struct arena *arena,
    int argc, char **argv, struct train_arguments *a)
{
	const struct option_spec *spec;
	struct option_reader reader;
	enum status status = STATUS_OK;

	train_options_defaults(&a->how);
	a->how.progress = print_progress;
	a->paths = arena_array(arena, (size_t)argc + 1, sizeof(*a->paths));
	options_init(&reader, self, argc, argv);
	while ((spec = options_next(&reader, &status)) != NULL)
		if (!take_option(a, arena, &reader, spec))
			return a->failed ? a->failed : STATUS_USAGE;
	if (status != STATUS_OK)
		return status;
	for (int i = 1; i < reader.argc; i++)
		a->paths[a->path_count++] = reader.argv[i];
	if (!a->output)
		return command_usage(self, "--output FILE is missing");
	if (a->path_count == 0)
		return command_usage(self, "no transcripts given");
	a->how.paths = a->paths;
	a->how.path_count = a->path_count;
	return STATUS_OK;
}

static enum status run_training(
    struct train_arguments *a, struct arena *arena, struct error *err)
{
	struct catalog *catalog = NULL;
	struct rule_engine *rules = NULL;
	struct model *model = NULL;
	enum status status = catalog_load(
	    arena_printf(arena, "%s/catalog/products.tsv", data_folder()),
	    &catalog, err);

	if (status == STATUS_OK)
		status = rule_engine_load(
		    arena_printf(arena, "%s/rules", data_folder()), catalog,
		    &rules, err);
	if (status == STATUS_OK) {
		a->how.catalog = catalog;
		a->how.rules_hash = rule_engine_hash(rules);
		status = train(&a->how, &model, err);
	}
	if (status == STATUS_OK)
		status = model_save(model, a->output, err);
	if (status == STATUS_OK)
		log_info("wrote %s: %s, %zu products", a->output,
		    model_name(model), model_class_count(model));
	model_free(model);
	rule_engine_free(rules);
	catalog_free(catalog);
	return status;
}

static int run(const struct command *self, int argc, char **argv)
{
	struct arena *arena = arena_new();
	struct train_arguments a = { .output = NULL };
	struct error err = { 0 };
	int status = read_arguments(self, arena, argc, argv, &a);

	if (status == STATUS_OK) {
		status = run_training(&a, arena, &err);
		if (status != STATUS_OK)
			status = command_fail(self, &err);
	}
	arena_free(arena);
	return status;
}

static const struct option_spec option_table[] = {
	{ "output", 'o', "FILE", "where to write the model (required)" },
	{ "add", 'a', "RUN",
	    "a survey's run folder: also learn from the answers given with\n"
	    "`mxprint review RUN --label` (may be given several times)" },
	{ "name", 0, "NAME", "the model's name (default mxprint-1)" },
	{ "seed", 0, "N", "of folds and forged copies (default 1)" },
	{ "cost", 0, "C",
	    "cost of the SVM (default: chosen from 0.1, 1, 10 by folds)" },
	{ "folds", 0, "N", "folds for calibration (default 5)" },
	{ "min-deployments", 0, "N",
	    "products with fewer are no class (default 3)" },
	{ 0 },
};

static const struct example example_table[] = {
	{ "mxprint train --output my.model "
	  "training-data/transcripts/*.jsonl.gz",
	    "the model that is built with the program" },
	{ "mxprint train -o my.model --add domains.run transcripts.jsonl.gz",
	    "the same with a survey's reviewed hosts" },
	{ 0 },
};

const struct command command_train = {
	.name = "train",
	.summary = "learn a model from labelled transcripts",
	.arguments = "--output FILE [OPTIONS] TRANSCRIPTS...",
	.text = "Reads transcripts with a label (mxprint-transcript(5)) and "
		"writes a model\n"
		"(mxprint-model(5)). The same transcripts (in any order), "
		"options and seed\n"
		"give the same bytes. Transcripts of one deployment are never "
		"split when\n"
		"confidence is calibrated.",
	.options = option_table,
	.examples = example_table,
	.run = run,
};
