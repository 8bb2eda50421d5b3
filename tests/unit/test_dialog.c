/*
 * The machine without a network: a server is a function from what is sent to
 * a reply; play() runs whole conversations and writes down what was sent.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/buffer.h"
#include "prober/dialog.h"

struct answer {
	const char *probe; /* id; NULL: every other */
	const char *reply; /* NULL: the peer closes */
	int64_t delay_ms;
};

struct play {
	struct dialog dialog;
	struct script *script;
	const struct answer *answers;
	struct buffer log; /* "greeting ehlo noop ... | next connection" */
	size_t worst;	   /* errors on one connection */
	size_t errors;	   /* on all */
	enum connection_end end;
};

static const struct answer *answer_to(const struct play *p, const char *probe)
{
	const struct answer *a = p->answers;

	while (a->probe && strcmp(a->probe, probe) != 0)
		a++;
	return a;
}

static struct dialog_event event_of(
    struct play *p, const char *probe, size_t *errors)
{
	const struct answer *a = answer_to(p, probe);
	struct dialog_event e = { .kind = EVENT_CLOSED };

	if (!a->reply)
		return e;
	e.kind = EVENT_REPLY;
	e.code = (int)strtol(a->reply, NULL, 10);
	e.bytes = a->reply;
	e.len = strlen(a->reply);
	e.delay_ms = a->delay_ms;
	if (e.code >= 400 && strcmp(probe, "greeting") != 0 &&
	    strcmp(probe, "quit") != 0)
		++*errors;
	return e;
}

static void play_connection(struct play *p)
{
	struct dialog_event e = { .kind = EVENT_OPENED };
	size_t errors = 0;

	dialog_open(&p->dialog);
	for (int guard = 0; guard < 200; guard++) {
		struct dialog_action a = dialog_advance(&p->dialog, &e);

		switch (a.act) {
		case ACT_CLOSE:
			p->end = a.end;
			p->errors += errors;
			if (errors > p->worst)
				p->worst = errors;
			return;
		case ACT_LISTEN:
		case ACT_SEND:
			buffer_printf(&p->log, "%s ", a.probe);
			e = event_of(p, a.probe, &errors);
			break;
		case ACT_HANDSHAKE:
			buffer_add_text(&p->log, "(tls) ");
			e = (struct dialog_event){ .kind = EVENT_TLS_READY };
			break;
		default: /* nothing more comes */
			e = (struct dialog_event){ .kind = EVENT_TIMEOUT };
		}
	}
	fail_msg("endless: %s", buffer_text(&p->log));
}

static void play(struct play *p, const char *plan, const struct answer *answers)
{
	memset(p, 0, sizeof(*p));
	buffer_init(&p->log, 1 << 16);
	p->answers = answers;
	p->script = script_new(plan_find(plan), "me.example", false, false);
	dialog_init(&p->dialog, p->script);
	do {
		if (p->log.len > 0)
			buffer_add_text(&p->log, "| ");
		play_connection(p);
	} while (dialog_wants_more(&p->dialog) && p->log.len < 10000);
}

static void end_play(struct play *p)
{
	buffer_clear(&p->log);
	script_free(p->script);
}

#define ACCEPTS_ALL                   \
	{                             \
		NULL, "250 ok\r\n", 0 \
	}
#define REFUSES_ALL                   \
	{                             \
		NULL, "500 no\r\n", 0 \
	}
#define GREETS                              \
	{                                   \
		"greeting", "220 hi\r\n", 0 \
	}
#define HELLO                                       \
	{                                           \
		"ehlo", "250-hi\r\n250 SIZE\r\n", 0 \
	}
#define HELLO_TLS                                                   \
	{                                                           \
		"ehlo", "250-hi\r\n250-SIZE\r\n250 STARTTLS\r\n", 0 \
	}
#define BYE                              \
	{                                \
		"quit", "221 bye\r\n", 0 \
	}

static const struct {
	const char *what, *plan;
	struct answer answers[8];
	const char *sent;
	enum connection_end end;
	enum outcome outcome;
} cases[] = {
	{ "a server that accepts everything", "standard",
	    { GREETS, HELLO, BYE, ACCEPTS_ALL },
	    "greeting ehlo noop help mail-noarg nul unknown-verb quit ",
	    END_QUIT_OPEN, OUTCOME_GREETED },
	{ "refuses everything", "standard", { GREETS, BYE, REFUSES_ALL },
	    "greeting ehlo helo quit ", END_QUIT_OPEN, OUTCOME_GREETED },
	{ "refuses everything", "polite", { GREETS, BYE, REFUSES_ALL },
	    "greeting ehlo quit ", END_QUIT_OPEN, OUTCOME_GREETED },
	{ "refuses everything but EHLO, which offers TLS", "standard",
	    { GREETS, HELLO_TLS, BYE, REFUSES_ALL },
	    "greeting ehlo noop help quit ", END_QUIT_OPEN, OUTCOME_GREETED },
	{ "Postfix: HELP and MAIL are refused, then TLS", "standard",
	    { GREETS, HELLO_TLS, BYE, { "help", "502 no\r\n", 0 },
		{ "mail-noarg", "501 no\r\n", 0 },
		{ "starttls", "220 go\r\n", 0 }, ACCEPTS_ALL },
	    "greeting ehlo noop help mail-noarg starttls (tls) tls-ehlo quit ",
	    END_QUIT_OPEN, OUTCOME_GREETED },
	{ "HELP is answered: NUL is within the budget", "standard",
	    { GREETS, HELLO, BYE, { "noop", "250 ok\r\n", 0 },
		{ "help", "214 ok\r\n", 0 }, REFUSES_ALL },
	    "greeting ehlo noop help mail-noarg nul quit ", END_QUIT_OPEN,
	    OUTCOME_GREETED },
	{ "asks to come later", "standard",
	    { { "greeting", "450 later\r\n", 0 }, BYE, REFUSES_ALL },
	    "greeting quit ", END_QUIT_OPEN, OUTCOME_DEFERRED },
	{ "refuses us", "standard",
	    { { "greeting", "554 no\r\n", 0 }, BYE, REFUSES_ALL },
	    "greeting quit ", END_QUIT_OPEN, OUTCOME_REJECTED },
	{ "closes at once", "standard", { { "greeting", NULL, 0 } },
	    "greeting ", END_CLOSED, OUTCOME_CLOSED },
	{ "closes at HELP", "standard",
	    { GREETS, HELLO, { "help", NULL, 0 }, ACCEPTS_ALL },
	    "greeting ehlo noop help ", END_CLOSED, OUTCOME_GREETED },
	{ "a 421 that does not close is said QUIT to", "standard",
	    { GREETS, HELLO, BYE, { "noop", "421 go\r\n", 0 }, ACCEPTS_ALL },
	    "greeting ehlo noop quit ", END_QUIT_OPEN, OUTCOME_GREETED },
	{ "334 is answered with a star", "standard",
	    { GREETS, HELLO, BYE, { "noop", "334 x\r\n", 0 }, ACCEPTS_ALL },
	    "greeting ehlo noop auth-cancel help mail-noarg nul unknown-verb "
	    "quit ",
	    END_QUIT_OPEN, OUTCOME_GREETED },
	{ "354 is dropped", "standard",
	    { GREETS, HELLO, { "help", "354 go on\r\n", 0 }, ACCEPTS_ALL },
	    "greeting ehlo noop help ", END_DROPPED, OUTCOME_GREETED },
};

static void test_dialog__conversations(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct play p;

		play(&p, cases[i].plan, cases[i].answers);
		if (strcmp(buffer_text(&p.log), cases[i].sent) != 0)
			fail_msg("%s (%s): %s", cases[i].what, cases[i].plan,
			    buffer_text(&p.log));
		assert_int_equal(p.end, cases[i].end);
		assert_int_equal(p.dialog.outcome, cases[i].outcome);
		assert_int_equal(p.dialog.errors_of_host, p.errors);
		end_play(&p);
	}
}

/* Whatever is refused: never over the budget of the plan. */
static void test_dialog__budgets_hold(void **state)
{
	static const struct {
		const char *plan;
		size_t connection, host;
	} plans[] = { { "polite", 1, 1 }, { "standard", 2, 2 },
		{ "deep", 2, 12 } };
	static const char *const accepted[] = { "ehlo", "noop", "help",
		"mail-noarg", "nul", "lower-case-verb" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		for (unsigned mask = 0; mask < 64; mask++) {
			struct answer answers[10] = { GREETS, BYE };
			struct play p;
			size_t n = 2;

			for (unsigned k = 0; k < 6; k++) {
				if (mask >> k & 1)
					answers[n++] =
					    (struct answer){ accepted[k],
						    "250 ok\r\n", 0 };
			}
			answers[n] = (struct answer)REFUSES_ALL;
			play(&p, plans[i].plan, answers);
			assert_true(p.worst <= plans[i].connection);
			assert_true(p.errors <= plans[i].host);
			assert_true(p.dialog.connections <=
				    p.script->plan->connections_max);
			end_play(&p);
		}
	}
}

static size_t count_of(const struct play *p, const char *word)
{
	size_t count = 0, len = strlen(word);

	for (const char *at = buffer_text(&p->log);
	     (at = strstr(at, word)) != NULL; at += len)
		count += (at == buffer_text(&p->log) || at[-1] == ' ') &&
			 at[len] == ' ';
	return count;
}

/* The lab plan asks everything, with few errors a connection. */
static void test_dialog__lab_asks_everything(void **state)
{
	static const struct answer strict[] = { GREETS, HELLO, BYE,
		{ "mail-null", "250 ok\r\n", 0 }, { "noop", "250 ok\r\n", 0 },
		{ "rset", "250 ok\r\n", 0 }, REFUSES_ALL };
	const struct plan *lab = plan_find("lab");
	struct play p;

	(void)state;
	play(&p, "lab", strict);
	for (size_t i = 0; i < lab->probe_count; i++) {
		size_t times = count_of(&p, lab->probes[i]->id);

		if (lab->probes[i]->repeat)
			assert_int_equal(times, lab->probes[i]->repeat);
		else if (strcmp(lab->probes[i]->id, "mail-null") == 0)
			assert_true(times >= 1);
		else
			assert_int_equal(times, 1);
	}
	/* errors-until-close has its own connection */
	assert_non_null(
	    strstr(buffer_text(&p.log), "| greeting errors-until-close "));
	assert_non_null(
	    strstr(buffer_text(&p.log), "| greeting http-get quit "));
	assert_non_null(strstr(buffer_text(&p.log), "mail-null rcpt-noarg "));
	end_play(&p);
}

static void test_dialog__one_error_a_connection_for_a_tarpit(void **state)
{
	static const struct answer tarpit[] = { GREETS, HELLO, BYE,
		{ "noop", "250 ok\r\n", 0 }, { "errors-until-close", NULL, 0 },
		{ NULL, "502 wait\r\n", 8000 } };
	struct play p;
	const char *rest;

	(void)state;
	play(&p, "lab", tarpit);
	/* After the first slow reply: a probe, then QUIT. */
	rest = strchr(buffer_text(&p.log), '|');
	assert_non_null(rest);
	assert_non_null(strstr(rest, "greeting ehlo mail-noarg quit |"));
	assert_non_null(strstr(rest, "greeting ehlo nul quit |"));
	assert_true(p.worst <= 1);
	end_play(&p);
}

/* A 220 to a bad STARTTLS, a 354 to DATA: dropped, and the rest goes on. */
static void test_dialog__drops_and_comes_back(void **state)
{
	static const struct answer odd[] = { GREETS, HELLO, BYE,
		{ "starttls-arg", "220 go\r\n", 0 },
		{ "data-first", "354 go\r\n", 0 }, ACCEPTS_ALL };
	struct play p;

	(void)state;
	play(&p, "lab", odd);
	assert_non_null(
	    strstr(buffer_text(&p.log), "starttls-arg | greeting "));
	assert_non_null(strstr(buffer_text(&p.log), "data-first | greeting "));
	assert_int_equal(count_of(&p, "errors-until-close"), 30);
	end_play(&p);
}

/* After 521 many close: the next probe goes over the next connection. */
static void test_dialog__nothing_is_sent_after_521(void **state)
{
	static const struct answer postscreen[] = { GREETS, HELLO, BYE,
		{ "eight-bit-verb", "521 goodbye\r\n", 0 }, ACCEPTS_ALL };
	struct play p;

	(void)state;
	play(&p, "lab", postscreen);
	assert_non_null(strstr(buffer_text(&p.log),
	    "eight-bit-verb quit | greeting ehlo split-write "));
	end_play(&p);
}

/* An accepted MAIL is taken back before the next probe. */
static void test_dialog__takes_mail_back(void **state)
{
	static const struct answer easy[] = { GREETS, HELLO, BYE, ACCEPTS_ALL };
	struct play p;

	(void)state;
	play(&p, "lab", easy);
	assert_non_null(strstr(buffer_text(&p.log), "mail-bare rset "));
	assert_non_null(strstr(buffer_text(&p.log), "mail-null rcpt-noarg "));
	end_play(&p);
}

/* MAIL refused: what needs it is left out, and nothing runs for ever. */
static void test_dialog__leaves_out_what_needs_mail(void **state)
{
	static const struct answer shut[] = { GREETS, HELLO, BYE,
		{ "mail-null", "530 STARTTLS first\r\n", 0 }, ACCEPTS_ALL };
	struct play p;

	(void)state;
	play(&p, "lab", shut);
	assert_int_equal(count_of(&p, "rcpt-postmaster"), 0);
	assert_int_equal(count_of(&p, "mail-null"), 1);
	assert_int_equal(count_of(&p, "errors-until-close"), 30);
	end_play(&p);
}

static void advance(struct dialog *d, enum dialog_event_kind kind,
    const char *reply, struct dialog_action *a)
{
	struct dialog_event e = { .kind = kind };

	if (reply) {
		e.code = (int)strtol(reply, NULL, 10);
		e.bytes = reply;
		e.len = strlen(reply);
	}
	*a = dialog_advance(d, &e);
}

static void test_dialog__stops_with_quit(void **state)
{
	struct script *script =
	    script_new(plan_find("standard"), "me.example", false, false);
	struct dialog_action a;
	struct dialog d;

	(void)state;
	dialog_init(&d, script);
	dialog_open(&d);
	advance(&d, EVENT_OPENED, NULL, &a);
	advance(&d, EVENT_REPLY, "220 hi\r\n", &a);
	assert_memory_equal(a.bytes.data, "EHLO me.example\r\n", 17);
	assert_int_equal(a.bytes.len, 17);
	advance(&d, EVENT_STOP, NULL, &a);
	assert_int_equal(a.act, ACT_NONE); /* lock-step: the reply first */
	advance(&d, EVENT_REPLY, "250 hi\r\n", &a);
	assert_string_equal(a.probe, "quit");
	advance(&d, EVENT_REPLY, "221 bye\r\n", &a);
	assert_int_equal(a.act, ACT_LINGER);
	advance(&d, EVENT_CLOSED, NULL, &a);
	assert_int_equal(a.end, END_STOPPED);
	assert_true(d.cut);
	assert_false(dialog_wants_more(&d));
	script_free(script);
}

static void test_dialog__no_late_answers(void **state)
{
	struct script *script =
	    script_new(plan_find("standard"), "me.example", true, true);
	struct dialog_action a;
	struct dialog d;

	(void)state;
	dialog_init(&d, script);
	dialog_open(&d);
	advance(&d, EVENT_OPENED, NULL, &a);
	advance(&d, EVENT_REPLY, "220 hi\r\n", &a);
	advance(&d, EVENT_REPLY, "250 hi\r\n", &a);
	advance(&d, EVENT_REPLY, "250 ok\r\n", &a);
	assert_string_equal(a.probe, "mail-noarg"); /* --no-help */
	advance(&d, EVENT_TIMEOUT, NULL, &a);
	assert_int_equal(a.act, ACT_CLOSE);
	assert_int_equal(a.end, END_TIMEOUT);
	script_free(script);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dialog__conversations),
		cmocka_unit_test(test_dialog__budgets_hold),
		cmocka_unit_test(test_dialog__lab_asks_everything),
		cmocka_unit_test(
		    test_dialog__one_error_a_connection_for_a_tarpit),
		cmocka_unit_test(test_dialog__drops_and_comes_back),
		cmocka_unit_test(test_dialog__nothing_is_sent_after_521),
		cmocka_unit_test(test_dialog__takes_mail_back),
		cmocka_unit_test(test_dialog__leaves_out_what_needs_mail),
		cmocka_unit_test(test_dialog__stops_with_quit),
		cmocka_unit_test(test_dialog__no_late_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
