/* Fields of records: what is refused, and with which sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/fields.h"

static const struct json *record(
    struct fields *f, struct error *err, const char *line)
{
	*f = (struct fields){ .arena = arena_new(), .err = err };
	return fields_record(f, "thing", line, strlen(line));
}

static void test_fields__gives_what_is_there(void **state)
{
	struct error err;
	struct fields f;
	const struct json *v = record(&f, &err,
	    "{\"type\":\"thing\",\"v\":1,\"text\":\"a\",\"none\":null,"
	    "\"number\":7,\"bytes\":\"\\u0000\\u00ff\",\"texts\":[\"b\",\"c\"],"
	    "\"object\":{ \"d\": [1] },\"time\":\"1970-01-01T00:00:01.000Z\"}");
	const char **texts;
	size_t len, count;

	(void)state;
	assert_non_null(v);
	assert_string_equal(fields_needed(&f, v, "text"), "a");
	assert_null(fields_text(&f, v, "none"));
	assert_int_equal(fields_int(&f, v, "number", -1), 7);
	assert_int_equal(fields_int(&f, v, "none", -1), -1);
	assert_int_equal(fields_int_within(&f, v, "number", 7, 7), 7);
	assert_int_equal(fields_time(&f, v, "time"), 1000);
	assert_memory_equal(fields_bytes(&f, v, "bytes", &len), "\0\377", 2);
	assert_int_equal(len, 2);
	texts = fields_texts(&f, v, "texts", 2, &count);
	assert_int_equal(count, 2);
	assert_string_equal(texts[1], "c");
	assert_int_equal(fields_array(&f, v, "none", 1)->count, 0);
	assert_string_equal(fields_carried(&f, v, "object"), "{\"d\":[1]}");
	assert_false(f.failed);
	arena_free(f.arena);
}

struct fault { /* a field "x" read as a kind, and what is said of it */
	const char *value;
	const char *kind;
	const char *sentence;
};

static void read_as(struct fields *f, const struct json *v, const char *kind)
{
	size_t n;

	if (strcmp(kind, "text") == 0)
		assert_null(fields_text(f, v, "x"));
	else if (strcmp(kind, "needed") == 0)
		assert_string_equal(fields_needed(f, v, "x"), "");
	else if (strcmp(kind, "int") == 0)
		assert_int_equal(fields_int(f, v, "x", -1), -1);
	else if (strcmp(kind, "within") == 0)
		assert_int_equal(fields_int_within(f, v, "x", 1, 65535), 1);
	else if (strcmp(kind, "time") == 0)
		assert_int_equal(fields_time(f, v, "x"), 0);
	else if (strcmp(kind, "bytes") == 0)
		assert_string_equal(fields_bytes(f, v, "x", &n), "");
	else if (strcmp(kind, "array") == 0)
		assert_int_equal(fields_array(f, v, "x", 2)->count, 0);
	else if (strcmp(kind, "texts") == 0)
		assert_non_null(fields_texts(f, v, "x", 2, &n));
	else
		fields_carried(f, v, "x");
}

static void test_fields__tells_the_first_fault(void **state)
{
	static const struct fault faults[] = {
		{ "5", "text", "\"x\" must be text" },
		{ "\"a\\u0000b\"", "text", "\"x\" must be text" },
		{ "null", "needed", "\"x\" is missing" },
		{ "\"1\"", "int", "\"x\" must be a number" },
		/* would be port 25 if it were cut to 32 bits */
		{ "4294967321", "within", "\"x\" is missing or out of range" },
		{ "null", "within", "\"x\" is missing or out of range" },
		{ "\"noon\"", "time", "\"x\" must be a UTC time" },
		{ "\"\\u0100\"", "bytes", "\"x\" must be bytes" },
		{ "[1,2,3]", "array",
		    "\"x\" must be an array of bounded length" },
		{ "[\"a\\u0000b\"]", "texts",
		    "\"x\" must be an array of texts" },
		{ "[]", "carried", "\"x\" must be an object of bounded size" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		struct error err = { 0 };
		struct fields f;
		const struct json *v;
		char line[128];

		snprintf(line, sizeof(line),
		    "{\"type\":\"thing\",\"v\":1,\"x\":%s}", faults[i].value);
		v = record(&f, &err, line);
		assert_non_null(v);
		read_as(&f, v, faults[i].kind);
		assert_true(f.failed);
		fields_fault(&f, "y", "comes too late");
		assert_string_equal(err.text, faults[i].sentence);
		arena_free(f.arena);
	}
}

static void test_fields__refuses_other_records(void **state)
{
	static const char *const lines[][2] = {
		{ "[]", "not a thing record" },
		{ "{\"type\":\"other\",\"v\":1}", "not a thing record" },
		{ "{\"type\":\"thing\",\"v\":2}",
		    "a thing of another format version: use a newer mxprint" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct error err = { 0 };
		struct fields f;

		assert_null(record(&f, &err, lines[i][0]));
		assert_true(f.failed);
		assert_string_equal(err.text, lines[i][1]);
		arena_free(f.arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields__gives_what_is_there),
		cmocka_unit_test(test_fields__tells_the_first_fault),
		cmocka_unit_test(test_fields__refuses_other_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
