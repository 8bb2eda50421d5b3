/* mxprint report: shares, losses and leads of a survey. */
#include <stdio.h>
#include <string.h>

#include "common/log.h"
#include "report/listing.h"
#include "report/loss.h"
#include "report/shares.h"
#include "tools/command.h"
#include "tools/options.h"
#include "tools/output.h"
#include "tools/survey_folder.h"

extern const struct command command_report;

enum view { VIEW_SHARES, VIEW_DOMAIN, VIEW_HOST, VIEW_OUTCOME };

struct report_options {
	bool by_given;
	enum view view;
	struct shares_options shares;
	enum writer_format format;
	const char *output;
	const char *columns;
};

static bool read_by(struct report_options *options, const char *name)
{
	static const struct {
		const char *name;
		enum view view;
	} views[] = {
		{ "domain", VIEW_DOMAIN },
		{ "host", VIEW_HOST },
		{ "outcome", VIEW_OUTCOME },
	};

	options->by_given = true;
	options->shares.by = shares_by_parse(name);
	options->view = VIEW_SHARES;
	if (options->shares.by != SHARES_BY_COUNT)
		return true;
	for (size_t i = 0; i < 3; i++) {
		if (strcmp(views[i].name, name) == 0) {
			options->view = views[i].view;
			return true;
		}
	}
	return false;
}

static bool complain(const struct command *self, const char *sentence)
{
	command_usage(self, sentence);
	return false;
}

static bool read_option(const struct command *self,
    struct option_reader *reader, const struct option_spec *spec,
    struct report_options *options)
{
	int64_t limit;

	if (strcmp(spec->name, "by") == 0)
		return read_by(options, reader->value) ||
		       complain(self, "--by must be software, operator, front, "
				      "family, kind, domain, host or outcome");
	if (strcmp(spec->name, "format") == 0) {
		options->format = writer_format_parse(reader->value);
		return options->format != WRITER_FORMAT_COUNT ||
		       complain(
			   self, "--format must be table, csv, json or jsonl");
	}
	if (strcmp(spec->name, "sure") == 0)
		return option_double(reader, spec, 0, 1, &options->shares.sure);
	if (strcmp(spec->name, "limit") == 0) {
		if (!option_int(reader, spec, 0, INT64_C(1) << 40, &limit))
			return false;
		options->shares.limit = (size_t)limit;
	} else if (strcmp(spec->name, "versions") == 0)
		options->shares.versions = true;
	else if (strcmp(spec->name, "output") == 0)
		options->output = reader->value;
	else
		options->columns = reader->value;
	return true;
}

static bool read_options(const struct command *self,
    struct option_reader *reader, struct report_options *options)
{
	const struct option_spec *spec;
	enum status status = STATUS_OK;

	memset(options, 0, sizeof(*options));
	shares_options_defaults(&options->shares);
	options->output = "-";
	while ((spec = options_next(reader, &status)) != NULL) {
		if (!read_option(self, reader, spec, options))
			return false;
	}
	if (status != STATUS_OK)
		return false;
	if (reader->argc != 2)
		return complain(self, "give one run folder");
	if (options->shares.versions &&
	    (options->view != VIEW_SHARES ||
		options->shares.by != SHARES_SOFTWARE))
		return complain(self, "--versions goes with --by software");
	return true;
}

static enum status write_view(const struct survey_folder *survey,
    const struct report_options *options, struct writer *w, struct error *err)
{
	struct listing_options listing = {
		.sure = options->shares.sure,
		.limit = options->shares.limit,
	};
	enum status status;

	switch (options->view) {
	case VIEW_DOMAIN:
		return listing_domains(
		    survey->store, survey->catalog, &listing, w, err);
	case VIEW_HOST:
		return listing_hosts(
		    survey->store, survey->catalog, &listing, w, err);
	case VIEW_OUTCOME:
		return loss_write(survey->store, w, err);
	case VIEW_SHARES:
		break;
	}
	status = shares_write(
	    survey->store, survey->catalog, &options->shares, w, err);
	if (status != STATUS_OK || options->by_given)
		return status;
	status = writer_note(w, "", err);
	return status == STATUS_OK ? loss_write(survey->store, w, err) : status;
}

static enum status write_report(const struct survey_folder *survey,
    const struct report_options *options, struct error *err)
{
	struct output output;
	struct writer *w;
	enum status status = output_open(options->output, &output, err);
	enum status closed;

	if (status != STATUS_OK)
		return status;
	w = writer_new(options->format, options->columns, output.lines);
	status = write_view(survey, options, w, err);
	closed = writer_close(w, status == STATUS_OK ? err : NULL);
	status = status == STATUS_OK ? closed : status;
	return output_close(&output, status, err);
}

/* Shares of a part are no shares of the list. */
static void warn_unfinished(const struct survey_folder *survey)
{
	struct arena *arena = arena_new();

	if (!store_meta(survey->store, arena, "finished"))
		log_warn("the survey in %s is not finished: these are the "
			 "figures so far; the same `mxprint survey` command "
			 "again goes on",
		    survey->folder);
	arena_free(arena);
}

static int run(const struct command *self, int argc, char **argv)
{
	struct report_options options;
	struct option_reader reader;
	struct survey_folder survey;
	struct error err = { 0 };
	enum status status;

	options_init(&reader, self, argc, argv);
	if (!read_options(self, &reader, &options))
		return STATUS_USAGE;
	status = survey_folder_open(reader.argv[1], STORE_READ, &survey, &err);
	if (status == STATUS_OK) {
		warn_unfinished(&survey);
		status = write_report(&survey, &options, &err);
	}
	survey_folder_close(&survey, NULL);
	return status == STATUS_OK ? STATUS_OK : command_fail(self, &err);
}

static const struct option_spec option_table[] = {
	{ "by", 0, "WHAT",
	    "software (default), operator, front, family, kind: shares;\n"
	    "domain: every domain with its hosts and your own columns;\n"
	    "host: every host; outcome: what was lost on the way" },
	{ "format", 'f', "FORMAT", "table (default), csv, json or jsonl" },
	{ "versions", 0, NULL, "a row for each version of each software" },
	{ "sure", 0, "P",
	    "confidence from which an answer is called sure (0.9)" },
	{ "limit", 0, "N", "at most N rows (default: all)" },
	{ "columns", 0, "NAMES",
	    "only these columns, in this order: domain,product" },
	{ "output", 'o', "FILE",
	    "write to FILE (.gz is compressed) instead of standard output" },
	{ 0 },
};

static const struct example example_table[] = {
	{ "mxprint report domains.run",
	    "shares of software, and what was lost on the way" },
	{ "mxprint report domains.run --by domain --format csv -o leads.csv",
	    "a table by domain for a spreadsheet, with your own columns" },
	{ "mxprint report domains.run --by domain --format jsonl "
	  "--columns domain,product,confidence",
	    "only some columns, for a program" },
	{ "mxprint report domains.run --versions --limit 20",
	    "the twenty most frequent versions" },
	{ "mxprint report domains.run --by operator --format json",
	    "whose service takes the mail" },
	{ 0 },
};

const struct command command_report = {
	.name = "report",
	.summary = "shares of software, losses, the table by domain",
	.arguments = "[OPTIONS] RUN",
	.text =
	    "RUN is the folder that `mxprint survey` made. Shares are of the "
	    "domains with a\n"
	    "host that greeted; each domain is split evenly over its hosts "
	    "that greeted. The\n"
	    "interval is a 95 % bootstrap over hosts (none for fewer than ten "
	    "hosts).\n"
	    "\"unknown\" spoke and is no known software. Answers of `mxprint "
	    "review --label` go\n"
	    "before the program's. In CSV a cell that a spreadsheet would take "
	    "for a formula\n"
	    "gets an apostrophe in front. Columns: mxprint-report(5).",
	.options = option_table,
	.examples = example_table,
	.run = run,
};
