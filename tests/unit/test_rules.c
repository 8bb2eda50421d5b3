#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rules/engine.h"
#include "rules/measured.h"
#include "rules/rulefile.h"

static struct catalog *catalog;
static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new();
	return catalog_load("catalog/products.tsv", &catalog, NULL);
}

static int tear_down(void **state)
{
	(void)state;
	catalog_free(catalog);
	arena_free(arena);
	return 0;
}

static struct rule_engine *engine_of(const char *text)
{
	struct rule_engine *engine;
	struct error err;

	if (rule_engine_parse(
		"t.rules", text, strlen(text), catalog, &engine, &err))
		fail_msg("%s", err.text);
	return engine;
}

static struct rule_hits match(
    struct rule_engine *engine, enum rule_stage stage, const char *text)
{
	struct rule_hits hits;

	rule_engine_match_text(engine, arena, stage, text, strlen(text), &hits);
	return hits;
}

#define RULE(id, stage, pattern, rest) \
	"rule " id "\nstage " stage "\n" pattern "\nsource test\n" rest "\n"

static void test_rules__tell_where_they_know_words(void **state)
{
	static const char text[] =
	    RULE("a", "banner", "match x", "product exchange")
		RULE("b", "unknown nul", "match y", "product exchange")
		    RULE("c", "help", "match z", "product exim");
	struct rule_engine *engine;
	struct error err;

	(void)state;
	assert_int_equal(rule_engine_parse("t.rules", text, strlen(text),
			     catalog, &engine, &err),
	    STATUS_OK);
	assert_int_equal(rule_stages_known(engine, "exchange"),
	    1u << STAGE_BANNER | 1u << STAGE_UNKNOWN | 1u << STAGE_NUL);
	assert_int_equal(rule_stages_known(engine, "sendmail"), 0);
	rule_engine_free(engine);
}

static void test_rules__match_words_in_any_layout(void **state)
{
	/* A word is not a part of a host name or of an address. */
	static const struct {
		const char *text;
		bool hit;
	} cases[] = {
		{ "220 mail.example.com ESMTP Exim 4.96", true },
		{ "mail.example.com ESMTP Exim 4.96", true },
		{ "Exim", true },
		{ "220-first line\r\n220-  (Exim),\r\n220 last line", true },
		{ "220\tmail\t\tESMTP\tExim\t\r\n", true },
		{ "220 a ESMTP \x01"
		  "Exim\x7f junk \xff\xfe",
		    true },
		{ "220 exim.example.com ESMTP", false },
		{ "220 mail.exim ESMTP", false },
		{ "220 my-exim ESMTP", false },
		{ "220 exim-1 ESMTP", false },
		{ "220 exim@example.com", false },
		{ "220 Eximious", false },
		{ "", false },
	};
	struct rule_engine *engine =
	    engine_of(RULE("a", "banner", "match \\<exim\\>", "product exim"));

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct rule_hits hits =
		    match(engine, STAGE_BANNER, cases[i].text);

		if (hits.count != (cases[i].hit ? 1u : 0u))
			fail_msg("case %zu: %zu hits", i, hits.count);
		assert_int_equal(
		    match(engine, STAGE_EHLO, cases[i].text).count, 0);
	}
	rule_engine_free(engine);
}

static void test_rules__capture_versions_and_evidence(void **state)
{
	struct rule_engine *engine = engine_of(
	    RULE("a", "banner", "match Exim {version}", "product exim")
		RULE("b", "banner", "match Smail",
		    "product smail\n"
		    "version 3.2"));
	struct rule_hits hits;

	(void)state;
	hits =
	    match(engine, STAGE_BANNER, "220 h ESMTP Exim 4.96.2_RC1-x #2 Mon");
	assert_int_equal(hits.count, 1);
	assert_string_equal(hits.items[0].version, "4.96.2_RC1-x");
	assert_string_equal(hits.items[0].evidence, "Exim 4.96.2_RC1-x");
	hits = match(engine, STAGE_BANNER, "220 Smail");
	assert_string_equal(hits.items[0].version, "3.2");
	rule_engine_free(engine);
}

static void test_rules__need_all_words_and_none_of_the_others(void **state)
{
	struct rule_engine *engine = engine_of(RULE("a", "unknown",
	    "match one\nmatch-case Two\nunless three\nunless four(?=s)\n"
	    "code 50 4",
	    "product exim"));

	(void)state;
	assert_int_equal(match(engine, STAGE_UNKNOWN, "one Two").count, 1);
	assert_int_equal(match(engine, STAGE_UNKNOWN, "Two ONE").count, 1);
	assert_int_equal(match(engine, STAGE_UNKNOWN, "one two").count, 0);
	assert_int_equal(match(engine, STAGE_UNKNOWN, "one").count, 0);
	assert_int_equal(
	    match(engine, STAGE_UNKNOWN, "one Three Two").count, 0);
	assert_int_equal(match(engine, STAGE_UNKNOWN, "one Two four").count, 1);
	assert_int_equal(
	    match(engine, STAGE_UNKNOWN, "one Two fours").count, 0);
	assert_int_equal(match(engine, STAGE_UNKNOWN, "502 one Two").count, 1);
	assert_int_equal(match(engine, STAGE_UNKNOWN, "450 one Two").count, 1);
	assert_int_equal(match(engine, STAGE_UNKNOWN, "250 one Two").count, 0);
	rule_engine_free(engine);
}

static void test_rules__a_suffix_is_the_end_of_the_own_name(void **state)
{
	static const struct {
		enum rule_stage stage;
		const char *text;
		bool hit;
	} cases[] = {
		{ STAGE_MX_NAME, "mail.example.com", true },
		{ STAGE_MX_NAME, "MX.A.Mail.Example.COM.", true },
		{ STAGE_MX_NAME, "mail.example.com.org", false },
		{ STAGE_MX_NAME, "gmail.example.com", false },
		{ STAGE_MX_NAME, "a-mail.example.com", false },
		{ STAGE_MX_NAME, "mailxexample.com", false },
		{ STAGE_BANNER, "220 a.mail.example.com ESMTP", true },
		{ STAGE_BANNER, "220 a.mail.example.com. ESMTP", true },
		{ STAGE_BANNER, "220 a.mail.example.com, ESMTP", true },
		{ STAGE_BANNER, "220 hello to mail.example.com", false },
		{ STAGE_BANNER, "220 a.mail.example.com.au ESMTP", false },
		{ STAGE_CERTIFICATE, "subject x\nname *.mail.example.com",
		    true },
		{ STAGE_CERTIFICATE, "issuer mail.example.com", false },
	};
	struct rule_engine *engine =
	    engine_of(RULE("a", "mx-name banner certificate",
		"suffix mail.example.com", "operator gandi"));

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (match(engine, cases[i].stage, cases[i].text).count !=
		    (cases[i].hit ? 1u : 0u))
			fail_msg("case %zu", i);
	rule_engine_free(engine);
}

static void test_rules__the_more_specific_wins(void **state)
{
	struct rule_engine *engine = engine_of(
	    RULE("long", "banner", "match postfix is here", "product postfix")
		RULE("short", "banner", "match postfix", "product exim")
		    RULE("strong", "banner", "match tfi",
			"product smail\nstrength 60") RULE("over", "banner",
			"match x", "operator gandi\nover strong\nversion 1"));
	struct rule_hits hits =
	    match(engine, STAGE_BANNER, "220 postfix is here x");
	struct rule_answer answer = rule_hits_answer(&hits);
	static const char *const order[] = { "over", "strong", "long",
		"short" };

	(void)state;
	assert_int_equal(hits.count, 4);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(hits.items[i].rule->id, order[i]);
	assert_string_equal(answer.product->rule->id, "strong");
	assert_string_equal(answer.operator_id->rule->id, "over");
	assert_null(answer.front);
	assert_null(answer.version);
	rule_engine_free(engine);
}

static struct transcript *transcript_of(
    const struct exchange *exchanges, size_t count)
{
	struct transcript *t = arena_alloc(arena, sizeof(*t));

	t->name = "MX1.gandi.net";
	t->connections = arena_alloc(arena, sizeof(*t->connections));
	t->connection_count = 1;
	t->connections[0].exchanges =
	    arena_array(arena, count, sizeof(*exchanges));
	if (count > 0)
		memcpy(t->connections[0].exchanges, exchanges,
		    count * sizeof(*exchanges));
	t->connections[0].exchange_count = count;
	return t;
}

#define EXCHANGE(p, text, how)                                          \
	{                                                               \
		.probe = (p), .received = { (text), sizeof(text) - 1 }, \
		.end = (how)                                            \
	}

static void test_rules__look_at_complete_replies_of_their_stage(void **state)
{
	struct rule_engine *engine = engine_of(RULE("greets", "banner",
	    "match exim", "product exim") RULE("ehlo", "ehlo", "match exim",
	    "product exim") RULE("quit", "quit", "match exim", "product exim")
		RULE("other", "reply", "match exim", "product exim") RULE(
		    "mx", "mx-name", "suffix gandi.net", "operator gandi"));
	const struct exchange exchanges[] = {
		EXCHANGE("greeting", "220 exim\r\n", EXCHANGE_REPLY),
		EXCHANGE("ehlo", "250-exim\r\n", EXCHANGE_TIMEOUT),
		EXCHANGE("tls-ehlo", "250-a\r\n250 exim\r\n", EXCHANGE_REPLY),
		EXCHANGE("ehlo", "250 exim\r\n", EXCHANGE_REPLY),
		EXCHANGE(
		    "vrfy-noarg", "550 no\r\n500 exim\r\n", EXCHANGE_REPLY),
		EXCHANGE("quit", "HTTP exim\r\n", EXCHANGE_CLOSED),
	};
	struct rule_hits hits;

	(void)state;
	rule_engine_match(engine, arena, transcript_of(exchanges, 6), &hits);
	assert_int_equal(hits.count, 3);
	assert_string_equal(hits.items[0].rule->id, "greets");
	assert_string_equal(hits.items[0].probe, "greeting");
	assert_string_equal(hits.items[1].rule->id, "ehlo");
	assert_string_equal(hits.items[1].probe, "tls-ehlo");
	assert_string_equal(hits.items[2].rule->id, "mx");
	assert_null(hits.items[2].probe);
	rule_engine_free(engine);
}

static void test_rules__read_the_leaf_certificate(void **state)
{
	static const char *const names[] = { "a.example", "*.gandi.net\nx" };
	struct certificate leaf = { .subject = "x",
		.issuer = "Some CA",
		.names = names,
		.name_count = 2 };
	struct tls_info tls = { .chain = &leaf, .chain_count = 1 };
	struct rule_engine *engine = engine_of(RULE(
	    "c", "certificate", "suffix gandi.net", "operator gandi") RULE("i",
	    "certificate", "match ^issuer Some CA$", "operator strato"));
	struct transcript *t = transcript_of(NULL, 0);
	struct rule_hits hits;

	(void)state;
	t->connections[0].tls = &tls;
	rule_engine_match(engine, arena, t, &hits);
	assert_int_equal(hits.count, 2);
	rule_engine_free(engine);
}

static void count_report(void *user, const char *sentence)
{
	char *all = user;
	size_t len = strlen(all);

	snprintf(all + len, 4096 - len, "%s\n", sentence);
}

static void test_rules__check_finds_wrong_examples(void **state)
{
	static const struct {
		const char *text;
		const char *what; /* NULL: nothing to find */
	} cases[] = {
		{ RULE("a", "banner", "match Exim {version}",
		      "product exim\n"
		      "example \"Exim 1.2\" => version=1.2\n"
		      "example \"220 Exim 2\" => version=2\n"
		      "not \"x\""),
		    NULL },
		{ RULE("a", "banner", "match x (?<version>\\d HF\\d)",
		      "product exim\n"
		      "example \"x 1 HF2\" => version=\"1 HF2\" rule=a\n"
		      "example \"x 2 HF3 y\" => version=\"2 HF3\"\n"
		      "not \"x\""),
		    NULL },
		{ RULE("a", "banner", "match x", "product exim\nexample \"x\""),
		    "1 `example`" },
		{ RULE("a", "banner", "match x", "product exim\nexample \"y\""),
		    "does not match its example" },
		{ RULE("a", "banner", "match x", "product exim\nnot \"x\""),
		    "must not match" },
		{ RULE("a", "banner", "match x {version}",
		      "product exim\nexample \"x 1\""),
		    "does not promise" },
		{ RULE("a", "banner", "match x",
		      "product exim\nexample \"x\" => version=2"),
		    "promises 2" },
		{ RULE("a", "banner", "match x", "product exim\nexample \"xy\"")
			RULE("b", "banner", "match xy", "product smail"),
		    "won by rule b" },
		{ RULE("a", "banner", "match xy",
		      "product exim\n"
		      "example \"xyz\"")
			RULE("b", "banner", "match x", "product smail"),
		    "says something else" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct rule_engine *engine = engine_of(cases[i].text);
		char said[4096] = "";
		size_t n = rule_engine_check(engine, count_report, said);

		if (cases[i].what == NULL)
			assert_int_equal(n, 0);
		else if (n == 0 || strstr(said, cases[i].what) == NULL)
			fail_msg("case %zu: %s", i, said);
		rule_engine_free(engine);
	}
}

/* What stands around the words, and what only the form proves. */
static void test_rules__altered_examples_keep_their_answer(void **state)
{
	static const struct {
		const char *text;
		size_t failures;
	} cases[] = {
		{ RULE("a", "banner", "match \\<exim {version}",
		      "product exim\nexample \"220 mx.example.com ESMTP Exim "
		      "4.9 Tue, 24 Nov 2026 10:11:12 +0100\" => version=4.9"),
		    0 },
		/* No host name, or in a line of its own; a notice before,
		 * behind, around; words and bytes at the end. */
		{ RULE("a", "banner", "match \\A{host} exim\\Z",
		      "product exim\nexample \"220 mx.example.com Exim\""),
		    7 },
		/* German, French, Japanese. */
		{ RULE("a", "banner", "match \\<exim (?:service )?ready",
		      "product exim\n"
		      "example \"220 mx.example.com Exim service ready.\"\n"
		      "example \"220 a.example.com Exim ready at Tue, 24 Nov "
		      "2026 10:11:12 +0100\"\n"
		      "example \"220 Exim ready\"\n"
		      "example \"220 mx.example.com Exim ready for you\""),
		    6 },
		{ RULE("a", "banner", "match \\A{host} exim\\Z",
		      "product exim\nwhole one word\n"
		      "example \"220 mx.example.com Exim\""),
		    0 },
		/* Ten other dates. */
		{ RULE("a", "banner", "match exim \\w{3}, \\d+ Nov",
		      "product exim\nexample \"220 mx.example.com Exim Tue, "
		      "24 Nov 2026 10:11:12 +0100\""),
		    10 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct rule_engine *engine = engine_of(cases[i].text);
		char told[4096] = "";
		size_t tried;

		assert_int_equal(rule_engine_check_altered(
				     engine, count_report, told, &tried),
		    cases[i].failures);
		assert_true(tried > 0);
		rule_engine_free(engine);
	}
}

static void test_rules__weigh_by_what_was_measured(void **state)
{
	struct error err = { 0 };
	struct rule_set *set;
	static const char text[] =
	    RULE("a", "banner", "match x", "product exim\nprecision 0.9")
		RULE("b", "banner", "match y", "product exim\nprecision 0.9");

	(void)state;
	assert_int_equal(
	    rulefile_parse("t.rules", text, strlen(text), catalog, &set, &err),
	    STATUS_OK);
	assert_int_equal(measured_apply("m",
			     "rule\tright\twrong\tlower\na\t2\t8\t0.05\n"
			     "gone\t1\t0\t0.2\n",
			     set, &err),
	    STATUS_OK);
	/* (2 + 20 * 0.9) / (2 + 8 + 20) */
	assert_float_equal(set->specs[0]->rule.precision, 2.0 / 3, 1e-9);
	assert_float_equal(set->specs[0]->rule.declared, 0.9, 1e-9);
	assert_float_equal(set->specs[1]->rule.precision, 0.9, 1e-9);
	assert_int_equal(measured_apply("m", "header\na\tmany\t0\n", set, &err),
	    STATUS_DATA);
	assert_non_null(strstr(err.text, "m:2:1:"));
	rule_set_free(set);
}

static void test_rules__check_accepts_declared_winners(void **state)
{
	struct rule_engine *engine =
	    engine_of(RULE("a", "banner", "match postfix",
		"product postfix\nexample \"postfix\"\n"
		"example \"postfix by exim\"\nnot \"x\"")
		    RULE("b", "banner", "match by exim",
			"product exim\nover a\n"
			"example \"by exim\"\nexample \"postfix by exim\"\n"
			"not \"x\"") RULE("c", "banner", "match postfix zimbra",
			"product zimbra\nexample \"postfix zimbra\"\n"
			"example \"a postfix zimbra\"\nnot \"x\""));
	char said[4096] = "";

	(void)state;
	if (rule_engine_check(engine, count_report, said) != 0)
		fail_msg("%s", said);
	rule_engine_free(engine);
}

static void test_rules__shipped_rules_win_their_examples(void **state)
{
	struct rule_engine *engine;
	struct error err;
	char said[4096] = "";

	(void)state;
	if (rule_engine_load("rules", catalog, &engine, &err) != STATUS_OK)
		fail_msg("%s", err.text);
	if (rule_engine_check(engine, count_report, said) != 0)
		fail_msg("%s", said);
	assert_int_equal(strlen(rule_engine_hash(engine)), 64);
	rule_engine_free(engine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules__tell_where_they_know_words),
		cmocka_unit_test(test_rules__match_words_in_any_layout),
		cmocka_unit_test(test_rules__capture_versions_and_evidence),
		cmocka_unit_test(
		    test_rules__need_all_words_and_none_of_the_others),
		cmocka_unit_test(
		    test_rules__a_suffix_is_the_end_of_the_own_name),
		cmocka_unit_test(test_rules__the_more_specific_wins),
		cmocka_unit_test(
		    test_rules__look_at_complete_replies_of_their_stage),
		cmocka_unit_test(test_rules__read_the_leaf_certificate),
		cmocka_unit_test(test_rules__check_finds_wrong_examples),
		cmocka_unit_test(test_rules__check_accepts_declared_winners),
		cmocka_unit_test(
		    test_rules__altered_examples_keep_their_answer),
		cmocka_unit_test(test_rules__weigh_by_what_was_measured),
		cmocka_unit_test(test_rules__shipped_rules_win_their_examples),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
