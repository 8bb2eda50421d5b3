/* What a survey would report of answers made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "evaluation/told.h"
#include "tests/unit/with_catalog.h"

/* zimbra is of postfix's family. */
static const char *const classes[] = { "exim", "postfix", "zimbra" };

#define CLASSES (sizeof(classes) / sizeof(classes[0]))

static void test_told__is_what_a_survey_reports(void **state)
{
	static const struct {
		const char *product;
		double all[CLASSES], behaviour[CLASSES];
		bool novel, thin;
		enum telling telling;
	} cases[] = {
		{ "exim", { 0.95, 0.02, 0 }, { 0.95, 0.02, 0 }, false, false,
		    TELLING_RIGHT },
		{ "postfix", { 0.95, 0.02, 0 }, { 0.95, 0.02, 0 }, false, false,
		    TELLING_WRONG },
		/* not sure, though right */
		{ "exim", { 0.85, 0.02, 0 }, { 0.85, 0.02, 0 }, false, false,
		    TELLING_UNKNOWN },
		/* sure, but strange, or of nothing but a greeting */
		{ "exim", { 0.95, 0.02, 0 }, { 0.95, 0.02, 0 }, true, false,
		    TELLING_UNKNOWN },
		{ "exim", { 0.95, 0.02, 0 }, { 0.95, 0.02, 0 }, false, true,
		    TELLING_UNKNOWN },
		/* a greeting that lies sways the one view, not the other */
		{ "exim", { 0.02, 0.95, 0 }, { 0.95, 0.02, 0 }, false, false,
		    TELLING_RIGHT },
		/* sure of the family alone: its root */
		{ "zimbra", { 0, 0.5, 0.45 }, { 0, 0.5, 0.45 }, false, false,
		    TELLING_RIGHT },
		/* a product that is no class */
		{ "sendmail", { 0.95, 0.02, 0 }, { 0.95, 0.02, 0 }, false,
		    false, TELLING_WRONG },
	};
	struct evaluate_options options = { .catalog = catalog };
	struct evaluating v = { .options = &options };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		double all[CLASSES], behaviour[CLASSES];
		struct answer a = { .confidence = all,
			.novel = cases[i].novel,
			.novelty = cases[i].novel ? 2 : 0 };
		struct answer b = { .confidence = behaviour,
			.novel = cases[i].novel,
			.novelty = cases[i].novel ? 2 : 0 };
		const struct answer *views[VIEW_COUNT] = {
			[VIEW_ALL] = &a, [VIEW_NO_BANNER] = &b
		};
		struct item item = { .product = cases[i].product,
			.thin = cases[i].thin };

		memcpy(all, cases[i].all, sizeof(all));
		memcpy(behaviour, cases[i].behaviour, sizeof(behaviour));
		if (told_of(&v, classes, CLASSES, views, &item) !=
		    cases[i].telling)
			fail_msg("case %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_told__is_what_a_survey_reports),
	};

	return cmocka_run_group_tests_name(
	    "told", tests, catalog_set_up, catalog_tear_down);
}
