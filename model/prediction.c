#include "model/prediction.h"

#include <string.h>

#include "common/fields.h"

#define FLAGS_MAX      16
#define CANDIDATES_MAX 16
#define REASONS_MAX    64
#define EVIDENCE_MAX   16

static const char *const source_names[] = {
	[SOURCE_NONE] = NULL,
	[SOURCE_SVM] = "svm",
	[SOURCE_RULE] = "rule",
};

static const char *const about_names[] = {
	[ABOUT_OPERATOR] = "operator",
	[ABOUT_FRONT] = "front",
	[ABOUT_BEHIND] = "behind",
};
_Static_assert(
    sizeof(about_names) / sizeof(*about_names) == ABOUT_COUNT, "every name");

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

static void write_evidence(struct json_writer *w, const struct prediction *p)
{
	json_open_array(w, "evidence");
	for (size_t i = 0; i < p->evidence_count; i++) {
		const struct witness *e = &p->evidence[i];

		json_open_object(w, NULL);
		json_write_text(w, "about", about_names[e->about]);
		json_write_text(w, "id", e->id);
		json_write_text(w, "stage", e->stage);
		json_write_text(w, "rule", e->rule);
		json_write_text(w, "words", e->words);
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
	write_evidence(&w, p);
	json_write_text(&w, "plan", p->plan);
	json_write_text(&w, "model", p->model);
	json_close_object(&w);
}

/* ------------------------------------------------------------- reading */

static double confidence(
    struct fields *f, const struct json *object, bool required)
{
	const struct json *v = json_get(object, "confidence");

	if ((!v || v->type == JSON_NULL) && !required)
		return 0;
	if (!v || v->type != JSON_NUMBER || !(v->number >= 0) ||
	    !(v->number <= 1)) {
		fields_fault(f, "confidence", "must be a number from 0 to 1");
		return 0;
	}
	return v->number;
}

static void read_candidates(
    struct fields *f, const struct json *object, struct prediction *p)
{
	const struct json *v =
	    fields_array(f, object, "candidates", CANDIDATES_MAX);

	p->candidates = arena_array(f->arena, v->count, sizeof(*p->candidates));
	for (const struct json *i = v->first; i && !f->failed; i = i->next) {
		struct candidate *c = &p->candidates[p->candidate_count++];

		c->product = fields_needed(f, i, "id");
		c->confidence = confidence(f, i, true);
	}
}

static enum evidence_about read_about(
    struct fields *f, const struct json *object)
{
	const char *name = fields_needed(f, object, "about");

	for (int i = 0; i < ABOUT_COUNT; i++) {
		if (strcmp(about_names[i], name) == 0)
			return (enum evidence_about)i;
	}
	fields_fault(f, "about", "must be operator, front or behind");
	return ABOUT_OPERATOR;
}

/* Predictions of earlier versions have none. */
static void read_evidence(
    struct fields *f, const struct json *object, struct prediction *p)
{
	const struct json *v =
	    fields_array(f, object, "evidence", EVIDENCE_MAX);

	p->evidence = arena_array(f->arena, v->count, sizeof(*p->evidence));
	for (const struct json *i = v->first; i && !f->failed; i = i->next) {
		struct witness *e = &p->evidence[p->evidence_count++];

		e->about = read_about(f, i);
		e->id = fields_needed(f, i, "id");
		e->stage = fields_text(f, i, "stage");
		e->rule = fields_text(f, i, "rule");
		e->words = fields_text(f, i, "words");
	}
}

static enum prediction_source read_source(
    struct fields *f, const struct json *object)
{
	const char *name = fields_text(f, object, "source");

	if (!name)
		return SOURCE_NONE;
	for (size_t i = 0; i < sizeof(source_names) / sizeof(*source_names);
	     i++) {
		if (source_names[i] && strcmp(source_names[i], name) == 0)
			return (enum prediction_source)i;
	}
	fields_fault(f, "source", "must be svm, rule or null");
	return SOURCE_NONE;
}

static void read_fields(
    struct fields *f, const struct json *v, struct prediction *p)
{
	p->host = fields_needed(f, v, "host");
	p->port = fields_int_within(f, v, "port", 1, 65535);
	p->name = fields_text(f, v, "name");
	p->outcome = outcome_parse(fields_needed(f, v, "outcome"));
	if (p->outcome == OUTCOME_COUNT)
		fields_fault(f, "outcome", "is unknown");
	p->product = fields_text(f, v, "product");
	p->confidence = confidence(f, v, p->product != NULL);
	p->version = fields_text(f, v, "version");
	p->family = fields_text(f, v, "family");
	p->operator_id = fields_text(f, v, "operator");
	p->front = fields_text(f, v, "front");
	p->flags = fields_texts(f, v, "flags", FLAGS_MAX, &p->flag_count);
	read_candidates(f, v, p);
	p->source = read_source(f, v);
	p->reasons =
	    fields_texts(f, v, "reasons", REASONS_MAX, &p->reason_count);
	read_evidence(f, v, p);
	p->plan = fields_text(f, v, "plan");
	p->model = fields_text(f, v, "model");
}

enum status prediction_read(struct arena *arena, const char *line, size_t len,
    struct prediction **out, struct error *err)
{
	struct fields f = { .arena = arena, .err = err };
	const struct json *v = fields_record(&f, "prediction", line, len);
	struct prediction *p = arena_alloc(arena, sizeof(*p));

	*out = NULL;
	if (v)
		read_fields(&f, v, p);
	if (f.failed)
		return STATUS_DATA;
	*out = p;
	return STATUS_OK;
}
