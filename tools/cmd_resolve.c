/* mxprint resolve: which hosts take mail for these domains? */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/lines.h"
#include "common/log.h"
#include "prober/resolver.h"
#include "prober/target.h"
#include "tools/command.h"
#include "tools/options.h"
#include "tools/resolve_options.h"
#include "transcript/format.h"

extern const struct command command_resolve;

#define QUIET_MS 10000 /* between two lines of progress in a log */

struct resolve {
	struct line_writer *out;
	struct buffer line;
	struct resolver_stats stats;
	bool terminal;
	int64_t told_ms;
};

static enum status on_finished(
    void *user, struct route *route, struct error *err)
{
	struct resolve *r = user;
	enum status status;

	buffer_reset(&r->line);
	route_write(&r->line, route);
	status = lines_write(r->out, r->line.data, r->line.len, err);
	route_free(route);
	return status;
}

/* On a terminal one line that is written over; in a log one now and then. */
static void on_progress(void *user, const struct resolver_stats *stats)
{
	struct resolve *r = user;
	double percent = stats->total > 0 ? 100.0 * (double)stats->done /
						(double)stats->total
					  : 100.0;
	char text[160];
	int64_t left_s = 0;

	r->stats = *stats;
	if (stats->done == stats->total)
		return;
	if (stats->rate > 0)
		left_s = (int64_t)((double)(stats->total - stats->done) /
				   stats->rate);
	snprintf(text, sizeof(text),
	    "%zu of %zu domains (%.0f %%), %.0f a second, %zu questions, "
	    "%" PRId64 " s left",
	    stats->done, stats->total, percent, stats->rate, stats->questions,
	    left_s);
	if (r->terminal) {
		fprintf(stderr, "\r\033[K%s", text);
	} else if (stats->elapsed_ms - r->told_ms >= QUIET_MS) {
		r->told_ms = stats->elapsed_ms;
		log_info("%s", text);
	}
}

static void print_summary(
    const struct resolve *r, const struct target_list *list)
{
	const struct resolver_stats *s = &r->stats;

	if (r->terminal)
		fputs("\r\033[K", stderr);
	log_info("%zu lines, %zu domains, %zu duplicates, %zu bad lines",
	    list->lines, list->count, list->duplicates, list->rejected);
	for (int i = 0; i < ROUTE_OUTCOME_COUNT; i++) {
		enum route_outcome outcome = (enum route_outcome)i;

		if (s->by_outcome[i] > 0)
			log_info("%8zu %-12s %s", s->by_outcome[i],
			    route_outcome_name(outcome),
			    route_outcome_sentence(outcome));
	}
	log_info("%zu of %zu domains done, %zu questions, %.1f s", s->done,
	    s->total, s->questions, (double)s->elapsed_ms / 1000);
}

static enum status resolve_list(const struct resolve_options *options,
    const struct target_list *list, const char *output, struct error *err)
{
	static const struct resolver_events events = {
		.finished = on_finished,
		.progress = on_progress,
	};
	struct resolve r = { .terminal = isatty(STDERR_FILENO) == 1 };
	struct error close_err = { 0 };
	enum status status, closed;

	status = lines_create(output, &r.out, err);
	if (status != STATUS_OK)
		return status;
	buffer_init(&r.line, FORMAT_LINE_MAX);
	status = resolver_run(
	    &options->resolver, list->items, list->count, &events, &r, err);
	closed = lines_close(r.out, false, &close_err);
	if (status == STATUS_OK && closed != STATUS_OK) {
		*err = close_err;
		status = closed;
	}
	print_summary(&r, list);
	buffer_clear(&r.line);
	return status;
}

static enum status read_options(struct option_reader *reader,
    struct resolve_options *options, const char **output)
{
	const struct option_spec *spec;
	enum status status = STATUS_OK;

	*output = "-";
	while ((spec = options_next(reader, &status)) != NULL) {
		if (strcmp(spec->name, "output") == 0)
			*output = reader->value;
		else
			resolve_options_take(options, reader, spec, &status);
		if (status != STATUS_OK)
			break;
	}
	if (status == STATUS_OK && reader->argc > 2) {
		status = command_usage(
		    reader->command, "one list of domains at a time");
	}
	return status;
}

static int run(const struct command *self, int argc, char **argv)
{
	struct resolve_options options;
	struct target_list *list = NULL;
	struct option_reader reader;
	struct error err = { 0 };
	const char *output;
	enum status status;

	options_init(&reader, self, argc, argv);
	resolve_options_init(&options);
	status = read_options(&reader, &options, &output);
	if (status != STATUS_OK) {
		resolve_options_clear(&options);
		return (int)status;
	}
	status = target_list_read(
	    reader.argc > 1 ? reader.argv[1] : "-", &list, &err);
	if (status == STATUS_OK)
		status = resolve_list(&options, list, output, &err);
	target_list_free(list);
	resolve_options_clear(&options);
	return status == STATUS_OK ? STATUS_OK : command_fail(self, &err);
}

static const struct option_spec option_table[] = {
	RESOLVE_OPTIONS(""),
	{ "output", 'o', "FILE",
	    "routes as JSON Lines, compressed when FILE ends in .gz\n"
	    "(default: standard output)" },
	{ 0 },
};

static const struct example example_table[] = {
	{ "mxprint resolve domains.txt", "through the system's resolvers" },
	{ "mxprint resolve --resolver 192.0.2.53 "
	  "--resolver [2001:db8::53]:5353 domains.txt",
	    "through these two" },
	{ "cut -d, -f2 customers.csv | mxprint resolve -o routes.jsonl.gz -",
	    "from a pipe, compressed" },
	{ 0 },
};

const struct command command_resolve = {
	.name = "resolve",
	.summary = "domains -> MX hosts and their addresses",
	.arguments = "[OPTIONS] [DOMAINS]",
	.text = "DOMAINS is a file (or -, standard input) with one domain or "
		"mail address a line, or\nCSV; further columns are kept. "
		"Each line of the output is a route: the domain, what\n"
		"became of it, and every MX with preference, outcome and "
		"addresses. No mail host is\ncontacted.",
	.options = option_table,
	.examples = example_table,
	.run = run,
};
