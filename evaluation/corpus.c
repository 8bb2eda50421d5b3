#include "evaluation/corpus.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/digest.h"
#include "common/json.h"
#include "common/lines.h"
#include "common/log.h"
#include "common/strmap.h"
#include "evaluation/corpus_check.h"
#include "features/extract.h"
#include "transcript/format.h"
#include "transcript/reader.h"

#define PLANS_MAX   16 /* different plans a deployment may have */
#define NORMAL_MAX  (8u << 20)
#define SENTENCE    1024
#define NAME_QUOTED 120

struct place {
	const char *path; /* lives as long as the options */
	long line;
};

/* What was said by one deployment under one plan. */
struct said {
	const char *plan;
	const char *form; /* hash of its normal form */
};

enum identity { /* what is the same in all transcripts of a deployment */
	ID_PRODUCT,
	ID_VERSION,
	ID_FRONT,
	ID_SOURCE,
	ID_PACKAGE,
	ID_PACKAGE_VERSION,
	ID_SUITE,
	ID_RECIPE,
	ID_CONFIG,
	ID_COUNT
};

static const char *const id_names[ID_COUNT] = { "product", "version", "front",
	"source", "package", "package_version", "suite", "recipe", "config" };

struct deployed {
	const char *name;
	struct place first;
	const char *id[ID_COUNT]; /* "": not told */
	struct said said[PLANS_MAX];
	size_t said_count;
};

struct reading {
	const struct corpus_options *options;
	struct corpus *corpus;
	struct place at;
	struct deployed *deployed;
	size_t count, capacity;
	struct strmap *names; /* deployment -> index */
	struct strmap *bytes; /* hash of what was said -> index of deployment */
	struct strmap *counted; /* "what TAB product TAB value" */
	struct strmap *rows;	/* product -> index of corpus->rows */
};

/* ------------------------------------------------------------ complaints */

static void complain(void *user, const char *sentence)
{
	struct reading *r = user;
	char text[SENTENCE];

	r->corpus->complaints++;
	snprintf(
	    text, sizeof(text), "%s:%ld: %s", r->at.path, r->at.line, sentence);
	r->options->complain(r->options->user, text);
}

static void __attribute__((format(printf, 2, 3)))
complain_of(struct reading *r, const char *format, ...)
{
	char sentence[SENTENCE];
	va_list args;

	va_start(args, format);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	vsnprintf(sentence, sizeof(sentence), format, args);
#pragma GCC diagnostic pop
	va_end(args);
	complain(r, sentence);
}

static const char *quoted(char out[NAME_QUOTED], const char *name)
{
	return log_quote(out, NAME_QUOTED, name, strlen(name));
}

/* ------------------------------------------------------------ counting */

/* Is this the first such value, of a product or ("") of all? */
static bool first_of(
    struct reading *r, const char *what, const char *product, const char *value)
{
	struct buffer key;
	bool added;

	buffer_init(&key, SIZE_MAX);
	buffer_printf(&key, "%s\t%s\t%s", what, product, value);
	strmap_put(r->counted, buffer_text(&key), key.len, &added);
	buffer_clear(&key);
	return added;
}

static struct corpus_row *row_of(struct reading *r, const char *product)
{
	struct corpus *c = r->corpus;
	bool added;
	int64_t *slot = strmap_put_text(r->rows, product, &added);

	if (added) {
		*slot = (int64_t)c->row_count++;
		c->rows =
		    xrealloc_array(c->rows, c->row_count, sizeof(*c->rows));
		memset(&c->rows[*slot], 0, sizeof(*c->rows));
		c->rows[*slot].product = arena_strdup(c->arena, product);
	}
	return &c->rows[*slot];
}

static void count_installation(
    struct reading *r, const struct deployed *d, struct corpus_row *row)
{
	const char *product = row->product ? row->product : "";
	char config[256];

	row->deployments++;
	row->two_layer += *d->id[ID_FRONT] != '\0';
	if (*d->id[ID_FRONT])
		row->fronts += first_of(r, "front", product, d->id[ID_FRONT]);
	if (*d->id[ID_SUITE])
		row->suites += first_of(r, "suite", product, d->id[ID_SUITE]);
	if (*d->id[ID_CONFIG]) {
		snprintf(config, sizeof(config), "%.120s/%.120s",
		    d->id[ID_RECIPE], d->id[ID_CONFIG]);
		row->configurations += first_of(r, "config", product, config);
	}
}

static void count_deployment(struct reading *r, const struct deployed *d)
{
	struct corpus_row *row = row_of(r, d->id[ID_PRODUCT]);
	product_id id = catalog_find(r->options->catalog, d->id[ID_PRODUCT]);

	count_installation(r, d, row);
	count_installation(r, d, &r->corpus->all);
	if (*d->id[ID_VERSION] &&
	    first_of(r, "version", d->id[ID_PRODUCT], d->id[ID_VERSION])) {
		row->versions++;
		r->corpus->all.versions++;
	}
	if (id != PRODUCT_NONE &&
	    catalog_product(r->options->catalog, id)->kind == KIND_NOT_SMTP)
		r->corpus->not_smtp++;
}

static void count_transcript(
    struct reading *r, const struct transcript *t, const struct deployed *d)
{
	struct corpus_row *row = row_of(r, d->id[ID_PRODUCT]);

	row->transcripts++;
	r->corpus->all.transcripts++;
	row->plans += first_of(r, "plan", d->id[ID_PRODUCT], t->plan);
	r->corpus->all.plans += first_of(r, "plan", "", t->plan);
}

/* ------------------------------------------------------------ a transcript */

static const char *or_nothing(struct arena *arena, const char *text)
{
	return text && *text ? arena_strdup(arena, text) : "";
}

static struct deployed *add_deployment(
    struct reading *r, const char *name, const char *const id[ID_COUNT])
{
	struct arena *arena = r->corpus->arena;
	struct deployed *d;

	if (r->count == r->capacity) {
		r->capacity = r->capacity ? 2 * r->capacity : 256;
		r->deployed = xrealloc_array(
		    r->deployed, r->capacity, sizeof(*r->deployed));
	}
	d = &r->deployed[r->count++];
	memset(d, 0, sizeof(*d));
	d->name = arena_strdup(arena, name);
	d->first = r->at;
	for (int i = 0; i < ID_COUNT; i++)
		d->id[i] = or_nothing(arena, id[i]);
	count_deployment(r, d);
	return d;
}

static void compare_identity(
    struct reading *r, const struct deployed *d, const char *const id[ID_COUNT])
{
	char name[NAME_QUOTED];

	for (int i = 0; i < ID_COUNT; i++)
		if (strcmp(d->id[i], id[i] ? id[i] : "") != 0)
			complain_of(r,
			    "deployment '%s' has another \"%s\" in %s:%ld; one "
			    "installation has one",
			    quoted(name, d->name), id_names[i], d->first.path,
			    d->first.line);
}

static struct deployed *deployment_of(struct reading *r,
    const struct transcript *t, const struct corpus_origin *origin)
{
	const char *const id[ID_COUNT] = {
		[ID_PRODUCT] = t->label.product,
		[ID_VERSION] = t->label.version,
		[ID_FRONT] = t->label.front,
		[ID_SOURCE] = label_source_name(t->label.source),
		[ID_PACKAGE] = origin->package,
		[ID_PACKAGE_VERSION] = origin->package_version,
		[ID_SUITE] = origin->suite,
		[ID_RECIPE] = origin->recipe,
		[ID_CONFIG] = origin->config,
	};
	bool added;
	int64_t *slot = strmap_put_text(r->names, t->deployment, &added);

	if (added) {
		*slot = (int64_t)r->count;
		return add_deployment(r, t->deployment, id);
	}
	compare_identity(r, &r->deployed[*slot], id);
	return &r->deployed[*slot];
}

static void give_normal(
    struct reading *r, const struct transcript *t, const char *form)
{
	struct json_writer w;
	struct buffer line;

	if (!r->options->normal)
		return;
	buffer_init(&line, NORMAL_MAX);
	json_writer_init(&w, &line);
	json_open_object(&w, NULL);
	json_write_text(&w, "deployment", t->deployment);
	json_write_text(&w, "plan", t->plan);
	json_write_text(&w, "normal", form); /* printable */
	json_close_object(&w);
	r->options->normal(r->options->user, buffer_text(&line));
	buffer_clear(&line);
}

static void remember_said(
    struct reading *r, const struct transcript *t, struct deployed *d)
{
	struct arena *scratch = arena_new();
	const char *form = features_normal_form(scratch, t);
	char hex[SHA256_HEX_SIZE], name[NAME_QUOTED];
	bool again = false;

	give_normal(r, t, form);
	for (size_t i = 0; i < d->said_count; i++)
		again |= strcmp(d->said[i].plan, t->plan) == 0;
	if (again || d->said_count == PLANS_MAX) {
		complain_of(r, "deployment '%s' has %s", quoted(name, d->name),
		    again ? "this plan twice" : "too many plans");
		arena_free(scratch);
		return;
	}
	sha256_of(form, strlen(form), hex);
	d->said[d->said_count].plan = arena_strdup(r->corpus->arena, t->plan);
	d->said[d->said_count++].form = arena_strdup(r->corpus->arena, hex);
	arena_free(scratch);
}

/* The same recording under another name would count twice. */
static void look_for_copies(
    struct reading *r, const struct transcript *t, const struct deployed *d)
{
	char hex[SHA256_HEX_SIZE], name[NAME_QUOTED];
	int64_t *slot;
	bool added;

	corpus_recording(t, hex);
	slot = strmap_put_text(r->bytes, hex, &added);
	if (added)
		*slot = d - r->deployed;
	else if (*slot != d - r->deployed)
		complain_of(r, "the very recording of deployment '%s'",
		    quoted(name, r->deployed[*slot].name));
}

static void take_transcript(struct reading *r, const struct transcript *t)
{
	struct corpus_checking checking = { r->options->catalog, complain, r };
	struct corpus_origin origin;
	struct deployed *d;

	if (!t->label.product || !t->deployment || !*t->deployment) {
		complain(r, t->label.product ? "\"deployment\" is missing"
					     : "\"label\" is missing");
		return;
	}
	corpus_check(&checking, t, &origin);
	d = deployment_of(r, t, &origin);
	count_transcript(r, t, d);
	remember_said(r, t, d);
	look_for_copies(r, t, d);
}

/* ------------------------------------------------------------ files */

static void take_line(struct reading *r, const struct line_reader *lines,
    enum lines_result result, const char *line, size_t len)
{
	struct transcript *t = NULL;
	struct error why;

	if (transcript_line_torn(lines, result, line, len))
		complain(r, "the file ends in the middle of this line");
	else if (result == LINES_TOO_LONG)
		complain(r, "the line is too long for a record");
	else if (len == 0 && result == LINES_LINE)
		complain(r, "an empty line");
	else if (transcript_read_strict(line, len, &t, &why) != STATUS_OK)
		complain(r, why.text);
	else
		take_transcript(r, t);
	transcript_free(t);
}

static enum status read_file(
    struct reading *r, const char *path, struct error *err)
{
	struct line_reader *lines;
	enum status status = lines_open(path, FORMAT_LINE_MAX, &lines, err);
	enum lines_result result;
	const char *line;
	struct stat st;
	size_t len;

	if (status != STATUS_OK)
		return status;
	if (strcmp(path, "-") != 0 && stat(path, &st) == 0)
		r->corpus->bytes += (uint64_t)st.st_size;
	r->at.path = path;
	while ((result = lines_next(lines, &line, &len, err)) != LINES_END) {
		if (result == LINES_ERROR) {
			status = err ? err->status : STATUS_IO;
			break;
		}
		r->at.line = lines_number(lines);
		take_line(r, lines, result, line, len);
	}
	lines_free(lines);
	return status;
}

/* ------------------------------------------------------------ alike */

static int plan_size(const char *plan)
{
	static const char *const plans[] = { "polite", "standard", "deep",
		"lab" };

	for (int i = 3; i >= 0; i--)
		if (strcmp(plan, plans[i]) == 0)
			return i + 1;
	return 0; /* somebody's own */
}

#define PLAN_SIZES 5

static int largest_plan(const struct deployed *d)
{
	int largest = 0;

	for (size_t i = 0; i < d->said_count; i++)
		if (plan_size(d->said[i].plan) > largest)
			largest = plan_size(d->said[i].plan);
	return largest;
}

/* Its forms under all plans become known; is that of the largest one new? */
static bool is_distinct(
    struct reading *r, const struct deployed *d, const char *product)
{
	int largest = largest_plan(d);
	char value[SHA256_HEX_SIZE + NAME_QUOTED + 2];
	bool distinct = false;

	for (size_t i = 0; i < d->said_count; i++) {
		bool added;

		snprintf(value, sizeof(value), "%s\t%.100s", d->said[i].form,
		    d->said[i].plan);
		added = first_of(r, "form", product, value);
		if (plan_size(d->said[i].plan) == largest)
			distinct |= added;
	}
	return distinct;
}

static void count_distinct(struct reading *r)
{
	for (int size = PLAN_SIZES - 1; size >= 0; size--) {
		for (size_t i = 0; i < r->count; i++) {
			const struct deployed *d = &r->deployed[i];
			const char *product = d->id[ID_PRODUCT];

			if (largest_plan(d) != size)
				continue;
			row_of(r, product)->distinct +=
			    is_distinct(r, d, product);
			r->corpus->all.distinct += is_distinct(r, d, "");
		}
	}
}

static int by_product(const void *a, const void *b)
{
	return strcmp(((const struct corpus_row *)a)->product,
	    ((const struct corpus_row *)b)->product);
}

static struct corpus *corpus_new(void)
{
	struct arena *arena = arena_new();
	struct corpus *c = arena_alloc(arena, sizeof(*c));

	c->arena = arena;
	return c;
}

enum status corpus_read(const struct corpus_options *options,
    struct corpus **corpus, struct error *err)
{
	struct reading r = { .options = options,
		.corpus = corpus_new(),
		.names = strmap_new(),
		.bytes = strmap_new(),
		.counted = strmap_new(),
		.rows = strmap_new() };
	enum status status = STATUS_OK;

	for (size_t i = 0; i < options->path_count && status == STATUS_OK; i++)
		status = read_file(&r, options->paths[i], err);
	count_distinct(&r);
	if (r.corpus->row_count > 0)
		qsort(r.corpus->rows, r.corpus->row_count,
		    sizeof(*r.corpus->rows), by_product);
	strmap_free(r.names);
	strmap_free(r.bytes);
	strmap_free(r.counted);
	strmap_free(r.rows);
	free(r.deployed);
	*corpus = r.corpus;
	if (status != STATUS_OK) {
		corpus_free(r.corpus);
		*corpus = NULL;
	}
	return status;
}

void corpus_free(struct corpus *corpus)
{
	if (!corpus)
		return;
	free(corpus->rows);
	arena_free(corpus->arena);
}
