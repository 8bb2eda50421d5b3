#include "model/prediction.h"

#include <string.h>

#include "common/json.h"

#define FLAGS_MAX      16
#define CANDIDATES_MAX 16
#define REASONS_MAX    64

static const char *const source_names[] = {
	[SOURCE_NONE] = NULL,
	[SOURCE_SVM] = "svm",
	[SOURCE_RULE] = "rule",
};

const char *prediction_source_name(enum prediction_source source)
{
	return source_names[source];
}

/* ------------------------------------------------------------- writing */

static void write_candidates(struct json_writer *w, const struct prediction *p)
{
	json_open_array(w, "candidates");
	for (size_t i = 0; i < p->candidate_count; i++) {
		json_open_object(w, NULL);
		json_write_text(w, "id", p->candidates[i].product);
		json_write_double(w, "confidence", p->candidates[i].confidence);
		json_close_object(w);
	}
	json_close_array(w);
}

static void write_list(struct json_writer *w, const char *key,
    const char *const *items, size_t count)
{
	json_open_array(w, key);
	for (size_t i = 0; i < count; i++)
		json_write_text(w, NULL, items[i]);
	json_close_array(w);
}

void prediction_write(struct buffer *out, const struct prediction *p)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	json_write_text(&w, "type", "prediction");
	json_write_int(&w, "v", 1);
	json_write_text(&w, "host", p->host);
	json_write_int(&w, "port", p->port);
	json_write_text(&w, "name", p->name);
	json_write_text(&w, "outcome", outcome_name(p->outcome));
	json_write_text(&w, "product", p->product);
	if (p->product)
		json_write_double(&w, "confidence", p->confidence);
	else
		json_write_null(&w, "confidence");
	json_write_text(&w, "version", p->version);
	json_write_text(&w, "family", p->family);
	json_write_text(&w, "operator", p->operator_id);
	json_write_text(&w, "front", p->front);
	write_list(&w, "flags", p->flags, p->flag_count);
	write_candidates(&w, p);
	json_write_text(&w, "source", source_names[p->source]);
	write_list(&w, "reasons", p->reasons, p->reason_count);
	json_write_text(&w, "plan", p->plan);
	json_write_text(&w, "model", p->model);
	json_close_object(&w);
}

/* ------------------------------------------------------------- reading */

struct read {
	struct arena *arena;
	struct error *err;
	bool failed;
};

static void fail(struct read *r, const char *key, const char *must)
{
	if (!r->failed)
		error_set(r->err, STATUS_DATA, "\"%s\" must be %s", key, must);
	r->failed = true;
}

/* NULL for null and for what is missing. */
static const char *text(
    struct read *r, const struct json *object, const char *key)
{
	const struct json *v = json_get(object, key);

	if (!v || v->type == JSON_NULL)
		return NULL;
	if (v->type != JSON_STRING || strlen(v->text) != v->len) {
		fail(r, key, "text or null");
		return NULL;
	}
	return v->text;
}

static const char *needed(
    struct read *r, const struct json *object, const char *key)
{
	const char *value = text(r, object, key);

	if (!value)
		fail(r, key, "given");
	return value ? value : "";
}

static double confidence(
    struct read *r, const struct json *object, bool required)
{
	const struct json *v = json_get(object, "confidence");

	if ((!v || v->type == JSON_NULL) && !required)
		return 0;
	if (!v || v->type != JSON_NUMBER || !(v->number >= 0) ||
	    !(v->number <= 1)) {
		fail(r, "confidence", "a number from 0 to 1");
		return 0;
	}
	return v->number;
}

static const struct json *array(
    struct read *r, const struct json *object, const char *key, size_t max)
{
	static const struct json none = { .type = JSON_ARRAY };
	const struct json *v = json_get(object, key);

	if (!v)
		return &none;
	if (v->type != JSON_ARRAY || v->count > max) {
		fail(r, key, "an array of bounded length");
		return &none;
	}
	return v;
}

static const char **list(struct read *r, const struct json *object,
    const char *key, size_t max, size_t *count)
{
	const struct json *v = array(r, object, key, max);
	const char **items = arena_array(r->arena, v->count, sizeof(*items));

	*count = 0;
	for (const struct json *i = v->first; i; i = i->next) {
		if (i->type != JSON_STRING || strlen(i->text) != i->len) {
			fail(r, key, "an array of texts");
			break;
		}
		items[(*count)++] = i->text;
	}
	return items;
}

static void read_candidates(
    struct read *r, const struct json *object, struct prediction *p)
{
	const struct json *v = array(r, object, "candidates", CANDIDATES_MAX);

	p->candidates = arena_array(r->arena, v->count, sizeof(*p->candidates));
	for (const struct json *i = v->first; i && !r->failed; i = i->next) {
		struct candidate *c = &p->candidates[p->candidate_count++];

		c->product = needed(r, i, "id");
		c->confidence = confidence(r, i, true);
	}
}

static enum prediction_source read_source(
    struct read *r, const struct json *object)
{
	const char *name = text(r, object, "source");

	if (!name)
		return SOURCE_NONE;
	for (size_t i = 0; i < sizeof(source_names) / sizeof(*source_names);
	     i++) {
		if (source_names[i] && strcmp(source_names[i], name) == 0)
			return (enum prediction_source)i;
	}
	fail(r, "source", "svm, rule or null");
	return SOURCE_NONE;
}

static void read_fields(
    struct read *r, const struct json *v, struct prediction *p)
{
	p->host = needed(r, v, "host");
	p->port = (int)json_get_int(v, "port", 0);
	if (p->port < 1 || p->port > 65535)
		fail(r, "port", "1-65535");
	p->name = text(r, v, "name");
	p->outcome = outcome_parse(needed(r, v, "outcome"));
	if (p->outcome == OUTCOME_COUNT)
		fail(r, "outcome", "a known outcome");
	p->product = text(r, v, "product");
	p->confidence = confidence(r, v, p->product != NULL);
	p->version = text(r, v, "version");
	p->family = text(r, v, "family");
	p->operator_id = text(r, v, "operator");
	p->front = text(r, v, "front");
	p->flags = list(r, v, "flags", FLAGS_MAX, &p->flag_count);
	read_candidates(r, v, p);
	p->source = read_source(r, v);
	p->reasons = list(r, v, "reasons", REASONS_MAX, &p->reason_count);
	p->plan = text(r, v, "plan");
	p->model = text(r, v, "model");
}

enum status prediction_read(struct arena *arena, const char *line, size_t len,
    struct prediction **out, struct error *err)
{
	struct read r = { .arena = arena, .err = err };
	struct prediction *p = arena_alloc(arena, sizeof(*p));
	enum status status;
	struct json *v;

	*out = NULL;
	status = json_parse(arena, line, len, &v, err);
	if (status != STATUS_OK)
		return status;
	if (v->type != JSON_OBJECT ||
	    strcmp(json_get_text(v, "type", ""), "prediction") != 0)
		return error_set(err, STATUS_DATA, "not a prediction record");
	if (json_get_int(v, "v", 0) != 1)
		return error_set(err, STATUS_DATA,
		    "a prediction of another format version: use a newer "
		    "mxprint");
	read_fields(&r, v, p);
	if (r.failed)
		return STATUS_DATA;
	*out = p;
	return STATUS_OK;
}
