#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>

#include <cmocka.h>

#include "evaluation/temperature.h"

/* Margins two apart, three of four right: 1 / (1 + exp(-2 s)) = 3/4. */
static void test_temperature__a_scale_by_hand(void **state)
{
	static const double left[] = { 1, -1 };
	static const struct temperature_item items[] = { { left, 0, 1 },
		{ left, 0, 1.5 }, { left, 0, 0.5 }, { left, 1, 1 } };
	double scale = temperature_fit(items, 4, 2);

	(void)state;
	assert_true(fabs(scale - log(3) / 2) < 1e-6);
	assert_true(
	    fabs(temperature_confidence(scale, left, 2, 0) - 0.75) < 1e-6);
	assert_true(
	    fabs(temperature_confidence(scale, left, 2, 1) - 0.25) < 1e-6);
}

static void test_temperature__stays_within_its_bounds(void **state)
{
	static const double left[] = { 1, -1 };
	static const struct temperature_item right = { left, 0, 1 };
	static const struct temperature_item wrong = { left, 1, 1 };

	(void)state;
	assert_true(
	    fabs(temperature_fit(&right, 1, 2) - TEMPERATURE_MAX) < 1e-3);
	assert_true(
	    fabs(temperature_fit(&wrong, 1, 2) - TEMPERATURE_MIN) < 1e-3);
	assert_true(temperature_fit(NULL, 0, 2) == 1);
	assert_true(temperature_confidence(TEMPERATURE_MAX, left, 2, 1) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_temperature__a_scale_by_hand),
		cmocka_unit_test(test_temperature__stays_within_its_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
