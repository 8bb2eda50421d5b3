/* mxprint identify: a few domains or hosts -> a readable answer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "model/decide.h"
#include "prober/resolver.h"
#include "prober/scan.h"
#include "tools/asked.h"
#include "tools/command.h"
#include "tools/identify_print.h"
#include "tools/options.h"
#include "tools/progress.h"
#include "tools/resolve_options.h"
#include "tools/scan_options.h"

#define ASKED_MAX  200 /* more is a survey */
#define RECORD_MAX (1u << 20)

extern const struct command command_identify;

enum output { OUTPUT_TABLE, OUTPUT_JSONL, OUTPUT_JSON };

struct identify {
	struct arena *arena;
	struct resolve_options resolve;
	struct scan_settings scan;
	const char *model;
	const char *rules;
	enum output output;
	struct classifier *classifier;
	struct asked_list list;
	struct progress progress;
	struct buffer line;
	bool any_spoke;
};

/* -------------------------------------------------------------- options */

static bool take_format(struct identify *id, const char *value)
{
	static const char *const names[] = {
		[OUTPUT_TABLE] = "table",
		[OUTPUT_JSONL] = "jsonl",
		[OUTPUT_JSON] = "json",
	};

	for (int i = 0; i < 3; i++) {
		if (strcmp(names[i], value) == 0) {
			id->output = (enum output)i;
			return true;
		}
	}
	command_usage(
	    &command_identify, "--format must be table, jsonl or json");
	return false;
}

static bool take_own(struct identify *id, const struct option_reader *reader,
    const struct option_spec *spec)
{
	if (strcmp(spec->name, "host") == 0)
		id->list.names_are_hosts = true;
	else if (strcmp(spec->name, "model") == 0)
		id->model = reader->value;
	else if (strcmp(spec->name, "rules") == 0)
		id->rules = reader->value;
	else
		return take_format(id, reader->value);
	return true;
}

/* Blocklists and private addresses bind both resolving and scanning. */
static enum status read_options(
    struct identify *id, struct option_reader *reader)
{
	const struct option_spec *spec;
	enum status status = STATUS_OK;

	while (status == STATUS_OK &&
	       (spec = options_next(reader, &status)) != NULL) {
		enum option_taken taken =
		    scan_settings_take(&id->scan, reader, spec);
		bool shared =
		    taken != OPTION_BAD &&
		    resolve_options_take(&id->resolve, reader, spec, &status);

		if (taken == OPTION_BAD || (taken == OPTION_OTHER && !shared &&
					       !take_own(id, reader, spec)))
			return id->scan.err.status ? id->scan.err.status
						   : STATUS_USAGE;
	}
	return status;
}

/* ------------------------------------------------------------ resolving */

static enum status on_route(void *user, struct route *route, struct error *err)
{
	struct identify *id = user;
	bool hosts = id->resolve.resolver.hosts_only;

	(void)err;
	for (size_t i = 0; i < id->list.count; i++) {
		struct asked *asked = &id->list.items[i];

		if (!asked->route && asked->name && asked->is_host == hosts &&
		    strcmp(asked->name, route->domain) == 0) {
			asked->route = route;
			return STATUS_OK;
		}
	}
	route_free(route);
	return STATUS_OK;
}

/* Domains, or the names of hosts. */
static enum status resolve(
    struct identify *id, bool hosts_only, struct error *err)
{
	static const struct resolver_events events = { .finished = on_route };
	struct target *targets =
	    arena_array(id->arena, id->list.count, sizeof(*targets));
	size_t count = 0;

	for (size_t i = 0; i < id->list.count; i++) {
		const struct asked *asked = &id->list.items[i];

		if (!asked->name || asked->is_host != hosts_only)
			continue;
		targets[count].domain = asked->name;
		targets[count++].input = asked->text;
	}
	if (count == 0)
		return STATUS_OK;
	id->resolve.resolver.hosts_only = hosts_only;
	return resolver_run(
	    &id->resolve.resolver, targets, count, &events, id, err);
}

/* ------------------------------------------------------------- scanning */

static enum status on_finished(void *user, struct transcript *t,
    const struct scan_target *target, struct error *err)
{
	struct identify *id = user;
	struct answer *answer;
	struct prediction *p;

	(void)target;
	(void)err;
	decide(id->classifier, id->arena, t, &p);
	answer = asked_find(&id->list, t->host, t->port);
	if (answer)
		answer->prediction = p;
	id->any_spoke = id->any_spoke || p->product != NULL;
	if (id->output == OUTPUT_JSONL) {
		buffer_reset(&id->line);
		prediction_write(&id->line, p);
		puts(buffer_text(&id->line));
	}
	transcript_free(t);
	return STATUS_OK;
}

static void on_progress(void *user, const struct scan_stats *stats)
{
	struct identify *id = user;

	progress_scan(&id->progress, stats);
}

static enum status scan_round(
    struct identify *id, size_t start, struct error *err)
{
	static const struct scan_events events = {
		.finished = on_finished,
		.progress = on_progress,
	};
	size_t count = id->list.answer_count - start;
	struct scan_target *targets =
	    arena_array(id->arena, count, sizeof(*targets));
	enum status status;

	for (size_t i = 0; i < count; i++)
		targets[i] = id->list.answers[start + i].target;
	status = scan_settings_check(
	    &id->scan, &id->resolve.resolver, targets, count, err);
	if (status != STATUS_OK)
		return status;
	progress_init(&id->progress, "hosts", !isatty(STDERR_FILENO));
	status = scan_run(&id->scan.options, targets, count, &events, id, err);
	progress_end(&id->progress);
	return status;
}

static enum status scan_all(struct identify *id, struct error *err)
{
	enum status status = STATUS_OK;

	for (unsigned round = 0;
	     status == STATUS_OK && round < CHOICE_ROUNDS_MAX; round++) {
		size_t start = id->list.answer_count;

		asked_choose(&id->list, round);
		if (id->list.answer_count > start)
			status = scan_round(id, start, err);
	}
	return status;
}

/* ------------------------------------------------------------- printing */

static void print_asked(struct identify *id, const struct asked *asked)
{
	char quoted[300];

	printf("%s", log_quote(quoted, sizeof(quoted), asked->text,
			 strlen(asked->text)));
	if (asked->route && asked->host_count == 0)
		printf(": %s%s",
		    asked->is_host ? "no address to contact: " : "",
		    route_outcome_sentence(asked->route->outcome));
	putchar('\n');
	for (size_t i = 0; i < asked->host_count; i++) {
		const struct answer *answer =
		    &id->list.answers[asked->hosts[i]];

		if (answer->prediction)
			identify_print_host(
			    id->classifier->catalog, answer->prediction);
		else
			printf("  %s: not asked\n", answer->target.address);
	}
}

static void print_all(struct identify *id)
{
	bool first = true;

	for (size_t i = 0; id->output == OUTPUT_TABLE && i < id->list.count;
	     i++) {
		if (i > 0)
			putchar('\n');
		print_asked(id, &id->list.items[i]);
	}
	if (id->output != OUTPUT_JSON)
		return;
	putchar('[');
	for (size_t i = 0; i < id->list.answer_count; i++) {
		if (!id->list.answers[i].prediction)
			continue;
		buffer_reset(&id->line);
		prediction_write(&id->line, id->list.answers[i].prediction);
		printf("%s\n%s", first ? "" : ",", buffer_text(&id->line));
		first = false;
	}
	puts("\n]");
}

/* ----------------------------------------------------------------- run */

static enum status identify(
    struct identify *id, const struct option_reader *reader, struct error *err)
{
	size_t count = (size_t)reader->argc - 1;
	enum status status = STATUS_OK;

	asked_list_init(&id->list, id->arena, count, id->scan.port);
	for (size_t i = 0; i < count && status == STATUS_OK; i++)
		status = asked_read(&id->list, reader->argv[i + 1], err);
	if (status == STATUS_OK)
		status = classifier_open(
		    data_folder(), id->model, id->rules, &id->classifier, err);
	if (status == STATUS_OK)
		status = resolve(id, false, err);
	if (status == STATUS_OK)
		status = resolve(id, true, err);
	if (status == STATUS_OK)
		status = scan_all(id, err);
	if (status == STATUS_OK || id->any_spoke)
		print_all(id);
	if (status == STATUS_OK && !id->any_spoke)
		return error_set(err, STATUS_UNAVAILABLE,
		    "none of these could be talked to");
	return status;
}

static void clear(struct identify *id)
{
	asked_list_clear(&id->list);
	classifier_close(id->classifier);
	scan_settings_clear(&id->scan);
	resolve_options_clear(&id->resolve);
	buffer_clear(&id->line);
	arena_free(id->arena);
}

static int run(const struct command *self, int argc, char **argv)
{
	struct identify id = { 0 };
	struct option_reader reader;
	struct error err = { 0 };
	enum status status;

	options_init(&reader, self, argc, argv);
	scan_settings_init(&id.scan);
	resolve_options_init(&id.resolve);
	id.arena = arena_new();
	buffer_init(&id.line, RECORD_MAX);
	status = read_options(&id, &reader);
	if (status != STATUS_OK) {
		clear(&id);
		return status;
	}
	if (reader.argc < 2 || reader.argc - 1 > ASKED_MAX)
		status = command_usage(
		    self, reader.argc < 2 ? "name a domain or a host"
					  : "at most 200 at a time; `mxprint "
					    "survey` takes a list");
	else if ((status = identify(&id, &reader, &err)) != STATUS_OK)
		command_fail(self, &err);
	clear(&id);
	return status;
}

static const struct option_spec option_table[] = {
	{ "host", 'H', NULL,
	    "names are those of hosts: their addresses are contacted, no MX\n"
	    "is looked up" },
	{ "format", 'f', "FORMAT",
	    "table (default, for people), jsonl (mxprint-prediction(5), as\n"
	    "hosts are finished) or json (one array)" },
	{ "model", 'm', "FILE",
	    "the model (default: the shipped one); none: rules alone" },
	{ "rules", 0, "PATH",
	    "a rule file or folder (default: the shipped ones)" },
	SCAN_OPTIONS,
	{ "resolver", 'r', "ADDR[:PORT]",
	    "name server to ask; may be given several times (default: those\n"
	    "of /etc/resolv.conf)" },
	{ "ipv6", '6', NULL, "also look for IPv6 addresses" },
	{ "dns-timeout", 0, "TIME", "wait for one DNS answer (default 5s)" },
	{ "dns-tries", 0, "N",
	    "how often to ask, over all resolvers (default 3)" },
	{ 0 },
};

static const struct example example_table[] = {
	{ "mxprint identify --ehlo probe.your-domain.example example.com",
	    "the mail hosts of a domain" },
	{ "mxprint identify --ehlo probe.your-domain.example --host "
	  "mx1.example.com",
	    "one host, by its name" },
	{ "mxprint identify --allow-private 127.0.0.1:2525",
	    "a server of your own" },
	{ "mxprint identify --allow-private --format jsonl 127.0.0.1",
	    "the same as a record" },
	{ 0 },
};

const struct command command_identify = {
	.name = "identify",
	.summary = "say which software answers for a few domains or hosts",
	.arguments = "[OPTIONS] DOMAIN|HOST...",
	.text =
	    "A name is a domain, whose MX hosts are looked up and contacted as "
	    "a survey would:\n"
	    "those of the best preference, at most four, the next preference "
	    "only where none\n"
	    "greets. An address, NAME:PORT, or any name with --host, is a host "
	    "and contacted\n"
	    "itself. Manners are those of a survey: public addresses need "
	    "--ehlo, and their\n"
	    "pace. Exit status 69 also when nobody could be talked to.",
	.options = option_table,
	.examples = example_table,
	.run = run,
};
