#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "review/cluster.h"
#include "review/queue.h"

#define FORM_A "greeting 220 #\nehlo 250 SIZE\nnoop 250 ok\nquit 221\n"
#define FORM_B "greeting 220 hi\nehlo 250 XYZ\nnoop 500 eh\nquit 221\n"

static const char *const disputed_flags[] = { "banner-disputed" };

struct sample {
	const char *host, *product;
	double confidence, weight;
	bool disputed;
	const char *label, *form;
};

static void add(struct queue *q, const struct sample *s)
{
	struct prediction p = { .host = s->host,
		.port = 25,
		.outcome = OUTCOME_GREETED,
		.plan = "standard",
		.product = s->product,
		.confidence = s->confidence };
	struct survey_host host = { .host = s->host,
		.port = 25,
		.outcome = OUTCOME_GREETED,
		.prediction = &p,
		.label = s->label,
		.domains = 1,
		.weight = s->weight };
	const char *flags[1];

	flags[0] = disputed_flags[0];
	if (s->disputed) {
		p.flags = flags;
		p.flag_count = 1;
	}
	if (queue_wants(q, &host))
		queue_add(q, &host, s->form);
}

static struct queue *build(const struct sample *samples, size_t count, bool all)
{
	const struct queue_options options = { .sure = 0.9, .all = all };
	struct queue *q = queue_new(&options);

	for (size_t i = 0; i < count; i++)
		add(q, &samples[i]);
	queue_rank(q);
	return q;
}

static void test_queue__asks_only_about_doubtful_hosts(void **state)
{
	static const struct sample samples[] = {
		{ "10.0.0.1", "exim", 0.95, 1, false, NULL, FORM_A },
		{ "10.0.0.2", "exim", 0.5, 1, false, NULL, FORM_A },
		{ "10.0.0.3", PRODUCT_UNKNOWN, 0.95, 1, false, NULL, FORM_A },
		{ "10.0.0.4", "exim", 0.99, 1, true, NULL, FORM_A },
		{ "10.0.0.5", "exim", 0.5, 1, false, "exim", FORM_A },
		{ "10.0.0.6", NULL, 0, 1, false, NULL, FORM_A },
	};
	struct queue *q = build(samples, 6, false);

	(void)state;
	assert_int_equal(queue_hosts(q), 3); /* .2 .3 .4 */
	queue_free(q);
	q = build(samples, 6, true);
	assert_int_equal(queue_hosts(q), 5); /* all that spoke */
	queue_free(q);
}

static void test_queue__groups_hosts_that_look_alike(void **state)
{
	static const struct sample samples[] = {
		{ "10.0.0.1", PRODUCT_UNKNOWN, 0.1, 5, false, NULL, FORM_A },
		{ "10.0.0.2", PRODUCT_UNKNOWN, 0.1, 2, false, NULL, FORM_A },
		{ "10.0.0.3", PRODUCT_UNKNOWN, 0.1, 1, false, NULL, FORM_B },
	};
	struct queue *q = build(samples, 3, false);
	const struct queue_entry *e = queue_entry(q, 0);

	(void)state;
	assert_int_equal(queue_count(q), 2);
	assert_string_equal(
	    e->host, "10.0.0.1"); /* the heaviest stands for it */
	assert_int_equal(e->hosts, 2);
	assert_true(fabs(e->domains - 7) < 1e-9);
	assert_true(fabs(e->doubt - 1) < 1e-9);
	/* one line of four is shared: cosine 1/4; two hosts near, one far */
	assert_true(fabs(e->density - (2 + 0.25) / 3) < 1e-9);
	assert_true(fabs(e->value - 7 * (2 + 0.25) / 3) < 1e-9);
	assert_string_equal(queue_entry(q, 1)->host, "10.0.0.3");
	queue_free(q);
}

static void test_queue__puts_the_most_valuable_first(void **state)
{
	static const struct sample samples[] = {
		/* many domains, little doubt; fewer, but unknown; disputed */
		{ "10.0.0.1", "exim", 0.89, 10, false, NULL, "a\n" },
		{ "10.0.0.2", PRODUCT_UNKNOWN, 0.1, 3, false, NULL, "b\n" },
		{ "10.0.0.3", "exim", 0.99, 4, true, NULL, "c\n" },
	};
	struct queue *q = build(samples, 3, false);

	(void)state;
	assert_string_equal(queue_entry(q, 0)->host, "10.0.0.2");
	assert_string_equal(queue_entry(q, 0)->why, "unknown");
	assert_string_equal(queue_entry(q, 1)->host, "10.0.0.3");
	assert_string_equal(queue_entry(q, 1)->why, "disputed");
	assert_string_equal(queue_entry(q, 2)->host, "10.0.0.1");
	assert_string_equal(queue_entry(q, 2)->why, "unsure");
	queue_free(q);
}

static void test_queue__survives_nothing_and_empty_forms(void **state)
{
	static const struct sample samples[] = {
		{ "10.0.0.1", PRODUCT_UNKNOWN, 0.1, 0, false, NULL, "" },
		{ "10.0.0.2", PRODUCT_UNKNOWN, 0.1, 0, false, NULL, "\n\n" },
	};
	struct queue *q = build(samples, 0, false);

	(void)state;
	assert_int_equal(queue_count(q), 0);
	queue_free(q);
	q = build(samples, 2, false);
	assert_int_equal(queue_hosts(q), 2);
	assert_true(queue_entry(q, 0)->value == 0);
	queue_free(q);
}

/* Near forms join the heavier one; a far one does not. */
static void test_cluster__joins_near_forms(void **state)
{
	struct arena *arena = arena_new();
	struct form forms[3] = { { .hosts = 1, .mass = 3 },
		{ .hosts = 1, .mass = 2 }, { .hosts = 1, .mass = 1 } };

	(void)state;
	form_lines(arena, "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n", &forms[0]);
	form_lines(arena, "1\n2\n3\n4\n5\n6\n7\n8\n9\nx\n", &forms[1]);
	form_lines(arena, "1\n2\n3\n4\n5\n6\n7\nx\ny\nz\n", &forms[2]);
	assert_int_equal(forms[0].line_count, 10);
	assert_true(fabs(form_nearness(&forms[0], &forms[1]) - 0.9) < 1e-9);
	assert_true(fabs(form_nearness(&forms[0], &forms[2]) - 0.7) < 1e-9);
	cluster_forms(forms, 3);
	assert_int_equal(forms[1].leader, 0);
	assert_int_equal(forms[2].leader, 2);
	assert_true(fabs(forms[0].density - (1 + 0.9 + 0.7) / 3) < 1e-9);
	arena_free(arena);
}

static void test_cluster__bounds_long_forms(void **state)
{
	struct arena *arena = arena_new();
	struct form form = { 0 };
	char text[20000];
	size_t at = 0;

	(void)state;
	for (int i = 0; i < 2000; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%d\n", i);
	form_lines(arena, text, &form);
	assert_int_equal(form.line_count, CLUSTER_LINES);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_queue__asks_only_about_doubtful_hosts),
		cmocka_unit_test(test_queue__groups_hosts_that_look_alike),
		cmocka_unit_test(test_queue__puts_the_most_valuable_first),
		cmocka_unit_test(test_queue__survives_nothing_and_empty_forms),
		cmocka_unit_test(test_cluster__joins_near_forms),
		cmocka_unit_test(test_cluster__bounds_long_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
