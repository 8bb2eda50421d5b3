#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/dataset.h"
#include "model/folds.h"
#include "model/forge.h"
#include "tests/unit/synthetic.h"

static struct dataset *read_file(const char *path, size_t min_deployments)
{
	struct catalog *catalog = synthetic_catalog();
	struct dataset *d;
	struct error err;

	if (dataset_read(catalog, &path, 1, min_deployments, &d, &err) !=
	    STATUS_OK)
		fail_msg("%s", err.text);
	catalog_free(catalog);
	return d;
}

static void write_transcripts(
    const char *path, struct transcript **t, size_t count)
{
	struct line_writer *w;
	struct error err;

	assert_int_equal(lines_create(path, &w, &err), STATUS_OK);
	for (size_t i = 0; i < count; i++)
		synthetic_line(w, t[i]);
	assert_int_equal(lines_close(w, false, &err), STATUS_OK);
}

static struct dataset *dataset_from(
    struct transcript **t, size_t count, size_t min_deployments)
{
	char path[] = "/tmp/mxprint-dataset-XXXXXX";
	int fd = mkstemp(path);
	struct dataset *d;

	assert_true(fd >= 0);
	close(fd);
	write_transcripts(path, t, count);
	d = read_file(path, min_deployments);
	unlink(path);
	return d;
}

/* A standard transcript also counts as a polite one, in the same group. */
static void test_dataset__derives_smaller_plans(void **state)
{
	struct transcript *t[] = { synthetic_transcript(1, 0) };
	struct dataset *d = dataset_from(t, 1, 1);

	(void)state;
	assert_int_equal(d->transcripts, 1);
	assert_int_equal(d->count, 2);
	assert_int_equal(d->group_count, 1);
	assert_int_equal(d->items[0].tier, TIER_POLITE);
	assert_true(d->items[0].derived);
	assert_int_equal(d->items[1].tier, TIER_STANDARD);
	assert_false(d->items[1].derived);
	for (size_t f = 0; f < d->items[0].features.count; f++)
		assert_null(strstr(
		    d->items[0].features.items[f].name, "mail-noarg.code:5"));
	assert_true(d->items[0].weight == 1 && d->items[1].weight == 1);
	dataset_free(d);
}

/* A deep transcript has a tier of its own; a lab one is none of it. */
static void test_dataset__the_deep_plan_is_captured_not_derived(void **state)
{
	struct transcript *t[] = { synthetic_transcript(0, 0),
		synthetic_transcript(1, 1) };
	size_t count[TIER_COUNT] = { 0 };
	struct dataset *d;

	(void)state;
	t[0]->plan = "deep";
	t[1]->plan = "lab";
	d = dataset_from(t, 2, 1);
	for (size_t i = 0; i < d->count; i++) {
		count[d->items[i].tier]++;
		assert_true(
		    d->items[i].derived == (d->items[i].tier < TIER_DEEP));
	}
	assert_int_equal(count[TIER_POLITE], 2);
	assert_int_equal(count[TIER_STANDARD], 2);
	assert_int_equal(count[TIER_DEEP], 1);
	assert_int_equal(count[TIER_FULL], 1);
	assert_string_equal(tier_name(TIER_DEEP), "deep");
	assert_int_equal(tier_of_plan("deep"), TIER_DEEP);
	dataset_free(d);
}

/* The same deployment twice, and another that looks exactly the same. */
static void test_dataset__keeps_what_is_alike_together(void **state)
{
	struct transcript *t[] = { synthetic_transcript(0, 0),
		synthetic_transcript(0, 0), synthetic_transcript(0, 0),
		synthetic_transcript(0, 1) };
	struct dataset *d;

	(void)state;
	t[1]->start_utc_ms += 5; /* asked again later */
	t[2]->deployment = "elsewhere";
	d = dataset_from(t, 4, 1);
	assert_int_equal(d->transcripts, 4);
	assert_int_equal(d->group_count, 2);
	assert_int_equal(d->product_groups[0], 3);
	/* Equal items of one group and tier are kept once. */
	assert_int_equal(d->count, 4);
	dataset_free(d);
}

static void test_dataset__few_deployments_are_no_class(void **state)
{
	struct transcript *t[] = { synthetic_transcript(0, 0),
		synthetic_transcript(0, 1), synthetic_transcript(0, 2),
		synthetic_transcript(1, 0), synthetic_transcript(1, 1) };
	struct dataset *d = dataset_from(t, 5, 3);

	(void)state;
	assert_int_equal(d->product_count, 2);
	assert_int_equal(d->class_count, 1);
	assert_string_equal(d->classes[0], "postfix");
	for (size_t i = 0; i < d->count; i++)
		assert_true((d->items[i].class_index == CLASS_OTHER) ==
			    (strcmp(d->items[i].product, "exim") == 0));
	dataset_free(d);
}

static void test_dataset__leaves_out_the_silent_and_unlabelled(void **state)
{
	struct transcript *t[] = { synthetic_transcript(0, 0),
		synthetic_transcript(0, 1), synthetic_transcript(0, 2) };
	struct dataset *d;

	(void)state;
	t[1]->outcome = OUTCOME_REFUSED;
	t[1]->connection_count = 0;
	t[2]->label.product = NULL;
	d = dataset_from(t, 3, 1);
	assert_int_equal(d->transcripts, 1);
	assert_int_equal(d->silent, 1);
	assert_int_equal(d->unlabelled, 1);
	dataset_free(d);
}

static void test_dataset__folds_spread_products_and_split_no_group(void **state)
{
	char path[] = "/tmp/mxprint-dataset-XXXXXX";
	int fd = mkstemp(path);
	size_t fold[64], again[64], count[4][SYNTHETIC_PRODUCTS] = { { 0 } };
	bool differs = false;
	struct dataset *d;

	(void)state;
	close(fd);
	synthetic_file(path, 0, 8, false);
	d = read_file(path, 3);
	unlink(path);
	assert_int_equal(d->group_count, 32);
	folds_assign(d, 4, 1, fold);
	folds_assign(d, 4, 1, again);
	assert_memory_equal(fold, again, 32 * sizeof(fold[0]));
	folds_assign(d, 4, 2, again);
	for (size_t g = 0; g < 32; g++)
		differs |= fold[g] != again[g];
	assert_true(differs);
	for (size_t i = 0; i < d->count; i++)
		if (d->items[i].tier == TIER_STANDARD)
			count[fold[d->items[i].group]]
			     [d->items[i].class_index]++;
	for (size_t f = 0; f < 4; f++)
		for (size_t c = 0; c < SYNTHETIC_PRODUCTS; c++)
			assert_int_equal(count[f][c], 2);
	dataset_free(d);
}

static void test_dataset__forging_changes_the_greeting_alone(void **state)
{
	struct transcript *t[] = { synthetic_transcript(0, 0),
		synthetic_transcript(1, 0) };
	struct dataset *d = dataset_from(t, 2, 1);
	const struct item *base = &d->items[0];
	const struct item *donor = &d->items[d->count - 1];
	struct feature_list forged;
	size_t banner = 0, rest = 0;

	(void)state;
	features_forge(d->arena, &base->features, &donor->features, &forged);
	for (size_t f = 0; f < forged.count; f++) {
		if (forged.items[f].group == GROUP_BANNER)
			banner++;
		else
			rest++;
	}
	for (size_t f = 0; f < base->features.count; f++)
		rest -= base->features.items[f].group != GROUP_BANNER;
	for (size_t f = 0; f < donor->features.count; f++)
		banner -= donor->features.items[f].group == GROUP_BANNER;
	assert_int_equal(banner, 0);
	assert_int_equal(rest, 0);
	dataset_free(d);
}

/* Who greets otherwise and answers alike is one to whom greetings are hidden;
 * a refusal is an answer, what is no reply refuses nobody. */
static void test_dataset__greetings_alone_make_no_group(void **state)
{
	static const char *const greetings[] = { "220 a.example ESMTP Postfix",
		"220 b.example ready", "SSH-2.0-OpenSSH_9.2",
		"554 5.7.1 go away", "554 5.7.1 not here" };
	const char *form[5], *behind[5];
	struct transcript *t[5];
	struct dataset *d;

	(void)state;
	for (size_t k = 0; k < 5; k++) {
		struct bytes *greeting;

		t[k] = synthetic_transcript(0, 0);
		t[k]->deployment = arena_printf(t[k]->arena, "d%zu", k);
		greeting = &t[k]->connections->exchanges[0].received;
		greeting->data =
		    arena_printf(t[k]->arena, "%s\r\n", greetings[k]);
		greeting->len = strlen(greeting->data);
		form[k] = features_normal_form(t[k]->arena, t[k]);
		behind[k] = features_form_behind(form[k]);
	}
	for (size_t k = 1; k < 5; k++) {
		assert_string_not_equal(form[k], form[0]);
		assert_true((strcmp(behind[k], behind[0]) == 0) == (k <= 2));
	}
	d = dataset_from(t, 5, 1);
	assert_int_equal(d->group_count, 3);
	dataset_free(d);
}

/* A forged greeting says what the host is not: nothing else is a forgery. */
static void test_dataset__a_donor_lies(void **state)
{
	static const struct {
		const char *banner, *claims;
		size_t product;
		bool fronted, lies;
	} cases[] = {
		{ "stock", NULL, 1, false, true },
		{ "stock", NULL, 0, false, false }, /* the host's own product */
		{ "stock", NULL, 1, true, false },  /* who says it? */
		{ "hidden", NULL, 1, false, false },
		{ "neutral", NULL, 1, false, false },
		{ "forged", "exim", 1, false, true },
		{ "forged", "postfix", 1, false, false }, /* the truth */
		{ "forged", NULL, 1, false, false },
		{ NULL, NULL, 1, false, true }, /* not told */
	};

	(void)state;
	for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		struct item items[2] = { { .product = "postfix" },
			{ .product = "some",
			    .product_index = cases[k].product,
			    .fronted = cases[k].fronted,
			    .from = { .banner = cases[k].banner,
				.claims = cases[k].claims } } };
		struct dataset d = { .items = items, .count = 2 };
		struct random random;

		items[0].from.banner = "hidden";
		random_init(&random, k);
		assert_int_equal(forge_donor(&d, NULL, 0, &random),
		    cases[k].lies ? 1 : SIZE_MAX);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dataset__greetings_alone_make_no_group),
		cmocka_unit_test(test_dataset__a_donor_lies),
		cmocka_unit_test(test_dataset__derives_smaller_plans),
		cmocka_unit_test(
		    test_dataset__the_deep_plan_is_captured_not_derived),
		cmocka_unit_test(test_dataset__keeps_what_is_alike_together),
		cmocka_unit_test(test_dataset__few_deployments_are_no_class),
		cmocka_unit_test(
		    test_dataset__leaves_out_the_silent_and_unlabelled),
		cmocka_unit_test(
		    test_dataset__folds_spread_products_and_split_no_group),
		cmocka_unit_test(
		    test_dataset__forging_changes_the_greeting_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
