#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/random.h"
#include "model/calibration.h"

#define ITEMS	3000
#define CLASSES 3

static double margins[ITEMS][CLASSES];
static struct calibration_item items[ITEMS];

static double uniform(struct random *r)
{
	return (double)random_below(r, 1000000) / 1000000;
}

/* Truth drawn from softmax(scale * margin + bias). */
static void draw(double scale, const double *bias)
{
	struct random r;

	random_init(&r, 3);
	for (size_t i = 0; i < ITEMS; i++) {
		double p[CLASSES], sum = 0, u = uniform(&r);

		for (size_t k = 0; k < CLASSES; k++) {
			margins[i][k] = 4 * uniform(&r) - 2;
			p[k] = exp(scale * margins[i][k] + bias[k]);
			sum += p[k];
		}
		items[i] = (struct calibration_item){ margins[i], 0, 1 };
		while (items[i].truth + 1 < CLASSES &&
		       u > p[items[i].truth] / sum) {
			u -= p[items[i].truth] / sum;
			items[i].truth++;
		}
	}
}

static void test_calibration__finds_scale_and_biases(void **state)
{
	double truth[CLASSES] = { 1, 0, -1 };
	double bias[CLASSES];
	struct calibration c = { .bias = bias };

	(void)state;
	draw(1.5, truth);
	calibration_fit(items, ITEMS, CLASSES, ITEMS, &c);
	assert_true(fabs(c.scale - 1.5) < 0.1);
	assert_true(fabs(bias[0] - bias[1] - 1) < 0.2);
	assert_true(fabs(bias[1] - bias[2] - 1) < 0.2);
}

static void test_calibration__few_deployments_fit_only_the_scale(void **state)
{
	double truth[CLASSES] = { 0, 0, 0 };
	double bias[CLASSES];
	struct calibration c = { .bias = bias };

	(void)state;
	draw(0.7, truth);
	calibration_fit(items, ITEMS, CLASSES, CALIBRATION_BIAS_MIN - 1, &c);
	assert_true(c.scale > 0.5 && c.scale < 0.9);
	for (size_t k = 0; k < CLASSES; k++)
		assert_true(bias[k] == 0);
}

/* A perfect small sample must not promise certainty. */
static void test_calibration__perfection_stays_humble(void **state)
{
	double bias[CLASSES];
	double p[CLASSES];
	struct calibration c = { .bias = bias };

	(void)state;
	for (size_t i = 0; i < 12; i++) {
		for (size_t k = 0; k < CLASSES; k++)
			margins[i][k] = k == i % CLASSES ? 1 : -1;
		items[i] =
		    (struct calibration_item){ margins[i], i % CLASSES, 1 };
	}
	calibration_fit(items, 12, CLASSES, 12, &c);
	calibration_apply(&c, margins[0], CLASSES, p);
	assert_true(p[0] > 0.85 && p[0] < 0.97);
	assert_true(fabs(p[0] + p[1] + p[2] - 1) < 1e-12);
}

static void test_calibration__survives_wild_margins(void **state)
{
	double bias[CLASSES] = { 0, 0, 0 };
	double wild[CLASSES] = { 1e6, -1e6, 1e6 };
	double p[CLASSES];
	struct calibration c = { .scale = 5, .bias = bias };

	(void)state;
	calibration_apply(&c, wild, CLASSES, p);
	assert_true(fabs(p[0] - 0.5) < 1e-9 && p[1] == 0);
	calibration_fit(items, 0, CLASSES, 0, &c);
	assert_true(isfinite(c.scale) && c.scale > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calibration__finds_scale_and_biases),
		cmocka_unit_test(
		    test_calibration__few_deployments_fit_only_the_scale),
		cmocka_unit_test(test_calibration__perfection_stays_humble),
		cmocka_unit_test(test_calibration__survives_wild_margins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
