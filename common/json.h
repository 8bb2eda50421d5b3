/*
 * JSON in and out (the only file that knows yajl).
 *
 * Bytes: our formats carry arbitrary bytes in JSON strings, one code point a
 * byte (ISO 8859-1): 0x20-0x7e as themselves, the rest as \n, \r, \t, \", \\
 * or \u00XX, so that every byte 0-255 survives and the line stays ASCII.
 * json_bytes() reverses it. Text that is not bytes (names, sentences, the
 * user's columns) is UTF-8 and goes through json_text().
 *
 * Reading: a whole value becomes a tree in an arena; nothing is read twice.
 * Bounds: nesting at most 32, 2^20 values; input length is the caller's bound.
 */
#ifndef MXPRINT_COMMON_JSON_H
#define MXPRINT_COMMON_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/buffer.h"
#include "common/error.h"

enum json_type {
	JSON_NULL,
	JSON_BOOL,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT
};

struct json {
	enum json_type type;
	bool boolean;
	double number;
	int64_t integer;    /* number, when it is one without fraction */
	const char *text;   /* UTF-8 as parsed, NUL-terminated; may hold NULs */
	size_t len;	    /* of text */
	const char *key;    /* inside an object, else NULL */
	struct json *first; /* children, in order */
	struct json *next;
	size_t count; /* children */
};

/* One value and nothing after it. STATUS_DATA with the position otherwise. */
enum status json_parse(struct arena *arena, const char *text, size_t len,
    struct json **value, struct error *err);

/* All of these take NULL or a value of another type and give the fallback. */
const struct json *json_get(const struct json *object, const char *key);
const char *json_get_text(
    const struct json *object, const char *key, const char *fallback);
int64_t json_get_int(
    const struct json *object, const char *key, int64_t fallback);
double json_get_double(
    const struct json *object, const char *key, double fallback);
bool json_get_bool(const struct json *object, const char *key, bool fallback);

/*
 * The bytes of a string written by json_write_bytes. false when value is not
 * a string or holds a code point over U+00FF. *bytes is NUL-terminated.
 */
bool json_bytes(struct arena *arena, const struct json *value,
    const char **bytes, size_t *len);

/*
 * Writing, compact, into a buffer. key is NULL inside arrays. Commas are kept
 * by the writer; the caller balances open and close.
 */
struct json_writer {
	struct buffer *out;
	bool comma;
};

void json_writer_init(struct json_writer *w, struct buffer *out);
void json_open_object(struct json_writer *w, const char *key);
void json_close_object(struct json_writer *w);
void json_open_array(struct json_writer *w, const char *key);
void json_close_array(struct json_writer *w);
void json_write_bytes(
    struct json_writer *w, const char *key, const void *bytes, size_t len);
/* UTF-8 text; invalid sequences become U+FFFD. NULL writes null. */
void json_write_text(struct json_writer *w, const char *key, const char *text);
void json_write_int(struct json_writer *w, const char *key, int64_t value);
/* Shortest form that reads back equal; NaN and infinities write null. */
void json_write_double(struct json_writer *w, const char *key, double value);
void json_write_bool(struct json_writer *w, const char *key, bool value);
void json_write_null(struct json_writer *w, const char *key);
/* A parsed value again (used to carry objects we do not interpret). */
void json_write_value(
    struct json_writer *w, const char *key, const struct json *value);

#endif
