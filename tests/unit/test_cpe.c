/* CPE 2.3 names: what a cell may be, what a version becomes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "catalog/cpe.h"

static void test_a_cell_is_vendor_and_product(void **state)
{
	(void)state;
	assert_true(cpe_valid("exim:exim"));
	assert_true(cpe_valid("o:cisco:ios"));
	assert_true(cpe_valid("h:canon:imagerunner"));
	assert_true(cpe_valid("m:b\\:x"));
	assert_false(cpe_valid("exim"));
	assert_false(cpe_valid("x:exim:exim"));
	assert_false(cpe_valid("o:cisco"));
	assert_false(cpe_valid("Exim:exim"));
	assert_false(cpe_valid("exim:-"));
	assert_false(cpe_valid(""));
}

static void test_a_name_has_thirteen_components(void **state)
{
	static const struct {
		const char *cell;
		const char *version;
		const char *name;
	} cases[] = {
		{ "exim:exim", "4.96",
		    "cpe:2.3:a:exim:exim:4.96:*:*:*:*:*:*:*" },
		{ "exim:exim", NULL, "cpe:2.3:a:exim:exim:*:*:*:*:*:*:*:*" },
		{ "exim:exim", "", "cpe:2.3:a:exim:exim:*:*:*:*:*:*:*:*" },
		{ "o:cisco:ios", "15.1(4)M",
		    "cpe:2.3:o:cisco:ios:15.1\\(4\\)m:*:*:*:*:*:*:*" },
		{ "m:b\\:x", "9.0.1FP10 HF383",
		    "cpe:2.3:a:m:b\\:x:9.0.1fp10_hf383:*:*:*:*:*:*:*" },
		{ "v:p", "2.8-20100306",
		    "cpe:2.3:a:v:p:2.8-20100306:*:*:*:*:*:*:*" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char name[CPE_SIZE];

		cpe_name(cases[i].cell, cases[i].version, name);
		assert_string_equal(name, cases[i].name);
	}
}

static void test_what_is_no_version_is_any(void **state)
{
	static const char *const versions[] = { "<3.7", "3.8+", "-", "\x01\xff",
		"11111111111111111111111111111111111111111111111111111111111111"
		"11"
		"1" };

	(void)state;
	for (size_t i = 0; i < sizeof(versions) / sizeof(*versions); i++) {
		char name[CPE_SIZE];

		cpe_name("v:p", versions[i], name);
		assert_string_equal(name, "cpe:2.3:a:v:p:*:*:*:*:*:*:*:*");
	}
}

static void test_no_cell_no_name(void **state)
{
	char name[CPE_SIZE] = "x";

	(void)state;
	cpe_name(NULL, "1.0", name);
	assert_string_equal(name, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_cell_is_vendor_and_product),
		cmocka_unit_test(test_a_name_has_thirteen_components),
		cmocka_unit_test(test_what_is_no_version_is_any),
		cmocka_unit_test(test_no_cell_no_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
