/* mxprint rules: looks into, checks and tries the rules. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "catalog/cpe.h"
#include "common/json.h"
#include "common/lines.h"
#include "common/log.h"
#include "evaluation/rule_measure.h"
#include "rules/engine.h"
#include "rules/rulefile.h"
#include "tools/command.h"
#include "tools/options.h"

#define LINE_MAX_BYTES (256 * 1024)
#define JSON_MAX       (1 << 20)

extern const struct command command_rules;

struct rules_options {
	bool json;
	bool altered;
	enum rule_stage stage; /* STAGE_COUNT: not given */
};

static bool is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && !S_ISDIR(st.st_mode);
}

/*
 * given: a folder, which is then all the rules there are, or a file, whose
 * rules come to the shipped ones. NULL: the shipped ones.
 */
static enum status open_engine(const char *given, struct catalog **catalog,
    struct rule_engine **engine, struct error *err)
{
	char name[4096];
	enum status status;

	*engine = NULL;
	snprintf(name, sizeof(name), "%s/catalog/products.tsv", data_folder());
	status = catalog_load(name, catalog, err);
	if (status != STATUS_OK)
		return status;
	snprintf(name, sizeof(name), "%s/rules", data_folder());
	if (given == NULL)
		return rule_engine_load(name, *catalog, engine, err);
	if (!is_file(given))
		return rule_engine_load(given, *catalog, engine, err);
	return rule_engine_load_beside(name, given, *catalog, engine, err);
}

static void write_stages(struct json_writer *w, const struct rule *rule)
{
	json_open_array(w, "stages");
	for (int s = 0; s < STAGE_COUNT; s++)
		if (rule->stages & 1u << s)
			json_write_text(
			    w, NULL, rule_stage_name((enum rule_stage)s));
	json_close_array(w);
}

static void write_rule(struct buffer *out, const struct rule *rule)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	json_write_text(&w, "rule", rule->id);
	json_write_text(&w, "stage", rule_stage_name(rule->stage));
	write_stages(&w, rule);
	json_write_text(&w, "product", rule->product);
	json_write_text(&w, "operator", rule->operator_id);
	json_write_text(&w, "front", rule->front);
	json_write_text(&w, "os", rule->os);
	json_write_text(&w, "version", rule->version);
	json_write_text(&w, "pattern", rule->pattern);
	json_write_int(&w, "strength", rule->strength);
	json_write_double(&w, "precision", rule->precision);
	json_write_text(&w, "source", rule->source);
	json_write_text(&w, "file", rule->file);
	json_write_int(&w, "line", rule->line);
	json_close_object(&w);
}

static const char *or_dash(const char *text)
{
	return text ? text : "-";
}

/*
 * The next rule from *i on, which goes behind it: of the file, if that is not
 * NULL, and of the stage, if that is not STAGE_COUNT.
 */
static const struct rule *next_rule(const struct rule_engine *engine,
    const char *file, enum rule_stage stage, size_t *i)
{
	while (*i < rule_engine_count(engine)) {
		const struct rule *rule = rule_engine_rule(engine, (*i)++);

		if ((file == NULL || strcmp(rule->file, file) == 0) &&
		    (stage == STAGE_COUNT || (rule->stages & 1u << stage) != 0))
			return rule;
	}
	return NULL;
}

static void list_json(
    const struct rule_engine *engine, const char *file, enum rule_stage stage)
{
	const char *between = "";
	const struct rule *rule;
	struct buffer out;
	size_t i = 0;

	buffer_init(&out, JSON_MAX);
	puts("[");
	while ((rule = next_rule(engine, file, stage, &i)) != NULL) {
		buffer_reset(&out);
		write_rule(&out, rule);
		printf("%s%s", between, buffer_text(&out));
		between = ",\n";
	}
	puts("\n]");
	buffer_clear(&out);
}

static void list_table(
    const struct rule_engine *engine, const char *file, enum rule_stage stage)
{
	const struct rule *r;
	size_t count = 0;
	size_t i = 0;

	printf("%-40s %-12s %-24s %-24s %s\n", "rule", "stage", "product",
	    "operator", "front");
	while ((r = next_rule(engine, file, stage, &i)) != NULL) {
		count++;
		printf("%-40s %-12s %-24s %-24s %s\n", r->id,
		    rule_stage_name(r->stage), or_dash(r->product),
		    or_dash(r->operator_id), or_dash(r->front));
	}
	printf("%zu rule%s\n", count, count == 1 ? "" : "s");
}

static void print_failure(void *user, const char *sentence)
{
	(void)user;
	fprintf(stderr, "%s\n", sentence);
}

static int run_test(struct rule_engine *engine, const char *file)
{
	size_t failures = rule_engine_check(engine, print_failure, NULL);
	size_t count = 0;
	size_t i = 0;

	if (failures > 0) {
		fprintf(stderr,
		    "mxprint rules: %zu of the examples' checks "
		    "failed\n",
		    failures);
		return STATUS_DATA;
	}
	while (next_rule(engine, file, STAGE_COUNT, &i) != NULL)
		count++;
	if (file == NULL)
		printf("%zu rules, every example won by its rule\n", count);
	else
		printf("%zu rule%s of %s beside %zu others, every example won "
		       "by its rule\n",
		    count, count == 1 ? "" : "s", file,
		    rule_engine_count(engine) - count);
	return STATUS_OK;
}

/* Of every example in other surroundings. */
static int run_altered(struct rule_engine *engine)
{
	size_t tried;
	size_t failures =
	    rule_engine_check_altered(engine, print_failure, NULL, &tried);

	printf(
	    "%zu altered examples, %zu with another answer\n", tried, failures);
	return failures > 0 ? STATUS_DATA : STATUS_OK;
}

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

/* The best answer's catalogue row: software, else front, else operator. */
static const struct product *row_of(const struct catalog *catalog,
    const struct rule_answer *answer, const struct rule_hit **hit)
{
	const char *id = NULL;

	*hit = answer->product ? answer->product
	       : answer->front ? answer->front
			       : answer->operator_id;
	if (*hit == NULL)
		return NULL;
	if (answer->product)
		id = (*hit)->rule->product;
	else if (answer->front)
		id = (*hit)->rule->front;
	else
		id = (*hit)->rule->operator_id;
	return catalog_product(catalog, catalog_find(catalog, id));
}

static void print_match(const struct catalog *catalog,
    const struct rule_hits *hits, struct buffer *out)
{
	struct rule_answer a = rule_hits_answer(hits);
	const struct rule_hit *hit;
	const struct product *row = row_of(catalog, &a, &hit);
	const char *fixed = a.product ? a.product->rule->version : NULL;
	struct json_writer w;
	char cpe[CPE_SIZE];

	/* a version of the rule's own may be a range: 8.8-8.11 */
	cpe_name(row ? row->cpe : NULL,
	    fixed && strchr(fixed, '-') ? NULL : a.version, cpe);
	buffer_reset(out);
	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	json_write_text(
	    &w, "product", a.product ? a.product->rule->product : "");
	json_write_text(&w, "name", row ? row->name : "");
	json_write_text(&w, "vendor", row ? or_empty(row->vendor) : "");
	json_write_text(&w, "version", or_empty(a.version));
	json_write_text(&w, "cpe", cpe);
	json_write_text(&w, "operator",
	    a.operator_id ? a.operator_id->rule->operator_id : "");
	json_write_text(&w, "front", a.front ? a.front->rule->front : "");
	json_write_text(&w, "os", a.os ? a.os->rule->os : "");
	json_write_text(&w, "rule", hit ? hit->rule->id : "");
	json_write_text(&w, "evidence", hit ? hit->evidence : "");
	json_close_object(&w);
	puts(buffer_text(out));
}

/* A byte order mark and blanks before the reply are the file's, not its. */
static void skip_blanks(const char **line, size_t *len)
{
	static const char mark[] = "\xef\xbb\xbf";

	if (*len >= 3 && memcmp(*line, mark, 3) == 0) {
		*line += 3;
		*len -= 3;
	}
	for (; *len > 0 && (**line == ' ' || **line == '\t'); --*len)
		++*line;
}

static void match_line(struct rule_engine *engine,
    const struct catalog *catalog, enum rule_stage stage, const char *line,
    size_t len, struct arena *arena, struct buffer *out)
{
	struct rule_hits hits;
	size_t fault;
	size_t n;
	char *bytes;

	skip_blanks(&line, &len);
	/* A line with a stray backslash was never escaped: take it as is. */
	if (rule_unescape(arena, line, len, &bytes, &n, &fault)) {
		line = bytes;
		len = n;
	}
	rule_engine_match_text(engine, arena, stage, line, len, &hits);
	print_match(catalog, &hits, out);
	arena_reset(arena);
}

static enum status run_match(struct rule_engine *engine,
    const struct catalog *catalog, enum rule_stage stage, const char *path,
    struct error *err)
{
	struct line_reader *reader;
	struct arena *arena;
	struct buffer out;
	enum lines_result result;
	const char *line;
	size_t len;
	enum status status = lines_open(path, LINE_MAX_BYTES, &reader, err);

	if (status != STATUS_OK)
		return status;
	arena = arena_new();
	buffer_init(&out, JSON_MAX);
	while ((result = lines_next(reader, &line, &len, err)) != LINES_END) {
		if (result == LINES_ERROR) {
			status = STATUS_IO;
			break;
		}
		if (result == LINES_TRUNCATED && len == 0)
			break;
		if (result == LINES_TOO_LONG) {
			log_warn("%s:%ld: longer than %d bytes, not looked at",
			    path, lines_number(reader), LINE_MAX_BYTES);
			line = "";
			len = 0;
		}
		match_line(engine, catalog, stage, line, len, arena, &out);
	}
	buffer_clear(&out);
	arena_free(arena);
	lines_free(reader);
	return status;
}

/* The table to stdout, what is wrong to stderr. */
static enum status run_measure(struct rule_engine *engine,
    const struct catalog *catalog, char **paths, size_t count,
    struct error *err)
{
	struct rule_measure *m;
	struct rule_totals totals;
	struct buffer out;
	size_t faults;
	enum status status = rule_measure_read(
	    engine, catalog, (const char *const *)paths, count, &m, err);

	if (status != STATUS_OK)
		return status;
	buffer_init(&out, JSON_MAX);
	rule_measure_table(m, &out);
	fputs(buffer_text(&out), stdout);
	buffer_clear(&out);
	totals = rule_measure_totals(m);
	faults = rule_measure_faults(m, print_failure, NULL);
	rule_measure_free(m);
	fprintf(stderr,
	    "mxprint rules: %zu of %zu greetings that name their product are "
	    "named by rules;\nof %zu hosts with an answer, %zu are "
	    "contradicted\n",
	    totals.told, totals.named, totals.answered, totals.wrong);
	if (faults > 0)
		return error_set(err, STATUS_DATA,
		    "%zu faults of the rules, told above; make the rules "
		    "stricter, or lower their precision",
		    faults);
	return STATUS_OK;
}

static bool read_options(const struct command *self,
    struct option_reader *reader, struct rules_options *options)
{
	const struct option_spec *spec;
	enum status status = STATUS_OK;

	options->json = false;
	options->altered = false;
	options->stage = STAGE_COUNT;
	while ((spec = options_next(reader, &status)) != NULL) {
		if (strcmp(spec->name, "format") == 0) {
			options->json = strcmp(reader->value, "json") == 0;
			if (!options->json &&
			    strcmp(reader->value, "table") != 0) {
				command_usage(
				    self, "--format must be table or json");
				return false;
			}
		} else if (strcmp(spec->name, "altered") == 0) {
			options->altered = true;
		} else {
			options->stage = rule_stage_parse(reader->value);
			if (options->stage == STAGE_COUNT) {
				command_usage(self,
				    "--stage must be banner, ehlo, help, "
				    "unknown, nul, mail, reply, quit, mx-name "
				    "or certificate");
				return false;
			}
		}
	}
	return status == STATUS_OK;
}

static int run_verb(const struct command *self, const char *verb, char **files,
    size_t count, const struct rules_options *options)
{
	struct catalog *catalog = NULL;
	struct rule_engine *engine = NULL;
	struct error err = { 0 };
	bool matching = strcmp(verb, "match") == 0;
	bool measuring = strcmp(verb, "measure") == 0;
	const char *given =
	    matching || measuring || count == 0 ? NULL : files[0];
	const char *file = given != NULL && is_file(given) ? given : NULL;
	int status = open_engine(given, &catalog, &engine, &err);

	if (status == STATUS_OK && matching)
		status = run_match(engine, catalog, options->stage,
		    count > 0 ? files[0] : "-", &err);
	else if (status == STATUS_OK && measuring)
		status = run_measure(engine, catalog, files, count, &err);
	if (status != STATUS_OK)
		status = command_fail(self, &err);
	else if (strcmp(verb, "test") == 0)
		status = options->altered ? run_altered(engine)
					  : run_test(engine, file);
	else if (strcmp(verb, "list") == 0 && options->json)
		list_json(engine, file, options->stage);
	else if (strcmp(verb, "list") == 0)
		list_table(engine, file, options->stage);
	rule_engine_free(engine);
	catalog_free(catalog);
	return status;
}

static int run(const struct command *self, int argc, char **argv)
{
	static const char *const verbs[] = { "list", "test", "match",
		"measure" };
	struct option_reader reader;
	struct rules_options options;
	const char *verb;
	size_t known = 0;
	size_t count;

	options_init(&reader, self, argc, argv);
	if (!read_options(self, &reader, &options))
		return STATUS_USAGE;
	verb = reader.argc > 1 ? reader.argv[1] : "list";
	count = reader.argc > 2 ? (size_t)reader.argc - 2 : 0;
	while (known < 4 && strcmp(verb, verbs[known]) != 0)
		known++;
	if (known == 4)
		return command_usage(self, "say list, test, match or measure");
	if (strcmp(verb, "measure") == 0 && count == 0)
		return command_usage(self, "measure needs transcripts");
	if (strcmp(verb, "measure") != 0 && count > 1)
		return command_usage(self, "at most one file");
	if (strcmp(verb, "match") == 0 && options.stage == STAGE_COUNT)
		return command_usage(self, "match needs --stage");
	return run_verb(self, verb, reader.argv + 2, count, &options);
}

static const struct option_spec option_table[] = {
	{ "altered", 0, NULL,
	    "of test: the examples without host name, with legal notices,\n"
	    "other dates, other languages, junk at the end, other line\n"
	    "ends: same answer?" },
	{ "format", 'f', "FORMAT", "of list: table (default) or json" },
	{ "stage", 's', "STAGE",
	    "of list and match: banner, ehlo, help, unknown, nul, mail,\n"
	    "reply, quit, mx-name or certificate" },
	{ 0 },
};

static const struct example example_table[] = {
	{ "mxprint rules list --format json", "all rules, one a line" },
	{ "mxprint rules test", "run every rule's examples over all rules" },
	{ "echo '220 mx ESMTP Postfix' | mxprint rules match --stage banner",
	    "what the rules say about a greeting you have" },
	{ "mxprint rules measure training-data/transcripts/*.jsonl.gz",
	    "how often each rule is right" },
	{ 0 },
};

const struct command command_rules = {
	.name = "rules",
	.summary = "look into, check and try the rules",
	.arguments = "[list|test|match|measure] [OPTIONS] [FILE...]",
	.text =
	    "list shows all rules, or those of FILE (a rule file, whose rules "
	    "come to the\n"
	    "shipped ones, or a folder, which is in their place). test runs "
	    "the examples:\n"
	    "each must be won by its own rule and match no rule of another "
	    "product; with a\n"
	    "rule FILE, those of the shipped rules too. match reads one reply "
	    "a line (C\n"
	    "escapes for CR, LF, NUL and the like; the reply code may be "
	    "missing) from FILE\n"
	    "or standard input and prints one JSON line each; what is not "
	    "known is empty.\n"
	    "vendor, name and cpe are those of the software, else of the "
	    "front, else of the\n"
	    "operator. measure runs all rules over labelled transcripts and "
	    "prints on how\n"
	    "many deployments each was right and wrong (with a 95 % lower "
	    "bound); a rule\n"
	    "that is wrong more often than it says is an error. The format of "
	    "rule files is\n"
	    "in mxprint-rules(5).",
	.options = option_table,
	.examples = example_table,
	.run = run,
};
