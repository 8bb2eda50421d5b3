/* mxprint evaluate: how good a model is on deployments it has not seen. */
#include <stdio.h>
#include <string.h>

#include "common/arena.h"
#include "common/log.h"
#include "evaluation/evaluate.h"
#include "tools/command.h"
#include "tools/options.h"

#define OUTPUT_MAX (4u << 20)

extern const struct command command_evaluate;

struct evaluate_arguments {
	struct evaluate_options how;
	const char *model;
	bool learns; /* an option was given that is for learning anew */
	bool json;
};

static void print_progress(void *user, const char *sentence)
{
	(void)user;
	log_info("%s", sentence);
}

static bool take_plan(
    const struct command *self, const char *plan, struct evaluate_arguments *a)
{
	static const char *const plans[] = { "polite", "standard", "deep",
		"lab" };

	for (size_t i = 0; i < sizeof(plans) / sizeof(plans[0]); i++) {
		if (strcmp(plan, plans[i]) == 0) {
			a->how.plan = plans[i];
			return true;
		}
	}
	command_usage(self, "--plan must be polite, standard, deep or lab");
	return false;
}

static bool take_parts(
    const struct command *self, const char *list, struct evaluate_arguments *a)
{
	struct error err;

	if (evaluate_parts_read(list, &a->how.parts, &err) == STATUS_OK)
		return true;
	command_usage(self, err.text);
	return false;
}

static bool take_option(const struct command *self,
    const struct option_reader *reader, const struct option_spec *spec,
    struct evaluate_arguments *a)
{
	int64_t number = 0;

	a->learns |= strcmp(spec->name, "parts") == 0 ||
		     strcmp(spec->name, "folds") == 0 ||
		     strcmp(spec->name, "cost") == 0;
	if (strcmp(spec->name, "model") == 0) {
		a->model = reader->value;
	} else if (strcmp(spec->name, "parts") == 0) {
		return take_parts(self, reader->value, a);
	} else if (strcmp(spec->name, "plan") == 0) {
		return take_plan(self, reader->value, a);
	} else if (strcmp(spec->name, "cost") == 0) {
		return option_double(reader, spec, 1e-4, 1e4, &a->how.cost);
	} else if (strcmp(spec->name, "folds") == 0) {
		if (!option_int(reader, spec, 2, 100, &number))
			return false;
		a->how.folds = (size_t)number;
	} else if (strcmp(spec->name, "seed") == 0) {
		if (!option_int(reader, spec, 0, INT64_MAX, &number))
			return false;
		a->how.seed = (uint64_t)number;
	} else if (strcmp(spec->name, "min-deployments") == 0) {
		if (!option_int(reader, spec, 2, 1000, &number))
			return false;
		a->how.min_deployments = (size_t)number;
	} else {
		a->json = strcmp(reader->value, "json") == 0;
		if (!a->json && strcmp(reader->value, "table") != 0) {
			command_usage(self, "--format must be table or json");
			return false;
		}
	}
	return true;
}

static enum status measure(
    const struct evaluate_arguments *a, struct buffer *out, struct error *err)
{
	struct evaluation *e = NULL;
	enum status status = evaluate(&a->how, &e, err);

	if (status != STATUS_OK)
		return status;
	if (e->model.seen > 0)
		log_warn("%zu of the items judged are of deployments this "
			 "model was trained on; the figures flatter it",
		    e->model.seen);
	if (a->json)
		evaluation_json(e, out);
	else
		evaluation_table(e, out);
	evaluation_free(e);
	return STATUS_OK;
}

static enum status run_evaluation(
    struct evaluate_arguments *a, struct buffer *out, struct error *err)
{
	struct catalog *catalog = NULL;
	struct rule_engine *rules = NULL;
	struct model *model = NULL;
	char path[4096];
	enum status status;

	snprintf(path, sizeof(path), "%s/catalog/products.tsv", data_folder());
	status = catalog_load(path, &catalog, err);
	if (status == STATUS_OK && a->model)
		status = model_load(a->model, &model, err);
	snprintf(path, sizeof(path), "%s/rules", data_folder());
	if (status == STATUS_OK && !a->model)
		status = rule_engine_load(path, catalog, &rules, err);
	if (status == STATUS_OK) {
		a->how.catalog = catalog;
		a->how.rules = rules;
		a->how.model = model;
		status = measure(a, out, err);
	}
	model_free(model);
	rule_engine_free(rules);
	catalog_free(catalog);
	return status;
}

static int run(const struct command *self, int argc, char **argv)
{
	struct evaluate_arguments a = { .model = NULL };
	const struct option_spec *spec;
	struct option_reader reader;
	struct error err = { 0 };
	enum status status = STATUS_OK;
	struct buffer out;

	evaluate_options_defaults(&a.how);
	a.how.progress = print_progress;
	options_init(&reader, self, argc, argv);
	while ((spec = options_next(&reader, &status)) != NULL)
		if (!take_option(self, &reader, spec, &a))
			return STATUS_USAGE;
	if (status != STATUS_OK)
		return status;
	if (a.model && a.learns)
		return command_usage(self,
		    "--parts, --folds and --cost are for learning anew; "
		    "--model judges a model that was learned before");
	if (reader.argc < 2)
		return command_usage(self, "no transcripts given");
	a.how.paths = (const char *const *)(reader.argv + 1);
	a.how.path_count = (size_t)reader.argc - 1;
	buffer_init(&out, OUTPUT_MAX);
	status = run_evaluation(&a, &out, &err);
	if (status == STATUS_OK)
		fputs(buffer_text(&out), stdout);
	buffer_clear(&out);
	return status == STATUS_OK ? STATUS_OK : command_fail(self, &err);
}

static const struct option_spec option_table[] = {
	{ "model", 'm', "FILE",
	    "judge this model instead of learning in folds; the transcripts\n"
	    "should be of deployments it was not trained on" },
	{ "parts", 0, "LIST",
	    "only these of folds, ladder, versions, configurations,\n"
	    "products, curve, baselines, identifiability, leak (default:\n"
	    "all)" },
	{ "plan", 0, "PLAN",
	    "judge what polite, standard (default), deep or lab show" },
	{ "folds", 0, "N", "folds that no deployment crosses (default 10)" },
	{ "cost", 0, "C", "cost of the SVM (default: chosen in each fold)" },
	{ "seed", 0, "N", "of folds, forged greetings, intervals (default 1)" },
	{ "min-deployments", 0, "N",
	    "products with fewer are no class (default 3)" },
	{ "format", 'f', "FORMAT", "table (default) or json" },
	{ 0 },
};

static const struct example example_table[] = {
	{ "mxprint evaluate training-data/transcripts/*.jsonl.gz",
	    "what to expect of a model learned from these" },
	{ "mxprint evaluate --model my.model held-out.jsonl.gz",
	    "a model's figures on other deployments" },
	{ "mxprint evaluate --parts ladder,curve transcripts.jsonl.gz",
	    "two parts only" },
	{ "mxprint evaluate --plan polite --format json transcripts.jsonl.gz",
	    "the same for a program, with the polite plan's evidence" },
	{ 0 },
};

const struct command command_evaluate = {
	.name = "evaluate",
	.summary = "measure how good a model is on unseen deployments",
	.arguments = "[OPTIONS] TRANSCRIPTS...",
	.text =
	    "Each part leaves something else out of training: deployments in "
	    "folds, a version\n"
	    "of each product, configurations, a product (then its hosts should "
	    "be unknown). The\n"
	    "ladder shows what each kind of evidence adds, with the greeting "
	    "as it is, masked,\n"
	    "or replaced by another product's; the curve, what more "
	    "deployments add. Figures\n"
	    "come with 95 % intervals (bootstrap over deployments that look "
	    "different);\n"
	    "mxprint-evaluation(5) says what each is.",
	.options = option_table,
	.examples = example_table,
	.run = run,
};
