#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/random.h"
#include "model/novelty.h"

#define KNOWN	200
#define STRANGE 50

static struct novelty_item known[KNOWN], strange[STRANGE];

static double noise(struct random *r)
{
	return (double)random_below(r, 1000) / 1000;
}

/* Strangers differ in one sign only. */
static void draw(enum novelty_sign telling)
{
	struct random r;

	random_init(&r, 5);
	for (size_t i = 0; i < KNOWN + STRANGE; i++) {
		struct novelty_item *item =
		    i < KNOWN ? &known[i] : &strange[i - KNOWN];

		item->weight = 1;
		for (int s = 0; s < SIGN_COUNT; s++)
			item->sign[s] = noise(&r);
		if (i >= KNOWN)
			item->sign[telling] += 2;
	}
}

static void test_novelty__finds_the_telling_sign(void **state)
{
	(void)state;
	for (int s = 0; s < SIGN_COUNT; s++) {
		struct novelty_rates rates;
		enum novelty_sign which;
		struct novelty n;

		draw((enum novelty_sign)s);
		novelty_fit(known, KNOWN, strange, STRANGE, &n, &rates);
		assert_true(rates.kept >= NOVELTY_KEEP);
		assert_true(rates.flagged == 1);
		for (size_t i = 0; i < STRANGE; i++) {
			assert_true(novelty_value(&n, &strange[i], &which) > 1);
			assert_int_equal(which, s);
		}
		assert_non_null(novelty_sentence((enum novelty_sign)s));
	}
}

static void test_novelty__keeps_knowns_without_strangers(void **state)
{
	struct novelty_rates rates;
	enum novelty_sign which;
	struct novelty n;
	size_t kept = 0;

	(void)state;
	draw(SIGN_MARGIN);
	novelty_fit(known, KNOWN, NULL, 0, &n, &rates);
	for (size_t i = 0; i < KNOWN; i++)
		kept += novelty_value(&n, &known[i], &which) <= 1;
	assert_true(kept >= NOVELTY_KEEP * KNOWN);
}

static void test_novelty__equal_knowns_still_give_limits(void **state)
{
	struct novelty_rates rates;
	struct novelty n;

	(void)state;
	memset(known, 0, sizeof(known));
	for (size_t i = 0; i < KNOWN; i++)
		known[i].weight = 1;
	novelty_fit(known, KNOWN, strange, STRANGE, &n, &rates);
	for (int s = 0; s < SIGN_COUNT; s++)
		assert_true(n.limit[s] > n.typical[s]);
	novelty_fit(known, 0, strange, STRANGE, &n, &rates);
	for (int s = 0; s < SIGN_COUNT; s++)
		assert_true(n.limit[s] > n.typical[s]);
}

/* Unit vectors in a plane: 0 and 1 alike, 2 apart, 3 of no class. */
static void test_novelty__stores_different_vectors_once(void **state)
{
	feature_id index[] = { 0, 1 };
	double values[4][2] = { { 1, 0 }, { 1, 0 }, { 0, 1 }, { 0.6, 0.8 } };
	size_t class_of[] = { 0, 0, 0, SIZE_MAX };
	struct vector v[4];
	bool stored[4];
	struct gram *g = gram_new(4, NULL);

	(void)state;
	for (size_t i = 0; i < 4; i++)
		v[i] = (struct vector){ index, values[i], 2, 0, 2 };
	for (size_t i = 0; i < 4; i++) {
		double row[4];

		for (size_t j = 0; j < 4; j++)
			row[j] = vector_dot(&v[i], &v[j]);
		gram_set(g, i, row);
	}
	gram_mirror(g);
	novelty_choose(g, class_of, 4, 1, stored);
	gram_free(g);
	assert_true(stored[0] && !stored[1] && stored[2] && !stored[3]);
	assert_true(fabs(novelty_distance(values[3], &v[2]) - 0.2) < 1e-9);
	assert_true(novelty_distance(values[2], &v[2]) == 0);
	assert_true(novelty_distance(values[0], &v[2]) == 1);
}

static void test_novelty__nothing_said_is_all_unseen(void **state)
{
	struct vector v = { .count = 0, .unknown = 3, .total = 4 };

	(void)state;
	assert_true(novelty_unseen(&v) == 0.75);
	v.total = v.unknown = 0;
	assert_true(novelty_unseen(&v) == 1);
}

/* More than half of the confidence in none of the classes is novel. */
static void test_novelty__none_of_them_is_novel(void **state)
{
	static const double sure[] = { 0.9, 0.05 }, lost[] = { 0.2, 0.1 };
	enum novelty_sign which = SIGN_DISTANCE;

	(void)state;
	assert_true(novelty_with_none(0.3, sure, 2, &which) == 0.3);
	assert_int_equal(which, SIGN_DISTANCE);
	assert_true(novelty_with_none(0.3, lost, 2, &which) > 1);
	assert_int_equal(which, SIGN_MARGIN);
	assert_true(novelty_with_none(5, lost, 2, &which) == 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_novelty__finds_the_telling_sign),
		cmocka_unit_test(test_novelty__keeps_knowns_without_strangers),
		cmocka_unit_test(test_novelty__equal_knowns_still_give_limits),
		cmocka_unit_test(test_novelty__stores_different_vectors_once),
		cmocka_unit_test(test_novelty__nothing_said_is_all_unseen),
		cmocka_unit_test(test_novelty__none_of_them_is_novel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
