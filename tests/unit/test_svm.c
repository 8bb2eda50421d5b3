#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/arena.h"
#include "common/random.h"
#include "features/vector.h"
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

/* In the room of a larger one that is done with, as in a series of fits. */
static struct gram *gram_of(const struct vector *v)
{
	struct gram *old = gram_new(ITEMS + 3, NULL);
	struct gram *g;
	double junk[ITEMS + 3];

	for (size_t i = 0; i < ITEMS + 3; i++)
		junk[i] = 1e9;
	for (size_t i = 0; i < ITEMS + 3; i++)
		gram_set(old, i, junk);
	gram_mirror(old);
	g = gram_new(ITEMS, old);

	for (size_t i = 0; i < ITEMS; i++) {
		double row[ITEMS];

		for (size_t j = 0; j < ITEMS; j++)
			row[j] = vector_dot(&v[i], &v[j]);
		gram_set(g, i, row);
	}
	gram_mirror(g);
	return g;
}

/* What the coefficients say about a vector. */
static double decide(
    const struct vector *v, const struct svm_result *r, const struct vector *x)
{
	double sum = r->bias;

	for (size_t i = 0; i < ITEMS; i++)
		sum += r->coefficient[i * r->stride] * vector_dot(&v[i], x);
	return sum;
}

static void test_svm__gram_holds_products(void **state)
{
	enum { COUNT = 50 };
	struct gram *g = gram_new(COUNT, NULL);
	double row[COUNT];

	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		for (size_t j = 0; j < COUNT; j++)
			row[j] = (double)(100 * i + j);
		gram_set(g, i, row);
	}
	gram_mirror(g);
	for (size_t i = 0; i < COUNT; i++)
		for (size_t j = 0; j < COUNT; j++)
			assert_true(
			    gram_value(g, i, j) ==
			    (double)(i > j ? 100 * i + j : 100 * j + i));
	gram_free(g);
}

/* Whichever label comes first in the data, positive means the class. */
static void test_svm__sign_follows_the_class(void **state)
{
	for (int swap = 0; swap < 2; swap++) {
		struct arena *arena = arena_new();
		bool positive[ITEMS];
		struct vector *v = clouds(arena, positive, swap == 1);
		struct gram *g = gram_of(v);
		double coefficient[ITEMS], checked[ITEMS];
		struct svm_result r = { coefficient, 1, 0, checked, 1 };
		struct error err;

		(void)state;
		assert_int_equal(svm_fit(g, positive, 1, &r, &err), STATUS_OK);
		for (size_t i = 0; i < ITEMS; i++) {
			double value = decide(v, &r, &v[i]);

			assert_true((value > 0) == positive[i]);
			/* libsvm says the same */
			assert_true(fabs(value - checked[i]) <= SVM_TOLERANCE);
		}
		gram_free(g);
		arena_free(arena);
	}
}

/* Coefficients of several classes interleave in one table. */
static void test_svm__stride_leaves_other_classes_alone(void **state)
{
	struct arena *arena = arena_new();
	bool positive[ITEMS];
	struct vector *v = clouds(arena, positive, false);
	struct gram *g = gram_of(v);
	double alone[ITEMS], table[ITEMS * 3], checked[ITEMS], some[ITEMS];
	struct svm_result one = { alone, 1, 0, checked, 1 };
	struct svm_result other = { table + 1, 3, 0, some, 7 };
	struct error err;

	(void)state;
	for (size_t i = 0; i < ITEMS * 3; i++)
		table[i] = 42;
	assert_int_equal(svm_fit(g, positive, 1, &one, &err), STATUS_OK);
	assert_int_equal(svm_fit(g, positive, 1, &other, &err), STATUS_OK);
	assert_true(one.bias == other.bias);
	for (size_t i = 0; i < ITEMS; i++) {
		assert_true(table[3 * i] == 42 && table[3 * i + 2] == 42);
		assert_true(table[3 * i + 1] == alone[i]);
	}
	for (size_t i = 0; i < ITEMS; i += 7)
		assert_true(some[i / 7] == checked[i]);
	gram_free(g);
	arena_free(arena);
}

static void test_svm__one_sided_data_decide_for_that_side(void **state)
{
	struct arena *arena = arena_new();
	bool positive[ITEMS];
	struct vector *v = clouds(arena, positive, false);
	struct gram *g = gram_of(v);
	double coefficient[ITEMS], checked[ITEMS];
	struct svm_result r = { coefficient, 1, 0, checked, 1 };
	struct error err;

	(void)state;
	for (int side = 0; side < 2; side++) {
		for (size_t i = 0; i < ITEMS; i++)
			positive[i] = side == 1;
		assert_int_equal(svm_fit(g, positive, 1, &r, &err), STATUS_OK);
		assert_true(decide(v, &r, &v[0]) == (side ? 1 : -1));
		assert_true(checked[0] == (side ? 1 : -1));
	}
	gram_free(g);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_svm__gram_holds_products),
		cmocka_unit_test(test_svm__sign_follows_the_class),
		cmocka_unit_test(test_svm__stride_leaves_other_classes_alone),
		cmocka_unit_test(test_svm__one_sided_data_decide_for_that_side),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
