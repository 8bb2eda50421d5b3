#include "common/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#include "common/utf8.h"

#define DEPTH_MAX  32
#define VALUES_MAX ((size_t)1 << 20) /* a byte may cost 50 in memory */

/* ------------------------------------------------------------- reading */

struct build {
	struct arena *arena;
	struct json *root;
	struct json *open[DEPTH_MAX]; /* arrays and objects being filled */
	struct json *last[DEPTH_MAX]; /* their newest child */
	size_t depth, values;
	const char *key;
	const char *refusal; /* why we stopped the parser */
};

/* What yajl's callbacks answer. */
static int go_on(const struct build *b)
{
	return b->refusal == NULL;
}

static struct json *add_value(struct build *b, enum json_type type)
{
	struct json *v = arena_alloc(b->arena, sizeof(*v));

	v->type = type;
	if (++b->values > VALUES_MAX)
		b->refusal = "too many values";
	if (b->depth == 0) {
		b->root = v;
		return v;
	}
	v->key = b->key;
	b->key = NULL;
	if (b->last[b->depth - 1])
		b->last[b->depth - 1]->next = v;
	else
		b->open[b->depth - 1]->first = v;
	b->last[b->depth - 1] = v;
	b->open[b->depth - 1]->count++;
	return v;
}

static int open_value(struct build *b, enum json_type type)
{
	struct json *v;

	if (b->depth == DEPTH_MAX) {
		b->refusal = "nested too deeply";
		return 0;
	}
	v = add_value(b, type);
	b->open[b->depth] = v;
	b->last[b->depth] = NULL;
	b->depth++;
	return go_on(b);
}

static int on_null(void *ctx)
{
	add_value(ctx, JSON_NULL);
	return go_on(ctx);
}

static int on_boolean(void *ctx, int value)
{
	add_value(ctx, JSON_BOOL)->boolean = value != 0;
	return go_on(ctx);
}

static int on_number(void *ctx, const char *text, size_t len)
{
	struct json *v = add_value(ctx, JSON_NUMBER);
	char copy[64];
	char *end;

	if (len >= sizeof(copy)) {
		((struct build *)ctx)->refusal = "a number too long";
		return 0;
	}
	memcpy(copy, text, len);
	copy[len] = '\0';
	v->number = strtod(copy, &end);
	if (fabs(v->number) < 9e18)
		v->integer = strpbrk(copy, ".eE") ? (int64_t)v->number
						  : strtoll(copy, NULL, 10);
	return go_on(ctx);
}

static int on_string(void *ctx, const unsigned char *text, size_t len)
{
	struct build *b = ctx;
	struct json *v = add_value(b, JSON_STRING);

	v->text = arena_copy(b->arena, text, len);
	v->len = len;
	return go_on(b);
}

static int on_key(void *ctx, const unsigned char *text, size_t len)
{
	struct build *b = ctx;

	b->key = arena_copy(b->arena, text, len);
	return 1;
}

static int on_start_map(void *ctx)
{
	return open_value(ctx, JSON_OBJECT);
}

static int on_start_array(void *ctx)
{
	return open_value(ctx, JSON_ARRAY);
}

static int on_end(void *ctx)
{
	((struct build *)ctx)->depth--;
	return 1;
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_boolean,
	.yajl_number = on_number,
	.yajl_string = on_string,
	.yajl_start_map = on_start_map,
	.yajl_map_key = on_key,
	.yajl_end_map = on_end,
	.yajl_start_array = on_start_array,
	.yajl_end_array = on_end,
};

static enum status refuse(yajl_handle handle, yajl_status status,
    const struct build *b, struct error *err)
{
	size_t at = yajl_get_bytes_consumed(handle);
	unsigned char *text;
	char line[80];

	if (b->refusal)
		return error_set(
		    err, STATUS_DATA, "JSON at byte %zu: %s", at, b->refusal);
	text = yajl_get_error(handle, 0, NULL, 0);
	snprintf(line, sizeof(line), "%s",
	    status == yajl_status_error && text ? (const char *)text
						: "incomplete");
	yajl_free_error(handle, text);
	line[strcspn(line, "\r\n")] = '\0';
	return error_set(err, STATUS_DATA, "JSON at byte %zu: %s", at, line);
}

enum status json_parse(struct arena *arena, const char *text, size_t len,
    struct json **value, struct error *err)
{
	struct build build = { .arena = arena };
	yajl_handle handle = yajl_alloc(&callbacks, NULL, &build);
	enum status result = STATUS_OK;
	yajl_status status;

	*value = NULL;
	if (!handle)
		return error_set(err, STATUS_SOFTWARE, "no JSON parser");
	status = yajl_parse(handle, (const unsigned char *)text, len);
	if (status == yajl_status_ok)
		status = yajl_complete_parse(handle);
	if (status != yajl_status_ok || !build.root)
		result = refuse(handle, status, &build, err);
	else
		*value = build.root;
	yajl_free(handle);
	return result;
}

const struct json *json_get(const struct json *object, const char *key)
{
	if (!object || object->type != JSON_OBJECT)
		return NULL;
	for (const struct json *v = object->first; v; v = v->next) {
		if (strcmp(v->key, key) == 0)
			return v;
	}
	return NULL;
}

const char *json_get_text(
    const struct json *object, const char *key, const char *fallback)
{
	const struct json *v = json_get(object, key);

	return v && v->type == JSON_STRING ? v->text : fallback;
}

int64_t json_get_int(
    const struct json *object, const char *key, int64_t fallback)
{
	const struct json *v = json_get(object, key);

	return v && v->type == JSON_NUMBER ? v->integer : fallback;
}

double json_get_double(
    const struct json *object, const char *key, double fallback)
{
	const struct json *v = json_get(object, key);

	return v && v->type == JSON_NUMBER ? v->number : fallback;
}

bool json_get_bool(const struct json *object, const char *key, bool fallback)
{
	const struct json *v = json_get(object, key);

	return v && v->type == JSON_BOOL ? v->boolean : fallback;
}

bool json_bytes(struct arena *arena, const struct json *value,
    const char **bytes, size_t *len)
{
	const unsigned char *in;
	char *out;
	size_t n = 0;

	if (!value || value->type != JSON_STRING)
		return false;
	in = (const unsigned char *)value->text;
	if (!memchr(in, 0xc2, value->len) && !memchr(in, 0xc3, value->len)) {
		for (size_t i = 0; i < value->len; i++) {
			if (in[i] >= 0x80)
				return false;
		}
		*bytes = value->text;
		*len = value->len;
		return true;
	}
	out = arena_copy(arena, in, value->len);
	for (size_t i = 0; i < value->len; i++) {
		unsigned c = in[i];

		if (c >= 0x80) {
			if ((c != 0xc2 && c != 0xc3) || i + 1 >= value->len)
				return false;
			c = (c & 3) << 6 | (in[++i] & 0x3f);
		}
		out[n++] = (char)c;
	}
	out[n] = '\0';
	*bytes = out;
	*len = n;
	return true;
}

/* ------------------------------------------------------------- writing */

void json_writer_init(struct json_writer *w, struct buffer *out)
{
	w->out = out;
	w->comma = false;
}

static void escape(struct buffer *out, unsigned code)
{
	switch (code) {
	case '"':
		buffer_add(out, "\\\"", 2);
		break;
	case '\\':
		buffer_add(out, "\\\\", 2);
		break;
	case '\n':
		buffer_add(out, "\\n", 2);
		break;
	case '\r':
		buffer_add(out, "\\r", 2);
		break;
	case '\t':
		buffer_add(out, "\\t", 2);
		break;
	default:
		buffer_printf(out, "\\u%04x", code);
	}
}

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static void write_byte_string(struct buffer *out, const void *bytes, size_t len)
{
	const unsigned char *in = bytes;
	size_t start = 0;

	buffer_add_char(out, '"');
	for (size_t i = 0; i < len; i++) {
		if (is_plain(in[i]))
			continue;
		buffer_add(out, in + start, i - start);
		escape(out, in[i]);
		start = i + 1;
	}
	buffer_add(out, in + start, len - start);
	buffer_add_char(out, '"');
}

static void write_text_string(struct buffer *out, const char *text, size_t len)
{
	const unsigned char *in = (const unsigned char *)text;
	size_t n;

	buffer_add_char(out, '"');
	for (size_t i = 0; i < len; i += n) {
		n = 1;
		if (is_plain(in[i])) {
			buffer_add_char(out, (char)in[i]);
		} else if (in[i] < 0x80) {
			escape(out, in[i]);
		} else {
			n = utf8_sequence(text + i, len - i);
			if (n)
				buffer_add(out, in + i, n);
			else
				buffer_add(out, "\\ufffd", 6);
			n += n == 0;
		}
	}
	buffer_add_char(out, '"');
}

static void start_value(struct json_writer *w, const char *key)
{
	if (w->comma)
		buffer_add_char(w->out, ',');
	w->comma = true;
	if (key) {
		write_text_string(w->out, key, strlen(key));
		buffer_add_char(w->out, ':');
	}
}

static void open_with(struct json_writer *w, const char *key, char c)
{
	start_value(w, key);
	buffer_add_char(w->out, c);
	w->comma = false;
}

static void close_with(struct json_writer *w, char c)
{
	buffer_add_char(w->out, c);
	w->comma = true;
}

void json_open_object(struct json_writer *w, const char *key)
{
	open_with(w, key, '{');
}

void json_close_object(struct json_writer *w)
{
	close_with(w, '}');
}

void json_open_array(struct json_writer *w, const char *key)
{
	open_with(w, key, '[');
}

void json_close_array(struct json_writer *w)
{
	close_with(w, ']');
}

void json_write_bytes(
    struct json_writer *w, const char *key, const void *bytes, size_t len)
{
	start_value(w, key);
	write_byte_string(w->out, bytes ? bytes : "", len);
}

void json_write_text(struct json_writer *w, const char *key, const char *text)
{
	start_value(w, key);
	if (text)
		write_text_string(w->out, text, strlen(text));
	else
		buffer_add_text(w->out, "null");
}

void json_write_int(struct json_writer *w, const char *key, int64_t value)
{
	start_value(w, key);
	buffer_printf(w->out, "%lld", (long long)value);
}

void json_write_double(struct json_writer *w, const char *key, double value)
{
	char text[40];

	start_value(w, key);
	if (!isfinite(value)) {
		buffer_add_text(w->out, "null");
		return;
	}
	for (int digits = 6; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	buffer_add_text(w->out, text);
}

void json_write_bool(struct json_writer *w, const char *key, bool value)
{
	start_value(w, key);
	buffer_add_text(w->out, value ? "true" : "false");
}

void json_write_null(struct json_writer *w, const char *key)
{
	json_write_text(w, key, NULL);
}

void json_write_value(
    struct json_writer *w, const char *key, const struct json *value)
{
	if (!value) {
		json_write_null(w, key);
		return;
	}
	switch (value->type) {
	case JSON_NULL:
		json_write_null(w, key);
		break;
	case JSON_BOOL:
		json_write_bool(w, key, value->boolean);
		break;
	case JSON_NUMBER:
		if ((double)value->integer == value->number)
			json_write_int(w, key, value->integer);
		else
			json_write_double(w, key, value->number);
		break;
	case JSON_STRING:
		start_value(w, key);
		write_text_string(w->out, value->text, value->len);
		break;
	case JSON_ARRAY:
	case JSON_OBJECT:
		open_with(w, key, value->type == JSON_ARRAY ? '[' : '{');
		for (const struct json *v = value->first; v; v = v->next)
			json_write_value(w, v->key, v);
		close_with(w, value->type == JSON_ARRAY ? ']' : '}');
	}
}
