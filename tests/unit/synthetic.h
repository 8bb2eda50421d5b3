/*
 * Made-up labelled transcripts for the tests of model/: servers that answer
 * like a few well-known products, in several configurations each. Deployment
 * i of a product differs in host name, greeting, EHLO keywords and version.
 */
#ifndef MXPRINT_TESTS_SYNTHETIC_H
#define MXPRINT_TESTS_SYNTHETIC_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "catalog/catalog.h"
#include "common/arena.h"
#include "common/buffer.h"
#include "common/lines.h"
#include "transcript/format.h"
#include "transcript/transcript.h"

struct synthetic_product {
	const char *id;
	const char *banner; /* after the host name */
	const char *hello;  /* first EHLO line after the host name */
	const char *keywords[6];
	const char *help;
	const char *mail;
	const char *nul;
	const char *unknown[2]; /* older, newer version */
	const char *quit;
	const char *versions[2];
};

static const struct synthetic_product synthetic_products[] = {
	{ "postfix", "ESMTP Postfix", "",
	    { "PIPELINING", "SIZE 10240000", "ETRN", "ENHANCEDSTATUSCODES",
		"8BITMIME", "DSN" },
	    "500 5.5.2 Error: command not recognized",
	    "501 5.5.4 Syntax: MAIL FROM:<address>",
	    "500 5.5.2 Error: command not recognized",
	    { "502 5.5.2 Error: command not recognized",
		"500 5.5.2 Error: command not recognized" },
	    "221 2.0.0 Bye", { "3.5.25", "3.7.11" } },
	{ "exim", "ESMTP Exim 4.96", " Hello me [127.0.0.9]",
	    { "SIZE 52428800", "8BITMIME", "PIPELINING", "PIPECONNECT",
		"CHUNKING", "PRDR" },
	    "214-Commands supported:\r\n214 AUTH HELO EHLO MAIL RCPT DATA",
	    "500 unrecognized command",
	    "501 NUL characters are not allowed in SMTP commands",
	    { "500 unrecognized command", "500 unrecognized command" },
	    "221 <NAME> closing connection", { "4.94", "4.96" } },
	{ "sendmail", "ESMTP Sendmail 8.17; ready", " Hello me, pleased",
	    { "ENHANCEDSTATUSCODES", "PIPELINING", "EXPN", "VERB", "8BITMIME",
		"SIZE" },
	    "214-2.0.0 This is sendmail version 8.17\r\n214 2.0.0 End of HELP",
	    "501 5.5.2 Syntax error in parameters scanning \"\"",
	    "500 5.5.1 Command unrecognized: \"HE\"",
	    { "500 5.5.1 Command unrecognized: \"XYZZY foo\"",
		"500 5.5.1 Command unrecognized: \"XYZZY foo\"" },
	    "221 2.0.0 <NAME> closing connection", { "8.15.2", "8.17.1" } },
	{ "opensmtpd", "ESMTP OpenSMTPD", " Hello me, pleased to meet you",
	    { "8BITMIME", "ENHANCEDSTATUSCODES", "SIZE 36700160", "DSN", "HELP",
		"STARTTLS" },
	    "214-2.0.0 This is OpenSMTPD\r\n214 2.0.0 To report bugs",
	    "500 5.5.1 Invalid command: Command unrecognized",
	    "500 5.5.1 Invalid command: Command unrecognized",
	    { "500 5.5.4 Invalid command: Command unrecognized",
		"500 5.5.1 Invalid command: Command unrecognized" },
	    "221 2.0.0 Bye", { "6.8.0", "7.4.0" } },
};

#define SYNTHETIC_PRODUCTS \
	(sizeof(synthetic_products) / sizeof(synthetic_products[0]))

static struct exchange *synthetic_add(struct transcript *t, const char *probe,
    const char *sent, size_t sent_len, const char *received)
{
	struct connection *c = t->connections;
	struct exchange *x = &c->exchanges[c->exchange_count++];

	x->probe = probe;
	x->sent.data = arena_copy(t->arena, sent, sent_len);
	x->sent.len = sent_len;
	x->received.data = arena_printf(t->arena, "%s\r\n", received);
	x->received.len = strlen(x->received.data);
	x->first_ms = 1;
	x->last_ms = 2;
	x->end = EXCHANGE_REPLY;
	return x;
}

static const char *synthetic_ehlo(struct transcript *t,
    const struct synthetic_product *p, size_t i, const char *name)
{
	struct buffer b;
	const char *text;

	buffer_init(&b, 4096);
	buffer_printf(&b, "250-%s%s", name, p->hello);
	/* Each configuration leaves one keyword out. */
	for (size_t k = 0; k < 6; k++)
		if (k != i % 6)
			buffer_printf(&b, "\r\n250%c%s",
			    k == 5 || (k == 4 && i % 6 == 5) ? ' ' : '-',
			    p->keywords[k]);
	text = arena_strdup(t->arena, buffer_text(&b));
	buffer_clear(&b);
	return text;
}

/* Greeting of deployment i: honest, hidden, neutral, or another product's. */
static const char *synthetic_banner(
    struct transcript *t, size_t product, size_t i, const char *name)
{
	static const char *const neutral[] = { "ESMTP", "ESMTP ready" };
	size_t other =
	    (product + 1 + i % (SYNTHETIC_PRODUCTS - 1)) % SYNTHETIC_PRODUCTS;

	if (i % 4 == 3)
		return arena_printf(t->arena, "220 %s %s", name,
		    synthetic_products[other].banner);
	if (i % 4 == 2)
		return arena_printf(
		    t->arena, "220 %s %s", name, neutral[i / 4 % 2]);
	return arena_printf(
	    t->arena, "220 %s %s", name, synthetic_products[product].banner);
}

/* Free with transcript_free. */
static struct transcript *synthetic_transcript(size_t product, size_t i)
{
	const struct synthetic_product *p = &synthetic_products[product];
	struct arena *arena = arena_new();
	struct transcript *t = arena_alloc(arena, sizeof(*t));
	const char *name = arena_printf(arena, "mx%zu.site%zu.example", i, i);

	t->arena = arena;
	t->host = arena_printf(arena, "127.7.%zu.%zu", product, i + 1);
	t->port = 25;
	t->name = name;
	t->plan = "standard";
	t->ehlo = "me.example.org";
	t->start_utc_ms = 1700000000000 + (int64_t)(1000 * i + product);
	t->outcome = OUTCOME_GREETED;
	t->connection_count = 1;
	t->connections = arena_alloc(arena, sizeof(struct connection));
	t->connections->exchanges =
	    arena_array(arena, 16, sizeof(struct exchange));
	t->connections->end = END_QUIT_CLOSED;
	synthetic_add(
	    t, PROBE_GREETING, "", 0, synthetic_banner(t, product, i, name));
	synthetic_add(t, PROBE_EHLO, "EHLO me.example.org\r\n", 21,
	    synthetic_ehlo(t, p, i, name));
	synthetic_add(t, PROBE_NOOP, "NOOP\r\n", 6,
	    p->mail[4] == '5' ? "250 2.0.0 Ok" : "250 OK");
	synthetic_add(t, PROBE_HELP, "HELP\r\n", 6, p->help);
	synthetic_add(t, PROBE_MAIL_NOARG, "MAIL\r\n", 6, p->mail);
	if (p->help[0] == '2')
		synthetic_add(t, PROBE_NUL, "HE\0LO x\r\n", 9, p->nul);
	synthetic_add(
	    t, PROBE_UNKNOWN_VERB, "XYZZY foo\r\n", 11, p->unknown[i % 2]);
	/* Every sixth leaves the same keyword out: the greeting apart, this
	 * tells them apart. */
	synthetic_add(t, PROBE_QUIT, "QUIT\r\n", 6,
	    arena_printf(arena, "%s%s", p->quit, i / 6 % 2 == 1 ? "." : ""));
	t->deployment = arena_printf(arena, "%s-%zu", p->id, i);
	t->label = (struct label){ .product = p->id,
		.version = p->versions[i % 2],
		.source = LABEL_LAB };
	return t;
}

static void synthetic_line(struct line_writer *w, struct transcript *t)
{
	struct buffer b;
	struct error err;

	buffer_init(&b, 1 << 20);
	transcript_write(&b, t);
	if (lines_write(w, b.data, b.len, &err) != STATUS_OK)
		abort();
	buffer_clear(&b);
	transcript_free(t);
}

/* Deployments from..to-1 of every product; backwards if asked. */
static inline void synthetic_file(
    const char *path, size_t from, size_t to, bool backwards)
{
	struct line_writer *w;
	struct error err;

	if (lines_create(path, &w, &err) != STATUS_OK)
		abort();
	for (size_t k = from; k < to; k++)
		for (size_t p = 0; p < SYNTHETIC_PRODUCTS; p++) {
			size_t i = backwards ? to - 1 - (k - from) : k;
			size_t q = backwards ? SYNTHETIC_PRODUCTS - 1 - p : p;

			synthetic_line(w, synthetic_transcript(q, i));
		}
	if (lines_close(w, false, &err) != STATUS_OK)
		abort();
}

static inline struct catalog *synthetic_catalog(void)
{
	struct catalog *catalog;
	struct error err;

	if (catalog_load("catalog/products.tsv", &catalog, &err) != STATUS_OK)
		abort();
	return catalog;
}

#endif
