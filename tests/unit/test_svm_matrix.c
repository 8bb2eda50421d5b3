#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>

#include <cmocka.h>
#include <libsvm/svm.h>

#include "common/arena.h"
#include "common/random.h"
#include "model/svm_matrix.h"

#define ITEMS	  60
#define TRAINED	  45
#define DIMENSION 6
#define CLASSES	  4 /* 1 has no item */
#define GAMMA	  0.3

/* Three clouds that overlap; the last items are only asked about. */
struct clouds {
	double x[ITEMS][DIMENSION];
	struct svm_node nodes[ITEMS][DIMENSION + 1];
	size_t items[TRAINED];
	size_t label[TRAINED];
	struct svm_matrix *kernel;
};

static double rbf(const double *a, const double *b)
{
	double d = 0;

	for (size_t f = 0; f < DIMENSION; f++)
		d += (a[f] - b[f]) * (a[f] - b[f]);
	return exp(-GAMMA * d);
}

static void make(struct clouds *c)
{
	static const size_t classes[] = { 2, 0, 3 };
	struct random random;

	random_init(&random, 5);
	for (size_t i = 0; i < ITEMS; i++) {
		for (size_t f = 0; f < DIMENSION; f++) {
			c->x[i][f] = (double)random_below(&random, 1000) / 500 -
				     1 + (f == i % 3 ? 1 : 0);
			c->nodes[i][f] =
			    (struct svm_node){ (int)f + 1, c->x[i][f] };
		}
		c->nodes[i][DIMENSION].index = -1;
		if (i < TRAINED) {
			c->items[i] = i;
			c->label[i] = classes[i % 3];
		}
	}
	c->kernel = svm_matrix_new(ITEMS);
	for (size_t i = 0; i < ITEMS; i++)
		for (size_t j = i; j < ITEMS; j++)
			svm_matrix_set(c->kernel, i, j, rbf(c->x[i], c->x[j]));
}

static void silent(const char *text)
{
	(void)text;
}

/* What `svm-train -b 1 -g 0.3` makes of the same items, without our matrix. */
static struct svm_model *reference(struct clouds *c, unsigned seed)
{
	static struct svm_node *rows[TRAINED];
	static double y[TRAINED];
	struct svm_problem problem = { TRAINED, y, rows };
	struct svm_parameter parameter = { .svm_type = C_SVC,
		.kernel_type = RBF,
		.gamma = GAMMA,
		.cache_size = 100,
		.eps = 1e-3,
		.C = 1,
		.shrinking = 1,
		.probability = 1 };

	for (size_t i = 0; i < TRAINED; i++) {
		rows[i] = c->nodes[i];
		y[i] = (double)c->label[i];
	}
	svm_set_print_string_function(silent);
	srand(seed);
	return svm_train(&problem, &parameter);
}

static void test_svm_matrix__pairs_equal_libsvm_s_own_rbf(void **state)
{
	struct clouds c;
	struct svm_pairs *pairs;
	struct svm_model *model;
	struct error err;
	double ours[CLASSES], theirs[CLASSES];
	int labels[3];

	(void)state;
	make(&c);
	model = reference(&c, 7);
	svm_get_labels(model, labels);
	assert_int_equal(svm_pairs_train(c.kernel, c.items, c.label, TRAINED,
			     SVM_DEFAULT_COST, 7, &pairs, &err),
	    STATUS_OK);
	for (size_t i = 0; i < ITEMS; i++) {
		double label =
		    svm_predict_probability(model, c.nodes[i], theirs);
		size_t best = svm_pairs_predict(pairs, i, CLASSES, ours);

		assert_int_equal(best, (size_t)label);
		assert_true(ours[1] == 0);
		for (int k = 0; k < 3; k++)
			assert_true(fabs(ours[labels[k]] - theirs[k]) < 1e-6);
	}
	svm_pairs_free(pairs);
	svm_free_and_destroy_model(&model);
	svm_matrix_free(c.kernel);
}

static void test_svm_matrix__pairs_say_the_same_twice(void **state)
{
	struct clouds c;
	double first[CLASSES], again[CLASSES];
	struct error err;

	(void)state;
	make(&c);
	for (int round = 0; round < 2; round++) {
		struct svm_pairs *pairs;

		rand(); /* somebody else's */
		assert_int_equal(
		    svm_pairs_train(c.kernel, c.items, c.label, TRAINED,
			SVM_DEFAULT_COST, 3, &pairs, &err),
		    STATUS_OK);
		svm_pairs_predict(
		    pairs, ITEMS - 1, CLASSES, round ? again : first);
		svm_pairs_free(pairs);
	}
	for (size_t k = 0; k < CLASSES; k++)
		assert_true(first[k] == again[k]);
	svm_matrix_free(c.kernel);
}

/* Two points a distance apart: both are support vectors, the border is in
 * the middle, and the values at the points are +1 and -1. */
static void test_svm_matrix__rest_of_two_points(void **state)
{
	static const size_t items[] = { 2, 0 }; /* rows of a larger matrix */
	static const bool positive[] = { false, true };
	struct svm_matrix *kernel = svm_matrix_new(3);
	double coefficient[2], bias, k = 0.5;
	struct error err;

	(void)state;
	for (size_t i = 0; i < 3; i++)
		svm_matrix_set(kernel, i, i, 1);
	svm_matrix_set(kernel, 0, 2, k);
	svm_matrix_set(kernel, 0, 1, 0.75);
	svm_matrix_set(kernel, 1, 2, 0.75);
	assert_int_equal(svm_rest_train(kernel, items, positive, 2, 100,
			     coefficient, &bias, &err),
	    STATUS_OK);
	/* alpha (1 - k) = 1 */
	assert_true(fabs(coefficient[0] + 1 / (1 - k)) < 1e-6);
	assert_true(fabs(coefficient[1] - 1 / (1 - k)) < 1e-6);
	assert_true(fabs(bias) < 1e-6);
	assert_true(
	    fabs(svm_rest_decide(kernel, items, coefficient, 2, bias, 0) - 1) <
	    1e-6);
	assert_true(
	    fabs(svm_rest_decide(kernel, items, coefficient, 2, bias, 2) + 1) <
	    1e-6);
	assert_true(fabs(svm_rest_decide(
			kernel, items, coefficient, 2, bias, 1)) < 1e-6);
	svm_matrix_free(kernel);
}

static void test_svm_matrix__rest_without_a_side(void **state)
{
	static const size_t items[] = { 0, 1 };
	struct svm_matrix *kernel = svm_matrix_new(2);
	struct error err;

	(void)state;
	for (int all = 0; all < 2; all++) {
		bool positive[] = { all == 1, all == 1 };
		double coefficient[] = { 5, 5 }, bias;

		assert_int_equal(svm_rest_train(kernel, items, positive, 2, 1,
				     coefficient, &bias, &err),
		    STATUS_OK);
		assert_true(bias == (all ? 1 : -1));
		assert_true(coefficient[0] == 0 && coefficient[1] == 0);
	}
	svm_matrix_free(kernel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_svm_matrix__pairs_equal_libsvm_s_own_rbf),
		cmocka_unit_test(test_svm_matrix__pairs_say_the_same_twice),
		cmocka_unit_test(test_svm_matrix__rest_of_two_points),
		cmocka_unit_test(test_svm_matrix__rest_without_a_side),
	};

	return cmocka_run_group_tests_name("svm_matrix", tests, NULL, NULL);
}
