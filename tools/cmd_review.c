/* mxprint review: what a person should look at, and what the person says. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "review/labelling.h"
#include "review/queue.h"
#include "review/show.h"
#include "tools/command.h"
#include "tools/options.h"
#include "tools/survey_folder.h"

extern const struct command command_review;

#define LIMIT_DEFAULT 20
#define TEXT_LENGTH   500 /* of a comment, a name, a version */

struct review_options {
	struct queue_options queue;
	struct show_options show;
	enum writer_format format;
	const char *labels[LABELLING_MAX]; /* HOST=PRODUCT */
	size_t label_count;
	const char *version, *comment, *annotator;
	bool cluster;
};

static bool complain(const struct command *self, const char *sentence)
{
	command_usage(self, sentence);
	return false;
}

static bool add_label(const struct command *self, const char *value,
    struct review_options *options)
{
	if (options->label_count == LABELLING_MAX)
		return complain(self, "at most 256 --label at once");
	if (!strchr(value, '='))
		return complain(self, "--label wants HOST=PRODUCT");
	options->labels[options->label_count++] = value;
	return true;
}

static bool read_text(
    const struct command *self, const char *value, const char **text)
{
	*text = value;
	return strlen(value) <= TEXT_LENGTH ||
	       complain(self, "a version, comment or name may have at most "
			      "500 bytes");
}

/* A typing error would be learnt from. */
static bool read_version(
    const struct command *self, const char *value, const char **version)
{
	static const char digits[] = "0123456789";
	static const char more[] = "0123456789.-+~_:"
				   "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	if (strspn(value, digits) == 0 || value[strspn(value, more)])
		return complain(self, "--label-version must be a version such "
				      "as 3.7.11, or a range such as 3.6-3.9");
	return read_text(self, value, version);
}

static bool read_option(const struct command *self,
    struct option_reader *reader, const struct option_spec *spec,
    struct review_options *options)
{
	int64_t limit;

	if (strcmp(spec->name, "label") == 0)
		return add_label(self, reader->value, options);
	if (strcmp(spec->name, "label-version") == 0)
		return read_version(self, reader->value, &options->version);
	if (strcmp(spec->name, "comment") == 0)
		return read_text(self, reader->value, &options->comment);
	if (strcmp(spec->name, "annotator") == 0)
		return read_text(self, reader->value, &options->annotator);
	if (strcmp(spec->name, "sure") == 0)
		return option_double(reader, spec, 0, 1, &options->queue.sure);
	if (strcmp(spec->name, "format") == 0) {
		options->format = writer_format_parse(reader->value);
		return options->format != WRITER_FORMAT_COUNT ||
		       complain(
			   self, "--format must be table, csv, json or jsonl");
	}
	if (strcmp(spec->name, "limit") == 0) {
		if (!option_int(reader, spec, 0, INT64_C(1) << 40, &limit))
			return false;
		options->show.limit = (size_t)limit;
	} else if (strcmp(spec->name, "all") == 0)
		options->queue.all = true;
	else if (strcmp(spec->name, "brief") == 0)
		options->show.brief = true;
	else
		options->cluster = true;
	return true;
}

static bool read_options(const struct command *self,
    struct option_reader *reader, struct review_options *options)
{
	const struct option_spec *spec;
	const char *user = getenv("USER");
	enum status status = STATUS_OK;

	memset(options, 0, sizeof(*options));
	options->queue.sure = CONFIDENCE_SURE;
	options->show.limit = LIMIT_DEFAULT;
	options->annotator = user && *user ? user : "reviewer";
	while ((spec = options_next(reader, &status)) != NULL) {
		if (!read_option(self, reader, spec, options))
			return false;
	}
	if (status != STATUS_OK)
		return false;
	if (reader->argc != 2)
		return complain(self, "give one run folder");
	if (options->label_count == 0 &&
	    (options->version || options->comment || options->cluster))
		return complain(self, "--label-version, --comment and "
				      "--cluster go with --label");
	if (options->label_count > 1 && options->version)
		return complain(self, "--label-version goes with one --label");
	options->show.folder = reader->argv[1];
	return true;
}

/* -------------------------------------------------------------- the queue */

static enum status print_queue(const struct survey_folder *survey,
    const struct queue *queue, const struct review_options *options,
    struct error *err)
{
	struct line_writer *out;
	struct writer *w;
	enum status status = lines_create("-", &out, err), closed;

	if (status != STATUS_OK)
		return status;
	if (options->format == WRITER_TABLE) {
		status = show_blocks(queue, survey->store, survey->catalog,
		    &options->show, out, err);
	} else {
		w = writer_new(options->format, NULL, out);
		status =
		    show_sheet(queue, survey->store, &options->show, w, err);
		closed = writer_close(w, status == STATUS_OK ? err : NULL);
		status = status == STATUS_OK ? closed : status;
	}
	closed = lines_close(out, false, status == STATUS_OK ? err : NULL);
	return status == STATUS_OK ? closed : status;
}

static enum status list(const struct survey_folder *survey,
    const struct review_options *options, struct error *err)
{
	struct queue *queue;
	enum status status =
	    queue_build(survey->store, &options->queue, &queue, err);

	if (status != STATUS_OK)
		return status;
	status = print_queue(survey, queue, options, err);
	queue_free(queue);
	return status;
}

/* ------------------------------------------------------------- the answers */

static void tell(void *user, const char *host, int port, const char *product)
{
	(void)user;
	printf("%s port %d: %s\n", host, port, product);
}

static enum status label(const struct survey_folder *survey,
    const struct review_options *options, struct error *err)
{
	const struct labelling how = {
		.folder = survey->folder,
		.store = survey->store,
		.catalog = survey->catalog,
		.answers = options->labels,
		.count = options->label_count,
		.version = options->version,
		.annotator = options->annotator,
		.comment = options->comment,
		.alike = options->cluster,
		.stored = tell,
	};
	enum status status = labelling_store(&how, err);

	if (status == STATUS_OK)
		log_info("stored in %s/labels.jsonl; `mxprint train --add %s` "
			 "learns from it",
		    survey->folder, survey->folder);
	return status;
}

static int run(const struct command *self, int argc, char **argv)
{
	struct review_options options;
	struct option_reader reader;
	struct survey_folder survey;
	struct error err = { 0 };
	enum status status;
	bool labelling;

	options_init(&reader, self, argc, argv);
	if (!read_options(self, &reader, &options))
		return STATUS_USAGE;
	labelling = options.label_count > 0;
	status = survey_folder_open(reader.argv[1],
	    labelling ? STORE_UPDATE : STORE_READ, &survey, &err);
	if (status == STATUS_OK)
		status = labelling ? label(&survey, &options, &err)
				   : list(&survey, &options, &err);
	survey_folder_close(&survey, NULL);
	return status == STATUS_OK ? STATUS_OK : command_fail(self, &err);
}

static const struct option_spec option_table[] = {
	{ "limit", 0, "N", "at most N entries (20; 0: all)" },
	{ "sure", 0, "P",
	    "confidence from which an answer needs no look (0.9)" },
	{ "all", 0, NULL, "also hosts with a sure answer or a person's" },
	{ "brief", 0, NULL, "without the evidence" },
	{ "format", 'f', "FORMAT", "table (default), csv, json or jsonl" },
	{ "label", 0, "HOST=PRODUCT",
	    "store an answer; HOST is ADDRESS, ADDRESS:PORT or the name of\n"
	    "an MX, PRODUCT an id of `mxprint catalog` or \"unknown\" (looked\n"
	    "at; not trained on); may be given again" },
	{ "label-version", 0, "V", "its version: 3.7.11, or a range 3.6-3.9" },
	{ "comment", 0, "TEXT", "how you know" },
	{ "annotator", 0, "NAME", "who says so ($USER)" },
	{ "cluster", 0, NULL,
	    "the answer goes for every host that answered just alike" },
	{ 0 },
};

static const struct example example_table[] = {
	{ "mxprint review domains.run --limit 5",
	    "the five most valuable hosts to look at" },
	{ "mxprint review domains.run --format jsonl",
	    "the same for a program, one JSON line each" },
	{ "mxprint review domains.run --label mx1.example.com=exim "
	  "--label-version 4.96 --comment 'asked the operator'",
	    "store what you found out" },
	{ "mxprint review domains.run --label 192.0.2.25=postfix --cluster",
	    "an answer for all that look just like this one" },
	{ 0 },
};

const struct command command_review = {
	.name = "review",
	.summary = "hosts to look at by hand; store a person's answers",
	.arguments = "[OPTIONS] RUN",
	.text =
	    "Lists the hosts without a sure answer, and those whose greeting "
	    "is disputed, most\n"
	    "valuable first: many domains, much doubt, usual looks. Hosts "
	    "that look alike are\n"
	    "one entry. --label stores an answer in RUN/labels.jsonl (the "
	    "labelled transcript,\n"
	    "synced to disk) and RUN/survey.db; a later answer for a host "
	    "replaces the earlier.\n"
	    "`mxprint train --add RUN` learns from them, `mxprint report` "
	    "puts them first.",
	.options = option_table,
	.examples = example_table,
	.run = run,
};
