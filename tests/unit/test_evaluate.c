#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>

#include <cmocka.h>

#include "model/evaluate.h"
#include "model/train.h"
#include "tests/unit/synthetic.h"

static struct catalog *catalog;
static char known[] = "/tmp/mxprint-evaluate-XXXXXX";
static char fresh[] = "/tmp/mxprint-evaluate-XXXXXX";

static int set_up(void **state)
{
	(void)state;
	catalog = synthetic_catalog();
	close(mkstemp(known));
	close(mkstemp(fresh));
	synthetic_file(known, 0, 8, false);
	synthetic_file(fresh, 8, 12, false);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlink(known);
	unlink(fresh);
	catalog_free(catalog);
	return 0;
}

static struct evaluation *run(const char *path, const struct model *model)
{
	struct evaluate_options options;
	struct evaluation *e;
	struct error err;

	evaluate_options_defaults(&options);
	options.catalog = catalog;
	options.paths = &path;
	options.path_count = 1;
	options.folds = 4;
	options.model = model;
	if (evaluate(&options, &e, &err) != STATUS_OK)
		fail_msg("%s", err.text);
	return e;
}

static void test_evaluate__folds_and_ladder(void **state)
{
	struct evaluation *e = run(known, NULL);

	(void)state;
	assert_int_equal(e->judged, 32);
	assert_int_equal(e->strangers, 32);
	assert_true(e->micro.value > 0.95);
	assert_int_equal(e->rung_count, 5);
	/* A quarter of the greetings is forged, a quarter says nothing. */
	assert_true(e->rungs[0].micro[BANNER_AS_IS].value < 0.8);
	assert_true(isnan(e->rungs[0].micro[BANNER_HIDDEN].value));
	assert_true(e->rungs[4].micro[BANNER_AS_IS].value > 0.95);
	assert_true(e->rungs[4].micro[BANNER_HIDDEN].value > 0.95);
	assert_true(e->rungs[4].micro[BANNER_FORGED].value > 0.9);
	assert_true(e->auroc.value > 0.9);
	evaluation_free(e);
}

static void test_evaluate__says_the_same_twice(void **state)
{
	struct evaluation *a = run(known, NULL);
	struct evaluation *b = run(known, NULL);
	struct buffer x, y;

	(void)state;
	buffer_init(&x, 1 << 20);
	buffer_init(&y, 1 << 20);
	evaluation_json(a, &x);
	evaluation_json(b, &y);
	assert_string_equal(buffer_text(&x), buffer_text(&y));
	evaluation_table(a, &x);
	assert_non_null(strstr(buffer_text(&x), "+ negative replies"));
	buffer_clear(&x);
	buffer_clear(&y);
	evaluation_free(a);
	evaluation_free(b);
}

static void test_evaluate__a_model_on_held_out_deployments(void **state)
{
	struct train_options options;
	const char *paths[] = { known };
	struct evaluation *e;
	struct model *model;
	struct error err;

	(void)state;
	train_options_defaults(&options);
	options.catalog = catalog;
	options.paths = paths;
	options.path_count = 1;
	assert_int_equal(train(&options, &model, &err), STATUS_OK);
	e = run(fresh, model);
	assert_int_equal(e->judged, 16);
	assert_int_equal(e->seen, 0);
	assert_true(e->micro.value == 1);
	assert_int_equal(e->rung_count, 1);
	evaluation_free(e);
	e = run(known, model);
	assert_int_equal(e->seen, 32); /* which the command warns about */
	evaluation_free(e);
	model_free(model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_evaluate__folds_and_ladder),
		cmocka_unit_test(test_evaluate__says_the_same_twice),
		cmocka_unit_test(
		    test_evaluate__a_model_on_held_out_deployments),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
