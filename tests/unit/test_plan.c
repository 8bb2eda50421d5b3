#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <cmocka.h>

#include "prober/plan.h"

static bool holds(const struct plan *plan, const char *id)
{
	for (size_t i = 0; i < plan->probe_count; i++) {
		if (strcmp(plan->probes[i]->id, id) == 0)
			return true;
	}
	return false;
}

static bool starts(const struct probe *probe, const char *verb)
{
	return strncasecmp(probe->bytes, verb, strlen(verb)) == 0;
}

/* The table of budgets in the plan's description. */
static void test_plan__budgets(void **state)
{
	static const struct {
		const char *name;
		int connection, host, connections, gap_ms;
		bool private_only;
	} cases[] = {
		{ "polite", 1, 1, 1, 0, false },
		{ "standard", 2, 2, 1, 0, false },
		{ "deep", 2, 12, 6, 60000, false },
		{ "lab", -1, -1, 60, 0, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct plan *plan = plan_find(cases[i].name);

		assert_non_null(plan);
		assert_string_equal(plan->name, cases[i].name);
		assert_int_equal(
		    plan->errors_per_connection, cases[i].connection);
		assert_int_equal(plan->errors_per_host, cases[i].host);
		assert_int_equal(plan->connections_max, cases[i].connections);
		assert_int_equal(plan->connection_gap_ms, cases[i].gap_ms);
		assert_true(plan->private_only == cases[i].private_only);
		assert_true(plan->starttls);
		assert_non_null(strstr(plan_names(), cases[i].name));
	}
	assert_null(plan_find("rude"));
}

/* The order of the fixed plan, as it goes over the wire. */
static void test_plan__order_of_standard(void **state)
{
	static const char *const order[] = { "noop", "help", "mail-noarg",
		"nul", "unknown-verb" };
	const struct plan *standard = plan_find("standard");
	const struct plan *polite = plan_find("polite");

	(void)state;
	assert_int_equal(standard->probe_count, 5);
	for (size_t i = 0; i < 5; i++)
		assert_string_equal(standard->probes[i]->id, order[i]);
	assert_int_equal(polite->probe_count, 2);
	assert_string_equal(polite->probes[0]->id, "noop");
	assert_string_equal(polite->probes[1]->id, "help");
	assert_memory_equal(standard->probes[3]->bytes, "HE\0LO\r\n", 7);
	assert_int_equal(standard->probes[3]->len, 7);
}

/* What a plan must never send. */
static void test_plan__never(void **state)
{
	(void)state;
	for (int tier = PLAN_POLITE; tier <= PLAN_DEEP; tier++) {
		static const char *const names[] = { "polite", "standard",
			"deep" };
		const struct plan *plan = plan_find(names[tier]);

		for (size_t i = 0; i < plan->probe_count; i++) {
			const struct probe *p = plan->probes[i];

			assert_true(p->tiers & 1u << tier);
			assert_false(starts(p, "AUTH") || starts(p, "RCPT") ||
				     starts(p, "DATA") || starts(p, "BDAT"));
			if (tier == PLAN_DEEP)
				continue;
			assert_false(starts(p, "VRFY") || starts(p, "EXPN"));
			/* MAIL that would be accepted */
			assert_false(starts(p, "MAIL "));
		}
	}
}

static void test_plan__tiers_nest_and_ids_are_unique(void **state)
{
	const struct plan *deep = plan_find("deep"), *lab = plan_find("lab");
	static const char *const deep_ones[] = { "mail-nocolon", "helo-noarg",
		"lower-case-verb", "leading-space", "ehlo-twice", "noop-arg",
		"rset-arg", "quit-arg", "starttls-arg", "vrfy-postmaster",
		"expn-postmaster", "etrn", "turn", "soml", "saml",
		"overlong-line", "bare-lf", "eight-bit-verb", "split-write",
		"http-get" };
	static const char *const lab_ones[] = { "rcpt-first", "data-first",
		"rcpt-postmaster", "errors-until-close", "mail-null" };

	(void)state;
	for (size_t i = 0; i < sizeof(deep_ones) / sizeof(deep_ones[0]); i++) {
		assert_true(holds(deep, deep_ones[i]));
		assert_true(holds(lab, deep_ones[i]));
		assert_false(holds(plan_find("standard"), deep_ones[i]));
	}
	for (size_t i = 0; i < sizeof(lab_ones) / sizeof(lab_ones[0]); i++) {
		assert_true(holds(lab, lab_ones[i]));
		assert_false(holds(deep, lab_ones[i]));
	}
	for (size_t i = 0; i < plan_probe_count(); i++) {
		assert_ptr_equal(
		    plan_probe_find(plan_probe(i)->id), plan_probe(i));
		assert_true(plan_probe(i)->help && plan_probe(i)->help[0]);
	}
	assert_int_equal(plan_probe_find("overlong-line")->len, 2100);
}

static enum status read_text(
    const char *text, struct plan **plan, struct error *err)
{
	char path[] = "/tmp/mxprint-plan-XXXXXX";
	FILE *f = fdopen(mkstemp(path), "w");
	enum status status;

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
	status = plan_read(path, plan, err);
	unlink(path);
	return status;
}

static void test_plan__reads_a_file(void **state)
{
	struct plan *plan;
	struct error err;

	(void)state;
	assert_int_equal(read_text("# mine\n\nnul\tA\\0B\\x7f\\\\\\r\\n\n"
				   "noop-2\tNOOP\\r\\n\n",
			     &plan, &err),
	    STATUS_OK);
	assert_int_equal(plan->probe_count, 2);
	assert_string_equal(plan->probes[0]->id, "nul");
	assert_int_equal(plan->probes[0]->len, 7);
	assert_memory_equal(plan->probes[0]->bytes, "A\0B\x7f\\\r\n", 7);
	assert_true(plan->private_only);
	assert_int_equal(plan->connections_max, 1);
	assert_int_equal(plan->errors_per_host, -1);
	plan_free(plan);
}

static void test_plan__refuses_bad_files(void **state)
{
	static const struct {
		const char *text, *what;
	} cases[] = {
		{ "", "no probe" },
		{ "noop NOOP\n", ":1:" },
		{ "# x\nNoop\tNOOP\\r\\n\n", ":2:" },
		{ "a\t\n", "no bytes" },
		{ "a\tx\\y\n", "escape" },
		{ "a\tx\\x1\n", "escape" },
		{ "quit\tQUIT\\r\\n\n", "anyway" },
	};
	struct plan *plan;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
		    read_text(cases[i].text, &plan, &err), STATUS_DATA);
		assert_non_null(strstr(err.text, cases[i].what));
		assert_null(plan);
	}
	assert_int_equal(
	    plan_read("/nowhere/plan", &plan, &err), STATUS_NOINPUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plan__budgets),
		cmocka_unit_test(test_plan__order_of_standard),
		cmocka_unit_test(test_plan__never),
		cmocka_unit_test(test_plan__tiers_nest_and_ids_are_unique),
		cmocka_unit_test(test_plan__reads_a_file),
		cmocka_unit_test(test_plan__refuses_bad_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
