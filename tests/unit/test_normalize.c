/* What a reply's text looks like after normalisation: tables of lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/random.h"
#include "features/date.h"
#include "features/normalize.h"

struct line_case {
	const char *line;
	const char *normal;
};

/* As if the greeting, EHLO and our own name had been read. */
static const struct identity identity = {
	.names = {
		{ "probe.example.net", 17, IDENTITY_OURS, false },
		{ "mx.hamster.example", 18, IDENTITY_SERVER, false },
		{ "hamster", 7, IDENTITY_SERVER, false },
		{ "mail", 4, IDENTITY_SERVER, true },
	},
	.count = 4,
};

static const char *normal_of(
    const char *line, const char *sent, size_t sent_len)
{
	static struct normal_text out;
	struct repeat repeat;
	struct bytes bytes = { sent, sent_len };

	out.len = 0;
	repeat_init(&repeat, &bytes);
	normalize_line(&identity, &repeat, line, strlen(line), &out);
	assert_true(out.len < sizeof(out.data));
	out.data[out.len] = '\0';
	return out.data;
}

static void check(const struct line_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_string_equal(
		    normal_of(cases[i].line, "", 0), cases[i].normal);
}

#define CHECK(cases) check(cases, sizeof(cases) / sizeof(*(cases)))

static void test_normalize__masks_names_and_addresses(void **state)
{
	static const struct line_case cases[] = {
		{ "mx.hamster.example ESMTP Postfix", "<SRV> ESMTP Postfix" },
		{ "MX.Hamster.Example. ready", "<SRV>. ready" },
		{ "mail.hamster.example closing", "<HOST> closing" },
		{ "Welcome to Hamster", "Welcome to <SRV>" },
		/* a common word is a name where a name stands only */
		{ "mail closing connection", "<SRV> closing connection" },
		{ "need mail before rcpt", "need mail before rcpt" },
		{ "MAIL first", "MAIL first" },
		{ "mx.hamster.example Hello probe.example.net [192.0.2.1]",
		    "<SRV> Hello <ME>" },
		{ "Hello localhost [127.0.0.1], pleased",
		    "Hello <ME>, pleased" },
		{ "Hello host-9.isp.example [192.0.2.1]", "Hello <ME>" },
		{ "access from: a.b.example(OK)-a.b.example [192.0.2.1]",
		    "access from: <ME>(OK)-<ME>" },
		/* our address may have no name in the DNS */
		{ "Hello [192.0.2.1], pleased", "Hello <ME>, pleased" },
		{ "Hi Unknown [192.0.2.1]", "Hi <ME>" },
		{ "Hello [IPv6:2001:db8::7]", "Hello <ME>" },
		{ "Hello [IPv6:ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255]",
		    "Hello <ME>" }, /* none is longer */
		{ "at your service, [2001:db8::25:1]",
		    "at your service, <ME>" },
		{ "[192.0.2.1] ESMTP", "[<IP>] ESMTP" },
		{ "Hello [192.0.2.1", "Hello [<IP>" },
		{ "Hello [hidden] [1]", "Hello [hidden] [<NUM>]" },
		{ "**** ***************", "**** ****" },
		{ "**2***0**2***********200", "****" },
		{ "2*****", "****" },
		{ "2002 ** 20*0", "<NUM> ** <NUM>*<NUM>" },
		{ "rejected 192.0.2.1: see http://x.example/a?b=1.",
		    "rejected <IP>: see <URL>." },
		{ "write to postmaster@x.example, please",
		    "write to <ADDR>, please" },
		{ "<a.b+c@x.example>... denied", "<<ADDR>>... denied" },
	};

	(void)state;
	CHECK(cases);
}

static void test_normalize__masks_ids_numbers_versions(void **state)
{
	static const struct line_case cases[] = {
		{ "ESMTP Exim 4.96 #2", "ESMTP Exim <VER> #<NUM>" },
		{ "Exim 4.96-15+deb12u4~bpo1 ready", "Exim <VER> ready" },
		{ "Sendmail 8.15.2/8.15.2/Debian-22ubuntu3",
		    "Sendmail <VER>/<VER>/Debian<VER>" },
		{ "Sendmail 8.17.1.9/8.17.1.9/Debian-2+deb12u2;",
		    "Sendmail <VER>/<VER>/Debian<VER>;" },
		{ "This is sendmail version 8.17.1.9",
		    "This is sendmail version <VER>" },
		{ "Version: 6.0.3790.4675 ready", "Version: <VER> ready" },
		{ "ESMTP 13 y6_8_4c1 - gsmtp", "ESMTP <NUM> <ID> - gsmtp" },
		{ "r88si6832467pfa.128 - gsmtp", "<ID> - gsmtp" },
		{ "queued as 4XyZ1a2b3cD", "queued as <ID>" },
		{ "size 10240000 of 5", "size <NUM> of <NUM>" },
		/* wording with digits stays */
		{ "8BITMIME SMTPUTF8 CRAM-MD5", "8BITMIME SMTPUTF8 CRAM-MD5" },
		{ "see RFC-2821 and RFC 5321, RFC821",
		    "see RFC-2821 and RFC 5321, RFC821" },
		{ "Invalid argument (#5.5.1)", "Invalid argument (#5.5.1)" },
		{ "", "" },
	};

	(void)state;
	CHECK(cases);
}

static void test_normalize__names_the_form_of_dates(void **state)
{
	static const struct line_case cases[] = {
		{ "Exim; Tue, 24 Nov 2026 22:48:13 +0000 (UTC)",
		    "Exim; <DATE:wdmyt>" },
		{ "at Tue, 4 Nov 2026 02:48:13 -0500 ready",
		    "at <DATE:wdmyt> ready" },
		{ "Tue Nov  4 22:48:13 2026", "<DATE:wmdty>" },
		{ "Tue Nov 24 22:48:13 CET 2026", "<DATE:wmdty>" },
		{ "2026-11-24T22:48:13Z.", "<DATE:ymdt>." },
		{ "2026-11-24 22:48:13.123 +01:00", "<DATE:ymdt>" },
		{ "24-Nov-2026 22:48:13", "<DATE:dmyt>" },
		{ "Tuesday, November 24, 2026 10:48:13 PM", "<DATE:wmdyt>" },
		{ "11/24/2026 10:48 AM", "<DATE:nt>" },
		{ "11/24/26 22:48:13", "<DATE:nt>" },
		{ "24.11.2026", "<DATE:n>" },
		{ "22:48:13", "<DATE:t>" },
		{ "Fri, 2 Jan 2026 02:48:13 GMT; no abuse",
		    "<DATE:wdmyt>; no abuse" },
		/* words that begin like one */
		{ "You may send Mon 5", "You may send Mon <NUM>" },
		{ "second 12:30", "second <NUM>:<NUM>" },
	};

	(void)state;
	CHECK(cases);
}

static void test_normalize__tells_how_our_input_returns(void **state)
{
	static const struct {
		const char *sent;
		size_t len;
		const char *line, *normal;
	} cases[] = {
#define SENT(bytes) bytes, sizeof(bytes) - 1
		{ SENT("XYZZY foo\r\n"), "unrecognized: \"XYZZY foo\"",
		    "unrecognized: \"<ECHO:line>\"" },
		{ SENT("xyzzy foo\r\n"), "Error: \"XYZZY FOO\"",
		    "Error: \"<ECHO:line-upper>\"" },
		{ SENT("XYZZY foo\r\n"), "command xyzzy unknown",
		    "command <ECHO:verb-lower> unknown" },
		{ SENT("XYZZY foo\r\n"), "command \"XYZZY\" unknown",
		    "command \"<ECHO:verb>\" unknown" },
		{ SENT("RSET foo\r\n"), "RSET takes no foo",
		    "RSET takes no <ECHO:arg>" },
		/* a verb that all know is no echo unless quoted */
		{ SENT("MAIL\r\n"), "Syntax: MAIL FROM:<address>",
		    "Syntax: MAIL FROM:<address>" },
		{ SENT("MAIL\r\n"), "bad command 'MAIL'",
		    "bad command '<ECHO:line>'" },
		{ SENT("HE\0LO x\r\n"), "unrecognized: \"HE\"",
		    "unrecognized: \"<ECHO:cut-nul>\"" },
		{ SENT("HE\0LO x\r\n"), "bad: HE\\x00LO x",
		    "bad: <ECHO:line-hex>" },
		{ SENT("HE\0LO x\r\n"), "bad: HE\\000LO x",
		    "bad: <ECHO:line-octal>" },
		{ SENT("HE\0LO x\r\n"), "bad: HE?LO x",
		    "bad: <ECHO:line-mark>" },
		{ SENT("HE\0LO x\r\n"), "bad: HELO x",
		    "bad: <ECHO:line-removed>" },
		{ SENT("HE\0LO\r\n"), "send HELO first", "send HELO first" },
		{ SENT("HE\0LO\r\n"), "unknown \"HELO\"",
		    "unknown \"<ECHO:line-removed>\"" },
		{ SENT("N\xd6\xd6P\r\n"), "unknown N\xd6\xd6P.",
		    "unknown <ECHO:line>." },
		{ SENT("N\xd6\xd6P\r\n"), "unknown N??P.",
		    "unknown <ECHO:line-mark>." },
		{ SENT("HE\0LO x\r\n"), "did he say?", "did he say?" },
		{ SENT("ABCDEFGHIJKLMNOPQRSTUVWXYZ\r\n"),
		    "long: ABCDEFGHIJKLMNOPQRST...", "long: <ECHO:cut>..." },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(
		    normal_of(cases[i].line, cases[i].sent, cases[i].len),
		    cases[i].normal);
}

static void test_normalize__knows_its_placeholders(void **state)
{
	static const struct {
		const char *text;
		size_t len;
	} cases[] = { { "<NUM>", 5 }, { "<DATE:wdmyt> x", 12 },
		{ "<ECHO:line-upper>", 17 }, { "<address>", 0 }, { "<>", 0 },
		{ "<N", 0 }, { "<ECHO:", 0 }, { "", 0 }, { "<A1>", 0 } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(
		    normalize_placeholder(cases[i].text, strlen(cases[i].text)),
		    cases[i].len);
}

/* Any bytes: stays within bounds, gives the same twice. */
static void test_normalize__takes_any_bytes(void **state)
{
	static const char alphabet[] =
	    "aZ09.-_:@/<>[]()\"'# ,;+T\0\r\t\\\x80\xff=MAYNov";
	static struct normal_text one, two;
	static char line[NORMALIZE_IN_MAX];
	struct repeat repeat;
	struct random r;

	(void)state;
	random_init(&r, 7);
	for (int round = 0; round < 300; round++) {
		size_t len = random_below(&r, round % 10 ? 200 : sizeof(line));
		struct bytes sent = { line, len / 3 };

		for (size_t i = 0; i < len; i++)
			line[i] = alphabet[random_below(
			    &r, round % 2 ? sizeof(alphabet) : 7)];
		repeat_init(&repeat, &sent);
		one.len = two.len = 0;
		normalize_line(&identity, &repeat, line, len, &one);
		normalize_line(&identity, &repeat, line, len, &two);
		assert_true(one.len <= sizeof(one.data));
		assert_int_equal(one.len, two.len);
		assert_memory_equal(one.data, two.data, one.len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_normalize__masks_names_and_addresses),
		cmocka_unit_test(test_normalize__masks_ids_numbers_versions),
		cmocka_unit_test(test_normalize__names_the_form_of_dates),
		cmocka_unit_test(test_normalize__tells_how_our_input_returns),
		cmocka_unit_test(test_normalize__knows_its_placeholders),
		cmocka_unit_test(test_normalize__takes_any_bytes),
	};

	return cmocka_run_group_tests_name("normalize", tests, NULL, NULL);
}
