#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/arena.h"
#include "common/random.h"
#include "model/svm.h"

#define ITEMS	  60
#define DIMENSION 30

/* Two clouds that differ in the first features; unit length. */
static struct vector *clouds(struct arena *arena, bool *positive, bool swap)
{
	struct vector *v = arena_array(arena, ITEMS, sizeof(*v));
	struct random random;

	random_init(&random, 7);
	for (size_t i = 0; i < ITEMS; i++) {
		double length = 0;

		positive[i] = (i % 3 == 0) != swap;
		v[i].index = arena_array(arena, DIMENSION, sizeof(feature_id));
		v[i].value = arena_array(arena, DIMENSION, sizeof(double));
		for (size_t k = 0; k < DIMENSION; k++) {
			double x = (double)random_below(&random, 1000) / 1000;

			if (k < 4)
				x += (i % 3 == 0) == (k < 2) ? 2 : 0;
			else if (x < 0.5)
				continue; /* sparse */
			v[i].index[v[i].count] = (feature_id)k;
			v[i].value[v[i].count++] = x;
			length += x * x;
		}
		for (size_t k = 0; k < v[i].count; k++)
			v[i].value[k] /= sqrt(length);
	}
	return v;
}

static double decide(const struct vector *v, const double *row, double bias)
{
	return bias + vector_dot_row(v, row, DIMENSION);
}

static void test_svm__gram_holds_inner_products(void **state)
{
	struct arena *arena = arena_new();
	bool positive[ITEMS];
	struct vector *v = clouds(arena, positive, false);
	struct gram *g = gram_new(v, ITEMS, DIMENSION);

	(void)state;
	for (size_t i = 0; i < ITEMS; i++)
		for (size_t j = 0; j < ITEMS; j++)
			assert_true(fabs(gram_value(g, i, j) -
					 vector_dot(&v[i], &v[j])) < 1e-12);
	gram_free(g);
	arena_free(arena);
}

/* Whichever label comes first in the data, positive means the class. */
static void test_svm__sign_follows_the_class(void **state)
{
	for (int swap = 0; swap < 2; swap++) {
		struct arena *arena = arena_new();
		bool positive[ITEMS];
		struct vector *v = clouds(arena, positive, swap == 1);
		struct gram *g = gram_new(v, ITEMS, DIMENSION);
		double row[DIMENSION], bias;
		struct error err;

		(void)state;
		assert_int_equal(
		    svm_fit(g, positive, 1, row, 1, &bias, &err), STATUS_OK);
		for (size_t i = 0; i < ITEMS; i++)
			assert_true(
			    (decide(&v[i], row, bias) > 0) == positive[i]);
		gram_free(g);
		arena_free(arena);
	}
}

/* Rows of several classes interleave in one table. */
static void test_svm__stride_leaves_other_rows_alone(void **state)
{
	struct arena *arena = arena_new();
	bool positive[ITEMS];
	struct vector *v = clouds(arena, positive, false);
	struct gram *g = gram_new(v, ITEMS, DIMENSION);
	double alone[DIMENSION], table[DIMENSION * 3], bias, other;
	struct error err;

	(void)state;
	for (size_t i = 0; i < DIMENSION * 3; i++)
		table[i] = 42;
	assert_int_equal(
	    svm_fit(g, positive, 1, alone, 1, &bias, &err), STATUS_OK);
	assert_int_equal(
	    svm_fit(g, positive, 1, table + 1, 3, &other, &err), STATUS_OK);
	assert_true(bias == other);
	for (size_t i = 0; i < DIMENSION; i++) {
		assert_true(table[3 * i] == 42 && table[3 * i + 2] == 42);
		assert_true(table[3 * i + 1] == alone[i]);
	}
	gram_free(g);
	arena_free(arena);
}

static void test_svm__one_sided_data_decide_for_that_side(void **state)
{
	struct arena *arena = arena_new();
	bool positive[ITEMS];
	struct vector *v = clouds(arena, positive, false);
	struct gram *g = gram_new(v, ITEMS, DIMENSION);
	double row[DIMENSION], bias;
	struct error err;

	(void)state;
	for (int side = 0; side < 2; side++) {
		for (size_t i = 0; i < ITEMS; i++)
			positive[i] = side == 1;
		assert_int_equal(
		    svm_fit(g, positive, 1, row, 1, &bias, &err), STATUS_OK);
		assert_true(decide(&v[0], row, bias) == (side ? 1 : -1));
	}
	gram_free(g);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_svm__gram_holds_inner_products),
		cmocka_unit_test(test_svm__sign_follows_the_class),
		cmocka_unit_test(test_svm__stride_leaves_other_rows_alone),
		cmocka_unit_test(test_svm__one_sided_data_decide_for_that_side),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
