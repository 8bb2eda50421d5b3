#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>

#include <cmocka.h>

#include "evaluation/metrics.h"
#include "evaluation/rated.h"

static bool near(double a, double b)
{
	return fabs(a - b) < 1e-9;
}

static void test_metrics__accuracy_counts_deployments_or_products(void **state)
{
	/* group, truth, answer, confidence, weight */
	static const struct judged items[] = {
		{ 0, 0, 0, 0.9, 0.5, false, 0,
		    0 }, /* one deployment, two items */
		{ 0, 0, 1, 0.8, 0.5, false, 0, 0 },
		{ 1, 0, 0, 0.9, 1, false, 0, 0 },
		{ 2, 1, 0, 0.6, 1, false, 0, 0 },
	};

	(void)state;
	assert_true(near(metric_micro.of(items, 4, 2), 0.5));
	assert_true(near(metric_macro.of(items, 4, 2), 0.375));
	assert_true(isnan(metric_micro.of(items, 0, 2)));
	assert_true(isnan(metric_macro.of(items, 0, 2)));
}

/* The surest 50 are right, the 50 after them wrong. */
static void test_metrics__coverage_stops_at_the_precision(void **state)
{
	struct judged items[100];

	(void)state;
	for (size_t i = 0; i < 100; i++)
		items[i] = (struct judged){ .group = i,
			.answer = i >= 50,
			.confidence = 1 - (double)i / 200,
			.weight = 1 };
	assert_true(near(metric_coverage_98.of(items, 100, 2), 0.51));
	/* 50 right, and 2 of 52, 0 of 50: hand-counted. */
	assert_true(near(metric_coverage_95.of(items, 100, 2), 0.52));
	assert_true(near(metric_coverage_99.of(items, 100, 2), 0.50));
	/* The surest wrong one looks novel: it is not named. */
	items[50].novel = true;
	assert_true(near(metric_coverage_98.of(items, 100, 2), 0.51));
	items[50].novel = false;
	/* One confidence for all: no threshold separates them. */
	for (size_t i = 0; i < 100; i++)
		items[i].confidence = 0.7;
	assert_true(metric_coverage_98.of(items, 100, 2) == 0);
}

static void test_metrics__calibration_error_of_known_cases(void **state)
{
	struct judged items[300];

	(void)state;
	for (size_t i = 0; i < 300; i++)
		items[i] = (struct judged){ .group = i,
			.truth = i % 3 == 0,
			.confidence = i % 3 == 0 ? 0.2 : 1,
			.weight = 1 };
	/* Class 0 always right and sure; class 1 never right, 0.2 sure. */
	assert_true(fabs(metric_ece.of(items, 300, 2) - 0.2 / 3) < 1e-9);
	assert_true(fabs(metric_ece_rest.of(items, 300, 2) - 0.2) < 1e-9);
}

/* Surest first: right, wrong, right: risks 0, 1/2, 1/3. */
static void test_metrics__risk_and_losses_by_hand(void **state)
{
	static const struct judged items[] = {
		{ 0, 0, 0, 0.9, 1, false, 0.9, 0.82 },
		{ 1, 1, 0, 0.8, 1, false, 0.2, 0.68 },
		{ 2, 1, 1, 0.5, 1, false, 0.5, 0.50 },
	};

	(void)state;
	assert_true(
	    near(metric_risk_area.of(items, 3, 2), (0 + 0.5 + 1.0 / 3) / 3));
	assert_true(near(metric_log_loss.of(items, 3, 2),
	    -(log(0.9) + log(0.2) + log(0.5)) / 3));
	/* 2 * 0.1^2, 2 * 0.8^2, 2 * 0.5^2 */
	assert_true(
	    near(metric_brier.of(items, 3, 2), (0.02 + 1.28 + 0.5) / 3));
	assert_true(isnan(metric_risk_area.of(items, 0, 2)));
	assert_true(isnan(metric_log_loss.of(items, 0, 2)));
	assert_true(isnan(metric_brier.of(items, 0, 2)));
}

static void test_metrics__bins_of_equal_mass(void **state)
{
	struct reliability_bin bins[METRICS_BINS];
	struct judged items[30];

	(void)state;
	for (size_t i = 0; i < 30; i++)
		items[i] = (struct judged){ .group = i,
			.answer = i % 2,
			.confidence = 1 - (double)(i / 2) / 20,
			.weight = 1 };
	assert_int_equal(metrics_bins(items, 30, bins), METRICS_BINS);
	for (size_t b = 0; b < METRICS_BINS; b++) {
		assert_true(near(bins[b].deployments, 2));
		assert_true(near(bins[b].right, 0.5));
		assert_true(near(bins[b].confidence, 1 - (double)b / 20));
	}
	assert_int_equal(metrics_bins(items, 0, bins), 0);
}

/* Class 0 gets 0.9 where it is (error 0.1) and 0.3 where it is not; class 1
 * 0.1 and 0.7: in bins of one item each 0.1, 0.3, 0.1, 0.3. */
static void test_metrics__each_class_by_its_own_confidence(void **state)
{
	static const struct judged items[] = {
		{ 0, 0, 0, 0.9, 1, false, 0, 0 },
		{ 1, 1, 1, 0.7, 1, false, 0, 0 },
	};
	static const double confidence[] = { 0.9, 0.1, 0.3, 0.7 };
	struct figure f, again;

	(void)state;
	f = metrics_ece_classes(items, confidence, 2, 2, 1);
	again = metrics_ece_classes(items, confidence, 2, 2, 1);
	assert_true(near(f.value, 0.2));
	assert_true(f.low <= f.value && f.value <= f.high);
	assert_true(f.low == again.low && f.high == again.high);
	/* A class without any item is not counted as well calibrated. */
	f = metrics_ece_classes(items, confidence, 1, 2, 1);
	assert_true(near(f.value, 0.1));
}

static void test_metrics__strangers(void **state)
{
	struct rated items[200];

	(void)state;
	for (size_t i = 0; i < 200; i++)
		items[i] = (struct rated){ i, i >= 100, (double)i, 1 };
	assert_true(near(rated_auroc(items, 200), 1));
	assert_true(near(rated_false_accept(items, 200), 0));
	for (size_t i = 0; i < 200; i++)
		items[i].novelty = 1;
	assert_true(near(rated_auroc(items, 200), 0.5));
	/* No threshold keeps the known and refuses any of these. */
	assert_true(near(rated_false_accept(items, 200), 1));
	for (size_t i = 0; i < 200; i++)
		items[i].novelty = (double)(i % 100);
	assert_true(near(rated_auroc(items, 200), 0.5));
	assert_true(fabs(rated_false_accept(items, 200) - 0.94) < 0.02);
	assert_true(isnan(rated_auroc(items, 100)));
}

static void test_metrics__intervals_hold_the_value_and_repeat(void **state)
{
	struct judged items[60];
	struct figure f, again;

	(void)state;
	for (size_t i = 0; i < 60; i++)
		items[i] = (struct judged){ .group = i / 2,
			.answer = i % 4 == 0,
			.confidence = 0.5,
			.weight = 0.5 };
	f = metrics_interval(&metric_micro, items, 60, 2, 1);
	again = metrics_interval(&metric_micro, items, 60, 2, 1);
	assert_true(f.value == 0.75);
	assert_true(f.low < 0.75 && f.high > 0.75);
	assert_true(f.low > 0.5 && f.high < 0.95);
	assert_true(f.low == again.low && f.high == again.high);
}

/* All or none of n: the exact bounds are 0.025^(1/n) and 1 minus it. */
static void test_metrics__all_right_is_no_point(void **state)
{
	struct judged items[6];
	struct figure f;

	(void)state;
	for (size_t i = 0; i < 6; i++) /* two of each group */
		items[i] = (struct judged){ .group = 7 + i / 2, .weight = 0.5 };
	f = metrics_interval(&metric_micro, items, 6, 2, 1);
	assert_true(f.value == 1 && f.high == 1);
	assert_true(fabs(f.low - 0.2924) < 1e-4);
	for (size_t i = 0; i < 6; i++)
		items[i].answer = 1;
	f = metrics_interval(&metric_micro, items, 6, 2, 1);
	assert_true(f.value == 0 && f.low == 0);
	assert_true(fabs(f.high - 0.7076) < 1e-4);
	f = metrics_interval(&metric_micro, items, 1, 2, 1);
	assert_true(fabs(f.high - 0.975) < 1e-9);
	f = metrics_interval(&metric_micro, items, 0, 2, 1);
	assert_true(isnan(f.value));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_metrics__accuracy_counts_deployments_or_products),
		cmocka_unit_test(test_metrics__coverage_stops_at_the_precision),
		cmocka_unit_test(
		    test_metrics__calibration_error_of_known_cases),
		cmocka_unit_test(test_metrics__risk_and_losses_by_hand),
		cmocka_unit_test(test_metrics__bins_of_equal_mass),
		cmocka_unit_test(
		    test_metrics__each_class_by_its_own_confidence),
		cmocka_unit_test(test_metrics__strangers),
		cmocka_unit_test(
		    test_metrics__intervals_hold_the_value_and_repeat),
		cmocka_unit_test(test_metrics__all_right_is_no_point),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
