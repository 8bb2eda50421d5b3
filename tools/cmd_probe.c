/* mxprint probe: hosts in, transcripts out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/lines.h"
#include "common/log.h"
#include "tools/command.h"
#include "tools/hosts.h"
#include "tools/progress.h"
#include "tools/scan_options.h"
#include "transcript/format.h"

#define RESOLVERS_MAX 16

extern const struct command command_probe;

struct probe_run {
	struct scan_settings settings;
	const char *hosts_file;
	const char *output;
	bool dry_run;
	bool quiet;
	struct label label; /* product NULL: none */
	const char *deployment;
	const char *provenance;
	const char *resolvers[RESOLVERS_MAX];
	size_t resolver_count;
	/* while it runs */
	struct host_list hosts;
	struct line_writer *writer;
	struct progress progress;
	struct buffer line;
	enum status flushed; /* of the output, about once a second */
	struct error flush_err;
	struct error err;
};

/* ------------------------------------------------------------------ options */

static const struct option_spec option_table[] = {
	{ "hosts", 0, "FILE",
	    "hosts, one a line: ADDRESS[:PORT], a tab and the MX\n"
	    "name; or route lines of `mxprint resolve`; -: stdin" },
	{ "output", 'o', "FILE",
	    "transcripts go here (.gz packs) instead of stdout" },
	SCAN_OPTIONS,
	{ "resolver", 'r', "ADDR[:PORT]",
	    "to check the EHLO name with, instead of the system's" },
	{ "dry-run", 'n', NULL,
	    "say what would be sent to whom and how long it takes" },
	{ "quiet", 'q', NULL, "no progress" },
	{ "label", 0, "PRODUCT",
	    "lab: the catalogue id of what runs on these hosts" },
	{ "label-version", 0, "V", "lab: its version" },
	{ "front", 0, "ID", "lab: what answers first" },
	{ "deployment", 0, "NAME", "lab: the group of one installation" },
	{ "provenance", 0, "JSON", "lab: an object kept with each transcript" },
	{ 0 },
};

static bool check_provenance(struct probe_run *run, const char *text)
{
	struct arena *arena = arena_new();
	struct json *value;
	enum status status =
	    json_parse(arena, text, strlen(text), &value, &run->err);

	if (status == STATUS_OK && value->type != JSON_OBJECT)
		status = error_set(&run->err, STATUS_USAGE, "not an object");
	arena_free(arena);
	run->provenance = text;
	return status == STATUS_OK;
}

/* Options of this command alone; false when its sentence was printed. */
static bool take_own(struct probe_run *run, const struct option_reader *reader,
    const struct option_spec *spec)
{
	const struct {
		const char *name;
		const char **text;
	} texts[] = {
		{ "hosts", &run->hosts_file },
		{ "output", &run->output },
		{ "label", &run->label.product },
		{ "label-version", &run->label.version },
		{ "front", &run->label.front },
		{ "deployment", &run->deployment },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (strcmp(texts[i].name, spec->name) == 0) {
			*texts[i].text = reader->value;
			return true;
		}
	}
	if (strcmp(spec->name, "dry-run") == 0) {
		run->dry_run = true;
	} else if (strcmp(spec->name, "quiet") == 0) {
		run->quiet = true;
	} else if (strcmp(spec->name, "resolver") == 0) {
		if (run->resolver_count == RESOLVERS_MAX) {
			command_usage(
			    reader->command, "at most 16 times --resolver");
			return false;
		}
		run->resolvers[run->resolver_count++] = reader->value;
	} else if (!check_provenance(run, reader->value)) {
		fprintf(stderr,
		    "mxprint probe: --provenance must be a JSON object: %s\n",
		    run->err.text);
		return false;
	}
	return true;
}

static bool read_options(struct probe_run *run, struct option_reader *reader)
{
	const struct option_spec *spec;
	enum status status = STATUS_OK;
	enum option_taken taken;

	while ((spec = options_next(reader, &status)) != NULL) {
		taken = scan_settings_take(&run->settings, reader, spec);
		if (taken == OPTION_BAD)
			return false;
		if (taken == OPTION_OTHER && !take_own(run, reader, spec))
			return false;
	}
	if (status != STATUS_OK)
		return false;
	if (!run->label.product && (run->label.version || run->label.front)) {
		fputs("mxprint probe: --label-version and --front need "
		      "--label\n",
		    stderr);
		return false;
	}
	return true;
}

/* -------------------------------------------------------------------- hosts */

static enum status read_hosts(
    struct probe_run *run, const struct option_reader *reader)
{
	struct host_list *list = &run->hosts;
	enum status status = STATUS_OK;

	host_list_init(list, run->settings.port);
	for (int i = 1; i < reader->argc && status == STATUS_OK; i++) {
		if (strcmp(reader->argv[i], "-") == 0)
			status = host_list_read(list, "-", &run->err);
		else
			status = host_list_add(
			    list, reader->argv[i], NULL, &run->err);
	}
	if (status == STATUS_OK && run->hosts_file)
		status = host_list_read(list, run->hosts_file, &run->err);
	if (status == STATUS_OK && list->count == 0 && reader->argc < 2 &&
	    !run->hosts_file)
		return error_set(&run->err, STATUS_USAGE,
		    "no host; name some, or say - for standard input");
	if (status == STATUS_OK && list->count == 0 && list->rejected > 0)
		return error_set(&run->err, STATUS_DATA,
		    "none of the lines names a host; see the warnings above");
	if (status == STATUS_OK && list->count == 0)
		log_info("no host in the input: nothing to do");
	return status;
}

/* --------------------------------------------------------------- transcripts
 */

static void put_label(const struct probe_run *run, struct transcript *t)
{
	char date[CLOCK_TEXT_SIZE];

	t->deployment = run->deployment;
	t->provenance = run->provenance;
	if (!run->label.product)
		return;
	t->label = run->label;
	t->label.source = LABEL_LAB;
	clock_format(t->start_utc_ms, date);
	t->label.date = arena_copy(t->arena, date, strlen("2026-11-24"));
}

static enum status on_finished(void *user, struct transcript *t,
    const struct scan_target *target, struct error *err)
{
	struct probe_run *run = user;
	enum status status;

	(void)target;
	if (run->flushed != STATUS_OK) {
		transcript_free(t);
		*err = run->flush_err;
		return run->flushed;
	}
	put_label(run, t);
	buffer_reset(&run->line);
	transcript_write(&run->line, t);
	transcript_free(t);
	if (run->line.overflow)
		return error_set(err, STATUS_SOFTWARE, "transcript too long");
	status = lines_write(run->writer, run->line.data, run->line.len, err);
	return status;
}

static void on_progress(void *user, const struct scan_stats *stats)
{
	struct probe_run *run = user;

	progress_scan(&run->progress, stats);
	if (run->flushed == STATUS_OK)
		run->flushed = lines_flush(run->writer, &run->flush_err);
}

static enum status scan(struct probe_run *run)
{
	static const struct scan_events events = {
		.finished = on_finished,
		.progress = on_progress,
	};
	enum status status, closed;
	struct error err = { 0 };

	status = lines_create(
	    run->output ? run->output : "-", &run->writer, &run->err);
	if (status != STATUS_OK)
		return status;
	buffer_init(&run->line, FORMAT_LINE_MAX);
	progress_init(&run->progress, "hosts", run->quiet);
	status = scan_run(&run->settings.options, run->hosts.items,
	    run->hosts.count, &events, run, &run->err);
	progress_end(&run->progress);
	closed = lines_close(run->writer, run->output != NULL, &err);
	buffer_clear(&run->line);
	if (closed == STATUS_OK && run->flushed != STATUS_OK) {
		err = run->flush_err;
		closed = run->flushed;
	}
	if (closed != STATUS_OK && status == STATUS_OK) {
		run->err = err;
		status = closed;
	}
	return status;
}

static enum status probe(
    struct probe_run *run, const struct option_reader *reader)
{
	struct resolver_options resolver;
	enum status status = read_hosts(run, reader);

	if (status != STATUS_OK)
		return status;
	resolver_options_defaults(&resolver);
	if (run->resolver_count > 0) {
		resolver.servers = run->resolvers;
		resolver.server_count = run->resolver_count;
	}
	status = scan_settings_check(&run->settings, &resolver,
	    run->hosts.items, run->hosts.count, &run->err);
	if (status != STATUS_OK)
		return status;
	if (run->dry_run) {
		scan_settings_show(
		    &run->settings, run->hosts.items, run->hosts.count);
		return STATUS_OK;
	}
	return scan(run);
}

static int run_probe(const struct command *self, int argc, char **argv)
{
	struct probe_run run = { 0 };
	struct option_reader reader;
	int status = STATUS_USAGE;

	options_init(&reader, self, argc, argv);
	scan_settings_init(&run.settings);
	if (read_options(&run, &reader)) {
		status = probe(&run, &reader);
		if (status != STATUS_OK)
			status = command_fail(self, &run.err);
		if (run.hosts.arena)
			host_list_clear(&run.hosts);
	}
	if (run.settings.err.status != STATUS_OK)
		status = run.settings.err.status; /* of a file in an option */
	scan_settings_clear(&run.settings);
	return status;
}

static const struct example example_table[] = {
	{ "mxprint probe --allow-private --dry-run 127.0.0.1",
	    "what would be sent to a server of your own" },
	{ "mxprint resolve domains.txt | mxprint probe --ehlo "
	  "probe.your-domain.example -",
	    "probe the mail hosts of a list of domains" },
	{ "mxprint probe --plan lab --allow-private 127.0.0.1:2525",
	    "everything, to a server of your own" },
	{ 0 },
};

const struct command command_probe = {
	.name = "probe",
	.summary = "talk SMTP to hosts and write down what was said",
	.arguments = "[OPTIONS] ADDRESS[:PORT]... | - | --hosts FILE",
	.text =
	    "Contacts each host once, by a plan that provokes at most two "
	    "errors (--plan\n"
	    "standard), and writes one transcript a line, as described in "
	    "mxprint-transcript(5).\n"
	    "Public addresses need an EHLO name that says who asks; they are "
	    "contacted in\n"
	    "random order at a slow pace. Ctrl-C says QUIT to running hosts "
	    "and ends.",
	.options = option_table,
	.examples = example_table,
	.run = run_probe,
};
