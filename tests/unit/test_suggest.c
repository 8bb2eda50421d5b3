#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "catalog/suggest.h"

static void test_suggest__finds_what_was_meant(void **state)
{
	static const struct {
		const char *word, *meant;
	} cases[] = {
		{ "postfx", "postfix" },     /* a letter missing */
		{ "Postfix", "postfix" },    /* a name */
		{ "exm", "exim" },	     /* a short word */
		{ "opensmtp", "opensmtpd" }, /* a beginning */
		{ "exchange2016", "exchange-2016" },
	};
	struct catalog *catalog;
	const char *ids[5];

	(void)state;
	assert_int_equal(
	    catalog_load("catalog/products.tsv", &catalog, NULL), STATUS_OK);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t count = catalog_suggest(catalog, cases[i].word, ids, 5);
		bool found = false;

		assert_true(count <= 5);
		for (size_t j = 0; j < count; j++)
			found |= strcmp(ids[j], cases[i].meant) == 0;
		if (!found)
			print_error("%s is not suggested for %s\n",
			    cases[i].meant, cases[i].word);
		assert_true(found);
	}
	catalog_free(catalog);
}

static void test_suggest__says_nothing_about_nonsense(void **state)
{
	struct catalog *catalog;
	const char *ids[5];
	char endless[500];

	(void)state;
	memset(endless, 'x', sizeof(endless) - 1);
	endless[sizeof(endless) - 1] = '\0';
	assert_int_equal(
	    catalog_load("catalog/products.tsv", &catalog, NULL), STATUS_OK);
	assert_int_equal(catalog_suggest(catalog, "", ids, 5), 0);
	assert_int_equal(catalog_suggest(catalog, endless, ids, 5), 0);
	assert_int_equal(
	    catalog_suggest(catalog, "qqqqqqqqqqqqqqqq", ids, 5), 0);
	catalog_free(catalog);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_suggest__finds_what_was_meant),
		cmocka_unit_test(test_suggest__says_nothing_about_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
