/* mxprint explain: why this host has this label, and what would settle it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/log.h"
#include "model/explanation.h"
#include "prober/plan.h"
#include "prober/target.h"
#include "survey/store.h"
#include "tools/command.h"
#include "tools/options.h"
#include "transcript/reader.h"

#define SHOWN_TOPICS	 6
#define SHOWN_CANDIDATES 5

extern const struct command command_explain;

struct explain_options {
	const char *model;
	const char *rules;
};

/* Which host was asked for; name and address NULL: all. */
struct wanted {
	const char *name;
	const char *address;
	int port; /* 0: any */
};

struct explainer {
	struct classifier *classifier;
	struct wanted wanted;
	size_t shown;
};

/* ------------------------------------------------------------- printing */

/* From a transcript: what a host said is shown escaped. */
static const char *safe(char *out, size_t size, const char *text)
{
	return log_quote(out, size, text, strlen(text));
}

static void print_host(const struct transcript *t, const struct prediction *p)
{
	char a[128], b[320];

	printf(
	    "host        %s port %d\n", safe(a, sizeof(a), t->host), t->port);
	if (t->name)
		printf("name        %s\n", safe(b, sizeof(b), t->name));
	printf("outcome     %s (%s)\n", outcome_name(t->outcome),
	    outcome_sentence(t->outcome));
	printf("plan        %s\n", safe(a, sizeof(a), t->plan));
	printf("model       %s\n", p->model ? p->model : "none: rules alone");
	if (t->label.product)
		printf("known to be %s%s%s (%s)\n",
		    safe(a, sizeof(a), t->label.product),
		    t->label.version ? " " : "",
		    t->label.version ? safe(b, sizeof(b), t->label.version)
				     : "",
		    label_source_name(t->label.source));
}

static void print_answer(
    const struct catalog *catalog, const struct prediction *p)
{
	if (!p->product) {
		puts("answer      none: it did not speak");
		return;
	}
	printf("answer      %s", reasons_product_name(catalog, p->product));
	if (p->version)
		printf(" %s", p->version);
	printf(", confidence %.2f (%s)\n", p->confidence,
	    p->source == SOURCE_SVM    ? "from the model"
	    : p->source == SOURCE_RULE ? "from a rule"
				       : "nothing proves a product");
	if (p->operator_id)
		printf("operator    %s\n",
		    reasons_product_name(catalog, p->operator_id));
	if (p->front)
		printf("front       %s\n",
		    reasons_product_name(catalog, p->front));
	for (size_t i = 0; i < p->flag_count; i++)
		printf("%s%s%s", i ? ", " : "flags       ", p->flags[i],
		    i + 1 == p->flag_count ? "\n" : "");
	puts("\nreasons");
	for (size_t i = 0; i < p->reason_count; i++)
		printf("  - %s\n", p->reasons[i]);
}

static void print_topics(const struct catalog *catalog,
    const struct explained_view *view, bool for_best)
{
	const char *name =
	    reasons_product_name(catalog, for_best ? view->best : view->rival);
	size_t shown = 0;

	for (size_t i = 0; i < view->topic_count && shown < SHOWN_TOPICS; i++) {
		const struct reason_topic *topic = &view->topics[i];

		if ((topic->weight > 0) != for_best)
			continue;
		if (shown++ == 0)
			printf("  for %s\n", name);
		printf("    %5.2f  %s\n",
		    topic->weight > 0 ? topic->weight : -topic->weight,
		    topic->sentence);
	}
}

static void print_view(const struct catalog *catalog, const struct model *model,
    const struct explained_view *view, const char *title)
{
	const struct model_answer *a = &view->answer;

	printf("\n%s\n", title);
	for (size_t i = 0; i < a->count && i < SHOWN_CANDIDATES; i++) {
		const struct class_score *s = &a->scores[i];

		printf("  %5.3f  %-28s margin %+.2f\n", s->confidence,
		    model_class(model, s->class_index), s->margin);
	}
	printf("  novelty %.2f (1 is the threshold)%s%s\n", a->novelty,
	    a->novelty_reason ? ": " : "",
	    a->novelty_reason ? a->novelty_reason : "");
	if (view->best) {
		print_topics(catalog, view, true);
		print_topics(catalog, view, false);
	}
}

static void print_rules(
    const struct catalog *catalog, const struct rule_hits *hits)
{
	puts(hits->count ? "\nrules that match" : "\nrules that match: none");
	for (size_t i = 0; i < hits->count; i++) {
		const struct rule_hit *hit = &hits->items[i];
		const struct rule *r = hit->rule;
		const char *id = r->product	  ? r->product
				 : r->operator_id ? r->operator_id
				 : r->front	  ? r->front
						  : r->os;

		printf("  %-28s %-11s %s%s%s, precision %.2f: \"%s\"\n", r->id,
		    rule_stage_name(hit->stage),
		    id ? reasons_product_name(catalog, id) : "-",
		    hit->version ? " " : "", hit->version ? hit->version : "",
		    r->precision, hit->evidence);
	}
}

static const char *probe_help(const char *id)
{
	for (size_t i = 0; i < plan_probe_count(); i++) {
		if (strcmp(plan_probe(i)->id, id) == 0)
			return plan_probe(i)->help;
	}
	return "";
}

static void print_settle(
    const struct catalog *catalog, const struct explanation *e)
{
	const struct explained_view *view = &e->views[VIEW_NO_BANNER];

	if (!e->asked_model || !view->best)
		return;
	printf("\nwhat would tell %s from %s better\n",
	    reasons_product_name(catalog, view->best),
	    reasons_product_name(catalog, view->rival));
	for (size_t i = 0; i < e->settle_count; i++)
		printf("  %.2f  %-16s %s\n", e->settle[i].weight,
		    e->settle[i].probe, probe_help(e->settle[i].probe));
	if (e->settle_count == 0)
		puts("  every probe that the model knows was sent: only a "
		     "person's label can (mxprint review)");
}

static void explain_one(struct explainer *x, const struct transcript *t)
{
	static const char *const titles[VIEW_COUNT] = {
		[VIEW_ALL] = "with everything",
		[VIEW_NO_BANNER] = "as if it had no greeting",
	};
	const struct catalog *catalog = x->classifier->catalog;
	struct arena *arena = arena_new();
	struct explanation e;

	explanation_make(x->classifier, arena, t, &e);
	if (x->shown++ > 0)
		puts("\n--------");
	print_host(t, e.prediction);
	print_answer(catalog, e.prediction);
	for (int v = 0; e.asked_model && v < VIEW_COUNT; v++)
		print_view(
		    catalog, x->classifier->model, &e.views[v], titles[v]);
	print_rules(catalog, &e.hits);
	print_settle(catalog, &e);
	arena_free(arena);
}

/* --------------------------------------------------------------- search */

static bool is_wanted(
    const struct wanted *w, const char *host, const char *name, int port)
{
	if (w->port && w->port != port)
		return false;
	if (w->address)
		return strcmp(w->address, host) == 0;
	return !w->name || (name && strcasecmp(w->name, name) == 0);
}

static enum status search_files(struct explainer *x, const char *const *paths,
    size_t count, struct error *err)
{
	struct transcript_reader *reader = transcript_reader_new(paths, count);
	enum status status = STATUS_OK;
	struct transcript *t;

	for (;;) {
		status = transcript_reader_next(reader, &t, err);
		if (status != STATUS_OK || !t)
			break;
		if (is_wanted(&x->wanted, t->host, t->name, t->port))
			explain_one(x, t);
		transcript_free(t);
	}
	transcript_reader_free(reader);
	return status;
}

struct found {
	struct explainer *explainer;
	struct store *store;
};

static enum status look_at_host(
    void *user, const struct survey_host *host, struct error *err)
{
	struct found *found = user;
	struct transcript *t;
	enum status status;

	if (!is_wanted(
		&found->explainer->wanted, host->host, host->name, host->port))
		return STATUS_OK;
	status =
	    store_transcript(found->store, host->host, host->port, &t, err);
	if (status == STATUS_OK) {
		explain_one(found->explainer, t);
		transcript_free(t);
	}
	return status;
}

static enum status search_run(
    struct explainer *x, const char *folder, struct error *err)
{
	struct found found = { .explainer = x };
	char path[4096];
	enum status status, closed;

	snprintf(path, sizeof(path), "%s/survey.db", folder);
	status = store_open(path, STORE_READ, &found.store, err);
	if (status != STATUS_OK)
		return status;
	status = store_each_host(found.store, look_at_host, &found, err);
	closed = store_close(found.store, status == STATUS_OK ? err : NULL);
	return status == STATUS_OK ? closed : status;
}

/* Files and folders, then perhaps a host. */
static enum status search(struct explainer *x, const char *const *operands,
    size_t count, struct error *err)
{
	struct stat st;
	enum status status;

	if (stat(operands[0], &st) == 0 && S_ISDIR(st.st_mode))
		status = search_run(x, operands[0], err);
	else
		status = search_files(x, operands, count, err);
	if (status == STATUS_OK && x->shown == 0 && !x->wanted.name &&
	    !x->wanted.address)
		return error_set(err, STATUS_DATA,
		    "no transcript in the input: give files that mxprint probe "
		    "or survey wrote");
	if (status == STATUS_OK && x->shown == 0)
		return error_set(err, STATUS_DATA,
		    "no such host in there; give its address, or its MX name, "
		    "as `mxprint score --format table` lists them");
	return status;
}

static bool exists(const char *path)
{
	struct stat st;

	return strcmp(path, "-") == 0 || stat(path, &st) == 0;
}

static enum status read_wanted(struct arena *arena, const char *text,
    struct wanted *wanted, struct error *err)
{
	return target_host(
	    arena, text, &wanted->name, &wanted->address, &wanted->port, err);
}

static enum status explain_all(const struct explain_options *options,
    const char *const *operands, size_t count, struct error *err)
{
	struct explainer x = { 0 };
	struct arena *arena = arena_new();
	enum status status = STATUS_OK;

	if (count > 1 && !exists(operands[count - 1]))
		status = read_wanted(arena, operands[--count], &x.wanted, err);
	if (status == STATUS_OK)
		status = classifier_open(data_folder(), options->model,
		    options->rules, &x.classifier, err);
	if (status == STATUS_OK)
		status = search(&x, operands, count, err);
	classifier_close(x.classifier);
	arena_free(arena);
	return status;
}

static int run(const struct command *self, int argc, char **argv)
{
	struct explain_options options = { 0 };
	const struct option_spec *spec;
	struct option_reader reader;
	struct error err = { 0 };
	enum status status = STATUS_OK;

	options_init(&reader, self, argc, argv);
	while ((spec = options_next(&reader, &status)) != NULL) {
		if (strcmp(spec->name, "model") == 0)
			options.model = reader.value;
		else
			options.rules = reader.value;
	}
	if (status != STATUS_OK)
		return STATUS_USAGE;
	if (reader.argc < 2)
		return command_usage(self,
		    "give a file of transcripts or a run "
		    "folder, then a host");
	status = explain_all(&options, (const char *const *)reader.argv + 1,
	    (size_t)reader.argc - 1, &err);
	return status == STATUS_OK ? STATUS_OK : command_fail(self, &err);
}

static const struct option_spec option_table[] = {
	{ "model", 'm', "FILE",
	    "the model (default: the shipped one); none: rules alone" },
	{ "rules", 0, "PATH",
	    "a rule file or folder (default: the shipped ones)" },
	{ 0 },
};

static const struct example example_table[] = {
	{ "mxprint explain domains.run mx1.example.com",
	    "a host of a survey, by its MX name" },
	{ "mxprint explain transcripts.jsonl.gz 192.0.2.1:25",
	    "by address and port" },
	{ "mxprint explain transcripts.jsonl.gz", "every host of a file" },
	{ 0 },
};

const struct command command_explain = {
	.name = "explain",
	.summary = "say why a host has its label, and what would settle it",
	.arguments = "[OPTIONS] TRANSCRIPTS...|RUN [HOST]",
	.text =
	    "Shows the answer with its reasons, then what the model holds "
	    "possible with\n"
	    "everything and as if the host had no greeting (which may be "
	    "forged), what speaks\n"
	    "for and against with the replies as they were seen, the novelty, "
	    "the rules that\n"
	    "match with their words, and which probe that was not sent would "
	    "tell the two best\n"
	    "candidates apart.",
	.options = option_table,
	.examples = example_table,
	.run = run,
};
