/*
 * Reads the fields of a JSON record: types and bounds checked, one sentence
 * for the first fault.
 *
 * After a fault every function still gives a value that is safe to use (empty
 * text, no items, the fallback), so that a reader is written straight through
 * and asks `failed` once at its end. A value that is missing and a null are
 * the same. Objects may be of any type; one that is none has no fields.
 *
 * Memory: what is given lives in the arena.
 */
#ifndef MXPRINT_COMMON_FIELDS_H
#define MXPRINT_COMMON_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/error.h"
#include "common/json.h"

struct fields {
	struct arena *arena;
	struct error *err; /* or NULL */
	bool failed;
};

/* Notes a fault, if it is the first: "\"key\" wrong". */
void fields_fault(struct fields *f, const char *key, const char *wrong);

/*
 * One line as an object whose "type" is type and whose "v" is 1. NULL after
 * a fault.
 */
const struct json *fields_record(
    struct fields *f, const char *type, const char *line, size_t len);

/* Text without NUL, or NULL when missing. */
const char *fields_text(
    struct fields *f, const struct json *object, const char *key);
/* The same; to be missing is a fault, "" is given. */
const char *fields_needed(
    struct fields *f, const struct json *object, const char *key);
int64_t fields_int(struct fields *f, const struct json *object, const char *key,
    int64_t fallback);
/* Needed; out of min..max is a fault. */
int fields_int_within(struct fields *f, const struct json *object,
    const char *key, int min, int max);
/* A time as clock_format writes it, needed. */
int64_t fields_time(
    struct fields *f, const struct json *object, const char *key);
/* As json_write_bytes wrote them, NUL-terminated besides. */
const char *fields_bytes(
    struct fields *f, const struct json *object, const char *key, size_t *len);
/* Never NULL, always an array; more than max items are a fault. */
const struct json *fields_array(
    struct fields *f, const struct json *object, const char *key, size_t max);
/* An array of texts without NUL. */
const char **fields_texts(struct fields *f, const struct json *object,
    const char *key, size_t max, size_t *count);
/* An object carried as text, at most 1 MiB: written again, on one line. */
const char *fields_carried(
    struct fields *f, const struct json *object, const char *key);

#endif
