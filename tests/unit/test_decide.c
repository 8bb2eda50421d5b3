#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/decide.h"
#include "model/quote.h"
#include "model/reasons.h"

static struct arena *arena;
static struct classifier *rules_alone;

static int set_up(void **state)
{
	struct error err;

	(void)state;
	arena = arena_new();
	if (classifier_open(".", CLASSIFIER_NONE, NULL, &rules_alone, &err) ==
	    STATUS_OK)
		return 0;
	fprintf(stderr, "%s\n", err.text);
	return 1;
}

static int tear_down(void **state)
{
	(void)state;
	classifier_close(rules_alone);
	arena_free(arena);
	return 0;
}

#define EXCHANGE(p, s, r)                                             \
	{                                                             \
		.probe = (p), .sent = BYTES(s), .received = BYTES(r), \
		.first_ms = 1                                         \
	}
#define BYTES(text)                      \
	{                                \
		(text), sizeof(text) - 1 \
	}

static struct transcript *transcript_of(const struct exchange *exchanges,
    size_t count, enum outcome outcome, enum connection_end end)
{
	struct transcript *t = arena_alloc(arena, sizeof(*t));
	struct connection *c = arena_alloc(arena, sizeof(*c));

	t->host = "192.0.2.1";
	t->port = 25;
	t->plan = "standard";
	t->ehlo = "probe.example.org";
	t->outcome = outcome;
	t->connections = c;
	t->connection_count = 1;
	c->end = end;
	c->exchange_count = count;
	c->exchanges = arena_array(arena, count, sizeof(*exchanges));
	for (size_t i = 0; i < count; i++) {
		c->exchanges[i] = exchanges[i];
		c->exchanges[i].end = exchanges[i].received.len
					  ? EXCHANGE_REPLY
					  : EXCHANGE_CLOSED;
	}
	return t;
}

static bool has_flag(const struct prediction *p, const char *flag)
{
	for (size_t i = 0; i < p->flag_count; i++) {
		if (strcmp(p->flags[i], flag) == 0)
			return true;
	}
	return false;
}

static bool has_reason(const struct prediction *p, const char *words)
{
	for (size_t i = 0; i < p->reason_count; i++) {
		if (strstr(p->reasons[i], words))
			return true;
	}
	return false;
}

static struct prediction *decided(const struct transcript *t)
{
	struct prediction *p;

	decide(rules_alone, arena, t, &p);
	return p;
}

#define EHLO_250 EXCHANGE("ehlo", "EHLO x\r\n", "250-a\r\n250 PIPELINING\r\n")

static void test_decide__takes_the_rules_word_without_a_model(void **state)
{
	static const struct exchange said[] = {
		EXCHANGE("greeting", "",
		    "220 mx.example.com ESMTP Exim 4.96 Tue, 24 Nov 2026\r\n"),
		EHLO_250,
	};
	struct prediction *p =
	    decided(transcript_of(said, 2, OUTCOME_GREETED, END_QUIT_CLOSED));

	(void)state;
	assert_string_equal(p->product, "exim");
	assert_string_equal(p->version, "4.96");
	assert_string_equal(p->family, "exim");
	assert_int_equal(p->source, SOURCE_RULE);
	assert_true(p->confidence > 0.5 && p->confidence <= 1);
	assert_int_equal(p->flag_count, 0);
	assert_null(p->model);
	assert_string_equal(p->candidates[0].product, "exim");
	assert_true(has_reason(p, "greets in the words of Exim: \""));
}

static void test_decide__believes_help_rather_than_the_greeting(void **state)
{
	static const struct exchange said[] = {
		EXCHANGE(
		    "greeting", "", "220 mx.example.com ESMTP Postfix\r\n"),
		EHLO_250,
		EXCHANGE("help", "HELP\r\n",
		    "214-2.0.0 This is sendmail version 8.17.1\r\n"
		    "214 2.0.0 End of HELP info\r\n"),
	};
	struct prediction *p =
	    decided(transcript_of(said, 3, OUTCOME_GREETED, END_QUIT_CLOSED));

	(void)state;
	assert_string_equal(p->product, "sendmail");
	assert_string_equal(p->version, "8.17.1");
	assert_true(has_flag(p, "banner-disputed"));
	assert_true(has_reason(p, "greets as Postfix (\""));
}

static void test_decide__says_unknown_when_nothing_is_known(void **state)
{
	static const struct exchange said[] = {
		EXCHANGE("greeting", "", "220 hello\r\n"),
		EHLO_250,
	};
	struct prediction *p =
	    decided(transcript_of(said, 2, OUTCOME_GREETED, END_QUIT_CLOSED));

	(void)state;
	assert_string_equal(p->product, "unknown");
	assert_true(p->confidence == 0);
	assert_int_equal(p->source, SOURCE_NONE);
	assert_null(p->family);
	assert_int_equal(p->candidate_count, 0);
	assert_int_equal(p->reason_count, 1);
}

static void test_decide__is_unsure_of_who_only_greeted(void **state)
{
	static const struct exchange said[] = {
		EXCHANGE("greeting", "", "421 mx ESMTP Exim 4.96 too busy\r\n"),
	};
	struct prediction *p =
	    decided(transcript_of(said, 1, OUTCOME_DEFERRED, END_CLOSED));

	(void)state;
	assert_string_equal(p->product, "exim");
	assert_true(p->confidence <= 0.5);
	assert_true(has_flag(p, "short-dialogue"));
	assert_true(has_reason(p, "come back later"));
}

static void test_decide__has_no_product_for_the_silent(void **state)
{
	static const enum outcome outcomes[] = { OUTCOME_REFUSED,
		OUTCOME_SILENT, OUTCOME_NOT_SMTP, OUTCOME_CONNECT_TIMEOUT,
		OUTCOME_BLOCKLISTED };

	(void)state;
	for (size_t i = 0; i < sizeof(outcomes) / sizeof(*outcomes); i++) {
		struct transcript *t =
		    transcript_of(NULL, 0, outcomes[i], END_NOT_OPENED);
		struct prediction *p = decided(t);

		assert_null(p->product);
		assert_int_equal(p->flag_count, 0);
		assert_string_equal(
		    p->reasons[0], outcome_sentence(outcomes[i]));
		t->name = "mx1.mail.gandi.net";
		p = decided(t);
		assert_null(p->product);
		assert_string_equal(p->operator_id, "gandi");
	}
}

static void test_decide__flags_a_dialogue_cut_short(void **state)
{
	static const struct exchange said[] = {
		EXCHANGE("greeting", "", "220 mx ESMTP Exim 4.96\r\n"),
		EHLO_250,
		EXCHANGE("help", "HELP\r\n", ""),
	};
	static const struct {
		enum connection_end end;
		bool cut;
	} cases[] = {
		{ END_QUIT_CLOSED, false },
		{ END_QUIT_SILENT, false },
		{ END_TLS_FAILED, false },
		{ END_CLOSED, true },
		{ END_RESET, true },
		{ END_TIMEOUT, true },
		{ END_STOPPED, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct prediction *p = decided(
		    transcript_of(said, 3, OUTCOME_GREETED, cases[i].end));

		assert_int_equal(has_flag(p, "short-dialogue"), cases[i].cut);
	}
}

static void test_quote__shows_replies_to_people(void **state)
{
	static const struct {
		struct bytes bytes;
		const char *quoted;
	} cases[] = {
		{ BYTES("250 ok\r\n"), "\"250 ok\"" },
		{ BYTES("250-a\r\n250 b\r\n"), "\"250-a / 250 b\"" },
		{ BYTES("250-a\n250 b\n"), "\"250-a\\n250 b\"" },
		{ BYTES("500 \"x\\y\"\r\n"), "\"500 \\\"x\\\\y\\\"\"" },
		{ BYTES("\x1b[31m\0\xff\t"), "\"\\x1b[31m\\0\\xff\\t\"" },
		{ BYTES(""), "\"\"" },
		{ BYTES("0123456789012345678901234567890"),
		    "\"01234567890123456789...\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(quote_reply(arena, cases[i].bytes.data,
					cases[i].bytes.len, 20),
		    cases[i].quoted);
}

static void test_reasons__are_printable_and_bounded(void **state)
{
	struct reason_list list;
	char longer[1000];

	(void)state;
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	reasons_init(&list, arena, 2);
	reasons_add(&list, arena, "a\x1b[1m\xc3\xa9");
	reasons_add(&list, arena, "%s", longer);
	reasons_add(&list, arena, "one too many");
	assert_int_equal(list.count, 2);
	assert_string_equal(list.items[0], "a?[1m??");
	assert_int_equal(strlen(list.items[1]), REASON_TEXT_MAX);
	assert_string_equal(list.items[1] + REASON_TEXT_MAX - 3, "...");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_decide__takes_the_rules_word_without_a_model),
		cmocka_unit_test(
		    test_decide__believes_help_rather_than_the_greeting),
		cmocka_unit_test(
		    test_decide__says_unknown_when_nothing_is_known),
		cmocka_unit_test(test_decide__is_unsure_of_who_only_greeted),
		cmocka_unit_test(test_decide__has_no_product_for_the_silent),
		cmocka_unit_test(test_decide__flags_a_dialogue_cut_short),
		cmocka_unit_test(test_quote__shows_replies_to_people),
		cmocka_unit_test(test_reasons__are_printable_and_bounded),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
