#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "report/tally.h"

static void add(struct tally *t, const char *key, double weight, bool sure)
{
	tally_add(t, key, strlen(key), weight, sure, false);
}

static void test_tally__sums_and_sorts(void **state)
{
	struct tally *t = tally_new();
	const struct tally_row *r;

	(void)state;
	add(t, "small", 1, true);
	add(t, "big", 0.5, true);
	add(t, "big", 4, false);
	add(t, "idle", 0, true); /* greeted, but no domain chose it */
	tally_finish(t, 1000, 1);
	assert_int_equal(tally_count(t), 3);
	r = tally_row(t, 0);
	assert_string_equal(r->key, "big");
	assert_true(fabs(r->domains - 4.5) < 1e-12);
	assert_true(fabs(r->share - 4.5 / 5.5) < 1e-12);
	assert_int_equal(r->hosts, 2);
	assert_int_equal(r->sure, 1);
	assert_int_equal(r->unsure, 1);
	assert_string_equal(tally_row(t, 1)->key, "small");
	assert_string_equal(tally_row(t, 2)->key, "idle");
	assert_int_equal(tally_row(t, 2)->hosts, 1);
	assert_int_equal(tally_total(t)->hosts, 4);
	tally_free(t);
}

static void test_tally__tells_no_interval_for_few_hosts(void **state)
{
	(void)state;
	for (size_t hosts = 9; hosts <= 10; hosts++) {
		struct tally *t = tally_new();

		for (size_t i = 0; i < hosts; i++)
			add(t, i % 3 ? "a" : "b", 1, true);
		tally_finish(t, 1000, 1);
		assert_int_equal(tally_row(t, 0)->has_interval, hosts == 10);
		tally_free(t);
	}
}

static void test_tally__intervals_follow_their_rows(void **state)
{
	struct tally *t = tally_new();

	(void)state;
	for (size_t i = 0; i < 900; i++) /* arrives in the order c b a */
		add(t, i % 9 == 0 ? "c" : i % 3 == 0 ? "b" : "a", 1, true);
	tally_finish(t, 1000, 1);
	for (size_t i = 0; i < 3; i++) {
		const struct tally_row *r = tally_row(t, i);

		assert_int_equal(r->key[0], "abc"[i]);
		assert_true(r->has_interval);
		assert_true(r->low < r->share && r->share < r->high);
		assert_true(r->high - r->low < 0.08);
	}
	tally_free(t);
}

static void test_tally__keys_are_bytes_and_ties_are_ordered(void **state)
{
	struct tally *t = tally_new();

	(void)state;
	tally_add(t, "p\0002", 3, 1, true, false);
	tally_add(t, "p\0001", 3, 1, true, true);
	tally_add(t, "p", 1, 1, true, false);
	tally_finish(t, 1000, 1);
	assert_int_equal(tally_count(t), 3);
	assert_int_equal(tally_row(t, 0)->key_len, 1);
	assert_memory_equal(tally_row(t, 1)->key, "p\0001", 3);
	assert_int_equal(tally_row(t, 1)->persons, 1);
	assert_memory_equal(tally_row(t, 2)->key, "p\0002", 3);
	tally_free(t);
}

/* More rows than have intervals (one host each): bounded, still counted. */
static void test_tally__bounds_the_intervals(void **state)
{
	struct tally *t = tally_new();
	char key[16];

	(void)state;
	for (int i = 0; i < 1500; i++) {
		snprintf(key, sizeof(key), "%d", i);
		add(t, key, 1, true);
	}
	tally_finish(t, 100, 1);
	assert_int_equal(tally_count(t), 1500);
	assert_true(tally_row(t, 999)->has_interval);
	assert_false(tally_row(t, 1000)->has_interval);
	tally_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tally__sums_and_sorts),
		cmocka_unit_test(test_tally__tells_no_interval_for_few_hosts),
		cmocka_unit_test(test_tally__intervals_follow_their_rows),
		cmocka_unit_test(
		    test_tally__keys_are_bytes_and_ties_are_ordered),
		cmocka_unit_test(test_tally__bounds_the_intervals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
