/*
 * No feature may tell one deployment of a product from another.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "common/buffer.h"
#include "common/random.h"
#include "features/extract.h"
#include "tests/unit/dialogue.h"
#include "tests/unit/with_arena.h"

#define LINES_MAX 12

/*
 * The leak rule. Real wordings with everything that belongs to one deployment
 * left open: {h} host name, {e} our name, {p} our name by reverse lookup, {i}
 * our address, {m} another name, {d} a date in the order the product writes it,
 * {q} an id, {n} a number, {v} a version.
 */
struct template
{
	const char *probe;
	const char *sent;
	size_t sent_len; /* 0: strlen */
	const char *received;
};

struct dialogue {
	const char *product;
	struct template lines[LINES_MAX];
};

static const struct dialogue dialogues[] = {
	{ "postfix",
	    { { "greeting", "", 0, "220 {h} ESMTP Postfix (Debian/GNU)\r\n" },
		{ "ehlo", "EHLO {e}\r\n", 0,
		    "250-{h}\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n"
		    "250-VRFY\r\n250-ETRN\r\n250-STARTTLS\r\n"
		    "250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250-DSN\r\n"
		    "250-SMTPUTF8\r\n250 CHUNKING\r\n" },
		{ "noop", "NOOP\r\n", 0, "250 2.0.0 Ok\r\n" },
		{ "help", "HELP\r\n", 0,
		    "500 5.5.2 Error: command not recognized\r\n" },
		{ "mail-noarg", "MAIL\r\n", 0,
		    "501 5.5.4 Syntax: MAIL FROM:<address>\r\n" },
		{ "relay", "RCPT TO:<a@{e}>\r\n", 0,
		    "454 4.7.1 <a@{e}>: Relay access denied\r\n" },
		{ "reject", "DATA\r\n", 0,
		    "554 5.7.1 Service unavailable; Client host [{i}] blocked "
		    "using zen.{m}; https://www.{m}/query?ip={i}\r\n" },
		{ "queued", ".\r\n", 0, "250 2.0.0 Ok: queued as {q}\r\n" },
		{ "starttls", "STARTTLS\r\n", 0,
		    "220 2.0.0 Ready to start TLS\r\n" },
		{ "quit", "QUIT\r\n", 0, "221 2.0.0 Bye\r\n" } } },
	{ "exim",
	    { { "greeting", "", 0, "220 {h} ESMTP Exim {v} #{n} {d:rfc} \r\n" },
		{ "ehlo", "EHLO {e}\r\n", 0,
		    "250-{h} Hello {p} [{i}]\r\n250-SIZE 52428800\r\n"
		    "250-8BITMIME\r\n250-LIMITS MAILMAX={n} RCPTMAX={n}\r\n"
		    "250-PIPELINING\r\n250-CHUNKING\r\n250 HELP\r\n" },
		{ "help", "HELP\r\n", 0,
		    "214-Commands supported:\r\n214 AUTH HELO EHLO MAIL\r\n" },
		{ "nul", "HE\0LO x\r\n", 9,
		    "501 NUL characters are not allowed in SMTP commands\r\n" },
		{ "unknown-verb", "XYZZY foo\r\n", 0,
		    "500-unrecognized command\r\n"
		    "500 Too many syntax or protocol errors\r\n" },
		{ "queued", ".\r\n", 0, "250 OK id={q}-{q}-00\r\n" },
		{ "quit", "QUIT\r\n", 0, "221 {h} closing connection\r\n" } } },
	{ "sendmail",
	    { { "greeting", "", 0,
		  "220 {h} ESMTP Sendmail {v}/{v}/Debian-{n}; {d:rfc}; (No "
		  "UCE/UBE) logging access from: {p}(OK)-{p} [{i}]\r\n" },
		{ "ehlo", "EHLO {e}\r\n", 0,
		    "250-{h} Hello {p} [{i}], pleased to meet you\r\n"
		    "250-ENHANCEDSTATUSCODES\r\n250-SIZE\r\n250 HELP\r\n" },
		{ "help", "HELP\r\n", 0,
		    "214-2.0.0 This is sendmail version {v}\r\n"
		    "214-2.0.0 Topics:\r\n214-2.0.0 \tHELO\tEHLO\tMAIL\r\n"
		    "214-2.0.0 For local information send email to "
		    "Postmaster at your site.\r\n214 2.0.0 End of HELP\r\n" },
		{ "nul", "HE\0LO x\r\n", 9,
		    "500 5.5.1 Command unrecognized: \"HE\"\r\n" },
		{ "get", "GET / HTTP/1.0\r\n", 0,
		    "421 4.7.0 {h} Rejecting open proxy {p} [{i}]\r\n" },
		{ "queued", ".\r\n", 0,
		    "250 2.0.0 {q} Message accepted for delivery\r\n" },
		{ "quit", "QUIT\r\n", 0,
		    "221 2.0.0 {h} closing connection\r\n" } } },
	{ "exchange",
	    { { "greeting", "", 0,
		  "220 {h} Microsoft ESMTP MAIL Service, Version: {v} ready at "
		  " "
		  "{d:rfc} \r\n" },
		{ "ehlo", "EHLO {e}\r\n", 0,
		    "250-{h} Hello [{i}]\r\n250-SIZE 37748736\r\n250-DSN\r\n"
		    "250-X-ANONYMOUSTLS\r\n250-AUTH NTLM\r\n"
		    "250-X-EXPS GSSAPI NTLM\r\n250 XRDST\r\n" },
		{ "mail-noarg", "MAIL\r\n", 0,
		    "501 5.5.4 Unrecognized parameter [{h}]\r\n" },
		{ "quit", "QUIT\r\n", 0,
		    "221 2.0.0 Service closing transmission channel\r\n" } } },
	{ "hosted",
	    { { "greeting", "", 0,
		  "220 {h} ESMTP {q}si{n}pfa.{n} - gsmtp {d:ctime}\r\n" },
		{ "ehlo", "EHLO {e}\r\n", 0,
		    "250-{h} at your service, [{i}]\r\n250-SIZE 157286400\r\n"
		    "250 SMTPUTF8\r\n" },
		{ "unknown-verb", "XYZZY foo\r\n", 0,
		    "502-5.5.1 Unrecognized command. For more information, go "
		    "to\r\n502 5.5.1  https://support.{m}/mail {q} - gsmtp, "
		    "{d:iso}\r\n" },
		{ "quit", "QUIT\r\n", 0,
		    "221 2.0.0 closing connection {q} - gsmtp\r\n" } } },
};

static const char *const words[] = { "alder", "brook", "cedar", "delta",
	"ember", "falcon", "garnet", "heron", "indigo", "juniper", "kestrel",
	"lark", "hamster", "north", "otter", "pine", "mail", "smtp", "mx", "in",
	"relay", "postfix", "exim", "error" };

struct deployment { /* drawn at random */
	char h[80], e[80], p[80], i[48], v[24], mx[96];
};

static const char *word(struct random *r)
{
	return words[random_below(r, sizeof(words) / sizeof(*words))];
}

static unsigned number(struct random *r, unsigned low, unsigned high)
{
	return low + (unsigned)random_below(r, high - low + 1);
}

static void draw(struct random *r, struct deployment *d)
{
	static const char *const tops[] = { "com", "net", "example", "co.uk",
		"de", "museum" };
	const char *top = tops[random_below(r, 6)];

	switch (random_below(r, 5)) {
	case 0:
		snprintf(d->h, sizeof(d->h), "%s%u", word(r), number(r, 1, 99));
		break;
	case 1:
		snprintf(d->h, sizeof(d->h), "mail");
		break;
	case 2:
		snprintf(d->h, sizeof(d->h), "Kestrel");
		break;
	default:
		snprintf(d->h, sizeof(d->h), "%s-%u.%s.%s", word(r),
		    number(r, 1, 9), word(r), top);
	}
	snprintf(
	    d->mx, sizeof(d->mx), "mx%u.%s.%s", number(r, 1, 9), word(r), top);
	snprintf(
	    d->e, sizeof(d->e), "probe%u.%s.org", number(r, 1, 9), word(r));
	snprintf(d->p, sizeof(d->p), "%s",
	    random_below(r, 3)	 ? d->e
	    : random_below(r, 2) ? "localhost"
				 : "host-7.isp.example.net");
	if (random_below(r, 4))
		snprintf(d->i, sizeof(d->i), "%u.%u.%u.%u", number(r, 1, 223),
		    number(r, 0, 255), number(r, 0, 255), number(r, 1, 254));
	else
		snprintf(d->i, sizeof(d->i), "IPv6:2001:db8::%x:%x",
		    number(r, 1, 65535), number(r, 1, 65535));
	snprintf(d->v, sizeof(d->v), "%u.%u.%u", number(r, 1, 20),
	    number(r, 0, 99), number(r, 1, 999));
}

static void render_date(struct random *r, const char *how, char out[64])
{
	static const char *const formats[] = { "%a, %d %b %Y %H:%M:%S +0000",
		"%a %b %e %H:%M:%S %Y", "%Y-%m-%dT%H:%M:%SZ" };
	time_t at = (time_t)random_below(r, 1900000000) + 100000000;
	struct tm tm;

	gmtime_r(&at, &tm);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	strftime(out, 64,
	    formats[strcmp(how, "rfc") == 0	? 0
		    : strcmp(how, "ctime") == 0 ? 1
						: 2],
	    &tm);
#pragma GCC diagnostic pop
	if (strcmp(how, "rfc") == 0 && random_below(r, 2))
		memcpy(strchr(out, '+'), "-0730", 5);
}

/* Queue ids of many kinds; always a letter and a digit in them. */
static void render_id(struct random *r, char out[64])
{
	static const char digits[] =
	    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	size_t base = random_below(r, 2) ? 16 : 62;
	size_t len = number(r, 6, 20);

	for (size_t i = 0; i < len; i++)
		out[i] = digits[random_below(r, base)];
	out[len / 2] = 'b';
	out[len / 3] = '4';
	out[len] = '\0';
}

static const char *fill(struct random *r, const struct deployment *d,
    const char *pattern, size_t *len)
{
	struct buffer b;
	const char *text;

	buffer_init(&b, 1 << 16);
	for (const char *p = pattern; *len; p++, --*len) {
		char made[64] = "";
		const char *value = made, *end;

		if (*p != '{') {
			buffer_add_char(&b, *p);
			continue;
		}
		end = strchr(p, '}');
		if (p[1] == 'd') {
			char how[8] = "";

			memcpy(how, p + 3, (size_t)(end - p - 3));
			render_date(r, how, made);
		} else if (p[1] == 'q') {
			render_id(r, made);
		} else if (p[1] == 'n') {
			snprintf(made, sizeof(made), "%u", number(r, 1, 99999));
		} else {
			value = p[1] == 'h'   ? d->h
				: p[1] == 'e' ? d->e
				: p[1] == 'p' ? d->p
				: p[1] == 'i' ? d->i
					      : d->v;
		}
		buffer_add_text(&b, value);
		*len -= (size_t)(end - p);
		p = end;
	}
	*len = b.len;
	text = arena_copy(arena, buffer_text(&b), b.len);
	buffer_clear(&b);
	return text;
}

static struct transcript *deploy(struct random *r, const struct dialogue *from)
{
	struct line lines[LINES_MAX] = { 0 };
	struct deployment d;
	struct transcript *t;
	struct tls_info *tls = arena_alloc(arena, sizeof(*tls));
	size_t count = 0;

	draw(r, &d);
	for (; count < LINES_MAX && from->lines[count].probe; count++) {
		const struct template *l = &from->lines[count];
		size_t sent = l->sent_len ? l->sent_len : strlen(l->sent);
		size_t received = strlen(l->received);

		lines[count].probe = l->probe;
		lines[count].sent = fill(r, &d, l->sent, &sent);
		lines[count].sent_len = sent;
		lines[count].received = fill(r, &d, l->received, &received);
		lines[count].received_len = received;
		lines[count].first_ms = number(r, 1, 400);
	}
	t = transcript_of(arena, lines, count, arena_strdup(arena, d.e),
	    random_below(r, 2) ? arena_strdup(arena, d.mx) : NULL);
	t->host = arena_printf(arena, "192.0.2.%u", number(r, 1, 254));
	t->port = (int)number(r, 1, 65535);
	t->start_utc_ms = (int64_t)random_below(r, 1u << 31) * 1000;
	tls->version = "TLSv1.3";
	tls->cipher = "TLS_AES_256_GCM_SHA384";
	tls->handshake_ms = number(r, 1, 500);
	tls->chain = arena_alloc(arena, sizeof(*tls->chain));
	tls->chain_count = 1;
	tls->chain[0].subject = arena_strdup(arena, d.h);
	tls->chain[0].issuer = "Some CA";
	tls->chain[0].key = "RSA-2048";
	tls->chain[0].not_after =
	    arena_printf(arena, "20%02u-01-01T00:00:00Z", number(r, 27, 60));
	tls->chain[0].sha256 = arena_printf(arena, "%064x", number(r, 1, 1000));
	t->connections[0].tls = tls;
	return t;
}

static void test_leak__no_feature_tells_a_deployment(void **state)
{
	struct random r;

	(void)state;
	random_init(&r, 20261124);
	for (size_t k = 0; k < sizeof(dialogues) / sizeof(*dialogues); k++) {
		struct transcript *first = deploy(&r, &dialogues[k]);
		const char *form = features_normal_form(arena, first);
		struct feature_list list;

		features_extract(arena, first, &list);
		assert_true(list.count > 100);
		for (int round = 0; round < 300; round++) {
			struct transcript *t = deploy(&r, &dialogues[k]);
			struct feature_list other;

			features_extract(arena, t, &other);
			for (size_t i = 0; i < list.count && i < other.count;
			     i++)
				if (strcmp(list.items[i].name,
					other.items[i].name) != 0)
					fail_msg("%s: %s against %s\n%s\n%s",
					    dialogues[k].product,
					    list.items[i].name,
					    other.items[i].name, form,
					    features_normal_form(arena, t));
			assert_int_equal(list.count, other.count);
			assert_string_equal(
			    form, features_normal_form(arena, t));
			if (round % 50 == 49) {
				/* keep memory small: start afresh */
				first = deploy(&r, &dialogues[k]);
				form = features_normal_form(arena, first);
				features_extract(arena, first, &list);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_leak__no_feature_tells_a_deployment),
	};

	return cmocka_run_group_tests_name(
	    "leak", tests, arena_set_up, arena_tear_down);
}
