#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/arena.h"
#include "common/buffer.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/strmap.h"

static void test_memory__a_buffer_never_passes_its_limit(void **state)
{
	struct buffer b;

	(void)state;
	buffer_init(&b, 10);
	assert_true(buffer_add_text(&b, "12345"));
	assert_false(buffer_add_text(&b, "678901"));
	assert_int_equal(b.len, 10);
	assert_true(b.overflow);
	assert_false(buffer_add_char(&b, 'x'));
	buffer_reset(&b);
	assert_string_equal(buffer_text(&b), "");
	assert_true(buffer_printf(&b, "%d-%s", 42, "ok"));
	buffer_drop(&b, 3);
	assert_string_equal(buffer_text(&b), "ok");
	buffer_clear(&b);
}

static void test_memory__an_arena_gives_zeroed_memory(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	for (int round = 0; round < 3; round++) {
		for (size_t size = 1; size < 100000; size = size * 3 + 1) {
			unsigned char *p = arena_alloc(arena, size);

			assert_int_equal((uintptr_t)p % 16, 0);
			assert_int_equal(p[0], 0);
			assert_int_equal(p[size - 1], 0);
			memset(p, 0xff, size);
		}
		arena_reset(arena);
	}
	assert_string_equal(arena_printf(arena, "%s%d", "a", 1), "a1");
	arena_free(arena);
	arena_free(NULL);
}

static void test_memory__a_map_keeps_insertion_order(void **state)
{
	struct strmap *map = strmap_new();
	char key[20];
	bool added;
	size_t len;

	(void)state;
	for (int i = 0; i < 5000; i++) {
		snprintf(key, sizeof(key), "key%d", i);
		*strmap_put_text(map, key, &added) = i;
		assert_true(added);
	}
	*strmap_put(map, "a\0b", 3, &added) = 7;
	assert_null(strmap_get_text(map, "a"));
	assert_int_equal(*strmap_get(map, "a\0b", 3), 7);
	strmap_put_text(map, "key77", &added);
	assert_false(added);
	assert_int_equal(strmap_count(map), 5001);
	for (size_t i = 0; i < 5000; i++) {
		snprintf(key, sizeof(key), "key%zu", i);
		assert_string_equal(strmap_key(map, i, &len), key);
		assert_int_equal(strmap_value(map, i), i);
	}
	strmap_free(map);
}

static void test_memory__times_come_back(void **state)
{
	static const char *const bad[] = { "", "2026", "2026-13-01T00:00:00Z",
		"2026-11-24 10:11:12Z" };
	char text[CLOCK_TEXT_SIZE];
	int64_t ms;

	(void)state;
	assert_string_equal(
	    clock_format(1795000000123, text), "2026-11-18T11:06:40.123Z");
	assert_true(clock_parse(text, &ms));
	assert_int_equal(ms, 1795000000123);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(clock_parse(bad[i], &ms));
}

/* Nothing a server says reaches a terminal raw. */
static void test_memory__quoting_hides_control_bytes(void **state)
{
	char all[256], out[2000];

	(void)state;
	for (int i = 0; i < 256; i++)
		all[i] = (char)i;
	log_quote(out, sizeof(out), all, sizeof(all));
	for (size_t i = 0; out[i]; i++)
		assert_in_range(out[i], 0x20, 0x7e);
	assert_string_equal(
	    log_quote(out, 12, "abcdefghijklmnop", 16), "abcdefgh...");
	assert_string_equal(
	    log_quote(out, sizeof(out), "\x1b[2J\n\\", 6), "\\x1b[2J\\n\\\\");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory__a_buffer_never_passes_its_limit),
		cmocka_unit_test(test_memory__an_arena_gives_zeroed_memory),
		cmocka_unit_test(test_memory__a_map_keeps_insertion_order),
		cmocka_unit_test(test_memory__times_come_back),
		cmocka_unit_test(test_memory__quoting_hides_control_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
