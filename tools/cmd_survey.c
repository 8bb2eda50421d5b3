/* mxprint survey: domains in, a run folder with survey.db out. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "common/log.h"
#include "report/shares.h"
#include "survey/pipeline.h"
#include "tools/command.h"
#include "tools/options.h"
#include "tools/progress.h"
#include "tools/resolve_options.h"
#include "tools/scan_options.h"
#include "tools/survey_folder.h"

extern const struct command command_survey;

struct survey_command {
	const struct command *self;
	struct resolve_options resolve;
	struct scan_settings scan;
	const char *ehlo; /* as given, or NULL */
	const char *list;
	const char *run;
	const char *model, *rules;
	bool dry_run, quiet, rebuild;
	/* while it runs */
	char folder[PATH_MAX];
	struct progress domains, hosts;
	bool resolving;
};

/* ---------------------------------------------------------------- options */

static const struct option_spec option_table[] = {
	{ "run", 0, "DIR",
	    "the run folder (default: the list's name + \".run\",\n"
	    "beside the list)" },
	{ "dry-run", 'n', NULL,
	    "resolve, then say what would be sent to whom and how\n"
	    "long it takes; no mail host is contacted" },
	{ "model", 'm', "FILE",
	    "the model (default: the shipped one); none: rules alone" },
	{ "rules", 0, "PATH",
	    "a rule file or folder (default: the shipped ones);\n"
	    "none: model alone" },
	RESOLVE_OPTIONS("dns-"),
	SCAN_OWN_OPTIONS,
	{ "rebuild", 0, NULL,
	    "make RUN/survey.db again from what the folder has stored" },
	{ "quiet", 'q', NULL, "no progress" },
	{ 0 },
};

/* Options of this command alone; false when it is another's. */
static bool take_own(struct survey_command *c,
    const struct option_reader *reader, const struct option_spec *spec)
{
	const struct {
		const char *name;
		const char **text;
		bool *flag;
	} own[] = {
		{ "run", &c->run, NULL },
		{ "model", &c->model, NULL },
		{ "rules", &c->rules, NULL },
		{ "dry-run", NULL, &c->dry_run },
		{ "rebuild", NULL, &c->rebuild },
		{ "quiet", NULL, &c->quiet },
	};

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		if (strcmp(own[i].name, spec->name) != 0)
			continue;
		if (own[i].text)
			*own[i].text = reader->value;
		else
			*own[i].flag = true;
		return true;
	}
	return false;
}

/* --blocklist and --allow-private bind both halves. */
static enum status take_shared(struct survey_command *c,
    const struct option_reader *reader, const struct option_spec *spec)
{
	enum status status = STATUS_OK;

	resolve_options_take(&c->resolve, reader, spec, &status);
	if (status == STATUS_OK &&
	    scan_settings_take(&c->scan, reader, spec) == OPTION_BAD)
		status = c->scan.err.status ? c->scan.err.status : STATUS_USAGE;
	return status;
}

static enum status read_options(
    struct survey_command *c, struct option_reader *reader)
{
	const struct option_spec *spec;
	enum status status = STATUS_OK;

	while ((spec = options_next(reader, &status)) != NULL) {
		if (!take_own(c, reader, spec))
			status = take_shared(c, reader, spec);
		if (status != STATUS_OK)
			return status;
	}
	c->ehlo = c->scan.options.ehlo;
	return status;
}

/* list.txt.gz and list.txt are the same list: list.txt.run. */
static enum status name_folder(struct survey_command *c, struct error *err)
{
	size_t len = strlen(c->list);
	int written;

	if (!c->run && strcmp(c->list, "-") == 0)
		return error_set(err, STATUS_USAGE,
		    "a list from standard input has no name: give the run "
		    "folder with --run DIR");
	if (len > 3 && strcmp(c->list + len - 3, ".gz") == 0)
		len -= 3;
	written = c->run ? snprintf(c->folder, sizeof(c->folder), "%s", c->run)
			 : snprintf(c->folder, sizeof(c->folder), "%.*s.run",
			       (int)len, c->list);
	if (written >= (int)sizeof(c->folder))
		return error_set(err, STATUS_USAGE, "the path is too long");
	return STATUS_OK;
}

/* ----------------------------------------------------------- while it runs */

static enum status on_check(void *user, const struct scan_target *targets,
    size_t count, struct error *err)
{
	struct survey_command *c = user;

	c->scan.options.ehlo = c->ehlo; /* a made-up one is for its round */
	return scan_settings_check(
	    &c->scan, &c->resolve.resolver, targets, count, err);
}

static void on_resolve(void *user, const struct resolver_stats *s)
{
	struct survey_command *c = user;
	char text[200];
	double left = s->rate > 0 ? (double)(s->total - s->done) / s->rate : 0;

	c->resolving = true;
	snprintf(text, sizeof(text),
	    "resolve: %zu of %zu domains (%.0f%%), %.0f/s, %zu questions, left "
	    "%.0fs",
	    s->done, s->total,
	    s->total ? 100.0 * (double)s->done / (double)s->total : 100.0,
	    s->rate, s->questions, left);
	progress_line(&c->domains, s->elapsed_ms, text);
}

static void end_progress(struct survey_command *c)
{
	progress_end(&c->domains);
	progress_end(&c->hosts);
	c->resolving = false;
}

static void on_probe(void *user, const struct scan_stats *s)
{
	struct survey_command *c = user;

	if (c->resolving)
		end_progress(c);
	progress_scan(&c->hosts, s);
}

static void on_note(void *user, const char *sentence)
{
	struct survey_command *c = user;

	end_progress(c);
	if (!c->quiet)
		log_info("%s", sentence);
}

/* ------------------------------------------------------------------ results */

static enum status print_shares(
    struct survey_command *c, const char *folder, struct error *err)
{
	struct survey_folder survey;
	struct shares_options options;
	struct line_writer *out = NULL;
	enum status status =
	    survey_folder_open(folder, STORE_READ, &survey, err);

	shares_options_defaults(&options);
	if (status == STATUS_OK)
		status = lines_create("-", &out, err);
	if (status == STATUS_OK)
		status = report_print_shares(
		    survey.store, survey.catalog, &options, out, err);
	if (out && lines_close(out, false, status ? NULL : err) != STATUS_OK)
		status = status ? status : STATUS_IO;
	survey_folder_close(&survey, NULL);
	if (status == STATUS_OK && !c->quiet)
		fprintf(stderr,
		    "\neverything is in %s; look further with\n"
		    "  mxprint report %s               shares and losses, "
		    "other "
		    "formats\n"
		    "  mxprint report %s --by domain   who uses what\n"
		    "  mxprint review %s               what a person should "
		    "look "
		    "at\n",
		    folder, folder, folder, folder);
	return status;
}

static void show(void *user, const struct scan_target *targets, size_t count)
{
	struct survey_command *c = user;

	end_progress(c);
	scan_settings_show(&c->scan, targets, count);
}

static void print_routes(const struct resolver_stats *stats)
{
	for (int i = 0; i < ROUTE_OUTCOME_COUNT; i++) {
		enum route_outcome outcome = (enum route_outcome)i;

		if (stats->by_outcome[i] > 0)
			printf("%8zu domains: %s\n", stats->by_outcome[i],
			    route_outcome_sentence(outcome));
	}
}

/* ------------------------------------------------------------ the survey */

static enum status dry_run(struct survey_command *c,
    const struct survey_options *options, struct error *err)
{
	struct resolver_stats stats;
	enum status status = survey_dry_run(options, show, &stats, err);

	end_progress(c);
	if (status == STATUS_OK)
		print_routes(&stats);
	return status;
}

static void note_list(
    const struct survey_command *c, const struct target_list *list)
{
	if (!c->quiet && (list->duplicates > 0 || list->rejected > 0))
		log_info("%zu domains in %zu lines (%zu duplicates, %zu lines "
			 "not usable)",
		    list->count, list->lines, list->duplicates, list->rejected);
}

static enum status survey_list(struct survey_command *c,
    const struct target_list *list, const struct classifier *classifier,
    struct error *err)
{
	struct survey_options options = {
		.folder = c->folder,
		.targets = list,
		.resolver = c->resolve.resolver,
		.scan = &c->scan.options,
		.port = c->scan.port,
		.classifier = classifier,
		.check = on_check,
		.resolve_progress = on_resolve,
		.probe_progress = on_probe,
		.note = on_note,
		.user = c,
	};
	enum status status;

	note_list(c, list);
	progress_init(&c->domains, "domains", c->quiet);
	progress_init(&c->hosts, "hosts", c->quiet);
	/* Plan and lists of networks are known from here on. */
	status = on_check(c, NULL, 0, err);
	c->scan.options.ehlo = c->ehlo;
	if (status != STATUS_OK)
		return status;
	if (c->dry_run)
		return dry_run(c, &options, err);
	status = survey_run(&options, err);
	end_progress(c);
	return status == STATUS_OK ? print_shares(c, c->folder, err) : status;
}

static enum status survey(struct survey_command *c, struct error *err)
{
	struct target_list *list = NULL;
	struct classifier *classifier = NULL;
	enum status status = name_folder(c, err);

	if (status == STATUS_OK)
		status = target_list_read(c->list, &list, err);
	if (status == STATUS_OK && !c->ehlo && !c->scan.options.allow_private)
		status = error_set(err, STATUS_USAGE,
		    "strangers are only asked by someone who says who asks: "
		    "give --ehlo NAME, a name that resolves to this machine "
		    "and whose PTR points back (or --allow-private for your "
		    "own hosts)");
	if (status == STATUS_OK)
		status = classifier_open(
		    data_folder(), c->model, c->rules, &classifier, err);
	if (status == STATUS_OK)
		status = survey_list(c, list, classifier, err);
	classifier_close(classifier);
	target_list_free(list);
	return status;
}

/* ------------------------------------------------- what is stored already */

static enum status rebuild(
    const struct survey_command *c, const char *folder, struct error *err)
{
	enum status status = survey_rebuild(folder, err);

	if (status == STATUS_OK && !c->quiet)
		log_info("%s/survey.db is built again", folder);
	return status;
}

static enum status run_given(struct survey_command *c,
    const struct option_reader *reader, struct error *err)
{
	if (reader->argc != 2)
		return error_set(err, STATUS_USAGE,
		    "give one %s; see `mxprint survey --help`",
		    c->rebuild ? "run folder" : "list of domains");
	c->list = reader->argv[1];
	return c->rebuild ? rebuild(c, c->list, err) : survey(c, err);
}

static int run(const struct command *self, int argc, char **argv)
{
	struct survey_command c = { .self = self };
	struct option_reader reader;
	struct error err = { 0 };
	enum status status;

	options_init(&reader, self, argc, argv);
	resolve_options_init(&c.resolve);
	scan_settings_init(&c.scan);
	status = read_options(&c, &reader);
	if (status == STATUS_OK) {
		status = run_given(&c, &reader, &err);
		end_progress(&c);
		if (status != STATUS_OK)
			status = (enum status)command_fail(self, &err);
	}
	scan_settings_clear(&c.scan);
	resolve_options_clear(&c.resolve);
	return (int)status;
}

static const struct example example_table[] = {
	{ "mxprint survey domains.txt --run domains.run "
	  "--ehlo probe.your-domain.example",
	    "the whole survey; again after Ctrl-C: goes on" },
	{ "mxprint survey domains.txt --ehlo probe.your-domain.example "
	  "--dry-run",
	    "what would be sent to whom" },
	{ "mxprint survey own.txt --allow-private --port 2525 "
	  "--resolver 127.0.0.1:5353",
	    "servers of your own" },
	{ "cut -d, -f2 customers.csv | mxprint survey - --run customers.run "
	  "--ehlo probe.your-domain.example",
	    "a list from a pipe" },
	{ "mxprint survey --rebuild domains.run",
	    "make survey.db again from what the folder has stored" },
	{ 0 },
};

const struct command command_survey = {
	.name = "survey",
	.summary = "domains in, which software serves them out (the main job)",
	.arguments = "[OPTIONS] DOMAINS",
	.text =
	    "Finds the mail hosts of each domain, talks SMTP to each host once "
	    "and politely,\n"
	    "says which software answered, and keeps everything in a run "
	    "folder\n"
	    "(mxprint-run(5)). It can be stopped at any moment, also with kill "
	    "-9: the same\n"
	    "command goes on where it stopped. DOMAINS is a file with one "
	    "domain or mail\n"
	    "address a line, or CSV; - is standard input.",
	.options = option_table,
	.examples = example_table,
	.run = run,
};
