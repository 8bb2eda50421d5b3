#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/memo.h"

static struct named_feature features[] = {
	{ "noop.code:250", GROUP_CODES },
	{ "help.code:502", GROUP_HELP },
};

static struct feature_list list_of(size_t count)
{
	return (struct feature_list){ .items = features, .count = count };
}

static void fill(struct model_answer answers[VIEW_COUNT],
    struct class_score *score, double confidence)
{
	memset(answers, 0, VIEW_COUNT * sizeof(*answers));
	score->class_index = 3;
	score->confidence = confidence;
	for (int v = 0; v < VIEW_COUNT; v++) {
		answers[v].scores = score;
		answers[v].count = 1;
		answers[v].novelty = 0.25 * v;
	}
}

static void test_memo__tells_plans_and_features_apart(void **state)
{
	struct feature_list one = list_of(1), two = list_of(2);
	struct memo_key a = memo_key_of("standard", &two);
	struct memo_key again = memo_key_of("standard", &two);
	struct memo_key polite = memo_key_of("polite", &two);
	struct memo_key fewer = memo_key_of("standard", &one);

	(void)state;
	assert_string_equal(a.text, again.text);
	assert_string_not_equal(a.text, polite.text);
	assert_string_not_equal(a.text, fewer.text);
	features[0].group = GROUP_WIRE;
	again = memo_key_of("standard", &two);
	features[0].group = GROUP_CODES;
	assert_string_not_equal(a.text, again.text);
}

static void test_memo__keeps_copies(void **state)
{
	struct memo *memo = memo_new();
	struct feature_list list = list_of(2);
	struct memo_key key = memo_key_of("standard", &list);
	struct model_answer answers[VIEW_COUNT];
	struct class_score score;
	const struct model_answer *known;

	(void)state;
	assert_null(memo_get(memo, &key));
	fill(answers, &score, 0.75);
	memo_put(memo, &key, answers);
	score.confidence = 0;
	memo_put(memo, &key, answers); /* known already: the first stays */
	known = memo_get(memo, &key);
	assert_non_null(known);
	assert_true(known[VIEW_ALL].scores[0].confidence == 0.75);
	assert_int_equal(known[VIEW_ALL].scores[0].class_index, 3);
	assert_true(known[VIEW_NO_BANNER].novelty == 0.25);
	memo_free(memo);
	memo_free(NULL);
}

static void test_memo__starts_anew_when_full(void **state)
{
	enum { SIZE = 1 << 17 };
	struct memo *memo = memo_new();
	struct model_answer answers[VIEW_COUNT] = { 0 };
	feature_id *index = calloc(SIZE, sizeof(*index));
	double *value = calloc(SIZE, sizeof(*value));
	struct memo_key first = { "first" }, key = { "" };

	(void)state;
	answers[0].vector =
	    (struct vector){ .index = index, .value = value, .count = SIZE };
	memo_put(memo, &first, answers);
	for (int i = 0; i < 60; i++) { /* 1.5 MiB each */
		snprintf(key.text, sizeof(key.text), "%d", i);
		memo_put(memo, &key, answers);
		assert_non_null(memo_get(memo, &key));
	}
	assert_null(memo_get(memo, &first));
	memo_free(memo);
	free(index);
	free(value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memo__tells_plans_and_features_apart),
		cmocka_unit_test(test_memo__keeps_copies),
		cmocka_unit_test(test_memo__starts_anew_when_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
