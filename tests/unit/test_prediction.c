#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/prediction.h"
#include "tests/unit/with_arena.h"

static const char *written(const struct prediction *p)
{
	struct buffer out;
	const char *text;

	buffer_init(&out, 1 << 20);
	prediction_write(&out, p);
	text = arena_copy(arena, buffer_text(&out), out.len);
	buffer_clear(&out);
	return text;
}

static struct prediction *read_back(const char *line)
{
	struct prediction *p;
	struct error err;

	if (prediction_read(arena, line, strlen(line), &p, &err) != STATUS_OK)
		fail_msg("%s: %s", line, err.text);
	return p;
}

static void test_prediction__comes_back_as_it_was_written(void **state)
{
	static const char *flags[] = { "banner-disputed", "novel" };
	static const char *reasons[] = { "answers \"x\\r\\n\" with \"500\"",
		"b" };
	static struct candidate candidates[] = { { "postfix", 0.9301 },
		{ "exim", 0.0699 } };
	static struct witness evidence[] = {
		{ ABOUT_OPERATOR, "gandi", "mx-name", "mx/gandi", "a \"b\"" },
		{ ABOUT_BEHIND, "postfix", NULL, NULL, NULL }
	};
	const struct prediction p = {
		.host = "2001:db8::1",
		.port = 2525,
		.name = "mx.example.com",
		.outcome = OUTCOME_GREETED,
		.plan = "standard",
		.model = "mxprint-1 3f2a91c0",
		.product = "postfix",
		.confidence = 0.9301,
		.version = "3.5-3.7",
		.family = "postfix",
		.operator_id = "gandi",
		.front = "cisco-pix",
		.flags = flags,
		.flag_count = 2,
		.candidates = candidates,
		.candidate_count = 2,
		.source = SOURCE_SVM,
		.reasons = reasons,
		.reason_count = 2,
		.evidence = evidence,
		.evidence_count = 2,
	};
	struct prediction *q = read_back(written(&p));

	(void)state;
	assert_string_equal(written(q), written(&p));
	assert_string_equal(q->host, p.host);
	assert_int_equal(q->port, 2525);
	assert_string_equal(q->reasons[0], reasons[0]);
	assert_string_equal(q->candidates[1].product, "exim");
	assert_true(q->candidates[1].confidence == 0.0699);
	assert_int_equal(q->source, SOURCE_SVM);
	assert_int_equal(q->flag_count, 2);
	assert_string_equal(q->operator_id, "gandi");
	assert_string_equal(q->front, "cisco-pix");
	assert_int_equal(q->evidence_count, 2);
	assert_string_equal(q->evidence[0].words, "a \"b\"");
	assert_int_equal(q->evidence[1].about, ABOUT_BEHIND);
	assert_null(q->evidence[1].rule);
}

static void test_prediction__writes_null_where_nothing_is_known(void **state)
{
	const struct prediction p = {
		.host = "192.0.2.1",
		.port = 25,
		.outcome = OUTCOME_REFUSED,
	};

	(void)state;
	assert_string_equal(written(&p),
	    "{\"type\":\"prediction\",\"v\":1,\"host\":\"192.0.2.1\","
	    "\"port\":25,\"name\":null,\"outcome\":\"refused\","
	    "\"product\":null,\"confidence\":null,\"version\":null,"
	    "\"family\":null,\"operator\":null,\"front\":null,\"flags\":[],"
	    "\"candidates\":[],\"source\":null,\"reasons\":[],"
	    "\"evidence\":[],\"plan\":null,\"model\":null}");
	assert_null(read_back(written(&p))->product);
	assert_int_equal(read_back(written(&p))->source, SOURCE_NONE);
}

#define HEAD "{\"type\":\"prediction\",\"v\":1,\"host\":\"h\",\"port\":25,"

static void test_prediction__refuses_what_is_no_prediction(void **state)
{
	static const struct {
		const char *line;
		const char *what;
	} cases[] = {
		{ "", "" },
		{ "[]", "not a prediction" },
		{ "{\"type\":\"transcript\",\"v\":1}", "not a prediction" },
		{ "{\"type\":\"prediction\",\"v\":2}", "newer" },
		{ "{\"type\":\"prediction\",\"v\":1}", "host" },
		{ HEAD "\"outcome\":\"weird\"}", "outcome" },
		{ HEAD "\"outcome\":\"greeted\",\"product\":7}", "product" },
		{ HEAD "\"outcome\":\"greeted\",\"product\":\"a\\u0000b\"}",
		    "product" },
		{ HEAD "\"outcome\":\"greeted\",\"product\":\"a\"}",
		    "confidence" },
		{ HEAD "\"outcome\":\"greeted\",\"product\":\"a\","
		       "\"confidence\":1.5}",
		    "confidence" },
		{ HEAD "\"outcome\":\"greeted\",\"source\":\"guess\"}",
		    "source" },
		{ HEAD "\"outcome\":\"greeted\",\"flags\":[1]}", "flags" },
		{ HEAD "\"outcome\":\"greeted\",\"flags\":\"a\"}", "flags" },
		{ HEAD "\"outcome\":\"greeted\",\"candidates\":[{}]}", "id" },
		{ HEAD "\"outcome\":\"greeted\",\"evidence\":[{}]}", "about" },
		{ HEAD "\"outcome\":\"greeted\",\"evidence\":"
		       "[{\"about\":\"front\"}]}",
		    "id" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct prediction *p;
		struct error err = { 0 };

		if (prediction_read(arena, cases[i].line, strlen(cases[i].line),
			&p, &err) != STATUS_DATA ||
		    p != NULL || strstr(err.text, cases[i].what) == NULL)
			fail_msg("case %zu: %s", i, err.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prediction__comes_back_as_it_was_written),
		cmocka_unit_test(
		    test_prediction__writes_null_where_nothing_is_known),
		cmocka_unit_test(
		    test_prediction__refuses_what_is_no_prediction),
	};

	return cmocka_run_group_tests(tests, arena_set_up, arena_tear_down);
}
