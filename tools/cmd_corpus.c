/* mxprint corpus: labelled transcripts, checked and counted. */
#include <stdio.h>
#include <string.h>

#include "common/buffer.h"
#include "evaluation/corpus.h"
#include "tools/command.h"
#include "tools/options.h"

#define OUTPUT_MAX     (64u << 20)
#define COMPLAINTS_MAX 40 /* told one by one */

extern const struct command command_corpus;

struct corpus_arguments {
	bool json;
	bool normal;
	size_t told;
};

static void tell_complaint(void *user, const char *sentence)
{
	struct corpus_arguments *a = user;

	if (a->told++ < COMPLAINTS_MAX)
		fprintf(stderr, "%s\n", sentence);
}

static void print_normal(void *user, const char *line)
{
	(void)user;
	puts(line);
}

static enum status check(struct corpus_arguments *a,
    struct corpus_options *options, struct buffer *out, struct error *err)
{
	struct corpus *corpus = NULL;
	enum status status = corpus_read(options, &corpus, err);

	if (status != STATUS_OK)
		return status;
	if (a->json)
		corpus_json(corpus, out);
	else if (!a->normal)
		corpus_table(corpus, out);
	if (corpus->complaints > 0)
		status = error_set(err, STATUS_DATA,
		    "%zu complaint%s about these transcripts%s: mend or leave "
		    "out those lines",
		    corpus->complaints, corpus->complaints == 1 ? "" : "s",
		    corpus->complaints > COMPLAINTS_MAX ? ", the first told"
							: "");
	else if (corpus->all.transcripts == 0)
		status =
		    error_set(err, STATUS_DATA, "no transcript in these files");
	corpus_free(corpus);
	return status;
}

static int run(const struct command *self, int argc, char **argv)
{
	struct corpus_arguments a = { 0 };
	struct corpus_options options = { .complain = tell_complaint,
		.user = &a };
	const struct option_spec *spec;
	struct catalog *catalog = NULL;
	struct option_reader reader;
	enum status status = STATUS_OK;
	struct error err = { 0 };
	struct buffer out;
	char path[4096];

	options_init(&reader, self, argc, argv);
	while ((spec = options_next(&reader, &status)) != NULL) {
		if (strcmp(spec->name, "normal") == 0)
			a.normal = true;
		else if (strcmp(reader.value, "json") == 0)
			a.json = true;
		else if (strcmp(reader.value, "table") != 0)
			return command_usage(
			    self, "--format must be table or json");
	}
	if (status != STATUS_OK)
		return status;
	if (reader.argc < 2)
		return command_usage(self, "no transcripts given");
	if (a.normal && a.json)
		return command_usage(
		    self, "--normal prints lines of its own: no --format");
	options.normal = a.normal ? print_normal : NULL;
	options.paths = (const char *const *)(reader.argv + 1);
	options.path_count = (size_t)reader.argc - 1;
	buffer_init(&out, OUTPUT_MAX);
	snprintf(path, sizeof(path), "%s/catalog/products.tsv", data_folder());
	status = catalog_load(path, &catalog, &err);
	options.catalog = catalog;
	if (status == STATUS_OK)
		status = check(&a, &options, &out, &err);
	fputs(buffer_text(&out), stdout);
	buffer_clear(&out);
	catalog_free(catalog);
	return status == STATUS_OK ? STATUS_OK : command_fail(self, &err);
}

static const struct option_spec option_table[] = {
	{ "format", 'f', "FORMAT", "table (default) or json" },
	{ "normal", 0, NULL,
	    "print, instead, a JSON line a transcript: deployment, plan, and\n"
	    "what was said in the normal form that deployments are compared "
	    "by" },
	{ 0 },
};

static const struct example example_table[] = {
	{ "mxprint corpus training-data/transcripts/*.jsonl.gz",
	    "is every line as it must be, and what is there?" },
	{ "mxprint corpus --format json transcripts.jsonl.gz",
	    "the same counts for a program" },
	{ "mxprint corpus --normal transcripts.jsonl.gz | sort >now.txt",
	    "to be compared with the same of another day" },
	{ 0 },
};

const struct command command_corpus = {
	.name = "corpus",
	.summary = "check labelled transcripts, and count what they cover",
	.arguments = "[OPTIONS] TRANSCRIPTS...",
	.text =
	    "Every line must be a transcript exactly as documented "
	    "(mxprint-transcript(5)\n"
	    "and its schema), with a label and a deployment, and of no public "
	    "address. A\n"
	    "label of the lab must tell where it comes from: package, "
	    "package_version, suite,\n"
	    "recipe, config, seed and date. Ids must be in the catalogue. A "
	    "deployment has\n"
	    "one label, one origin, one transcript a plan, and shares no "
	    "recording with\n"
	    "another. What is wrong is told as FILE:LINE: why (the first 40; "
	    "all are\n"
	    "counted), and the exit status is then 65.\n"
	    "\n"
	    "\"distinct\" deployments differ in what they said under the "
	    "largest plan they\n"
	    "share, with names, addresses, dates, ids and echoes of our input "
	    "taken out.",
	.options = option_table,
	.examples = example_table,
	.run = run,
};
