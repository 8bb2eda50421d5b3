#include "common/fields.h"

#include <string.h>

#include "common/buffer.h"
#include "common/clock.h"

#define CARRIED_MAX ((size_t)1 << 20)

static const struct json nothing = { .type = JSON_ARRAY };

void fields_fault(struct fields *f, const char *key, const char *wrong)
{
	if (!f->failed)
		error_set(f->err, STATUS_DATA, "\"%s\" %s", key, wrong);
	f->failed = true;
}

const struct json *fields_record(
    struct fields *f, const char *type, const char *line, size_t len)
{
	struct json *v;

	if (json_parse(f->arena, line, len, &v, f->err) != STATUS_OK) {
		f->failed = true;
		return NULL;
	}
	if (v->type == JSON_OBJECT &&
	    strcmp(json_get_text(v, "type", ""), type) == 0 &&
	    json_get_int(v, "v", 0) == 1)
		return v;
	f->failed = true;
	if (strcmp(json_get_text(v, "type", ""), type) != 0)
		error_set(f->err, STATUS_DATA, "not a %s record", type);
	else
		error_set(f->err, STATUS_DATA,
		    "a %s of another format version: use a newer mxprint",
		    type);
	return NULL;
}

static bool is_text(const struct json *v)
{
	return v->type == JSON_STRING && strlen(v->text) == v->len;
}

/* NULL when missing. */
static const struct json *given(const struct json *object, const char *key)
{
	const struct json *v = json_get(object, key);

	return v && v->type != JSON_NULL ? v : NULL;
}

const char *fields_text(
    struct fields *f, const struct json *object, const char *key)
{
	const struct json *v = given(object, key);

	if (!v)
		return NULL;
	if (!is_text(v)) {
		fields_fault(f, key, "must be text");
		return NULL;
	}
	return v->text;
}

const char *fields_needed(
    struct fields *f, const struct json *object, const char *key)
{
	const char *text = fields_text(f, object, key);

	if (!text)
		fields_fault(f, key, "is missing");
	return text ? text : "";
}

int64_t fields_int(struct fields *f, const struct json *object, const char *key,
    int64_t fallback)
{
	const struct json *v = given(object, key);

	if (v && v->type != JSON_NUMBER) {
		fields_fault(f, key, "must be a number");
		return fallback;
	}
	return v ? v->integer : fallback;
}

int fields_int_within(struct fields *f, const struct json *object,
    const char *key, int min, int max)
{
	int64_t value = fields_int(f, object, key, (int64_t)min - 1);

	if (value < min || value > max) {
		fields_fault(f, key, "is missing or out of range");
		return min;
	}
	return (int)value;
}

int64_t fields_time(
    struct fields *f, const struct json *object, const char *key)
{
	int64_t ms = 0;

	if (!clock_parse(fields_needed(f, object, key), &ms))
		fields_fault(f, key, "must be a UTC time");
	return ms;
}

const char *fields_bytes(
    struct fields *f, const struct json *object, const char *key, size_t *len)
{
	const struct json *v = given(object, key);
	const char *bytes = "";

	*len = 0;
	if (v && !json_bytes(f->arena, v, &bytes, len)) {
		fields_fault(f, key, "must be bytes");
		*len = 0;
		return "";
	}
	return bytes;
}

const struct json *fields_array(
    struct fields *f, const struct json *object, const char *key, size_t max)
{
	const struct json *v = given(object, key);

	if (!v)
		return &nothing;
	if (v->type != JSON_ARRAY || v->count > max) {
		fields_fault(f, key, "must be an array of bounded length");
		return &nothing;
	}
	return v;
}

const char **fields_texts(struct fields *f, const struct json *object,
    const char *key, size_t max, size_t *count)
{
	const struct json *v = fields_array(f, object, key, max);
	const char **items = arena_array(f->arena, v->count, sizeof(*items));

	*count = 0;
	for (const struct json *i = v->first; i; i = i->next) {
		if (!is_text(i)) {
			fields_fault(f, key, "must be an array of texts");
			break;
		}
		items[(*count)++] = i->text;
	}
	return items;
}

const char *fields_carried(
    struct fields *f, const struct json *object, const char *key)
{
	const struct json *v = given(object, key);
	struct json_writer w;
	struct buffer out;
	const char *text;

	if (!v)
		return NULL;
	buffer_init(&out, CARRIED_MAX);
	json_writer_init(&w, &out);
	json_write_value(&w, NULL, v);
	if (v->type != JSON_OBJECT || out.overflow)
		fields_fault(f, key, "must be an object of bounded size");
	text = arena_copy(f->arena, buffer_text(&out), out.len);
	buffer_clear(&out);
	return text;
}
