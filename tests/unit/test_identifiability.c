#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>

#include <cmocka.h>

#include "evaluation/identifiability.h"
#include "tests/unit/items.h"

static const char *const classes[] = { "exim", "postfix" };

static void add(struct hand *h, const char *product, const char *version,
    const char *deployment, const char *words)
{
	hand_add(h, product, deployment, "standard", words)->version = version;
}

static bool near(double a, double b)
{
	return fabs(a - b) < 1e-12;
}

/*
 * Hidden: x is two Exims and a Postfix, y an Exim, z a Postfix.
 * With greetings only the two Exims stay alike. Delays never count.
 */
static void fill(struct hand *h)
{
	hand_begin(h, classes, 2);
	add(h, "exim", "4.94.2", "e1", "x g:e t:1");
	add(h, "exim", "4.96", "e2", "g:e x t:2");
	add(h, "exim", "4.96-15", "e3", "y g:e");
	add(h, "postfix", "3.5.1", "p1", "x g:p");
	add(h, "postfix", "3.5.2", "p2", "z g:p");
}

static void test_identifiability__by_hand(void **state)
{
	struct identifiability it;
	const struct identifiability_row *seen, *hidden;
	struct hand h;

	(void)state;
	fill(&h);
	identifiability_measure(&h.d, h.arena, &it);
	assert_int_equal(it.count, 2);
	seen = &it.rows[0];
	hidden = &it.rows[1];
	assert_string_equal(hidden->plan, "standard");
	assert_true(seen->banner && !hidden->banner);
	assert_int_equal(hidden->forms, 3);
	assert_int_equal(seen->forms, 4);
	assert_true(near(hidden->products.deployments, 5));
	assert_true(near(hidden->products.alike, 3));
	assert_true(near(hidden->products.micro, 4.0 / 5));
	/* x: Exim, 2 of 3; y: 1 of 3; z: Postfix, 1 of 2 */
	assert_true(near(hidden->products.macro, 1.5 / 2));
	assert_true(near(seen->products.alike, 0));
	assert_true(near(seen->products.micro, 1));
	/* 4.94 and 4.96 share x, whatever the greeting says. */
	assert_true(near(hidden->versions.alike, 2));
	assert_true(near(seen->versions.alike, 2));
	assert_true(near(hidden->versions.micro, 4.0 / 5));
	/* x: 4.94, 1 of 1; y: 4.96, 1 of 2; Postfix 3.5, all of it */
	assert_true(near(hidden->versions.macro, 2.5 / 3));
	hand_end(&h);
}

static void test_identifiability__lists_what_is_alike(void **state)
{
	struct identifiability it;
	struct hand h;

	(void)state;
	fill(&h);
	identifiability_measure(&h.d, h.arena, &it);
	assert_int_equal(it.rows[0].product_sets.count, 0);
	assert_int_equal(it.rows[1].product_sets.count, 1);
	assert_string_equal(
	    it.rows[1].product_sets.sets[0].names, "exim, postfix");
	assert_true(near(it.rows[1].product_sets.sets[0].deployments, 3));
	assert_int_equal(it.rows[1].product_sets.sets[0].forms, 1);
	assert_int_equal(it.rows[1].version_sets.count, 1);
	assert_string_equal(
	    it.rows[1].version_sets.sets[0].names, "exim 4.94, exim 4.96");
	hand_end(&h);
}

/* Where products count the same, the rare one is the better answer. */
static void test_identifiability__macro_has_its_own_best_answer(void **state)
{
	const struct item *items[4];
	double weight[] = { 1, 1, 1, 0.5 };
	size_t truth[] = { 0, 0, 0, 1 };
	struct ceiling c;
	struct hand h;

	(void)state;
	hand_begin(&h, classes, 2);
	items[0] = hand_add(&h, "exim", "e1", "standard", "x");
	items[1] = hand_add(&h, "exim", "e2", "standard", "x");
	items[2] = hand_add(&h, "exim", "e3", "standard", "y");
	items[3] = hand_add(&h, "postfix", "p1", "standard", "x");
	c = ceiling_of(items, weight, truth, 4, 2, GROUPS_ALL);
	assert_true(near(c.deployments, 3.5));
	assert_true(near(c.micro, 3 / 3.5));
	assert_true(near(c.macro, (1 + 1.0 / 3) / 2));
	truth[3] = SIZE_MAX;
	c = ceiling_of(items, weight, truth, 4, 2, GROUPS_ALL);
	assert_true(near(c.micro, 1) && near(c.macro, 1));
	hand_end(&h);
}

/* A deployment counts once; reduced views only where nothing was captured. */
static void test_identifiability__counts_deployments(void **state)
{
	struct identifiability it;
	struct item *view;
	struct hand h;

	(void)state;
	hand_begin(&h, classes, 2);
	hand_add(&h, "exim", "e1", "standard", "x");
	hand_add(&h, "exim", "e1", "standard", "y");
	view = hand_add(&h, "exim", "e1", "standard", "z");
	view->derived = true; /* the lab plan's */
	view = hand_add(&h, "postfix", "p1", "standard", "x");
	view->derived = true; /* p1 was not asked with the standard plan */
	hand_add(&h, "postfix", "p1", "deep", "x more");
	hand_add(&h, "exim", "e1", "lab", "x more");
	identifiability_measure(&h.d, h.arena, &it);
	assert_int_equal(it.count, 6); /* standard, deep, lab; seen, hidden */
	assert_int_equal(it.rows[0].forms, 2);
	assert_true(near(it.rows[0].products.deployments, 2));
	assert_true(near(it.rows[0].products.alike, 1.5));
	assert_true(near(it.rows[0].products.micro, 1.5 / 2));
	assert_string_equal(it.rows[2].plan, "deep");
	assert_true(near(it.rows[2].products.deployments, 1));
	assert_string_equal(it.rows[4].plan, "lab");
	assert_true(near(it.rows[4].products.micro, 1));
	assert_true(isnan(it.rows[0].versions.micro)); /* none is labelled */
	hand_end(&h);
}

static void test_identifiability__order_changes_nothing(void **state)
{
	struct identifiability a, b;
	struct hand h, reversed;

	(void)state;
	fill(&h);
	fill(&reversed);
	for (size_t i = 0; i < h.d.count; i++)
		reversed.items[i] = h.items[h.d.count - 1 - i];
	identifiability_measure(&h.d, h.arena, &a);
	identifiability_measure(&reversed.d, reversed.arena, &b);
	assert_int_equal(a.count, b.count);
	for (size_t r = 0; r < a.count; r++) {
		assert_true(
		    a.rows[r].products.macro == b.rows[r].products.macro);
		assert_true(
		    a.rows[r].versions.micro == b.rows[r].versions.micro);
		assert_int_equal(
		    a.rows[r].version_sets.count, b.rows[r].version_sets.count);
		assert_string_equal(a.rows[r].version_sets.sets[0].names,
		    b.rows[r].version_sets.sets[0].names);
	}
	hand_end(&h);
	hand_end(&reversed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_identifiability__by_hand),
		cmocka_unit_test(test_identifiability__lists_what_is_alike),
		cmocka_unit_test(
		    test_identifiability__macro_has_its_own_best_answer),
		cmocka_unit_test(test_identifiability__counts_deployments),
		cmocka_unit_test(test_identifiability__order_changes_nothing),
	};

	return cmocka_run_group_tests_name(
	    "identifiability", tests, NULL, NULL);
}
