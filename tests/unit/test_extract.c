/*
 * Features of hand-written dialogues: what is named how, what a longer plan
 * changes, what hostile bytes can do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/random.h"
#include "features/extract.h"
#include "tests/unit/dialogue.h"
#include "tests/unit/with_arena.h"

static struct feature_list features_of(const struct line *lines, size_t count)
{
	struct feature_list list;

	features_extract(arena,
	    transcript_of(
		arena, lines, count, "probe.example.net", "mx.example.com"),
	    &list);
	return list;
}

static bool has(const struct feature_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->items[i].name, name) == 0)
			return true;
	}
	return false;
}

static void assert_has(const struct feature_list *list, const char *name)
{
	if (has(list, name))
		return;
	fail_msg("no feature %s", name);
}

static void test_extract__names_read_as_documented(void **state)
{
	static const struct line dialogue[] = {
		{ "greeting", "", 0,
		    "220 mx.example.com ESMTP Postfix (Debian/GNU)\r\n", 0,
		    20 },
		{ "ehlo", "EHLO probe.example.net\r\n", 0,
		    "250-mx.example.com\r\n250-PIPELINING\r\n"
		    "250-SIZE 10240000\r\n250-AUTH PLAIN LOGIN\r\n"
		    "250-AUTH=PLAIN LOGIN\r\n250 DSN\r\n",
		    0, 20 },
		{ "help", "HELP\r\n", 0,
		    "500 5.5.2 Error: command not recognized\r\n", 0, 1500 },
		{ "mail-noarg", "MAIL\r\n", 0,
		    "501 5.5.4 Syntax: MAIL FROM:<address>\r\n", 0, 20 },
		{ "unknown-verb", "XYZZY foo\r\n", 0,
		    "500 5.5.1 Command unrecognized: \"XYZZY foo\"\n", 0, 20 },
		{ "quit", "QUIT\r\n", 0, "221 2.0.0 Bye\r\n", 0, 20 },
	};
	static const char *const names[] = { "greeting.code:220",
		"greeting.word:<SRV>", "greeting.words:<SRV> esmtp postfix",
		"greeting.char:Postf", "ehlo.keyword:SIZE",
		"ehlo.order:PIPELINING>SIZE",
		"ehlo.order:SIZE>AUTH=", "ehlo.arg:SIZE=<NUM>",
		"ehlo.size:10240000", "ehlo.arg:AUTH=LOGIN",
		"ehlo.auth-form:both", "ehlo.closes:DSN", "help.code:500",
		"help.enhanced:5.5.2", "help.words:command not recognized",
		"mail-noarg.code:501", "mail-noarg.words:mail from:<address>",
		"mail-noarg.echo:none", "nul.code:unsent", "noop.code:unsent",
		"unknown-verb.code:500", "unknown-verb.enhanced:5.5.1",
		"unknown-verb.echo:line-quoted",
		"unknown-verb.char:: \"<ECHO:line>\"",
		"pair.code:mail-noarg=501,unknown-verb=500",
		"pattern.enhanced:always", "pattern.codes:differ",
		"wire.eol:bare-lf", "wire.end:quit-closed",
		"mail-noarg.lines:1", "mail-noarg.final:angle",
		"unknown-verb.final:quote", "time.greeting:0s-1s",
		"time.slowest:1s-3s", "quit.word:bye" };
	struct feature_list list =
	    features_of(dialogue, sizeof(dialogue) / sizeof(*dialogue));

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_has(&list, names[i]);
	assert_false(has(&list, "wire.eol:crlf"));
}

/* Two connections with the same questions say no more than the first. */
/* A server that never hears of EHLO refuses it in the words it has. */
static void test_extract__refusals_share_their_words(void **state)
{
	static const struct line plain[] = {
		{ "greeting", "", 0, "554 go away now\r\n", 0, 20 },
		{ "unknown-verb", "XYZZY\r\n", 0,
		    "500 command not recognized\r\n", 0, 20 },
		{ "noop", "NOOP\r\n", 0, "250 all is well\r\n", 0, 20 },
	};
	static const struct line mangled[] = {
		{ "ehlo", "EHLO probe.example.net\r\n", 0,
		    "500 command not recognized\r\n", 0, 20 },
	};
	struct feature_list a = features_of(plain, 3);
	struct feature_list b = features_of(mangled, 1);

	(void)state;
	assert_has(&a, "negative.words:command not recognized");
	assert_has(&b, "negative.words:command not recognized");
	assert_has(&a, "negative.word:away");
	assert_false(has(&a, "negative.word:well"));
}

static void test_extract__longer_plan_keeps_the_features(void **state)
{
	static const struct line standard[] = {
		{ "greeting", "", 0, "220 a.example ESMTP\r\n", 0, 5 },
		{ "ehlo", "EHLO p\r\n", 0, "250-a.example\r\n250 SIZE\r\n", 0,
		    5 },
		{ "mail-noarg", "MAIL\r\n", 0, "501 no\r\n", 0, 5 },
		{ "quit", "QUIT\r\n", 0, "221 bye\r\n", 0, 5 },
	};
	static const struct line more[] = {
		{ "greeting", "", 0, "220 a.example ESMTP other\r\n", 0, 9000 },
		{ "ehlo", "EHLO p\r\n", 0, "250 a.example\r\n", 0, 5 },
		{ "rcpt-first", "RCPT\r\n", 0, "503 first MAIL\n", 0, 5 },
	};
	struct transcript *a = transcript_of(arena, standard, 4, "p", NULL);
	struct transcript *b = transcript_of(arena, standard, 4, "p", NULL);
	struct transcript *c = transcript_of(arena, more, 3, "p", NULL);
	struct connection *both = arena_array(arena, 2, sizeof(*both));
	struct feature_list small, large;

	(void)state;
	both[0] = b->connections[0];
	both[1] = c->connections[0];
	b->connections = both;
	b->connection_count = 2;
	features_extract(arena, a, &small);
	features_extract(arena, b, &large);
	for (size_t i = 0; i < small.count; i++)
		assert_has(&large, small.items[i].name);
	assert_has(&large, "rcpt-first.code:503");
	assert_false(has(&large, "greeting.word:other"));
	for (size_t i = 0; i < large.count; i++) {
		const char *name = large.items[i].name;

		if (!has(&small, name) && strncmp(name, "rcpt-first.", 11) &&
		    strncmp(name, "negative.", 9))
			fail_msg("the longer plan adds %s", name);
	}
}

static void test_extract__says_why_there_is_no_code(void **state)
{
	static const struct {
		enum exchange_end end;
		const char *received;
		const char *feature;
	} cases[] = {
		{ EXCHANGE_TIMEOUT, "", "noop.code:timeout" },
		{ EXCHANGE_CLOSED, "", "noop.code:closed" },
		{ EXCHANGE_RESET, "", "noop.code:closed" },
		{ EXCHANGE_CAP, "<html>\n", "noop.code:not-smtp" },
		{ EXCHANGE_STOPPED, "", "noop.code:unsent" },
		{ EXCHANGE_CLOSED, "421 4.3.2 bye\r\n", "noop.code:421" },
		{ EXCHANGE_CLOSED, "421 4.3.2 bye\r\n", "noop.then:closed" },
		{ EXCHANGE_REPLY, "250 a\r\n250 b\r\n", "noop.surplus:250" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct line lines[] = {
			{ "greeting", "", 0, "220 x\r\n", 0, 1 },
			{ "noop", "NOOP\r\n", 0, cases[i].received, 0, 1 },
		};
		struct transcript *t =
		    transcript_of(arena, lines, 2, "p", NULL);
		struct feature_list list;

		t->connections[0].exchanges[1].end = cases[i].end;
		t->connections[0].end = END_CLOSED;
		features_extract(arena, t, &list);
		assert_has(&list, cases[i].feature);
	}
}

/* A close counts as an error limit only where errors were the point. */
/*
 * A command that meets a closing connection finds it closed or has it reset;
 * which of the two is a race that neither side decides.
 */
static void test_extract__a_reset_is_a_close(void **state)
{
	static const struct line lines[] = {
		{ PROBE_GREETING, NULL, 0, "220 mx.example.com\r\n", 0, 1 },
		{ PROBE_QUIT, "QUIT\r\n", 0, NULL, 0, 0 },
	};
	static const enum exchange_end ends[] = { EXCHANGE_CLOSED,
		EXCHANGE_RESET, EXCHANGE_TIMEOUT };
	const char *form[3];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct transcript *t =
		    transcript_of(arena, lines, 2, "p", NULL);

		t->connections[0].exchanges[1].end = ends[i];
		form[i] = features_normal_form(arena, t);
	}
	assert_string_equal(form[0], form[1]);
	assert_string_not_equal(form[0], form[2]);
}

static void test_extract__counts_errors_until_the_close(void **state)
{
	static const struct {
		size_t connection;
		const char *probe;
		bool counted;
	} cases[] = {
		{ 0, "unknown-verb", true },
		{ 1, "http-get", false },
		{ 1, "errors-until-close", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct line lines[] = {
			{ "greeting", "", 0, "220 x\r\n", 0, 1 },
			{ cases[i].probe, "X\r\n", 0, "500 a\r\n", 0, 1 },
			{ cases[i].probe, "X\r\n", 0, "421 b\r\n", 0, 1 },
		};
		struct transcript *t =
		    transcript_of(arena, lines, 3, "p", NULL);
		struct connection *both = arena_array(arena, 2, sizeof(*both));
		struct feature_list list;

		both[0].end = END_QUIT_CLOSED;
		both[cases[i].connection] = t->connections[0];
		both[cases[i].connection].end = END_CLOSED;
		t->connections = both;
		t->connection_count = 2;
		features_extract(arena, t, &list);
		assert_int_equal(
		    has(&list, "wire.errors-until-close:2"), cases[i].counted);
	}
}

static void assert_bounded(const struct feature_list *list)
{
	assert_true(list->count <= FEATURES_MAX);
	for (size_t i = 0; i < list->count; i++) {
		const char *name = list->items[i].name;
		size_t len = strlen(name);

		assert_true(len > 0 && len <= FEATURE_NAME_MAX);
		assert_true(list->items[i].group < GROUP_COUNT);
		for (size_t k = 0; k < len; k++)
			assert_true(name[k] >= 0x20 && name[k] < 0x7f);
	}
}

static void test_extract__takes_any_bytes(void **state)
{
	static const char *const probes[] = { "greeting", "ehlo", "help",
		"mail-noarg", "nul", "unknown-verb", "tls-ehlo", "quit" };
	static const char alphabet[] =
	    "250- 5.1\r\n<ECHO:NUM>=\0\x80\xff@[]\"azAZ.\t\\-";
	struct random r;

	(void)state;
	random_init(&r, 3);
	for (int round = 0; round < 200; round++) {
		struct line lines[8];
		struct feature_list one, two;
		struct transcript *t;

		for (size_t i = 0; i < 8; i++) {
			size_t len = random_below(&r, round % 20 ? 400 : 20000);
			char *bytes = arena_alloc(arena, len + 1);

			for (size_t k = 0; k < len; k++)
				bytes[k] = round % 3 ? alphabet[random_below(&r,
							   sizeof(alphabet))]
						     : (char)random_next(&r);
			if (round % 2 && len > 4)
				memcpy(bytes, "250-", 4);
			lines[i] = (struct line){ probes[i], bytes, len / 4,
				bytes, len, (int64_t)random_next(&r) };
		}
		t = transcript_of(
		    arena, lines, 8, "probe.example", "mx.example");
		features_extract(arena, t, &one);
		features_extract(arena, t, &two);
		assert_bounded(&one);
		assert_int_equal(one.count, two.count);
		for (size_t i = 0; i < one.count; i++)
			assert_string_equal(
			    one.items[i].name, two.items[i].name);
		arena_reset(arena);
	}
}

/* A megabyte in one reply, of the kinds that could make it slow. */
static void test_extract__a_large_reply_costs_little(void **state)
{
	static const char *const units[] = { "A", "<", "250-x\r\n", "XYZZY foo",
		"1.", ":", "a@", "-", "Mon ", "\n" };
	const size_t size = 1 << 20;
	char *bytes = malloc(size + 1);

	(void)state;
	for (size_t u = 0; u < sizeof(units) / sizeof(*units); u++) {
		struct line line = { "unknown-verb", "XYZZY foo\r\n", 0, bytes,
			size, 1 };
		size_t len = strlen(units[u]);
		struct feature_list list;
		struct transcript *t;
		int64_t start;

		for (size_t i = 0; i < size; i++)
			bytes[i] = units[u][i % len];
		bytes[size] = '\0';
		memcpy(bytes, "250-", 4);
		t = transcript_of(arena, &line, 1, "p", NULL);
		start = clock_now_ms();
		features_extract(arena, t, &list);
		assert_bounded(&list);
		/* Milliseconds; the limit leaves room for sanitizers. */
		assert_true(clock_now_ms() - start < 500);
	}
	free(bytes);
}

/* As many exchanges as one likes: still bounded. */
static void test_extract__stops_at_its_bounds(void **state)
{
	struct line *lines = arena_array(arena, 2000, sizeof(*lines));
	struct feature_list list;
	struct random r;

	(void)state;
	random_init(&r, 5);
	for (size_t i = 0; i < 2000; i++) {
		char *bytes = arena_alloc(arena, 700);

		memcpy(bytes, "500 ", 4);
		for (size_t k = 4; k < 699; k++)
			bytes[k] = (char)('!' + random_below(&r, 90));
		lines[i] = (struct line){ arena_printf(arena, "p%zu", i), "X",
			1, bytes, 0, 1 };
	}
	features_extract(
	    arena, transcript_of(arena, lines, 2000, "p", NULL), &list);
	assert_int_equal(list.count, FEATURES_MAX);
	assert_bounded(&list);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, arena_set_up, arena_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_extract__names_read_as_documented),
		TEST(test_extract__refusals_share_their_words),
		TEST(test_extract__longer_plan_keeps_the_features),
		TEST(test_extract__says_why_there_is_no_code),
		TEST(test_extract__a_reset_is_a_close),
		TEST(test_extract__counts_errors_until_the_close),
		TEST(test_extract__takes_any_bytes),
		TEST(test_extract__a_large_reply_costs_little),
		TEST(test_extract__stops_at_its_bounds),
	};

	return cmocka_run_group_tests_name("extract", tests, NULL, NULL);
}
