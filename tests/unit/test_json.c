#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/json.h"
#include "tests/unit/with_arena.h"

static void test_json__bytes_are_reversible(void **state)
{
	char bytes[256];
	const char *back;
	struct buffer out;
	struct json_writer w;
	struct json *value;
	size_t len;

	(void)state;
	for (int i = 0; i < 256; i++)
		bytes[i] = (char)i;
	buffer_init(&out, 1 << 16);
	json_writer_init(&w, &out);
	json_write_bytes(&w, NULL, bytes, sizeof(bytes));
	assert_int_equal(
	    json_parse(arena, out.data, out.len, &value, NULL), STATUS_OK);
	assert_true(json_bytes(arena, value, &back, &len));
	assert_int_equal(len, 256);
	assert_memory_equal(back, bytes, 256);
	buffer_clear(&out);
}

static void test_json__text_is_utf8(void **state)
{
	struct buffer out;
	struct json_writer w;

	(void)state;
	buffer_init(&out, 1 << 16);
	json_writer_init(&w, &out);
	json_open_object(&w, NULL);
	json_write_text(&w, "good", "\xc3\xa4\x1b[31m");
	json_write_text(&w, "bad",
	    "a\xff"
	    "b");
	json_write_text(&w, "none", NULL);
	json_write_double(&w, "d", 0.1);
	json_close_object(&w);
	assert_string_equal(buffer_text(&out),
	    "{\"good\":\"\xc3\xa4\\u001b[31m\",\"bad\":"
	    "\"a\\ufffdb\",\"none\":null,\"d\":0.1}");
	buffer_clear(&out);
}

static void test_json__refuses_damage_and_depth(void **state)
{
	static const char *const bad[] = { "", "{", "{\"a\":}", "1 2", "[1,]",
		"{\"a\":1}x", "\"\xff\"", "nul" };
	char deep[200];
	struct json *value;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(
		    json_parse(arena, bad[i], strlen(bad[i]), &value, &err),
		    STATUS_DATA);
	memset(deep, '[', 100);
	memset(deep + 100, ']', 100);
	assert_int_equal(
	    json_parse(arena, deep, sizeof(deep), &value, &err), STATUS_DATA);
	assert_non_null(strstr(err.text, "deep"));
}

/* A line of records may be 32 MiB: as [1,1,...] it would take 1.5 GB. */
static void test_json__bounds_the_values(void **state)
{
	size_t len = (2u << 20) + 1;
	char *many = xcalloc(len, 1);
	struct json *value;
	struct error err;

	(void)state;
	memset(many, ',', len);
	for (size_t i = 1; i < len; i += 2)
		many[i] = '1';
	many[0] = '[';
	many[len - 1] = ']';
	assert_int_equal(
	    json_parse(arena, many, len, &value, &err), STATUS_DATA);
	assert_non_null(strstr(err.text, "too many"));
	many[len - 3] = ']';
	assert_int_equal(
	    json_parse(arena, many, len - 2, &value, &err), STATUS_OK);
	assert_int_equal(value->count, (1u << 20) - 1);
	free(many);
}

static void test_json__reads_typed_members(void **state)
{
	static const char text[] = "{\"s\":\"x\",\"n\":-7,\"d\":1.5,\"b\":true,"
				   "\"a\":[1,2,3],\"z\":null}";
	struct json *v;

	(void)state;
	assert_int_equal(
	    json_parse(arena, text, strlen(text), &v, NULL), STATUS_OK);
	assert_string_equal(json_get_text(v, "s", "?"), "x");
	assert_string_equal(json_get_text(v, "n", "?"), "?");
	assert_int_equal(json_get_int(v, "n", 0), -7);
	assert_true(json_get_double(v, "d", 0) == 1.5);
	assert_true(json_get_bool(v, "b", false));
	assert_int_equal(json_get(v, "a")->count, 3);
	assert_null(json_get(v, "missing"));
	assert_int_equal(json_get_int(NULL, "n", 5), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json__bytes_are_reversible),
		cmocka_unit_test(test_json__text_is_utf8),
		cmocka_unit_test(test_json__refuses_damage_and_depth),
		cmocka_unit_test(test_json__bounds_the_values),
		cmocka_unit_test(test_json__reads_typed_members),
	};

	return cmocka_run_group_tests(tests, arena_set_up, arena_tear_down);
}
