#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/random.h"
#include "transcript/reply.h"

#define LINES_LIMIT_BYTES (700 * 6)

/* What a reply is, whatever the server did to the grammar. */
static void test_reply__parses_and_notes_departures(void **state)
{
	static const struct {
		const char *bytes;
		size_t len; /* 0: strlen */
		long used;
		int code;
		int enhanced;
		size_t lines;
		unsigned departures;
	} cases[] = {
		{ "220 a\r\n", 0, 7, 220, 0, 1, 0 },
		{ "250-a\r\n250-b\r\n250 c\r\n", 0, 21, 250, 0, 3, 0 },
		{ "500 5.5.2 no\r\n", 0, 14, 500, 5, 1, 0 },
		{ "250\r\n", 0, 5, 250, 0, 1, REPLY_NO_SEPARATOR },
		{ "250 a\n", 0, 6, 250, 0, 1, REPLY_BARE_LF },
		{ "250 a", 0, 5, 250, 0, 1, REPLY_NO_EOL },
		{ "250-a\r\n251 b\r\n", 0, 14, 251, 0, 2, REPLY_MIXED_CODES },
		{ "250-a\r\nwhat\r\n250 b\r\n", 0, 20, 250, 0, 3,
		    REPLY_NO_CODE_LINE },
		{ "250_a\r\n", 0, 7, 250, 0, 1, REPLY_ODD_SEPARATOR },
		{ "250 a\r\nmore\r\n", 0, 7, 250, 0, 1, REPLY_SURPLUS },
		{ "250 a \r\n", 0, 8, 250, 0, 1, REPLY_TRAILING_BLANK },
		{ "250 a\0b\r\n", 9, 9, 250, 0, 1, REPLY_NUL },
		{ "250 \xe4\r\n", 0, 7, 250, 0, 1, REPLY_EIGHT_BIT },
		{ "250 a\rb\r\n", 0, 9, 250, 0, 1, REPLY_BARE_CR },
		{ "HTTP/1.1 400 Bad\r\n", 0, REPLY_NOT_SMTP, 0, 0, 0, 0 },
		{ "2200 items\r\n", 0, REPLY_NOT_SMTP, 0, 0, 0, 0 },
		{ "150 a\r\n", 0, REPLY_NOT_SMTP, 0, 0, 0, 0 },
		{ "", 0, REPLY_PARTIAL, 0, 0, 0, 0 },
	};
	static struct reply reply;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *b = cases[i].bytes;
		size_t len = cases[i].len ? cases[i].len : strlen(b);
		long used = reply_parse_all(b, len, &reply);

		if (used != cases[i].used)
			fail_msg("case %zu: used %ld", i, used);
		if (used < 0)
			continue;
		assert_int_equal(reply.code, cases[i].code);
		assert_int_equal(reply.enhanced[0], cases[i].enhanced);
		assert_int_equal(reply.line_count, cases[i].lines);
		if (reply.departures != cases[i].departures)
			fail_msg(
			    "case %zu: departures %x", i, reply.departures);
	}
}

static void test_reply__waits_for_the_rest(void **state)
{
	static const char *const partial[] = { "2", "22", "220", "220 a",
		"250-a\r\n", "250-a\r\n250", "250-a\r\nwhat\r\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(partial) / sizeof(*partial); i++) {
		size_t scanned = 0;
		int code;

		assert_int_equal(reply_length(partial[i], strlen(partial[i]),
				     false, &scanned, &code),
		    REPLY_PARTIAL);
	}
}

/* The same end is found however the bytes were cut into reads. */
static void test_reply__does_not_depend_on_chunks(void **state)
{
	static const char reply[] =
	    "250-mx.example.com\r\n250-SIZE\n250 8BITMIME\r\nsurplus";
	struct random r;

	(void)state;
	random_init(&r, 7);
	for (int round = 0; round < 2000; round++) {
		size_t have = 0, scanned = 0;
		long used = REPLY_PARTIAL;
		int code = 0;

		while (used == REPLY_PARTIAL && have < sizeof(reply) - 1) {
			have += 1 + random_below(&r, 6);
			if (have > sizeof(reply) - 1)
				have = sizeof(reply) - 1;
			used =
			    reply_length(reply, have, false, &scanned, &code);
		}
		assert_int_equal(used, strlen(reply) - strlen("surplus"));
		assert_int_equal(code, 250);
	}
}

static void test_reply__keeps_a_bounded_number_of_lines(void **state)
{
	static struct reply reply;
	static char many[LINES_LIMIT_BYTES + 16];
	size_t len = 0;

	(void)state;
	for (int i = 0; i < 700; i++, len += 6)
		memcpy(many + len, "250-a\n", 6);
	memcpy(many + len, "250 b\n", 6);
	assert_int_equal(reply_parse_all(many, len + 6, &reply), len + 6);
	assert_int_equal(reply.line_count, 701);
	assert_int_equal(reply.kept, REPLY_LINES_MAX);
	assert_int_equal(reply.code, 250);
}

/* Any bytes: no crash, and never more used than there was. */
static void test_reply__survives_any_bytes(void **state)
{
	static struct reply reply;
	struct random r;
	char bytes[64];

	(void)state;
	random_init(&r, 11);
	for (int round = 0; round < 20000; round++) {
		size_t len = random_below(&r, sizeof(bytes) + 1);

		for (size_t i = 0; i < len; i++)
			bytes[i] = "250-5 \r\n\0a\xff."[random_below(&r, 12)];
		assert_true(reply_parse_all(bytes, len, &reply) <= (long)len);
		assert_true(reply.kept <= REPLY_LINES_MAX);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reply__parses_and_notes_departures),
		cmocka_unit_test(test_reply__waits_for_the_rest),
		cmocka_unit_test(test_reply__does_not_depend_on_chunks),
		cmocka_unit_test(test_reply__keeps_a_bounded_number_of_lines),
		cmocka_unit_test(test_reply__survives_any_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
