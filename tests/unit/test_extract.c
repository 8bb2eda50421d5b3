/*
 * Features of hand-written dialogues: what is named how, what stays the same
 * between deployments, what hostile bytes can do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/random.h"
#include "features/extract.h"

#define EXCHANGES_MAX 16

struct line { /* of a dialogue: probe, what we send, what comes */
	const char *probe;
	const char *sent;
	size_t sent_len; /* 0: strlen */
	const char *received;
	size_t received_len; /* 0: strlen */
	int64_t first_ms;
};

static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static struct transcript *transcript_of(
    const struct line *lines, size_t count, const char *ehlo, const char *name)
{
	struct transcript *t = arena_alloc(arena, sizeof(*t));
	struct connection *c = arena_alloc(arena, sizeof(*c));

	t->arena = arena;
	t->host = "192.0.2.7";
	t->port = 25;
	t->name = name;
	t->plan = "standard";
	t->ehlo = ehlo;
	t->outcome = OUTCOME_GREETED;
	t->connections = c;
	t->connection_count = 1;
	c->source = "198.51.100.9";
	c->end = END_QUIT_CLOSED;
	c->exchanges = arena_array(arena, count, sizeof(*c->exchanges));
	c->exchange_count = count;
	for (size_t i = 0; i < count; i++) {
		const struct line *l = &lines[i];
		struct exchange *e = &c->exchanges[i];

		e->probe = l->probe;
		e->sent.data = l->sent ? l->sent : "";
		e->sent.len = l->sent_len ? l->sent_len : strlen(e->sent.data);
		e->received.data = l->received ? l->received : "";
		e->received.len = l->received_len ? l->received_len
						  : strlen(e->received.data);
		e->first_ms = l->first_ms;
		e->end = l->received ? EXCHANGE_REPLY : EXCHANGE_TIMEOUT;
	}
	return t;
}

static struct feature_list features_of(const struct line *lines, size_t count)
{
	struct feature_list list;

	features_extract(arena,
	    transcript_of(lines, count, "probe.example.net", "mx.example.com"),
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_extract__names_read_as_documented, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("extract", tests, NULL, NULL);
}
