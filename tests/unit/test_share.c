#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/random.h"
#include "report/share.h"

#define HOSTS 400
#define ROWS  4

/* Hosts of four rows; most carry one domain, some many. */
static void make_hosts(struct share_unit *units)
{
	struct random r;

	random_init(&r, 7);
	for (size_t i = 0; i < HOSTS; i++) {
		uint64_t x = random_below(&r, 10);

		units[i].row = x < 5 ? 0 : x < 8 ? 1 : x < 9 ? 2 : 3;
		units[i].weight = random_below(&r, 20) == 0  ? 25
				  : random_below(&r, 3) == 0 ? 0.5
							     : 1;
	}
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The slow way: draw n of n hosts, one by one, 4000 times. */
static void reference(
    const struct share_unit *units, size_t row, double *low, double *high)
{
	enum { TIMES = 4000 };
	static double samples[TIMES];
	struct random r;

	random_init(&r, 99);
	for (size_t n = 0; n < TIMES; n++) {
		double part = 0, whole = 0;

		for (size_t i = 0; i < HOSTS; i++) {
			const struct share_unit *u =
			    &units[random_below(&r, HOSTS)];

			whole += u->weight;
			part += u->row == row ? u->weight : 0;
		}
		samples[n] = part / whole;
	}
	qsort(samples, TIMES, sizeof(samples[0]), by_value);
	*low = samples[TIMES / 40];
	*high = samples[TIMES - 1 - TIMES / 40];
}

static void test_share__agrees_with_drawing_hosts_one_by_one(void **state)
{
	static struct share_unit units[HOSTS], copy[HOSTS];
	struct share_interval got[ROWS];

	(void)state;
	make_hosts(units);
	memcpy(copy, units, sizeof(copy));
	share_intervals(copy, HOSTS, ROWS, 4000, 1, got);
	for (size_t row = 0; row < ROWS; row++) {
		double low, high;

		reference(units, row, &low, &high);
		assert_true(high - low > 0.02);
		/* a tenth of the interval's width: sampling noise */
		assert_true(fabs(got[row].low - low) < 0.1 * (high - low));
		assert_true(fabs(got[row].high - high) < 0.1 * (high - low));
	}
}

static void test_share__is_the_same_for_the_same_seed(void **state)
{
	static struct share_unit units[HOSTS], mixed[HOSTS];
	struct share_interval a[ROWS], b[ROWS], c[ROWS];

	(void)state;
	make_hosts(units);
	for (size_t i = 0; i < HOSTS; i++)
		mixed[i] = units[HOSTS - 1 - i];
	share_intervals(units, HOSTS, ROWS, 1000, 1, a);
	share_intervals(mixed, HOSTS, ROWS, 1000, 1, b);
	assert_memory_equal(a, b, sizeof(a));
	share_intervals(mixed, HOSTS, ROWS, 1000, 2, c);
	assert_memory_not_equal(a, c, sizeof(a));
}

/* Equal weights: the binomial's 1.96 standard deviations. */
static void test_share__matches_theory_for_many_hosts(void **state)
{
	enum { MANY = 200000 };
	struct share_unit *units = calloc(MANY, sizeof(*units));
	struct share_interval got[2];
	double half = 1.96 * sqrt(0.25 * 0.75 / MANY);

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		units[i].row = i % 4 != 0;
		units[i].weight = 1;
	}
	share_intervals(units, MANY, 2, 2000, 3, got);
	assert_true(fabs(got[0].low - (0.25 - half)) < 0.15 * half);
	assert_true(fabs(got[0].high - (0.25 + half)) < 0.15 * half);
	assert_true(fabs(got[0].low + got[1].high - 1) < 1e-6);
	free(units);
}

static void test_share__counts_further_rows_in_the_whole_only(void **state)
{
	struct share_unit units[60];
	struct share_interval got[2];

	(void)state;
	for (size_t i = 0; i < 60; i++) {
		units[i].row = i % 6; /* 2..5 have no interval of their own */
		units[i].weight = 1;
	}
	share_intervals(units, 60, 2, 1000, 3, got);
	assert_true(got[0].low < 1.0 / 6 && got[0].high > 1.0 / 6);
	assert_true(got[0].high < 0.4);
}

static void test_share__survives_no_hosts_and_no_weight(void **state)
{
	struct share_unit nothing[2] = { { 0, 0 }, { 0, 0 } };
	struct share_interval got[1] = { { 9, 9 } };

	(void)state;
	share_intervals(nothing, 0, 1, 100, 1, got);
	share_intervals(nothing, 2, 1, 100, 1, got);
	assert_true(got[0].low == 0 && got[0].high == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_share__agrees_with_drawing_hosts_one_by_one),
		cmocka_unit_test(test_share__is_the_same_for_the_same_seed),
		cmocka_unit_test(test_share__matches_theory_for_many_hosts),
		cmocka_unit_test(
		    test_share__counts_further_rows_in_the_whole_only),
		cmocka_unit_test(test_share__survives_no_hosts_and_no_weight),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
