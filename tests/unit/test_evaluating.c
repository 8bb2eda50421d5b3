#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>

#include <cmocka.h>

#include "evaluation/evaluating.h"
#include "evaluation/learned.h"
#include "evaluation/part_versions.h"
#include "evaluation/round.h"
#include "model/folds.h"
#include "tests/unit/synthetic.h"

#define FOLDS 4

/* Eight deployments of four products, two versions each. */
struct setting {
	struct catalog *catalog;
	struct evaluate_options options;
	struct evaluating v;
	bool *gone, *train, *test;
};

static int set_up(void **state)
{
	static char path[] = "/tmp/mxprint-evaluating-XXXXXX";
	struct setting *s = xcalloc(1, sizeof(*s));
	const char *paths[] = { path };
	struct error err;
	size_t room;

	close(mkstemp(path));
	synthetic_file(path, 0, 8, false);
	s->catalog = synthetic_catalog();
	evaluate_options_defaults(&s->options);
	s->options.folds = FOLDS;
	s->v.options = &s->options;
	s->v.arena = arena_new();
	if (dataset_read(s->catalog, paths, 1, 3, &s->v.d, &err) != STATUS_OK)
		return 1;
	unlink(path);
	room = s->v.d->count + 1;
	s->gone = arena_array(s->v.arena, room, sizeof(bool));
	s->train = arena_array(s->v.arena, room, sizeof(bool));
	s->test = arena_array(s->v.arena, room, sizeof(bool));
	s->v.donor = arena_array(s->v.arena, room, sizeof(*s->v.donor));
	s->v.lonely =
	    arena_array(s->v.arena, s->v.d->class_count + 1, sizeof(bool));
	s->v.fold = arena_array(
	    s->v.arena, s->v.d->group_count + 1, sizeof(*s->v.fold));
	folds_assign(s->v.d, FOLDS, 2, s->v.fold);
	*state = s;
	return 0;
}

static int tear_down(void **state)
{
	struct setting *s = *state;

	dataset_free(s->v.d);
	arena_free(s->v.arena);
	catalog_free(s->catalog);
	free(s);
	return 0;
}

static void no_group_on_both_sides(const struct setting *s)
{
	const struct dataset *d = s->v.d;

	for (size_t i = 0; i < d->count; i++)
		for (size_t k = 0; s->test[i] && k < d->count; k++)
			assert_false(s->train[k] &&
				     d->items[k].group == d->items[i].group);
}

static void test_evaluating__folds_are_disjoint_and_test_all(void **state)
{
	struct setting *s = *state;
	const struct dataset *d = s->v.d;
	size_t tested = 0;

	for (size_t f = 0; f < FOLDS; f++) {
		size_t trained = 0;

		evaluating_split(&s->v, f, s->train, s->test);
		no_group_on_both_sides(s);
		for (size_t i = 0; i < d->count; i++) {
			tested += s->test[i];
			trained += s->train[i];
		}
		assert_true(trained > d->count / 2);
	}
	assert_int_equal(tested, d->count);
	/* What folds cannot measure is trained on and never judged. */
	s->v.lonely[0] = true;
	for (size_t f = 0; f < FOLDS; f++) {
		evaluating_split(&s->v, f, s->train, s->test);
		for (size_t i = 0; i < d->count; i++)
			assert_false(
			    s->test[i] && d->items[i].class_index == 0);
	}
	s->v.lonely[0] = false;
}

static void test_evaluating__leaving_takes_the_groups_along(void **state)
{
	struct setting *s = *state;
	const struct dataset *d = s->v.d;
	size_t polite = 0, left = 0;

	/* One view of a transcript, and one product altogether. */
	for (size_t i = 0; i < d->count; i++) {
		s->gone[i] = d->items[i].class_index == 1;
		s->test[i] = s->gone[i];
	}
	while (d->items[polite].class_index == 1 ||
	       d->items[polite].tier != TIER_POLITE)
		polite++;
	s->test[polite] = true;
	evaluating_leave(&s->v, s->gone, s->train, s->test);
	no_group_on_both_sides(s);
	for (size_t i = 0; i < d->count; i++) {
		assert_false(s->train[i] && d->items[i].class_index == 1);
		assert_false(
		    s->train[i] && d->items[i].group == d->items[polite].group);
		left += s->test[i];
	}
	assert_true(s->test[polite]);
	assert_int_equal(left, 1); /* nothing to learn the product from */
}

static void take_nothing(
    void *user, size_t i, bool forged, const double *margins)
{
	(void)user;
	(void)i;
	(void)forged;
	(void)margins;
}

/* A split that leaks gives no figure: not by one view of one transcript. */
static void test_evaluating__what_leaks_is_refused(void **state)
{
	struct setting *s = *state;
	struct round round = { .train = s->train,
		.test = s->test,
		.mask = GROUPS_ALL,
		.cost = 1,
		.take = take_nothing };
	size_t leaking = 0;
	struct error err;

	evaluating_split(&s->v, 0, s->train, s->test);
	assert_int_equal(
	    folds_apart(s->v.d, s->train, s->test, &err), STATUS_OK);
	assert_int_equal(round_run(&s->v, &round, &err), STATUS_OK);
	while (!s->test[leaking])
		leaking++;
	s->test[leaking] = false;
	s->train[leaking] = true;
	assert_int_equal(
	    folds_apart(s->v.d, s->train, s->test, &err), STATUS_SOFTWARE);
	assert_int_equal(round_run(&s->v, &round, &err), STATUS_SOFTWARE);
	assert_non_null(strstr(err.text, "learned from and judged"));
}

static void test_evaluating__no_item_of_a_version_left_out(void **state)
{
	struct setting *s = *state;
	const struct dataset *d = s->v.d;
	size_t tested = 0;

	for (size_t k = 0; k < 2; k++) {
		assert_true(versions_round(&s->v, k, s->gone, s->test));
		evaluating_leave(&s->v, s->gone, s->train, s->test);
		no_group_on_both_sides(s);
		for (size_t i = 0; i < d->count; i++) {
			const struct item *item = &d->items[i];
			size_t p = 0;
			bool is_it;

			while (strcmp(synthetic_products[p].id,
				   item->product) != 0)
				p++;
			is_it = strcmp(synthetic_products[p].versions[k],
				    item->version) == 0;
			assert_false(s->train[i] && is_it);
			assert_false(s->test[i] && !is_it);
			tested += s->test[i];
		}
	}
	assert_int_equal(tested, d->count);
	assert_false(versions_round(&s->v, 2, s->gone, s->test));
}

struct compared {
	const struct learned *learned;
	size_t classes;
	enum model_view view;
	size_t count;
};

static void compare(void *user, size_t item, bool forged, const double *margins)
{
	struct compared *c = user;
	const double *theirs = forged
				   ? c->learned->forged[item].margins
				   : c->learned->answers[c->view][item].margins;

	for (size_t k = 0; k < c->classes; k++)
		assert_true(fabs(margins[k] - theirs[k]) < 1e-9);
	c->count++;
}

/* What the parts take from the folds' models, they would train themselves. */
static void test_learned__margins_are_those_of_a_plain_round(void **state)
{
	struct setting *s = *state;
	size_t count = s->v.d->count;
	struct compared c = { .classes = s->v.d->class_count };
	struct round round = {
		.train = s->train, .test = s->test, .take = compare, .user = &c
	};
	struct error err;

	for (size_t i = 0; i < count; i++) /* another product's greeting */
		for (size_t k = 0; k < count; k++)
			if (s->v.d->items[k].class_index !=
			    s->v.d->items[i].class_index)
				s->v.donor[i] = k;
	assert_int_equal(learned_get(&s->v, &c.learned, &err), STATUS_OK);
	for (size_t f = 0; f < FOLDS; f++) {
		evaluating_split(&s->v, f, s->train, s->test);
		round.cost = c.learned->cost[f];
		for (int view = 0; view < VIEW_COUNT; view++) {
			c.view = (enum model_view)view;
			round.forged = view == VIEW_ALL;
			round.mask = round.forged ? GROUPS_ALL : ROUND_MASKED;
			assert_int_equal(
			    round_run(&s->v, &round, &err), STATUS_OK);
			assert_true(
			    c.learned->maps[view][f].calibration.scale > 0);
		}
	}
	assert_int_equal(c.count, 3 * count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_evaluating__folds_are_disjoint_and_test_all),
		cmocka_unit_test(
		    test_evaluating__leaving_takes_the_groups_along),
		cmocka_unit_test(test_evaluating__what_leaks_is_refused),
		cmocka_unit_test(
		    test_evaluating__no_item_of_a_version_left_out),
		cmocka_unit_test(
		    test_learned__margins_are_those_of_a_plain_round),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
