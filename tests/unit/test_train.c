#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/file.h"
#include "model/train.h"
#include "tests/unit/synthetic.h"

#define DEPLOYMENTS 8

static char folder[] = "/tmp/mxprint-train-XXXXXX";
static struct catalog *catalog;

static const char *file(const char *name)
{
	static char paths[16][128]; /* used in turn */
	static int at;
	char *path = paths[at++ % 16];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

static struct model *train_on(const char *const *paths, size_t count)
{
	struct train_options options;
	struct model *model;
	struct error err;

	train_options_defaults(&options);
	options.catalog = catalog;
	options.paths = paths;
	options.path_count = count;
	if (train(&options, &model, &err) != STATUS_OK)
		fail_msg("%s", err.text);
	return model;
}

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	catalog = synthetic_catalog();
	synthetic_file(file("all.jsonl"), 0, DEPLOYMENTS, false);
	synthetic_file(file("back.jsonl.gz"), 0, DEPLOYMENTS, true);
	synthetic_file(file("one.jsonl"), 0, 3, false);
	synthetic_file(file("two.jsonl"), 3, DEPLOYMENTS, true);
	return 0;
}

static int tear_down(void **state)
{
	static const char *const names[] = { "all.jsonl", "back.jsonl.gz",
		"one.jsonl", "two.jsonl", "a.model", "b.model", "bad.jsonl" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(file(names[i]));
	catalog_free(catalog);
	return rmdir(folder);
}

static void assert_same_bytes(struct model *a, struct model *b)
{
	struct buffer x, y;
	struct error err;

	assert_int_equal(model_save(a, file("a.model"), &err), STATUS_OK);
	assert_int_equal(model_save(b, file("b.model"), &err), STATUS_OK);
	buffer_init(&x, MODEL_FILE_MAX);
	buffer_init(&y, MODEL_FILE_MAX);
	assert_int_equal(
	    file_read(file("a.model"), MODEL_FILE_MAX, &x, &err), STATUS_OK);
	assert_int_equal(
	    file_read(file("b.model"), MODEL_FILE_MAX, &y, &err), STATUS_OK);
	assert_int_equal(x.len, y.len);
	assert_memory_equal(x.data, y.data, x.len);
	buffer_clear(&x);
	buffer_clear(&y);
}

/* Same data in another order and cut into other files: the same bytes. */
static void test_train__same_data_gives_the_same_bytes(void **state)
{
	const char *all[] = { file("all.jsonl") };
	const char *back[] = { file("back.jsonl.gz") };
	const char *parts[] = { file("two.jsonl"), file("one.jsonl") };
	struct model *a = train_on(all, 1);
	struct model *b = train_on(back, 1);

	(void)state;
	assert_same_bytes(a, b);
	assert_string_equal(model_name(a), model_name(b));
	model_free(b);
	b = train_on(parts, 2);
	assert_same_bytes(a, b);
	model_free(b);
	model_free(a);
}

static void test_train__threads_change_no_byte(void **state)
{
	const char *all[] = { file("all.jsonl") };
	struct model *a, *b;

	(void)state;
	setenv("MXPRINT_JOBS", "1", 1);
	a = train_on(all, 1);
	setenv("MXPRINT_JOBS", "7", 1);
	b = train_on(all, 1);
	unsetenv("MXPRINT_JOBS");
	assert_same_bytes(a, b);
	model_free(b);
	model_free(a);
}

static const char *answer(const struct model *model, enum model_view view,
    struct transcript *t, struct arena *arena, struct model_answer *out)
{
	struct feature_list features;

	features_extract(arena, t, &features);
	model_score(model, view, t->plan, &features, arena, out);
	return model_class(model, out->scores[0].class_index);
}

/* Deployments nobody trained on, forged greetings among them. */
static void test_train__names_new_deployments(void **state)
{
	const char *all[] = { file("all.jsonl") };
	struct model *model = train_on(all, 1);
	struct arena *arena = arena_new();

	(void)state;
	for (size_t p = 0; p < SYNTHETIC_PRODUCTS; p++) {
		for (size_t i = DEPLOYMENTS; i < DEPLOYMENTS + 4; i++) {
			struct transcript *t = synthetic_transcript(p, i);
			struct model_answer a;
			double sum = 0;

			for (int v = 0; v < VIEW_COUNT; v++) {
				assert_string_equal(
				    answer(model, (enum model_view)v, t, arena,
					&a),
				    synthetic_products[p].id);
				assert_false(a.novel);
			}
			assert_true(a.scores[0].confidence > 0.5);
			for (size_t c = 0; c < a.count; c++)
				sum += a.scores[c].confidence;
			/* The rest is the confidence in none of them. */
			assert_true(sum > 0.8 && sum < 1.000001);
			transcript_free(t);
		}
	}
	arena_free(arena);
	model_free(model);
}

/* A server that answers everything alike is no product we know. */
static void test_train__calls_strangers_novel(void **state)
{
	const char *all[] = { file("all.jsonl") };
	struct model *model = train_on(all, 1);
	struct arena *arena = arena_new();
	struct transcript *t = synthetic_transcript(0, 20);
	struct connection *c = t->connections;
	struct model_answer a;

	(void)state;
	for (size_t i = 1; i < c->exchange_count; i++) {
		c->exchanges[i].received.data = "250 whatever you say\r\n";
		c->exchanges[i].received.len = 22;
	}
	answer(model, VIEW_NO_BANNER, t, arena, &a);
	assert_true(a.novel);
	assert_non_null(a.novelty_reason);
	assert_true(a.novelty > 1);
	answer(model, VIEW_ALL, t, arena, &a);
	assert_true(a.novel);
	transcript_free(t);
	arena_free(arena);
	model_free(model);
}

static void test_train__proves_versions_by_behaviour(void **state)
{
	const char *all[] = { file("all.jsonl") };
	struct model *model = train_on(all, 1);
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = DEPLOYMENTS; i < DEPLOYMENTS + 2; i++) {
		struct transcript *t = synthetic_transcript(0, i);
		struct feature_list features;
		struct model_answer a, hidden;
		const char *version;
		double confidence;

		answer(model, VIEW_ALL, t, arena, &a);
		answer(model, VIEW_NO_BANNER, t, arena, &hidden);
		features_extract(arena, t, &features);
		version = model_version(model, a.scores[0].class_index,
		    &features, &hidden, arena, &confidence);
		assert_non_null(version);
		assert_string_equal(version, i % 2 ? "3.6+" : "<3.7");
		assert_true(confidence > 0.7);
		transcript_free(t);
	}
	arena_free(arena);
	model_free(model);
}

static void test_train__says_why(void **state)
{
	const char *all[] = { file("all.jsonl") };
	struct model *model = train_on(all, 1);
	struct arena *arena = arena_new();
	struct transcript *t = synthetic_transcript(1, 9);
	struct model_answer a;
	struct contribution why[5];
	size_t count;

	(void)state;
	answer(model, VIEW_ALL, t, arena, &a);
	count = model_contributions(model, VIEW_ALL, &a,
	    a.scores[0].class_index, a.scores[1].class_index, arena, why, 5);
	assert_int_equal(count, 5);
	assert_true(why[0].weight > 0);
	for (size_t i = 1; i < count; i++)
		assert_true(
		    why[i].weight <= why[i - 1].weight || why[i].weight < 0);
	transcript_free(t);
	arena_free(arena);
	model_free(model);
}

static void test_train__refuses_labels_without_product(void **state)
{
	struct train_options options;
	struct transcript *t = synthetic_transcript(0, 0);
	const char *paths[] = { file("bad.jsonl") };
	struct line_writer *w;
	struct model *model;
	struct error err;

	(void)state;
	t->label.product = "no-such-product";
	assert_int_equal(lines_create(paths[0], &w, &err), STATUS_OK);
	synthetic_line(w, synthetic_transcript(1, 0));
	synthetic_line(w, t);
	assert_int_equal(lines_close(w, false, &err), STATUS_OK);
	train_options_defaults(&options);
	options.catalog = catalog;
	options.paths = paths;
	options.path_count = 1;
	assert_int_equal(train(&options, &model, &err), STATUS_DATA);
	assert_non_null(strstr(err.text, "bad.jsonl:2:"));
	assert_non_null(strstr(err.text, "no-such-product"));
}

static void test_train__needs_two_classes(void **state)
{
	struct train_options options;
	const char *paths[] = { file("one.jsonl") };
	struct model *model;
	struct error err;

	(void)state;
	train_options_defaults(&options);
	options.catalog = catalog;
	options.paths = paths;
	options.path_count = 1;
	options.min_deployments = 4;
	assert_int_equal(train(&options, &model, &err), STATUS_DATA);
	assert_non_null(strstr(err.text, "--min-deployments"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_train__same_data_gives_the_same_bytes),
		cmocka_unit_test(test_train__threads_change_no_byte),
		cmocka_unit_test(test_train__names_new_deployments),
		cmocka_unit_test(test_train__calls_strangers_novel),
		cmocka_unit_test(test_train__proves_versions_by_behaviour),
		cmocka_unit_test(test_train__says_why),
		cmocka_unit_test(test_train__refuses_labels_without_product),
		cmocka_unit_test(test_train__needs_two_classes),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
