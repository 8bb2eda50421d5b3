/* mxprint review: what a person should look at, and what the person says. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/suggest.h"
#include "common/clock.h"
#include "common/log.h"
#include "review/answers.h"
#include "review/pick.h"
#include "review/queue.h"
#include "review/show.h"
#include "tools/command.h"
#include "tools/options.h"
#include "tools/survey_folder.h"

extern const struct command command_review;

#define LABELS_MAX    256
#define LIMIT_DEFAULT 20
#define TEXT_LENGTH   500 /* of a comment, a name, a version */

struct review_options {
	struct queue_options queue;
	struct show_options show;
	enum writer_format format;
	const char *labels[LABELS_MAX]; /* HOST=PRODUCT */
	size_t label_count;
	const char *version, *comment, *annotator;
	bool cluster;
};

static bool complain(const struct command *self, const char *sentence)
{
	fprintf(stderr, "mxprint %s: %s; see `mxprint %s --help`\n", self->name,
	    sentence, self->name);
	return false;
}

static bool add_label(const struct command *self, const char *value,
    struct review_options *options)
{
	if (options->label_count == LABELS_MAX)
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

static bool read_option(const struct command *self,
    struct option_reader *reader, const struct option_spec *spec,
    struct review_options *options)
{
	int64_t limit;

	if (strcmp(spec->name, "label") == 0)
		return add_label(self, reader->value, options);
	if (strcmp(spec->name, "label-version") == 0)
		return read_text(self, reader->value, &options->version);
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

static enum status check_product(
    const struct catalog *catalog, const char *product, struct error *err)
{
	const char *ids[5];
	char quoted[64], near[300] = "";
	size_t count, at = 0;

	if (strcmp(product, PRODUCT_UNKNOWN) == 0 ||
	    catalog_find(catalog, product) != PRODUCT_NONE)
		return STATUS_OK;
	count = catalog_suggest(catalog, product, ids, 5);
	for (size_t i = 0; i < count && at < sizeof(near); i++)
		at += (size_t)snprintf(near + at, sizeof(near) - at, "%s%s",
		    i ? ", " : " (did you mean ", ids[i]);
	return error_set(err, STATUS_USAGE,
	    "no product '%s'%s%s; `mxprint catalog search WORD` finds ids, "
	    "\"unknown\" marks a host as looked at",
	    log_quote(quoted, sizeof(quoted), product, strlen(product)), near,
	    count ? "?)" : "");
}

struct labelling {
	const struct survey_folder *survey;
	const struct review_options *options;
	struct arena *arena;
	struct answers *answers;
	struct {
		struct picks picks;
		struct label label;
	} todo[LABELS_MAX];
};

/* Everything is checked before anything is stored. */
static enum status prepare(
    struct labelling *l, size_t i, const char *date, struct error *err)
{
	const char *text = l->options->labels[i];
	const char *equals = strrchr(text, '=');
	const char *host = arena_copy(l->arena, text, (size_t)(equals - text));
	struct pick pick;
	enum status status = check_product(l->survey->catalog, equals + 1, err);

	if (status == STATUS_OK)
		status =
		    pick_host(l->survey->store, l->arena, host, &pick, err);
	if (status != STATUS_OK)
		return status;
	l->todo[i].label = (struct label){
		.product = equals + 1,
		.version = l->options->version,
		.source = LABEL_PERSON,
		.annotator = l->options->annotator,
		.date = date,
		.comment = l->options->comment,
	};
	if (l->options->cluster)
		return pick_alike(
		    l->survey->store, l->arena, &pick, &l->todo[i].picks, err);
	l->todo[i].picks.items = arena_alloc(l->arena, sizeof(pick));
	l->todo[i].picks.items[0] = pick;
	l->todo[i].picks.count = 1;
	return STATUS_OK;
}

static enum status gather(struct labelling *l, size_t i, struct error *err)
{
	for (size_t j = 0; j < l->todo[i].picks.count; j++) {
		const struct pick *p = &l->todo[i].picks.items[j];
		struct transcript *t;
		enum status status = store_transcript(
		    l->survey->store, p->host, p->port, &t, err);

		if (status != STATUS_OK)
			return status;
		answers_add(l->answers, t, &l->todo[i].label);
		transcript_free(t);
	}
	return STATUS_OK;
}

/* labels.jsonl is the truth and comes first; survey.db follows. */
static enum status store_labels(struct labelling *l, struct error *err)
{
	struct store *store = l->survey->store;
	enum status status = answers_store(l->answers, l->survey->folder, err);

	if (status == STATUS_OK)
		status = store_begin(store, err);
	for (size_t i = 0; i < l->options->label_count && status == STATUS_OK;
	     i++) {
		for (size_t j = 0;
		     j < l->todo[i].picks.count && status == STATUS_OK; j++) {
			const struct pick *p = &l->todo[i].picks.items[j];

			status = store_add_label(
			    store, p->host, p->port, &l->todo[i].label, err);
		}
	}
	return status == STATUS_OK ? store_commit(store, err) : status;
}

static void tell(const struct labelling *l)
{
	for (size_t i = 0; i < l->options->label_count; i++) {
		const struct picks *picks = &l->todo[i].picks;

		for (size_t j = 0; j < picks->count; j++)
			printf("%s port %d: %s\n", picks->items[j].host,
			    picks->items[j].port, l->todo[i].label.product);
	}
	fprintf(stderr,
	    "mxprint review: stored in %s/labels.jsonl; `mxprint train --add "
	    "%s` learns from it\n",
	    l->survey->folder, l->survey->folder);
}

/* A word for the run: its id, else the folder's name. */
static const char *run_id(
    const struct survey_folder *survey, struct arena *arena)
{
	const char *id = store_meta(survey->store, arena, "run");
	char *folder = arena_strdup(arena, survey->folder);
	size_t len = strlen(folder);

	if (id)
		return id;
	while (len > 1 && folder[len - 1] == '/')
		folder[--len] = '\0';
	return strrchr(folder, '/') ? strrchr(folder, '/') + 1 : folder;
}

static enum status label(const struct survey_folder *survey,
    const struct review_options *options, struct error *err)
{
	struct labelling *l = calloc(1, sizeof(*l));
	char date[CLOCK_TEXT_SIZE];
	enum status status = STATUS_OK;

	if (!l)
		return error_set(err, STATUS_SOFTWARE, "out of memory");
	clock_format(clock_utc_ms(), date);
	date[10] = '\0'; /* the day */
	l->survey = survey;
	l->options = options;
	l->arena = arena_new();
	l->answers = answers_new(run_id(survey, l->arena));
	for (size_t i = 0; i < options->label_count && status == STATUS_OK; i++)
		status = prepare(l, i, date, err);
	for (size_t i = 0; i < options->label_count && status == STATUS_OK; i++)
		status = gather(l, i, err);
	if (status == STATUS_OK)
		status = store_labels(l, err);
	if (status == STATUS_OK)
		tell(l);
	answers_free(l->answers);
	arena_free(l->arena);
	free(l);
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
	{ "format", 0, "FORMAT", "table (default), csv, json or jsonl" },
	{ "label", 0, "HOST=PRODUCT",
	    "store an answer; HOST is ADDRESS, ADDRESS:PORT or the name of\n"
	    "an MX, PRODUCT an id of `mxprint catalog` or \"unknown\" (looked\n"
	    "at; not trained on); may be given again" },
	{ "label-version", 0, "V", "its version: 3.7.11, or a range 3.5-3.7" },
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
	{ "mxprint review domains.run --label mx1.example.net=exim "
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
