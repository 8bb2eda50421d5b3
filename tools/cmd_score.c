/* mxprint score: transcripts in, predictions out. */
#include <stdio.h>
#include <string.h>

#include "common/lines.h"
#include "common/log.h"
#include "model/decide.h"
#include "survey/pipeline.h"
#include "tools/command.h"
#include "tools/options.h"
#include "transcript/reader.h"

#define RECORD_MAX (1u << 20)

extern const struct command command_score;

struct score_options {
	const char *model;
	const char *rules;
	const char *output;
	bool table;
	bool again; /* the operands are run folders */
};

enum answer_kind { LABELLED, UNKNOWN, SILENT, KINDS };

/* Predictions on their way out. */
struct sink {
	struct line_writer *out;
	struct buffer line;
	bool table;
	size_t count;
	size_t by_kind[KINDS];
};

static bool read_format(
    const struct command *self, const char *value, bool *table)
{
	*table = strcmp(value, "table") == 0;
	if (*table || strcmp(value, "jsonl") == 0)
		return true;
	command_usage(self, "--format must be jsonl or table");
	return false;
}

static bool read_options(const struct command *self,
    struct option_reader *reader, struct score_options *options)
{
	const struct option_spec *spec;
	enum status status = STATUS_OK;

	memset(options, 0, sizeof(*options));
	options->output = "-";
	while ((spec = options_next(reader, &status)) != NULL) {
		if (strcmp(spec->name, "model") == 0)
			options->model = reader->value;
		else if (strcmp(spec->name, "rules") == 0)
			options->rules = reader->value;
		else if (strcmp(spec->name, "output") == 0)
			options->output = reader->value;
		else if (strcmp(spec->name, "again") == 0)
			options->again = true;
		else if (!read_format(self, reader->value, &options->table))
			return false;
	}
	return status == STATUS_OK;
}

/* ------------------------------------------------------------- printing */

static void write_row(struct buffer *line, const struct prediction *p)
{
	char host[80];

	snprintf(host, sizeof(host), strchr(p->host, ':') ? "[%s]:%d" : "%s:%d",
	    p->host, p->port);
	buffer_printf(line, "%-28s %-20s %-12s ", host,
	    p->product ? p->product : outcome_name(p->outcome),
	    p->version ? p->version : "-");
	if (p->product)
		buffer_printf(line, "%5.2f  ", p->confidence);
	else
		buffer_add_text(line, "    -  ");
	for (size_t i = 0; i < p->flag_count; i++)
		buffer_printf(line, "%s%s", i ? "," : "", p->flags[i]);
	while (line->len > 0 && line->data[line->len - 1] == ' ')
		line->len--;
}

static enum status write_head(struct sink *sink, struct error *err)
{
	if (!sink->table)
		return STATUS_OK;
	buffer_reset(&sink->line);
	buffer_printf(&sink->line, "%-28s %-20s %-12s %5s  %s", "host",
	    "software", "version", "conf.", "flags");
	return lines_write(
	    sink->out, buffer_text(&sink->line), sink->line.len, err);
}

static enum answer_kind kind_of(const struct prediction *p)
{
	if (!p->product)
		return SILENT;
	return strcmp(p->product, PRODUCT_UNKNOWN) == 0 ? UNKNOWN : LABELLED;
}

static enum status write_prediction(
    struct sink *sink, const struct prediction *p, struct error *err)
{
	buffer_reset(&sink->line);
	if (sink->table)
		write_row(&sink->line, p);
	else
		prediction_write(&sink->line, p);
	sink->count++;
	sink->by_kind[kind_of(p)]++;
	return lines_write(
	    sink->out, buffer_text(&sink->line), sink->line.len, err);
}

/* -------------------------------------------------------------- scoring */

static enum status score_all(struct classifier *classifier,
    struct transcript_reader *reader, struct sink *sink, struct error *err)
{
	struct arena *arena = arena_new();
	enum status status = write_head(sink, err);
	struct transcript *t = NULL;

	while (status == STATUS_OK) {
		struct prediction *p;

		status = transcript_reader_next(reader, &t, err);
		if (status != STATUS_OK || !t)
			break;
		decide(classifier, arena, t, &p);
		status = write_prediction(sink, p, err);
		transcript_free(t);
		arena_reset(arena);
	}
	arena_free(arena);
	return status;
}

static enum status score_files(struct classifier *classifier,
    const char *const *paths, size_t count, const struct score_options *options,
    struct error *err)
{
	struct transcript_reader *reader;
	struct sink sink = { .table = options->table };
	enum status status = lines_create(options->output, &sink.out, err);
	enum status closed;
	size_t skipped;

	if (status != STATUS_OK)
		return status;
	buffer_init(&sink.line, RECORD_MAX);
	reader = transcript_reader_new(paths, count);
	status = score_all(classifier, reader, &sink, err);
	skipped = transcript_reader_skipped(reader);
	transcript_reader_free(reader);
	buffer_clear(&sink.line);
	closed = lines_close(sink.out, false, status == STATUS_OK ? err : NULL);
	if (status == STATUS_OK)
		status = closed;
	if (status == STATUS_OK && skipped > 0)
		log_warn("%zu damaged or foreign lines were skipped", skipped);
	if (status == STATUS_OK && sink.count == 0)
		return error_set(err, STATUS_DATA,
		    "no transcript in the input: give files that mxprint "
		    "probe or survey wrote");
	if (status == STATUS_OK && strcmp(options->output, "-") != 0)
		log_info("%zu hosts scored: %zu labelled, %zu unknown, "
			 "%zu did not speak",
		    sink.count, sink.by_kind[LABELLED], sink.by_kind[UNKNOWN],
		    sink.by_kind[SILENT]);
	return status;
}

static enum status score_runs(const struct classifier *classifier,
    const char *const *folders, size_t count, struct error *err)
{
	enum status status = STATUS_OK;
	size_t hosts;

	for (size_t i = 0; i < count && status == STATUS_OK; i++) {
		status = survey_rescore(folders[i], classifier, &hosts, err);
		if (status == STATUS_OK)
			log_info("%s: %zu hosts scored again; see `mxprint "
				 "report %s`",
			    folders[i], hosts, folders[i]);
	}
	return status;
}

static int run(const struct command *self, int argc, char **argv)
{
	struct classifier *classifier;
	struct score_options options;
	struct option_reader reader;
	struct error err = { 0 };
	enum status status;

	options_init(&reader, self, argc, argv);
	if (!read_options(self, &reader, &options))
		return STATUS_USAGE;
	if (reader.argc < 2)
		return command_usage(self,
		    "give files of transcripts, or - for "
		    "standard input");
	status = classifier_open(
	    data_folder(), options.model, options.rules, &classifier, &err);
	if (status != STATUS_OK)
		return command_fail(self, &err);
	if (options.again)
		status =
		    score_runs(classifier, (const char *const *)reader.argv + 1,
			(size_t)reader.argc - 1, &err);
	else
		status = score_files(classifier,
		    (const char *const *)reader.argv + 1,
		    (size_t)reader.argc - 1, &options, &err);
	classifier_close(classifier);
	return status == STATUS_OK ? STATUS_OK : command_fail(self, &err);
}

static const struct option_spec option_table[] = {
	{ "model", 'm', "FILE",
	    "the model (default: the shipped one); none: rules alone" },
	{ "rules", 0, "PATH",
	    "a rule file or folder (default: the shipped ones); none: model\n"
	    "alone" },
	{ "output", 'o', "FILE",
	    "where predictions go (default -, standard output); .gz writes\n"
	    "gzip" },
	{ "format", 'f', "FORMAT", "jsonl (default) or table" },
	{ "again", 0, NULL,
	    "TRANSCRIPTS are run folders: score what they have stored, with\n"
	    "this model and these rules, into the folder and its survey.db" },
	{ 0 },
};

static const struct example example_table[] = {
	{ "mxprint score transcripts.jsonl.gz >predictions.jsonl",
	    "one JSON line a host (mxprint-prediction(5))" },
	{ "mxprint score --format table transcripts.jsonl.gz",
	    "the same for people" },
	{ "zcat transcripts.jsonl.gz | mxprint score -",
	    "from standard input" },
	{ "mxprint score --again --model my.model domains.run",
	    "another model on a survey that is done" },
	{ "mxprint score --model none transcripts.jsonl.gz",
	    "what the rules alone say" },
	{ 0 },
};

const struct command command_score = {
	.name = "score",
	.summary = "say which software answered, from stored transcripts",
	.arguments = "[OPTIONS] TRANSCRIPTS...",
	.text =
	    "Reads transcripts (mxprint-transcript(5), plain or gzip, - for "
	    "standard input) and\n"
	    "writes one prediction a host: product, version, confidence, "
	    "family, operator,\n"
	    "front, flags and the reasons. Needs no network. Damaged lines are "
	    "counted, told\n"
	    "and skipped.",
	.options = option_table,
	.examples = example_table,
	.run = run,
};
