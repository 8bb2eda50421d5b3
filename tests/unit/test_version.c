#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/strmap.h"
#include "model/version.h"

#define HOSTS 15

static struct arena *arena;
static struct strmap *names;

static void add(struct feature_list *list, enum feature_group group,
    const char *prefix, size_t number)
{
	list->items[list->count].name =
	    arena_printf(arena, "%s%zu", prefix, number);
	list->items[list->count++].group = group;
}

/*
 * Version 0: verb 502; 1 and 2: verb 500; 2: help 214 (else 500). The greeting
 * would tell versions apart as well; it must not be used.
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

static const uint32_t *number(const struct feature_list *list)
{
	uint32_t *name = arena_array(arena, list->count + 1, sizeof(*name));

	for (size_t f = 0; f < list->count; f++) {
		bool added;
		int64_t *slot =
		    strmap_put_text(names, list->items[f].name, &added);

		if (added)
			*slot = (int64_t)strmap_count(names) - 1;
		name[f] = (uint32_t)*slot;
	}
	return name;
}

static struct version_item labelled(
    const char *version, size_t group, const struct feature_list *features)
{
	return (
	    struct version_item){ version, group, features, number(features) };
}

static void learn_these(
    struct version_table *table, const char *const versions[3], bool separable)
{
	struct version_item items[HOSTS];

	for (size_t i = 0; i < HOSTS; i++)
		items[i] = labelled(versions[i % 3], i,
		    host(separable ? i % 3 : 1, i / 3, true));
	version_learn(arena, items, HOSTS, table);
}

static void learn(struct version_table *table, bool separable)
{
	static const char *const versions[] = { "3.5.25-0+deb11u1", "3.7.11",
		"3.10.3" };

	learn_these(table, versions, separable);
}

static void test_version__reaches_to_the_next_trained(void **state)
{
	static const struct {
		const char *versions[3];
		const char *middle;
	} cases[] = {
		{ { "1.20", "1.21", "2.0" }, "1.21-1.x" },
		{ { "1.4", "3.0.2", "4.0" }, "1.5-3.x" },
		{ { "0.11", "0.12", "0.13" }, "0.12" },
		{ { "0.8", "0.9.1", "1.0" }, "0.9-0.x" },
		{ { "2023", "2024", "2026" }, "2024-2025" },
		{ { "1", "2", "2.0" }, "2" }, /* nothing lies between */
		{ { "1", "1.0", "1.1" }, "1.0" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct version_table table;
		const char *answer;

		learn_these(&table, cases[i].versions, true);
		answer = version_answer(&table, host(1, 99, true), arena);
		assert_non_null(answer);
		assert_string_equal(answer, cases[i].middle);
		assert_true(
		    version_within(answer, cases[i].versions[1], arena));
		assert_false(
		    version_within(answer, cases[i].versions[0], arena));
		assert_false(
		    version_within(answer, cases[i].versions[2], arena));
	}
}

static void test_version__narrows_by_marks(void **state)
{
	static const struct {
		size_t version;
		bool help;
		const char *expected;
	} cases[] = {
		{ 0, true, "<3.7" }, { 1, true, "3.6-3.9" },
		{ 2, true, "3.8+" }, { 0, false, "<3.7" },
		{ 1, false, "3.6+" }, /* HELP would have told */
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

static void test_version__delays_and_greetings_have_no_voice(void **state)
{
	static const struct {
		struct named_feature feature;
		bool may_be_mark;
	} cases[] = {
		{ { "help.code:214", GROUP_HELP }, true },
		{ { "ehlo.keyword:SIZE", GROUP_EHLO }, true },
		{ { "greeting.word:esmtp", GROUP_BANNER }, false },
		{ { "time.greeting:1s-3s", GROUP_TIME }, false },
		{ { "negative.words:not welcome", GROUP_WORDS }, false },
		{ { "negatives.word:welcome", GROUP_WORDS }, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(version_may_be_mark(&cases[i].feature),
		    cases[i].may_be_mark);
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

/*
 * Ten hosts of each of two versions; `odd` of the newer ones answer as the
 * older do.
 */
static void learn_two(
    struct version_table *table, const char *prefix, size_t odd)
{
	struct version_item items[20];

	for (size_t i = 0; i < 20; i++) {
		bool newer = i % 2 == 1;
		bool other = newer && i / 2 < odd;
		struct feature_list *list = arena_alloc(arena, sizeof(*list));

		list->items = arena_array(arena, 2, sizeof(*list->items));
		add(list, GROUP_CODES, prefix, newer && !other ? 500 : 502);
		items[i] = labelled(newer ? "3.7" : "3.5", i, list);
	}
	version_learn(arena, items, 20, table);
}

static void test_version__weighs_odd_hosts(void **state)
{
	static const struct {
		const char *prefix;
		size_t odd;
		size_t code;
		const char *expected;
	} cases[] = {
		{ "unknown-verb.code:", 0, 500, "3.6+" },
		{ "unknown-verb.code:", 1, 500, "3.6+" }, /* kills no mark */
		{ "unknown-verb.code:", 0, 502, "<3.7" },
		{ "unknown-verb.code:", 4, 502, NULL }, /* proves too little */
		{ "ehlo.code:", 0, 500, "3.6+" },
		{ "wire.code:", 0, 500, NULL }, /* never alone */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct version_table table;
		struct named_feature one;
		struct feature_list list = { &one, 0 };
		const char *answer;

		learn_two(&table, cases[i].prefix, cases[i].odd);
		add(&list, GROUP_CODES, cases[i].prefix, cases[i].code);
		answer = version_answer(&table, &list, arena);
		if (!cases[i].expected) {
			assert_null(answer);
			continue;
		}
		assert_non_null(answer);
		assert_string_equal(answer, cases[i].expected);
	}
}

/*
 * The older version answers 500, the newer 214 with many words: they must not
 * crowd out the 500, so a host that answers neither way is of neither.
 */
static void test_version__silence_alone_proves_nothing(void **state)
{
	struct version_table table;
	struct version_item items[20];
	struct named_feature one = { .name = "help.code:250",
		.group = GROUP_HELP };
	struct feature_list list = { &one, 1 };

	(void)state;
	for (size_t i = 0; i < 20; i++) {
		bool newer = i % 2 == 1;
		struct feature_list *of = arena_alloc(arena, sizeof(*of));

		of->items = arena_array(arena, 6, sizeof(*of->items));
		add(of, GROUP_HELP, "help.code:", newer ? 214 : 500);
		for (size_t w = 0; newer && w < 5; w++)
			add(of, GROUP_HELP, "help.char:", w);
		items[i] = labelled(newer ? "3.7" : "3.5", i, of);
	}
	version_learn(arena, items, 20, &table);
	assert_null(version_answer(&table, &list, arena));
	assert_string_equal(
	    version_answer(&table, items[0].features, arena), "<3.7");
	assert_string_equal(
	    version_answer(&table, items[1].features, arena), "3.6+");
}

static void test_version__judges_a_stated_version(void **state)
{
	static const struct {
		const char *answer;
		const char *stated;
		bool agrees, within;
	} cases[] = {
		{ "3.7", "3.7.11", true, true },
		{ "3.7-3.10", "3.10.13", true, true },
		{ "3.7-3.10", "3.8.1", true, true },
		{ "3.10", "3.8.1", true, false }, /* lies between two */
		{ "3.10", "3.11", true, false },  /* newer than any */
		{ "3.10", "3.7.11", false, false },
		{ "3.5", "3.7.11", false, false },
		{ "3.5", "3.6", true, false },
		{ "3.10", "3.4", false, false },
		{ "3.10", "next", true, false },
		{ "<3.7", "3.6.15", true, true },
		{ "<3.7", "2.11", true, true },
		{ "<3.7", "3.7.0", false, false },
		{ "<3.6", "3.6.15", true, false }, /* 3.7 is the next */
		{ "3.8+", "3.8.0", true, true },
		{ "3.8+", "3.11.7", true, true },
		{ "3.8+", "4.0", true, true },
		{ "3.8+", "3.7.11", false, false },
		{ "3.6-3.9", "3.9.4", true, true },
		{ "3.6-3.9", "3.10.3", false, false },
		{ "3.6-3.9", "3.5.25", false, false },
		{ "3.8-3.x", "3.11", true, true },
		{ "3.8-3.x", "4.0", true, false },
	};
	struct version_table table;

	(void)state;
	learn(&table, true);
	assert_true(version_agrees(&table, NULL, "3.7", arena));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(version_agrees(&table, cases[i].answer,
				     cases[i].stated, arena),
		    cases[i].agrees);
		assert_int_equal(
		    version_within(cases[i].answer, cases[i].stated, arena),
		    cases[i].within);
	}
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
	names = strmap_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	strmap_free(names);
	arena_free(arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_version__narrows_by_marks),
		cmocka_unit_test(
		    test_version__delays_and_greetings_have_no_voice),
		cmocka_unit_test(test_version__reaches_to_the_next_trained),
		cmocka_unit_test(
		    test_version__says_nothing_when_nothing_differs),
		cmocka_unit_test(test_version__an_unasked_probe_proves_nothing),
		cmocka_unit_test(test_version__weighs_odd_hosts),
		cmocka_unit_test(test_version__silence_alone_proves_nothing),
		cmocka_unit_test(test_version__judges_a_stated_version),
		cmocka_unit_test(test_version__orders_by_number),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
