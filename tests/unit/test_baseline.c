/* Baselines on contests small enough to be answered by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>

#include <cmocka.h>

#include "evaluation/baseline.h"
#include "evaluation/inner.h"
#include "tests/unit/items.h"

static const char *const classes[] = { "exim", "postfix", "sendmail" };

struct small {
	struct hand h;
	size_t items[ITEMS_MAX];
	bool train[ITEMS_MAX], test[ITEMS_MAX];
	struct contest c;
	struct said said[ITEMS_MAX];
};

static void small_begin(struct small *s)
{
	memset(s, 0, sizeof(*s));
	hand_begin(&s->h, classes, 3);
}

static size_t learn(struct small *s, const char *product, const char *words)
{
	size_t k = s->h.d.count;

	hand_add(&s->h, product, arena_printf(s->h.arena, "d%zu", k),
	    "standard", words);
	s->items[k] = k;
	s->train[k] = true;
	return k;
}

static size_t asked(struct small *s, const char *product, const char *words)
{
	size_t k = learn(s, product, words);

	s->train[k] = false;
	s->test[k] = true;
	return k;
}

static void judge(struct small *s, const struct baseline *baseline)
{
	struct contest *c = &s->c;
	struct error err;

	*c = (struct contest){ .d = &s->h.d,
		.mask = GROUPS_ALL & ~GROUP_BIT(GROUP_BANNER),
		.seed = 1,
		.items = s->items,
		.count = s->h.d.count,
		.train = s->train,
		.test = s->test,
		.arena = s->h.arena,
		.vocabulary = vocabulary_new() };
	for (size_t k = 0; k < c->count; k++)
		if (c->train[k])
			vocabulary_observe(c->vocabulary,
			    &contest_item(c, k)->features,
			    contest_item(c, k)->deployment);
	vocabulary_freeze(c->vocabulary, 1);
	c->vectors = arena_array(c->arena, c->count + 1, sizeof(*c->vectors));
	for (size_t k = 0; k < c->count; k++)
		vocabulary_vector(c->vocabulary, &contest_item(c, k)->features,
		    c->mask, c->arena, &c->vectors[k]);
	c->cosine = inner_products(
	    c->vectors, c->count, vocabulary_count(c->vocabulary));
	if (baseline->judge(c, s->said, &err) != STATUS_OK)
		fail_msg("%s", err.text);
	free(c->cosine);
	vocabulary_free(c->vocabulary);
}

static void test_baseline__majority(void **state)
{
	struct small s;
	size_t k;

	(void)state;
	small_begin(&s);
	learn(&s, "exim", "a");
	learn(&s, "postfix", "a");
	learn(&s, "postfix", "b");
	learn(&s, "unknown", "c"); /* of no class: no candidate */
	learn(&s, "unknown", "c");
	learn(&s, "unknown", "c");
	k = asked(&s, "exim", "a");
	asked(&s, "exim", "a"); /* not learned from */
	asked(&s, "exim", "a");
	judge(&s, &baseline_majority);
	assert_int_equal(s.said[k].answer, 1);
	assert_true(fabs(s.said[k].confidence - 2.0 / 3) < 1e-12);
	hand_end(&s.h);
}

/* Only codes count, and not the greeting's. */
static void test_baseline__codes(void **state)
{
	struct small s;
	size_t near, tied, exact;

	(void)state;
	small_begin(&s);
	learn(&s, "exim", "a.code:500 b.code:501 c.code:250 same words");
	learn(&s, "postfix", "a.code:501 b.code:502 c.code:none g:x.code:220");
	learn(&s, "sendmail", "a.code:421 b.code:502");
	learn(&s, "postfix", "a.code:421 b.code:502");
	learn(&s, "postfix", "a.code:421 b.code:999 c.code:999");
	/* one code away from Exim, two from Postfix */
	near = asked(&s, "exim", "a.code:500 b.code:501 c.code:none");
	/* Sendmail and Postfix say the same; Postfix is more frequent */
	tied = asked(&s, "sendmail", "a.code:421 b.code:502 same words");
	/* the greeting's code would make it Exim's neighbour no more */
	exact = asked(&s, "exim",
	    "a.code:500 b.code:501 c.code:250 g:x.code:220 pair.code:a=1,b=2");
	judge(&s, &baseline_codes);
	assert_int_equal(s.said[near].answer, 0);
	assert_true(fabs(s.said[near].confidence - 2.0 / 3) < 1e-12);
	assert_int_equal(s.said[tied].answer, 1);
	assert_true(fabs(s.said[tied].confidence - 0.5) < 1e-12);
	assert_int_equal(s.said[exact].answer, 0);
	assert_true(fabs(s.said[exact].confidence - 1) < 1e-12);
	hand_end(&s.h);
}

static void test_baseline__neighbour(void **state)
{
	struct small s;
	size_t k;

	(void)state;
	small_begin(&s);
	learn(&s, "exim", "a b c d g:z");
	learn(&s, "postfix", "e f g h g:y");
	k = asked(&s, "exim", "a b e f g:y"); /* greeting hidden: a tie */
	learn(&s, "sendmail", "a b c e");
	judge(&s, &baseline_neighbour);
	/* three of its four words are Sendmail's */
	assert_int_equal(s.said[k].answer, 2);
	assert_true(s.said[k].confidence > 0.5 && s.said[k].confidence < 1);
	hand_end(&s.h);
}

/* Products that use other words: every machine has to get these right. */
static void fill_clear(struct small *s)
{
	static const char *const words[][4] = {
		{ "a b x", "a b y", "a c x", "a b z" },
		{ "k l x", "k l y", "k m x", "k l z" },
		{ "s t x", "s t y", "s u x", "s t z" },
	};

	small_begin(s);
	for (size_t p = 0; p < 3; p++)
		for (size_t i = 0; i < 12; i++)
			learn(s, classes[p], words[p][i % 4]);
	for (size_t p = 0; p < 3; p++)
		asked(s, classes[p], words[p][p]);
}

static void test_baseline__machines(void **state)
{
	static const struct baseline *const machines[] = { &baseline_libsvm,
		&baseline_rbf };
	struct small s;
	double first[3];

	(void)state;
	for (size_t m = 0; m < 4; m++) {
		fill_clear(&s);
		judge(&s, machines[m / 2]);
		for (size_t p = 0; p < 3; p++) {
			const struct said *said = &s.said[36 + p];

			assert_int_equal(said->answer, p);
			assert_true(said->confidence > 0.5);
			assert_true(said->confidence <= 1);
			if (m % 2 == 0)
				first[p] = said->confidence;
			else
				assert_true(said->confidence == first[p]);
		}
		hand_end(&s.h);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_baseline__majority),
		cmocka_unit_test(test_baseline__codes),
		cmocka_unit_test(test_baseline__neighbour),
		cmocka_unit_test(test_baseline__machines),
	};

	return cmocka_run_group_tests_name("baseline", tests, NULL, NULL);
}
