/* What a vocabulary keeps, how vectors come of it, and what it reads back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/random.h"
#include "features/vocabulary.h"
#include "tests/unit/with_arena.h"

static bool near(double a, double b)
{
	return fabs(a - b) < 1e-12;
}

/* "b" is of the banner, "e" of EHLO, "w" of the words; the rest is name. */
static struct feature_list list_of(const char *const *names, size_t count)
{
	struct feature_list list = {
		arena_array(arena, count, sizeof(struct named_feature)), count
	};

	for (size_t i = 0; i < count; i++) {
		list.items[i].name = names[i];
		list.items[i].group = names[i][0] == 'b'   ? GROUP_BANNER
				      : names[i][0] == 'e' ? GROUP_EHLO
							   : GROUP_WORDS;
	}
	return list;
}

#define LIST(...)                                     \
	list_of((const char *const[]){ __VA_ARGS__ }, \
	    sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

static void observe(
    struct vocabulary *v, const char *deployment, struct feature_list list)
{
	vocabulary_observe(v, &list, deployment);
}

static struct vector vector_of(
    const struct vocabulary *v, unsigned mask, struct feature_list list)
{
	struct vector out;

	vocabulary_vector(v, &list, mask, arena, &out);
	return out;
}

static double length_of(const struct vector *v)
{
	return sqrt(vector_dot(v, v));
}

static struct vocabulary *three_deployments(void)
{
	struct vocabulary *v = vocabulary_new();

	observe(v, "one", LIST("w.b", "e.x", "b.once"));
	observe(v, "two", LIST("w.b", "e.x", "w.a"));
	observe(v, "three", LIST("w.b", "e.y"));
	observe(v, "two", LIST("b.once2", "e.y", "w.a"));
	observe(v, "two", LIST("b.once2"));
	vocabulary_freeze(v, 2);
	return v;
}

static void test_vocabulary__keeps_what_enough_deployments_show(void **state)
{
	static const char *const kept[] = { "e.x", "e.y", "w.b" };
	struct vocabulary *v = three_deployments();

	(void)state;
	assert_int_equal(vocabulary_count(v), 3);
	for (feature_id i = 0; i < 3; i++)
		assert_string_equal(vocabulary_name(v, i), kept[i]);
	assert_int_equal(vocabulary_group(v, 0), GROUP_EHLO);
	assert_int_equal(vocabulary_group(v, 2), GROUP_WORDS);
	vocabulary_free(v);
}

static void test_vocabulary__order_of_files_changes_nothing(void **state)
{
	static const char *const names[] = { "w.1", "w.2", "w.3", "e.1", "e.2",
		"b.1", "b.2", "w.4" };
	struct buffer out[2];

	(void)state;
	for (int round = 0; round < 2; round++) {
		struct vocabulary *v = vocabulary_new();

		for (size_t k = 0; k < 40; k++) {
			size_t d = round ? 39 - k : k;
			const char *const picked[] = { names[d % 8],
				names[d % 5], names[d % 3] };
			char deployment[16];

			snprintf(deployment, sizeof(deployment), "d%zu", d / 2);
			observe(v, deployment, list_of(picked, 3));
		}
		vocabulary_freeze(v, 2);
		buffer_init(&out[round], 1 << 16);
		vocabulary_write(v, &out[round]);
		vocabulary_free(v);
	}
	assert_int_equal(out[0].len, out[1].len);
	assert_memory_equal(out[0].data, out[1].data, out[0].len);
	buffer_clear(&out[0]);
	buffer_clear(&out[1]);
}

static void test_vocabulary__vectors_are_of_unit_length(void **state)
{
	struct vocabulary *v = three_deployments();
	struct vector all, words, none;

	(void)state;
	vocabulary_set_weight(v, GROUP_WORDS, 2);
	vocabulary_set_weight(v, GROUP_EHLO, 1);
	all = vector_of(v, GROUPS_ALL, LIST("w.b", "e.y", "w.new", "e.x"));
	assert_int_equal(all.count, 3);
	assert_int_equal(all.total, 4);
	assert_int_equal(all.unknown, 1);
	assert_true(near(length_of(&all), 1));
	/* e.x and e.y share the group's part of 1 : 2, w.b has its own */
	assert_int_equal(all.index[2], 2);
	assert_true(near(all.value[2], 2 / sqrt(5)));
	assert_true(near(all.value[0], all.value[1]));
	assert_true(near(all.value[0], 1 / sqrt(5) / sqrt(2)));

	words = vector_of(v, GROUP_BIT(GROUP_WORDS), LIST("w.b", "e.y"));
	assert_int_equal(words.count, 1);
	assert_int_equal(words.total, 1);
	assert_true(near(words.value[0], 1));

	none = vector_of(v, GROUPS_ALL, LIST("w.new"));
	assert_int_equal(none.count, 0);
	assert_int_equal(none.unknown, 1);
	vocabulary_free(v);
}

static void test_vocabulary__rare_features_weigh_more(void **state)
{
	struct vocabulary *v = vocabulary_new();
	struct vector out;

	(void)state;
	observe(v, "1", LIST("w.common", "w.rare"));
	observe(v, "2", LIST("w.common"));
	observe(v, "3", LIST("w.common"));
	vocabulary_freeze(v, 1);
	out = vector_of(v, GROUPS_ALL, LIST("w.common", "w.rare"));
	assert_true(near(out.value[1] / out.value[0], 1 + log(4.0 / 2)));
	vocabulary_free(v);
}

static void test_vocabulary__many_ids_come_out_in_order(void **state)
{
	struct vocabulary *v = vocabulary_new();
	const size_t count = 70000; /* three bytes of id */
	const char **names = arena_array(arena, count, sizeof(*names));
	struct feature_list list;
	struct vector out;

	(void)state;
	for (size_t i = 0; i < count; i++)
		names[i] = arena_printf(arena, "w.%zu", (i * 48271) % count);
	list = list_of(names, count);
	observe(v, "d", list);
	vocabulary_freeze(v, 1);
	out = vector_of(v, GROUPS_ALL, list);
	assert_int_equal(out.count, count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(out.index[i], i);
	vocabulary_free(v);
}

static void test_vocabulary__reads_back_what_it_wrote(void **state)
{
	struct vocabulary *v = three_deployments(), *read;
	struct buffer one, two;
	struct error err;

	(void)state;
	vocabulary_set_weight(v, GROUP_TLS, 0.1);
	buffer_init(&one, 1 << 16);
	buffer_init(&two, 1 << 16);
	vocabulary_write(v, &one);
	if (vocabulary_read(one.data, one.len, &read, &err) != STATUS_OK)
		fail_msg("%s", err.text);
	vocabulary_write(read, &two);
	assert_int_equal(one.len, two.len);
	assert_memory_equal(one.data, two.data, one.len);
	assert_true(vocabulary_weight(read, GROUP_TLS) == 0.1);
	assert_string_equal(vocabulary_name(read, 1), "e.y");
	assert_int_equal(
	    vector_of(read, GROUPS_ALL, LIST("e.y", "w.b")).count, 2);
	vocabulary_free(read);
	vocabulary_free(v);
	buffer_clear(&one);
	buffer_clear(&two);
}

/* A damaged section is refused, or at least never out of bounds. */
static void test_vocabulary__damage_is_refused(void **state)
{
	struct vocabulary *v = three_deployments(), *read;
	struct buffer b;
	struct random r;
	struct error err;
	size_t refused = 0;

	(void)state;
	random_init(&r, 11);
	buffer_init(&b, 1 << 16);
	vocabulary_write(v, &b);
	for (size_t len = 0; len < b.len; len++) {
		char *cut = malloc(len ? len : 1);

		memcpy(cut, b.data, len);
		assert_int_equal(
		    vocabulary_read(cut, len, &read, &err), STATUS_DATA);
		assert_non_null(strstr(err.text, "damaged"));
		free(cut);
	}
	for (int round = 0; round < 5000; round++) {
		char *bad = malloc(b.len);

		memcpy(bad, b.data, b.len);
		for (uint64_t k = 1 + random_below(&r, 4); k; k--)
			bad[random_below(&r, b.len)] = (char)random_next(&r);
		if (vocabulary_read(bad, b.len, &read, &err) == STATUS_OK)
			vocabulary_free(read);
		else
			refused++;
		free(bad);
	}
	assert_true(refused > 1000);
	vocabulary_free(v);
	buffer_clear(&b);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, arena_set_up, arena_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_vocabulary__keeps_what_enough_deployments_show),
		TEST(test_vocabulary__order_of_files_changes_nothing),
		TEST(test_vocabulary__vectors_are_of_unit_length),
		TEST(test_vocabulary__rare_features_weigh_more),
		TEST(test_vocabulary__many_ids_come_out_in_order),
		TEST(test_vocabulary__reads_back_what_it_wrote),
		TEST(test_vocabulary__damage_is_refused),
	};

	return cmocka_run_group_tests_name("vocabulary", tests, NULL, NULL);
}
