/* Sparse vectors: dot products by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>

#include <cmocka.h>

#include "features/vector.h"

static bool near(double a, double b)
{
	return fabs(a - b) < 1e-12;
}

static void test_vector__multiplies_what_both_have(void **state)
{
	static const struct {
		feature_id ai[4], bi[4];
		double av[4], bv[4];
		size_t an, bn;
		double dot;
	} cases[] = {
		{ { 0 }, { 0 }, { 0 }, { 0 }, 0, 0, 0 },
		{ { 1 }, { 0 }, { 2 }, { 0 }, 1, 0, 0 },
		{ { 1 }, { 2 }, { 1 }, { 1 }, 1, 1, 0 },
		{ { 1, 5, 9 }, { 5, 9 }, { 1, 2, 3 }, { 4, 0.5 }, 3, 2, 9.5 },
		{ { 7 }, { 1, 2, 7 }, { -2 }, { 1, 1, 3 }, 1, 3, -6 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		feature_id ai[4], bi[4];
		double av[4], bv[4];
		struct vector a = {
			.index = ai, .value = av, .count = cases[i].an
		};
		struct vector b = {
			.index = bi, .value = bv, .count = cases[i].bn
		};

		for (size_t k = 0; k < 4; k++) {
			ai[k] = cases[i].ai[k];
			bi[k] = cases[i].bi[k];
			av[k] = cases[i].av[k];
			bv[k] = cases[i].bv[k];
		}
		assert_true(near(vector_dot(&a, &b), cases[i].dot));
		assert_true(near(vector_dot(&b, &a), cases[i].dot));
	}
}

static void test_vector__a_short_row_ends_in_zeros(void **state)
{
	feature_id index[] = { 0, 2, 5 };
	double value[] = { 1, 2, 4 };
	const double row[] = { 10, 20, 30 };
	struct vector v = { .index = index, .value = value, .count = 3 };

	(void)state;
	assert_true(near(vector_dot_row(&v, row, 3), 70));
	assert_true(near(vector_dot_row(&v, row, 2), 10));
	assert_true(near(vector_dot_row(&v, row, 0), 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vector__multiplies_what_both_have),
		cmocka_unit_test(test_vector__a_short_row_ends_in_zeros),
	};

	return cmocka_run_group_tests_name("vector", tests, NULL, NULL);
}
