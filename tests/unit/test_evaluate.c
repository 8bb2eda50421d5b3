#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>

#include <cmocka.h>

#include "evaluation/evaluate.h"
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

static struct evaluation *run(
    const char *path, const struct model *model, const char *parts)
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
	if (parts)
		assert_int_equal(
		    evaluate_parts_read(parts, &options.parts, &err),
		    STATUS_OK);
	if (evaluate(&options, &e, &err) != STATUS_OK)
		fail_msg("%s", err.text);
	return e;
}

static void test_evaluate__parts_by_name(void **state)
{
	uint64_t parts;
	struct error err;

	(void)state;
	assert_int_equal(
	    evaluate_parts_read("ladder,folds", &parts, &err), STATUS_OK);
	assert_int_equal(parts, 3); /* the first two */
	assert_int_equal(
	    evaluate_parts_read("folds,laddre", &parts, &err), STATUS_USAGE);
	assert_non_null(strstr(err.text, "'ladder'"));
	assert_int_equal(evaluate_parts_read("", &parts, &err), STATUS_USAGE);
}

static void test_evaluate__folds_and_ladder(void **state)
{
	struct evaluation *e = run(known, NULL, "folds,ladder");
	const struct plan_figures *standard;
	const struct ladder_figures *l = &e->ladder;
	size_t s = 0;

	(void)state;
	assert_int_equal(e->by_folds.plan_count, 2); /* and polite */
	standard = &e->by_folds.plans[1];
	assert_string_equal(standard->plan, "standard");
	assert_int_equal(standard->items, 32);
	assert_true(standard->micro.value > 0.95);
	assert_true(standard->micro.low <= standard->micro.value);
	assert_true(standard->micro.high >= standard->micro.value);
	assert_string_equal(e->by_folds.judged, "standard");
	assert_int_equal(e->by_folds.detail.class_count, 4);
	while (strcmp(l->plans[s], "standard") != 0)
		s++;
	/* A quarter of the greetings is forged, a quarter says nothing. */
	assert_true(l->rungs[s][0][GREETING_AS_IS].accuracy.micro.value < 0.8);
	assert_true(
	    isnan(l->rungs[s][0][GREETING_MASKED].accuracy.micro.value));
	for (int g = 0; g < GREETINGS; g++)
		assert_true(l->rungs[s][4][g].accuracy.micro.value > 0.9);
	assert_true(l->rungs[s][4][GREETING_AS_IS].coverage_98.value > 0.9);
	evaluation_free(e);
}

/* Every item is told something, and most of them what they are. */
static void assert_told(const struct told_figures *f, size_t items)
{
	double sum = 0;

	assert_int_equal(f->items, items);
	for (int t = 0; t < TELLING_COUNT; t++)
		sum += f->shares[t].value;
	assert_true(fabs(sum - 1) < 1e-9);
	assert_true(f->shares[TELLING_RIGHT].value > 0.5);
	assert_true(f->shares[TELLING_WRONG].value < 0.1);
}

static void test_evaluate__products_left_out(void **state)
{
	struct evaluation *e = run(known, NULL, "products");
	const struct open_set *set = &e->products.views[VIEW_ALL];

	(void)state;
	assert_int_equal(set->strange, 32);
	assert_int_equal(set->known, 32);
	assert_int_equal(set->stranger_count, 4);
	for (size_t i = 0; i < set->stranger_count; i++) {
		const struct stranger *one = &set->strangers[i];
		double named = 0;

		assert_true(one->deployments == 8);
		/* The rest was named, as something else. */
		for (size_t n = 0; n < one->named_count; n++) {
			named += one->named[n].deployments;
			assert_string_not_equal(
			    one->named[n].answer, one->product);
		}
		assert_true(fabs(named - 8 * (1 - one->novel.value)) < 1e-9);
	}
	assert_true(set->auroc.value > 0.9);
	/* All four products are novel, whatever the number of their hosts. */
	assert_true(set->strange_novel.value == 1);
	assert_true(fabs(set->strange_novel.low - pow(0.025, 0.25)) < 1e-9);
	/* So none of them is told a name. */
	assert_int_equal(e->products.told.items, 32);
	assert_true(e->products.told.shares[TELLING_UNKNOWN].value == 1);
	evaluation_free(e);
}

static void test_evaluate__versions_and_configurations(void **state)
{
	struct evaluation *e = run(known, NULL, "versions,configurations");
	const struct versions_figures *v = &e->versions;
	const struct configurations_figures *c = &e->configurations;

	(void)state;
	assert_int_equal(v->all.rounds, 2);
	assert_int_equal(v->all.views[VIEW_ALL].items, 32);
	assert_int_equal(v->product_count, 4);
	assert_true(v->products[0].deployments == 8);
	assert_true(v->all.views[VIEW_NO_BANNER].micro.value > 0.9);
	/* two versions each: without one there is no range to tell */
	for (int place = 0; place < UNSEEN_PLACES; place++)
		assert_int_equal(v->ranges[place].versions, 0);
	assert_int_equal(c->configurations, 32); /* none is told */
	assert_int_equal(c->all.views[VIEW_NO_BANNER].items, 32);
	assert_int_equal(c->share_count[BY_FRONT], 1);
	assert_string_equal(c->shares[BY_FRONT][0].value, "none");
	assert_int_equal(c->share_count[BY_RECIPE], 0);
	assert_told(&c->all.told, 32);
	assert_true(c->shares[BY_FRONT][0].told.value ==
		    c->all.told.shares[TELLING_RIGHT].value);
	assert_told(&v->all.told, 32);
	evaluation_free(e);
}

static void test_evaluate__the_curve_rises(void **state)
{
	struct evaluation *e = run(known, NULL, "curve");
	const struct curve_point *p = e->curve.points;

	(void)state;
	for (size_t i = 0; i < CURVE_POINTS; i++)
		assert_int_equal(p[i].accuracy.items, 32);
	assert_true(p[0].accuracy.micro.value <= p[5].accuracy.micro.value);
	/* There are fewer than 8 to train on: the rest changes nothing. */
	assert_true(p[3].accuracy.micro.value == p[5].accuracy.micro.value);
	evaluation_free(e);
	/* With all of them it is the last rung of the ladder, masked. */
	e = run(known, NULL, "ladder,curve");
	assert_true(e->curve.points[5].accuracy.micro.value ==
		    e->ladder.rungs[1][LADDER_RUNGS - 1][GREETING_MASKED]
			.accuracy.micro.value);
	evaluation_free(e);
}

static struct evaluation *run_with_rules(const char *parts)
{
	const char *path = known;
	struct evaluate_options options;
	struct evaluation *e;
	struct error err;

	evaluate_options_defaults(&options);
	options.catalog = catalog;
	options.paths = &path;
	options.path_count = 1;
	options.folds = 4;
	assert_int_equal(
	    rule_engine_load("rules", catalog, &options.rules, &err),
	    STATUS_OK);
	assert_int_equal(
	    evaluate_parts_read(parts, &options.parts, &err), STATUS_OK);
	if (evaluate(&options, &e, &err) != STATUS_OK)
		fail_msg("%s", err.text);
	rule_engine_free(options.rules);
	return e;
}

/* Same folds, items and weights: the model's row is what folds report. */
static void test_evaluate__baselines_beside_the_model(void **state)
{
	static const char *const names[] = { "model", "majority", "rules",
		"codes", "neighbour", "libsvm", "rbf" };
	struct evaluation *e = run_with_rules("folds,baselines");
	const struct baselines_figures *b = &e->baselines;
	const struct figure *majority = b->rows[1].figures;

	(void)state;
	assert_int_equal(b->judged, 32);
	assert_int_equal(b->count, 7);
	for (size_t i = 0; i < b->count; i++) {
		const struct baseline_row *row = &b->rows[i];

		assert_string_equal(row->name, names[i]);
		assert_true(row->figures[BASELINE_MICRO].value -
				b->rows[0].figures[BASELINE_MICRO].value ==
			    row->against[BASELINE_MICRO].value);
		assert_int_equal(
		    row->wins, row->against[BASELINE_MICRO].value > 0 ||
				   row->against[BASELINE_MACRO].value > 0 ||
				   row->against[BASELINE_COVERAGE].value > 0 ||
				   row->against[BASELINE_ECE].value < 0);
	}
	assert_true(b->rows[0].figures[BASELINE_MICRO].value > 0.9);
	/* Four products of eight: whoever is named, at most one is right. */
	assert_true(majority[BASELINE_MICRO].value <= 0.25);
	assert_true(b->rows[1].against[BASELINE_MICRO].high < -0.4);
	/* Sendmail and OpenSMTPD say who they are in their help. */
	assert_true(b->rows[2].figures[BASELINE_MICRO].value >= 0.5);
	evaluation_free(e);
}

static void test_evaluate__what_cannot_be_told_apart(void **state)
{
	struct evaluation *e = run_with_rules("identifiability,leak");
	const struct identifiability_figures *f = &e->identifiability;

	(void)state;
	assert_int_equal(f->all.count, 4); /* polite, standard; with, without */
	for (size_t i = 0; i < f->all.count; i++) {
		assert_true(f->all.rows[i].products.micro == 1);
		assert_true(
		    f->model[i].ceiling.micro >= f->model[i].micro.value);
		assert_true(f->all.rows[i].versions.micro >= 0.5);
	}
	assert_true(!e->leak.found && e->leak.pairs == 0);
	evaluation_free(e);
}

static void test_evaluate__says_the_same_twice(void **state)
{
	struct evaluation *a = run(known, NULL, NULL);
	struct evaluation *b = run(known, NULL, NULL);
	struct buffer x, y;

	(void)state;
	buffer_init(&x, 1 << 20);
	buffer_init(&y, 1 << 20);
	evaluation_json(a, &x);
	evaluation_json(b, &y);
	assert_string_equal(buffer_text(&x), buffer_text(&y));
	evaluation_table(a, &x);
	assert_non_null(strstr(buffer_text(&x), "+ negative replies"));
	for (size_t p = 0; evaluate_part_name(p); p++)
		assert_non_null(strstr(buffer_text(&y), evaluate_part_name(p)));
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
	e = run(fresh, model, NULL);
	assert_int_equal(e->model.plan.items, 16);
	assert_int_equal(e->model.seen, 0);
	assert_true(e->model.plan.micro.value == 1);
	assert_true(e->model.greetings[GREETING_MASKED].micro.value == 1);
	evaluation_free(e);
	e = run(known, model, NULL);
	assert_int_equal(e->model.seen, 32); /* which the command warns about */
	evaluation_free(e);
	model_free(model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_evaluate__parts_by_name),
		cmocka_unit_test(test_evaluate__folds_and_ladder),
		cmocka_unit_test(test_evaluate__products_left_out),
		cmocka_unit_test(test_evaluate__versions_and_configurations),
		cmocka_unit_test(test_evaluate__the_curve_rises),
		cmocka_unit_test(test_evaluate__baselines_beside_the_model),
		cmocka_unit_test(test_evaluate__what_cannot_be_told_apart),
		cmocka_unit_test(test_evaluate__says_the_same_twice),
		cmocka_unit_test(
		    test_evaluate__a_model_on_held_out_deployments),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
