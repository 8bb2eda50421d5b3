/* What is wrong with a rule file, and where: sentences people can act on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rules/engine.h"
#include "rules/rulefile.h"
#include "tests/unit/with_catalog.h"

#define RULE(id, stage, pattern, rest) \
	"rule " id "\nstage " stage "\n" pattern "\nsource test\n" rest "\n"

static void test_rulefile__names_file_line_column_and_fault(void **state)
{
	static const struct {
		const char *text;
		const char *where;
		const char *what;
	} cases[] = {
		{ "match x\n", "t.rules:1:1:", "before the first" },
		{ "rule\n", "t.rules:1:5:", "nothing after rule" },
		{ "rule A b\n", "t.rules:1:6:", "a rule's id" },
		{ "rule a\ncolour red\n", "t.rules:2:1:", "unknown word" },
		{ "rule a\nstage banner ehl\n",
		    "t.rules:2:14:", "unknown stage" },
		{ "rule a\nproduct nobody\n", "t.rules:2:9:", "not an id" },
		{ "rule a\n  precision 1.5\n", "t.rules:2:13:", "a precision" },
		{ "rule a\nstrength 0\n", "t.rules:2:10:", "a strength" },
		{ "rule a\ncode 250 9\n", "t.rules:2:10:", "a reply code" },
		{ "rule a\nexample x\n", "t.rules:2:9:", "double quotes" },
		{ "rule a\nexample \"x\n", "t.rules:2:9:", "closing" },
		{ "rule a\nexample \"a\\q\"\n", "t.rules:2:11:", "escape" },
		{ "rule a\nexample \"a\" => color=1\n",
		    "t.rules:2:16:", "after =>" },
		{ "rule a\nexample \"a\" => version=\"1 b\n",
		    "t.rules:2:16:", "after =>" },
		{ "rule a\nexample \"a\" => version=\"\"\n",
		    "t.rules:2:16:", "after =>" },
		{ "rule a\nexample \"a\" => version=\"1\"x\n",
		    "t.rules:2:16:", "after =>" },
		{ "rule a\nexample \"a\" => version=\"1 2\"x\n",
		    "t.rules:2:16:", "after =>" },
		{ "rule a\nstage ehlo\nstage ehlo\n",
		    "t.rules:3:1:", "a second stage" },
		{ "rule a\nstage ehlo\n\nrule b\n",
		    "t.rules:1:1:", "no line with match" },
		{ RULE("a", "banner", "match x", ""),
		    "t.rules:1:1:", "product, operator or front" },
		{ RULE("a", "banner", "match x", "product exim\nbefore exim"),
		    "t.rules:1:1:", "front" },
		{ RULE("a", "banner", "match a(b", "product exim"),
		    "t.rules:3:9:", "parenthes" },
		{ RULE("a", "banner", "match {nobody}", "product exim"),
		    "t.rules:3:7:", "{version}" },
		{ RULE("a", "banner", "match x*", "product exim"),
		    "t.rules:3:7:", "empty" },
		{ RULE("a", "mx-name", "suffix a_b.com", "operator exim"),
		    "t.rules:3:9:", "host name" },
		{ RULE("a", "mx-name", "suffix CO.UK", "operator exim"),
		    "t.rules:3:8:", "lower case" },
		{ RULE("a", "mx-name", "suffix co.uk.", "operator exim"),
		    "t.rules:3:8:", "without a dot" },
		{ RULE("a", "mx-name", "suffix a.com co.uk", "operator exim"),
		    "t.rules:3:14:", "anybody can have a name" },
		{ RULE("a", "banner", "match x", "product exim\nover b"),
		    "t.rules:6:6:", "does not exist" },
		{ RULE("a", "banner", "match x", "product exim\nover a"),
		    "t.rules:6:6:", "over itself" },
		{ RULE("a", "banner", "match x", "product exim\nover  b")
			RULE("b", "banner", "match y", "product exim\nover a"),
		    "t.rules:6:7:", "a is over b, and by that over itself" },
		/* c is over the ring and no part of it. */
		{ RULE("c", "banner", "match z", "product exim\nover a") RULE(
		      "a", "banner", "match x", "product exim\nover b")
			RULE("b", "banner", "match y", "product exim\nover a"),
		    "t.rules:18:6:", "over itself" },
		{ "rule a\nsource good \xc3\xa4, bad \xe4\n",
		    "t.rules:2:21:", "UTF-8" },
		{ RULE("a", "banner", "match x", "product exim")
			RULE("a", "banner", "match x", "product exim"),
		    "t.rules:6:6:", "already" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct rule_engine *engine = NULL;
		struct error err = { 0 };

		assert_int_equal(
		    rule_engine_parse("t.rules", cases[i].text,
			strlen(cases[i].text), catalog, &engine, &err),
		    STATUS_DATA);
		assert_null(engine);
		if (strstr(err.text, cases[i].where) != err.text ||
		    strstr(err.text, cases[i].what) == NULL)
			fail_msg("case %zu: %s", i, err.text);
	}
}

static void test_rulefile__bounds_a_line(void **state)
{
	char text[5000] = "rule a\n#";
	struct rule_engine *engine;
	struct error err;

	(void)state;
	memset(text + strlen(text), 'x', 4095);
	assert_int_equal(rule_engine_parse("t.rules", text, strlen(text),
			     catalog, &engine, &err),
	    STATUS_DATA);
	assert_non_null(strstr(err.text, "t.rules:1:1: rule a has no line"));
	strcat(text, "x");
	assert_int_equal(rule_engine_parse("t.rules", text, strlen(text),
			     catalog, &engine, &err),
	    STATUS_DATA);
	assert_non_null(strstr(err.text, "t.rules:2:1: a line of 4097 bytes"));
}

/* One over the next, deeper than strengths go, and no ring. */
static void test_rulefile__bounds_a_chain(void **state)
{
	enum { RULES = 1200, ROOM = 200 };
	char *text = calloc(RULES, ROOM);
	struct rule_engine *engine;
	struct error err;
	size_t len = 0;

	(void)state;
	for (int i = 0; i < RULES; i++) {
		len += (size_t)snprintf(text + len, ROOM,
		    RULE("r%d", "banner", "match x", "product exim"), i);
		if (i > 0)
			len += (size_t)snprintf(
			    text + len, ROOM, "over r%d\n", i - 1);
	}
	assert_int_equal(
	    rule_engine_parse("t.rules", text, len, catalog, &engine, &err),
	    STATUS_DATA);
	assert_non_null(strstr(err.text, "too long a chain"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_rulefile__names_file_line_column_and_fault),
		cmocka_unit_test(test_rulefile__bounds_a_line),
		cmocka_unit_test(test_rulefile__bounds_a_chain),
	};

	return cmocka_run_group_tests(tests, catalog_set_up, catalog_tear_down);
}
