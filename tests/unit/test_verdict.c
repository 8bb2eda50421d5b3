#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/verdict.h"
#include "tests/unit/with_catalog.h"

/* Classes of a view, best first; zimbra is of postfix's family. */
#define P(p)                 \
	{                    \
		"postfix", p \
	}
#define E(p)              \
	{                 \
		"exim", p \
	}
#define Z(p)                \
	{                   \
		"zimbra", p \
	}

/* A hit: where, whose, precision, version. */
struct said {
	enum rule_stage stage;
	const char *product;
	double precision;
	const char *version;
};

struct expected {
	const char *name;
	struct candidate all[3]; /* product NULL: no model */
	struct candidate behaviour[3];
	bool all_novel, behaviour_novel, thin;
	double novelty; /* 0: 2 when novel, else 0.3 */
	int support;
	struct said said[3];
	const char *product;
	double confidence;
	enum prediction_source source;
	const char *version;
	bool disputed, novel;
};

static const struct expected cases[] = {
	{ .name = "nothing at all", .product = "unknown" },
	{ .name = "sure: its product",
	    .all = { P(0.97), E(0.03) },
	    .behaviour = { P(0.8), E(0.2) },
	    .product = "postfix",
	    .confidence = 0.97,
	    .source = SOURCE_SVM },
	{ .name = "sure: version from a rule that agrees",
	    .all = { E(0.99), P(0.01) },
	    .behaviour = { E(0.99), P(0.01) },
	    .said = { { STAGE_BANNER, "exim", 0.98, "4.96" } },
	    .product = "exim",
	    .confidence = 0.99,
	    .source = SOURCE_SVM,
	    .version = "4.96" },
	{ .name = "version of HELP before that of the greeting",
	    .all = { E(0.99), P(0.01) },
	    .behaviour = { E(0.99), P(0.01) },
	    .said = { { STAGE_BANNER, "exim", 0.98, "1.0" },
		{ STAGE_HELP, "exim", 0.98, "4.96" } },
	    .product = "exim",
	    .confidence = 0.99,
	    .source = SOURCE_SVM,
	    .version = "4.96" },
	{ .name = "no version of another product of the family",
	    .all = { P(0.99), E(0.01) },
	    .behaviour = { P(0.99), E(0.01) },
	    .said = { { STAGE_BANNER, "zimbra", 0.98, "8.8" } },
	    .product = "postfix",
	    .confidence = 0.99,
	    .source = SOURCE_SVM },
	{ .name = "sure, greeting of another family: disputed",
	    .all = { P(0.93), E(0.07) },
	    .behaviour = { P(0.99), E(0.01) },
	    .said = { { STAGE_BANNER, "exim", 0.99, "4.96" } },
	    .product = "postfix",
	    .confidence = 0.93,
	    .source = SOURCE_SVM,
	    .disputed = true },
	{ .name = "greeting of the same family: no dispute",
	    .all = { P(0.93), E(0.07) },
	    .behaviour = { P(0.99), E(0.01) },
	    .said = { { STAGE_BANNER, "zimbra", 0.99, NULL } },
	    .product = "postfix",
	    .confidence = 0.93,
	    .source = SOURCE_SVM },
	{ .name = "swayed by the greeting: behaviour wins",
	    .all = { E(0.96), P(0.04) },
	    .behaviour = { P(0.96), E(0.04) },
	    .said = { { STAGE_BANNER, "exim", 0.99, "4.96" } },
	    .product = "postfix",
	    .confidence = 0.96,
	    .source = SOURCE_SVM,
	    .disputed = true },
	{ .name = "blurred by the greeting: behaviour wins",
	    .all = { E(0.55), P(0.45) },
	    .behaviour = { P(0.96), E(0.04) },
	    .said = { { STAGE_BANNER, "exim", 0.99, NULL } },
	    .product = "postfix",
	    .confidence = 0.96,
	    .source = SOURCE_SVM,
	    .disputed = true },
	{ .name = "one kind of evidence makes no dispute",
	    .all = { P(0.93), E(0.07) },
	    .behaviour = { P(0.99), E(0.01) },
	    .support = 1,
	    .said = { { STAGE_BANNER, "exim", 0.99, NULL } },
	    .product = "postfix",
	    .confidence = 0.93,
	    .source = SOURCE_SVM },
	{ .name = "behaviour at 0.94 disputes nothing",
	    .all = { P(0.93), E(0.07) },
	    .behaviour = { P(0.94), E(0.06) },
	    .said = { { STAGE_BANNER, "exim", 0.99, NULL } },
	    .product = "postfix",
	    .confidence = 0.93,
	    .source = SOURCE_SVM },
	{ .name = "none of the known is no reason against a dispute",
	    .all = { P(0.91), E(0.01) },
	    .behaviour = { P(0.92), E(0.01) },
	    .said = { { STAGE_BANNER, "exim", 0.99, NULL } },
	    .product = "postfix",
	    .confidence = 0.91,
	    .source = SOURCE_SVM,
	    .disputed = true },
	{ .name = "unsure, a rule: its product and precision",
	    .all = { P(0.6), E(0.4) },
	    .behaviour = { P(0.6), E(0.4) },
	    .said = { { STAGE_BANNER, "postfix", 0.91, "3.7" } },
	    .product = "postfix",
	    .confidence = 0.91,
	    .source = SOURCE_RULE,
	    .version = "3.7" },
	{ .name = "unsure, a rule for a product not trained",
	    .all = { P(0.6), E(0.4) },
	    .behaviour = { P(0.45), E(0.4) },
	    .said = { { STAGE_BANNER, "haraka", 0.91, NULL } },
	    .product = "haraka",
	    .confidence = 0.91,
	    .source = SOURCE_RULE },
	{ .name = "a claim that behaviour leans against: unknown",
	    .all = { P(0.8), E(0.2) },
	    .behaviour = { P(0.8), E(0.2) },
	    .said = { { STAGE_BANNER, "exim", 0.99, NULL } },
	    .product = "unknown",
	    .confidence = 0.2 },
	{ .name = "a claim that behaviour is divided about is worth less",
	    .all = { P(0.5), E(0.45) },
	    .behaviour = { P(0.5), E(0.45) },
	    .said = { { STAGE_BANNER, "exim", 0.99, NULL } },
	    .product = "exim",
	    .confidence = 0.5,
	    .source = SOURCE_RULE },
	{ .name = "novel, but only just: behaviour's leaning counts",
	    .all = { P(0.9), E(0.1) },
	    .behaviour = { P(0.9), E(0.1) },
	    .behaviour_novel = true,
	    .novelty = 1.1,
	    .said = { { STAGE_BANNER, "haraka", 0.97, NULL } },
	    .product = "unknown",
	    .confidence = 1.1 / 2.1,
	    .novel = true },
	{ .name = "unsure and no rule: unknown, 1 - best",
	    .all = { P(0.7), E(0.3) },
	    .behaviour = { P(0.7), E(0.3) },
	    .product = "unknown",
	    .confidence = 0.3 },
	{ .name = "only the family is sure: its root",
	    .all = { Z(0.5), P(0.46), E(0.04) },
	    .behaviour = { P(0.5), Z(0.4), E(0.1) },
	    .product = "postfix",
	    .confidence = 0.96,
	    .source = SOURCE_SVM },
	{ .name = "behaviour rule outranks the greeting's, and disputes",
	    .said = { { STAGE_BANNER, "postfix", 0.99, "3.7" },
		{ STAGE_HELP, "sendmail", 0.97, "8.17.1" } },
	    .product = "sendmail",
	    .confidence = 0.97,
	    .source = SOURCE_RULE,
	    .version = "8.17.1",
	    .disputed = true },
	{ .name = "a weak behaviour rule disputes nothing",
	    .said = { { STAGE_BANNER, "postfix", 0.99, NULL },
		{ STAGE_REPLY, "sendmail", 0.8, NULL } },
	    .product = "sendmail",
	    .confidence = 0.8,
	    .source = SOURCE_RULE },
	{ .name = "unsure of what a rule says too: together they dispute",
	    .all = { E(0.85), P(0.02) },
	    .behaviour = { E(0.85), P(0.02) },
	    .said = { { STAGE_BANNER, "postfix", 0.99, NULL },
		{ STAGE_HELP, "exim", 0.8, NULL } },
	    .product = "exim",
	    .confidence = 0.85,
	    .source = SOURCE_RULE,
	    .disputed = true },
	{ .name = "the more specific of one family",
	    .said = { { STAGE_BANNER, "zimbra", 0.97, "8.8" },
		{ STAGE_UNKNOWN, "postfix", 0.98, NULL } },
	    .product = "zimbra",
	    .confidence = 0.97,
	    .source = SOURCE_RULE,
	    .version = "8.8" },
	{ .name = "no rule against sure behaviour, of any stage",
	    .all = { P(0.8), E(0.2) },
	    .behaviour = { P(0.97), E(0.03) },
	    .said = { { STAGE_HELP, "exim", 0.99, "4.96" } },
	    .product = "postfix",
	    .confidence = 0.97,
	    .source = SOURCE_SVM },
	{ .name = "novel: unknown, though sure",
	    .all = { P(0.99), E(0.01) },
	    .behaviour = { P(0.99), E(0.01) },
	    .all_novel = true,
	    .behaviour_novel = true,
	    .product = "unknown",
	    .confidence = 2.0 / 3,
	    .novel = true },
	{ .name = "novel, greeting of a known family: not believed",
	    .all = { P(0.99), E(0.01) },
	    .behaviour = { P(0.6), E(0.4) },
	    .behaviour_novel = true,
	    .said = { { STAGE_BANNER, "postfix", 0.99, NULL } },
	    .product = "unknown",
	    .confidence = 2.0 / 3,
	    .novel = true },
	{ .name = "novel, greeting of a product not trained: unsure",
	    .all = { P(0.6), E(0.4) },
	    .behaviour = { P(0.6), E(0.4) },
	    .behaviour_novel = true,
	    .said = { { STAGE_BANNER, "haraka", 0.9, NULL } },
	    .product = "haraka",
	    .confidence = VERDICT_ALONE_MAX,
	    .source = SOURCE_RULE,
	    .novel = true },
	{ .name = "novel, HELP names it: believed",
	    .all = { P(0.6), E(0.4) },
	    .behaviour = { P(0.6), E(0.4) },
	    .behaviour_novel = true,
	    .said = { { STAGE_HELP, "qpsmtpd", 0.97, NULL } },
	    .product = "qpsmtpd",
	    .confidence = 0.97,
	    .source = SOURCE_RULE,
	    .novel = true },
	{ .name = "an odd greeting alone is not novel",
	    .all = { P(0.6), E(0.4) },
	    .behaviour = { P(0.98), E(0.02) },
	    .all_novel = true,
	    .product = "postfix",
	    .confidence = 0.98,
	    .source = SOURCE_SVM },
	{ .name = "thin: the model is not sure, a rule has little weight",
	    .all = { P(0.99), E(0.01) },
	    .behaviour = { P(0.99), E(0.01) },
	    .thin = true,
	    .said = { { STAGE_BANNER, "exim", 0.99, NULL } },
	    .product = "exim",
	    .confidence = 0.5,
	    .source = SOURCE_RULE },
};

#define CASE_COUNT (sizeof(cases) / sizeof(*cases))

static struct opinion opinion_of(const struct candidate ranked[3], bool novel)
{
	struct opinion o = { .ranked = ranked, .novel = novel };

	while (o.count < 3 && ranked[o.count].product)
		o.count++;
	o.novelty = novel ? 2 : 0.3;
	return o;
}

static void check(const struct expected *c)
{
	struct rule rules[3];
	struct rule_hit items[3];
	struct rule_hits hits = { .items = items };
	struct verdict_input in = { .catalog = catalog,
		.hits = &hits,
		.all = opinion_of(c->all, c->all_novel),
		.behaviour = opinion_of(c->behaviour, c->behaviour_novel),
		.thin = c->thin,
		.support = c->support ? c->support : -1 };
	struct verdict v;

	if (c->novelty > 0)
		in.all.novelty = in.behaviour.novelty = c->novelty;
	memset(rules, 0, sizeof(rules));
	memset(items, 0, sizeof(items));
	for (size_t i = 0; i < 3 && c->said[i].product; i++) {
		rules[i].product = c->said[i].product;
		rules[i].precision = c->said[i].precision;
		items[i].rule = &rules[i];
		items[i].stage = c->said[i].stage;
		items[i].version = c->said[i].version;
		hits.count++;
	}
	verdict_reach(&in, &v);
	if (strcmp(v.product, c->product) != 0 ||
	    fabs(v.confidence - c->confidence) > 1e-9 ||
	    v.source != c->source || v.disputed != c->disputed ||
	    v.novel != c->novel ||
	    strcmp(v.version ? v.version->version : "-",
		c->version ? c->version : "-") != 0)
		fail_msg("%s: %s %.3f source %d version %s%s%s", c->name,
		    v.product, v.confidence, v.source,
		    v.version ? v.version->version : "-",
		    v.disputed ? " disputed" : "", v.novel ? " novel" : "");
}

static void test_verdict__follows_the_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < CASE_COUNT; i++)
		check(&cases[i]);
}

static void test_verdict__needs_two_signals_for_a_honeypot(void **state)
{
	static const struct rule trap = { .product = "inetsim",
		.precision = 0.9 };
	struct rule_hit items[] = {
		{ .rule = &trap, .stage = STAGE_BANNER },
		{ .rule = &trap, .stage = STAGE_HELP },
	};
	struct rule_hits hits = { .items = items, .count = 1 };
	struct verdict_input in = { .catalog = catalog, .hits = &hits };
	struct verdict v;

	(void)state;
	verdict_reach(&in, &v);
	assert_false(v.honeypot);
	hits.count = 2;
	verdict_reach(&in, &v);
	assert_true(v.honeypot);
}

static void test_verdict__takes_operator_and_front_from_rules(void **state)
{
	static const struct rule operated = { .operator_id = "gandi" };
	static const struct rule fronted = { .front = "cisco-pix-mailguard" };
	struct rule_hit items[] = {
		{ .rule = &fronted, .stage = STAGE_BANNER },
		{ .rule = &operated, .stage = STAGE_MX_NAME },
	};
	struct rule_hits hits = { .items = items, .count = 2 };
	struct verdict_input in = { .catalog = catalog, .hits = &hits };
	struct verdict v;

	(void)state;
	verdict_reach(&in, &v);
	assert_string_equal(v.product, "unknown");
	assert_ptr_equal(v.operator_hit, &items[1]);
	assert_ptr_equal(v.front_hit, &items[0]);
}

#define VIEW(a, b, strange)                                         \
	{                                                           \
		.ranked = (struct candidate[]){ a, b }, .count = 2, \
		.novel = strange, .novelty = 2                      \
	}
#define POSTFIX_SURE VIEW(P(0.99), E(0.01), false)
#define STRANGE	     VIEW(P(0.1), E(0.1), true)

static void test_verdict__keeps_operators_off_forged_greetings(void **state)
{
	static const struct rule google = { .product = "google-mx",
		.operator_id = "google-mx",
		.precision = 0.99 };
	struct rule_hit hit = { .rule = &google, .stage = STAGE_BANNER };
	struct rule_hits hits = { .items = &hit, .count = 1 };
	struct verdict_input in = { .catalog = catalog,
		.hits = &hits,
		.support = -1,
		.all = POSTFIX_SURE,
		.behaviour = POSTFIX_SURE };
	struct verdict v;

	(void)state;
	verdict_reach(&in, &v);
	assert_string_equal(v.product, "postfix");
	assert_true(v.disputed);
	assert_null(v.operator_hit);
	in.all = in.behaviour = (struct opinion)STRANGE;
	verdict_reach(&in, &v);
	assert_string_equal(v.product, "google-mx");
	assert_ptr_equal(v.operator_hit, &hit);
}

static void test_verdict__shows_operators_that_disagree(void **state)
{
	static const struct rule named = { .operator_id = "gandi" };
	static const struct rule other = { .operator_id = "mimecast" };
	struct rule_hit items[] = {
		{ .rule = &named, .stage = STAGE_MX_NAME },
		{ .rule = &named, .stage = STAGE_CERTIFICATE },
	};
	struct rule_hits hits = { .items = items, .count = 2 };
	struct verdict_input in = { .catalog = catalog, .hits = &hits };
	struct verdict v;

	(void)state;
	verdict_reach(&in, &v);
	assert_ptr_equal(v.operator_hit, &items[0]);
	assert_null(v.operator_rival);
	items[1].rule = &other;
	verdict_reach(&in, &v);
	assert_ptr_equal(v.operator_hit, &items[0]);
	assert_ptr_equal(v.operator_rival, &items[1]);
}

static void test_verdict__wants_fronts_to_show_beyond_the_greeting(void **state)
{
	static const struct rule stars = { .front = "cisco-pix-mailguard" };
	static const struct rule teaser = { .front = "postfix-postscreen",
		.before = "postfix" };
	struct rule_hit items[] = {
		{ .rule = &stars, .stage = STAGE_BANNER },
		{ .rule = &stars, .stage = STAGE_EHLO },
		{ .rule = &teaser, .stage = STAGE_BANNER },
	};
	struct rule_hits hits = { .items = items, .count = 1 };
	struct verdict_input in = { .catalog = catalog,
		.hits = &hits,
		.all = POSTFIX_SURE,
		.behaviour = POSTFIX_SURE };
	struct verdict v;

	(void)state;
	verdict_reach(&in, &v);
	assert_null(v.front_hit);
	hits.count = 2;
	verdict_reach(&in, &v);
	assert_ptr_equal(v.front_hit, &items[1]);
	hits = (struct rule_hits){ .items = items + 2, .count = 1 };
	verdict_reach(&in, &v);
	assert_ptr_equal(v.front_hit, &items[2]);
	in.all = in.behaviour = (struct opinion)STRANGE;
	verdict_reach(&in, &v);
	assert_null(v.front_hit);
}

/* A greeting of a product that no model knows, on a host like nobody. */
static void test_verdict__wants_claims_borne_out(void **state)
{
	static const struct rule exchange = { .product = "exchange",
		.precision = 0.97 };
	struct rule_hit items[] = {
		{ .rule = &exchange, .stage = STAGE_BANNER },
		{ .rule = &exchange, .stage = STAGE_HELP },
	};
	struct rule_hits hits = { .items = items, .count = 1 };
	struct verdict_input in = { .catalog = catalog,
		.hits = &hits,
		.all = STRANGE,
		.behaviour = STRANGE,
		.answered = 1u << STAGE_HELP | 1u << STAGE_MAIL,
		.worded = 1u << STAGE_HELP };
	struct verdict v;

	(void)state;
	verdict_reach(&in, &v); /* one answer may differ by chance */
	assert_string_equal(v.product, "exchange");
	in.worded |= 1u << STAGE_MAIL;
	verdict_reach(&in, &v);
	assert_string_equal(v.product, "unknown");
	hits.count = 2;
	verdict_reach(&in, &v);
	assert_string_equal(v.product, "exchange");
	hits.count = 1;
	in.worded = 0;
	in.cut_short = true;
	verdict_reach(&in, &v);
	assert_string_equal(v.product, "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdict__follows_the_table),
		cmocka_unit_test(
		    test_verdict__needs_two_signals_for_a_honeypot),
		cmocka_unit_test(
		    test_verdict__takes_operator_and_front_from_rules),
		cmocka_unit_test(test_verdict__shows_operators_that_disagree),
		cmocka_unit_test(
		    test_verdict__keeps_operators_off_forged_greetings),
		cmocka_unit_test(
		    test_verdict__wants_fronts_to_show_beyond_the_greeting),
		cmocka_unit_test(test_verdict__wants_claims_borne_out),
	};

	return cmocka_run_group_tests(tests, catalog_set_up, catalog_tear_down);
}
