#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/version.h"

#define HOSTS 15

static struct arena *arena;

static void add(struct feature_list *list, enum feature_group group,
    const char *prefix, size_t number)
{
	list->items[list->count].name =
	    arena_printf(arena, "%s%zu", prefix, number);
	list->items[list->count++].group = group;
}

/*
 * Version 0: verb 502; 1 and 2: verb 500; 2: help 214 (else 500). The greeting
 * would tell versions apart as well, and must not be used.
 */
static struct feature_list *host(size_t version, size_t number, bool help)
{
	struct feature_list *list = arena_alloc(arena, sizeof(*list));

	list->items = arena_array(arena, 10, sizeof(*list->items));
	add(list, GROUP_CODES, "unknown-verb.code:", version ? 500 : 502);
	if (help)
		add(list, GROUP_HELP, "help.code:", version == 2 ? 214 : 500);
	add(list, GROUP_CODES, "noop.code:", 250);
	add(list, GROUP_BANNER, "greeting.word:v", version);
	add(list, GROUP_WORDS, "noop.word:w", number % 5);
	return list;
}

static void learn(struct version_table *table, bool separable)
{
	static const char *const versions[] = { "3.5.25-0+deb11u1", "3.7.11",
		"3.10.3" };
	struct version_item items[HOSTS];

	for (size_t i = 0; i < HOSTS; i++)
		items[i] = (struct version_item){ versions[i % 3], i,
			host(separable ? i % 3 : 1, i / 3, true) };
	version_learn(arena, items, HOSTS, table);
}

static void test_version__narrows_by_marks(void **state)
{
	static const struct {
		size_t version;
		bool help;
		const char *expected;
	} cases[] = {
		{ 0, true, "3.5" }, { 1, true, "3.7" }, { 2, true, "3.10" },
		{ 0, false, "3.5" },
		{ 1, false, "3.7-3.10" }, /* HELP would have told */
	};
	struct version_table table;

	(void)state;
	learn(&table, true);
	assert_int_equal(table.version_count, 3);
	assert_true(table.confidence > 0.8);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *answer = version_answer(
		    &table, host(cases[i].version, 99, cases[i].help), arena);

		assert_non_null(answer);
		assert_string_equal(answer, cases[i].expected);
	}
}

static void test_version__says_nothing_when_nothing_differs(void **state)
{
	struct version_table table;

	(void)state;
	learn(&table, false);
	assert_null(version_answer(&table, host(1, 99, true), arena));
}

static void test_version__an_unasked_probe_proves_nothing(void **state)
{
	struct version_table table;
	struct feature_list nothing = { NULL, 0 };

	(void)state;
	learn(&table, true);
	assert_null(version_answer(&table, &nothing, arena));
}

static void test_version__orders_by_number(void **state)
{
	(void)state;
	assert_int_equal(version_compare("3.5", "3.10"), -1);
	assert_int_equal(version_compare("3.10", "3.10"), 0);
	assert_int_equal(version_compare("4", "3.10"), 1);
	assert_int_equal(version_compare("3", "3.0"), -1);
	assert_string_equal(version_short(arena, "4.96-15+deb12u4"), "4.96");
	assert_string_equal(version_short(arena, "3"), "3");
	assert_null(version_short(arena, "unknown"));
}

static int set_up(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_version__narrows_by_marks),
		cmocka_unit_test(
		    test_version__says_nothing_when_nothing_differs),
		cmocka_unit_test(test_version__an_unasked_probe_proves_nothing),
		cmocka_unit_test(test_version__orders_by_number),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
