/*
 * One table of probes, in the order of the fixed plan. Every plan is the
 * beginning of the same sequence, so the order of the rows is the order on
 * the wire and the tiers nest: polite, standard, deep, lab.
 *
 * The first rows are the frame of every connection and never counted as
 * probes of a plan: dialog sends them where the protocol wants them.
 */
#include "prober/plan.h"

#include <string.h>

#include "transcript/transcript.h"

#define P (1u << PLAN_POLITE)
#define S (1u << PLAN_STANDARD)
#define D (1u << PLAN_DEEP)
#define L (1u << PLAN_LAB)

#define TEXT(literal) .bytes = (literal), .len = sizeof(literal) - 1

#define A10   "aaaaaaaaaa"
#define A100  A10 A10 A10 A10 A10 A10 A10 A10 A10 A10
#define A1000 A100 A100 A100 A100 A100 A100 A100 A100 A100 A100

static const struct probe probes[] = {
	{ .id = PROBE_GREETING,
	    TEXT(""),
	    .tiers = P | S | D | L,
	    .state = STATE_GREETED,
	    .help = "nothing is sent: what the server says first" },
	{ .id = PROBE_EHLO,
	    TEXT("EHLO {ehlo}\r\n"),
	    .tiers = P | S | D | L,
	    .state = STATE_GREETED,
	    .help = "who we are; its extensions. Rarely refused" },
	{ .id = PROBE_HELO,
	    TEXT("HELO {ehlo}\r\n"),
	    .tiers = P | S | D | L,
	    .state = STATE_GREETED,
	    .help = "only where EHLO was refused" },
	{ .id = PROBE_STARTTLS,
	    TEXT("STARTTLS\r\n"),
	    .tiers = P | S | D | L,
	    .state = STATE_HELLO,
	    .help = "only where EHLO offered it, after the plain probes" },
	{ .id = PROBE_TLS_EHLO,
	    TEXT("EHLO {ehlo}\r\n"),
	    .tiers = P | S | D | L,
	    .state = STATE_GREETED,
	    .help = "EHLO again, inside TLS" },
	{ .id = PROBE_QUIT,
	    TEXT("QUIT\r\n"),
	    .tiers = P | S | D | L,
	    .state = STATE_GREETED,
	    .help = "always; its answer is awaited" },
	{ .id = "rset",
	    TEXT("RSET\r\n"),
	    .tiers = D | L,
	    .state = STATE_HELLO,
	    .help = "takes back a MAIL that was accepted" },
	{ .id = "auth-cancel",
	    TEXT("*\r\n"),
	    .tiers = D | L,
	    .state = STATE_HELLO,
	    .help = "the answer to a 334" },
#define FRAME_COUNT 8

	{ .id = PROBE_NOOP,
	    TEXT("NOOP\r\n"),
	    .tiers = P | S | D | L,
	    .state = STATE_HELLO,
	    .help = "rarely refused" },
	{ .id = PROBE_HELP,
	    TEXT("HELP\r\n"),
	    .tiers = P | S | D | L,
	    .state = STATE_HELLO,
	    .help = "names the software where answered; often 502" },
#define POLITE_COUNT 2
	{ .id = PROBE_MAIL_NOARG,
	    TEXT("MAIL\r\n"),
	    .tiers = S | D | L,
	    .state = STATE_HELLO,
	    .help = "MAIL without argument: always refused" },
	{ .id = PROBE_NUL,
	    TEXT("HE\0LO\r\n"),
	    .tiers = S | D | L,
	    .state = STATE_HELLO,
	    .help = "a NUL in a verb: always refused" },
	{ .id = PROBE_UNKNOWN_VERB,
	    TEXT("XYZZY foo\r\n"),
	    .tiers = S | D | L,
	    .state = STATE_HELLO,
	    .help = "an unknown verb: always refused" },
#define STANDARD_COUNT 5
	{ .id = "mail-nocolon",
	    TEXT("MAIL FROM <postmaster@{ehlo}>\r\n"),
	    .tiers = D | L,
	    .state = STATE_HELLO,
	    .help = "MAIL FROM without its colon: mostly refused" },
	{ .id = "rset-arg",
	    TEXT("RSET foo\r\n"),
	    .tiers = D | L,
	    .state = STATE_HELLO,
	    .help = "RSET with an argument: mostly refused" },
	{ .id = "starttls-arg",
	    TEXT("STARTTLS foo\r\n"),
	    .tiers = D | L,
	    .state = STATE_HELLO,
	    .by_itself = true,
	    .help = "STARTTLS with an argument; a 220 ends the connection" },
	{ .id = "helo-noarg",
	    TEXT("HELO\r\n"),
	    .tiers = D | L,
	    .state = STATE_HELLO,
	    .help = "HELO without argument: mostly refused" },
	{ .id = "ehlo-twice",
	    TEXT("EHLO {ehlo}\r\n"),
	    .tiers = D | L,
	    .state = STATE_HELLO,
	    .help = "a second EHLO: sometimes refused" },
	{ .id = "noop-arg",
	    TEXT("NOOP foo\r\n"),
	    .tiers = D | L,
	    .state = STATE_HELLO,
	    .help = "NOOP with an argument: sometimes refused" },
	{ .id = "lower-case-verb",
	    TEXT("noop\r\n"),
	    .tiers = D | L,
	    .state = STATE_HELLO,
	    .help = "a verb in lower case: rarely refused" },
	{ .id = "leading-space",
	    TEXT(" NOOP\r\n"),
	    .tiers = D | L,
	    .state = STATE_HELLO,
	    .help = "a blank before the verb: mostly refused" },
	{ .id = "quit-arg",
	    TEXT("QUIT foo\r\n"),
	    .tiers = D | L,
	    .state = STATE_HELLO,
	    .by_itself = true,
	    .help = "QUIT with an argument: obeyed or refused" },
	{ .id = "vrfy-postmaster",
	    TEXT("VRFY postmaster\r\n"),
	    .tiers = D | L,
	    .state = STATE_HELLO,
	    .help = "often refused" },
	{ .id = "expn-postmaster",
	    TEXT("EXPN postmaster\r\n"),
	    .tiers = D | L,
	    .state = STATE_HELLO,
	    .help = "mostly refused" },
	{ .id = "etrn",
	    TEXT("ETRN {ehlo}\r\n"),
	    .tiers = D | L,
	    .state = STATE_HELLO,
	    .help = "mostly refused" },
	{ .id = "turn",
	    TEXT("TURN\r\n"),
	    .tiers = D | L,
	    .state = STATE_HELLO,
	    .help = "refused" },
	{ .id = "soml",
	    TEXT("SOML\r\n"),
	    .tiers = D | L,
	    .state = STATE_HELLO,
	    .help = "refused" },
	{ .id = "saml",
	    TEXT("SAML\r\n"),
	    .tiers = D | L,
	    .state = STATE_HELLO,
	    .help = "refused" },
	{ .id = "eight-bit-verb",
	    TEXT("N\xd6\xd6P\r\n"),
	    .tiers = D | L,
	    .state = STATE_HELLO,
	    .help = "bytes over 0x7f in a verb: refused" },
	{ .id = "split-write",
	    TEXT("NOOP\r\n"),
	    .tiers = D | L,
	    .state = STATE_HELLO,
	    .split = true,
	    .help = "NOOP in six packets: rarely refused" },
	{ .id = "bare-lf",
	    TEXT("NOOP\n"),
	    .tiers = D | L,
	    .state = STATE_HELLO,
	    .by_itself = true,
	    .help = "a line that ends with LF alone; some wait for CR LF" },
	{ .id = "overlong-line",
	    TEXT("NOOP " A1000 A1000 A10 A10 A10 A10 A10 A10 A10 A10 A10
		 "aaa\r\n"),
	    .tiers = D | L,
	    .state = STATE_HELLO,
	    .by_itself = true,
	    .help = "a line of 2100 bytes: refused, often with a close" },
	{ .id = "http-get",
	    TEXT("GET / HTTP/1.0\r\n"),
	    .tiers = D | L,
	    .state = STATE_GREETED,
	    .by_itself = true,
	    .help = "another protocol: refused, often with a close" },
#define DEEP_COUNT 25
	{ .id = "rcpt-first",
	    TEXT("RCPT TO:<postmaster>\r\n"),
	    .tiers = L,
	    .state = STATE_HELLO,
	    .help = "RCPT before MAIL: refused" },
	{ .id = "data-first",
	    TEXT("DATA\r\n"),
	    .tiers = L,
	    .state = STATE_HELLO,
	    .help = "DATA before MAIL: refused; a 354 ends the connection" },
	{ .id = "mail-bare",
	    TEXT("MAIL FROM:postmaster@{ehlo}\r\n"),
	    .tiers = L,
	    .state = STATE_HELLO,
	    .help = "a sender without <>: refused or accepted" },
	{ .id = "mail-bogus-param",
	    TEXT("MAIL FROM:<> BOGUS=1\r\n"),
	    .tiers = L,
	    .state = STATE_HELLO,
	    .help = "an unknown parameter: mostly refused" },
	{ .id = "mail-size",
	    TEXT("MAIL FROM:<> SIZE=99999999999999\r\n"),
	    .tiers = L,
	    .state = STATE_HELLO,
	    .help = "a size nobody takes: mostly refused" },
	{ .id = "mail-verb",
	    TEXT("MAIL FOO:<>\r\n"),
	    .tiers = L,
	    .state = STATE_HELLO,
	    .help = "MAIL with another word than FROM: refused" },
	{ .id = "mail-null",
	    TEXT("MAIL FROM:<>\r\n"),
	    .tiers = L,
	    .state = STATE_HELLO,
	    .help = "the empty sender: accepted; opens the next three" },
	{ .id = "rcpt-noarg",
	    TEXT("RCPT\r\n"),
	    .tiers = L,
	    .state = STATE_MAIL,
	    .help = "RCPT without argument: refused" },
	{ .id = "rcpt-bogus-param",
	    TEXT("RCPT TO:<postmaster> BOGUS=1\r\n"),
	    .tiers = L,
	    .state = STATE_MAIL,
	    .help = "an unknown parameter: mostly refused" },
	{ .id = "rcpt-postmaster",
	    TEXT("RCPT TO:<postmaster>\r\n"),
	    .tiers = L,
	    .state = STATE_MAIL,
	    .help = "the host's own postmaster: mostly accepted" },
	{ .id = "mail-before-helo",
	    TEXT("MAIL FROM:<>\r\n"),
	    .tiers = L,
	    .state = STATE_GREETED,
	    .by_itself = true,
	    .help = "MAIL without EHLO: refused or accepted" },
	{ .id = "errors-until-close",
	    TEXT("XYZZY\r\n"),
	    .tiers = L,
	    .state = STATE_GREETED,
	    .by_itself = true,
	    .repeat = 30,
	    .help = "unknown verbs until the server gives up" },
#define LAB_COUNT 37
};

#define PROBE_COUNT (sizeof(probes) / sizeof(probes[0]))

/* Overlong is 2100 bytes in all: 5 + 2090 + 3 + 2. */
_Static_assert(PROBE_COUNT == FRAME_COUNT + LAB_COUNT, "counts of the table");

#define ROW(i)	&probes[FRAME_COUNT + (i)]
#define ROW4(i) ROW(i), ROW((i) + 1), ROW((i) + 2), ROW((i) + 3)

static const struct probe *sequence[] = {
	ROW4(0),
	ROW4(4),
	ROW4(8),
	ROW4(12),
	ROW4(16),
	ROW4(20),
	ROW4(24),
	ROW4(28),
	ROW4(32),
	ROW(36),
};

_Static_assert(sizeof(sequence) / sizeof(sequence[0]) == LAB_COUNT,
    "the sequence holds every probe");

static const struct plan plans[] = {
	[PLAN_POLITE] = { .name = "polite",
	    .tier = PLAN_POLITE,
	    .probes = sequence,
	    .probe_count = POLITE_COUNT,
	    .errors_per_connection = 1,
	    .errors_per_host = 1,
	    .connections_max = 1,
	    .starttls = true },
	[PLAN_STANDARD] = { .name = "standard",
	    .tier = PLAN_STANDARD,
	    .probes = sequence,
	    .probe_count = STANDARD_COUNT,
	    .errors_per_connection = 2,
	    .errors_per_host = 2,
	    .connections_max = 1,
	    .starttls = true },
	[PLAN_DEEP] = { .name = "deep",
	    .tier = PLAN_DEEP,
	    .probes = sequence,
	    .probe_count = DEEP_COUNT,
	    .errors_per_connection = 2,
	    .errors_per_host = 12,
	    .connections_max = 6,
	    .connection_gap_ms = 60000,
	    .starttls = true },
	[PLAN_LAB] = { .name = "lab",
	    .tier = PLAN_LAB,
	    .probes = sequence,
	    .probe_count = LAB_COUNT,
	    .errors_per_connection = -1,
	    .errors_per_host = -1,
	    .connections_max = 60,
	    .private_only = true,
	    .starttls = true },
};

_Static_assert(
    sizeof(plans) / sizeof(plans[0]) == PLAN_TIERS, "a plan for every tier");

const struct plan *plan_find(const char *name)
{
	for (int i = 0; i < PLAN_TIERS; i++) {
		if (strcmp(plans[i].name, name) == 0)
			return &plans[i];
	}
	return NULL;
}

const char *plan_names(void)
{
	return "polite, standard, deep, lab";
}

size_t plan_probe_count(void)
{
	return PROBE_COUNT;
}

const struct probe *plan_probe(size_t i)
{
	return &probes[i];
}

const struct probe *plan_probe_find(const char *id)
{
	for (size_t i = 0; i < PROBE_COUNT; i++) {
		if (strcmp(probes[i].id, id) == 0)
			return &probes[i];
	}
	return NULL;
}
