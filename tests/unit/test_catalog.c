#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "catalog/catalog.h"

#define HEADER	  "id\tname\tvendor\tkind\tlineage\tcpe\tyears\tstatus\thome\n"
#define HOME(url) HEADER "a\tA\t-\tmta\t-\t-\t-\tcurrent\t" url "\n"
#define LONG	  "0123456789012345678901234567890123456789012345678901234"

static enum status load(const char *text, struct catalog **c, struct error *err)
{
	char path[] = "/tmp/mxprint-catalog-XXXXXX";
	enum status status;
	FILE *f = fdopen(mkstemp(path), "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
	status = catalog_load(path, c, err);
	unlink(path);
	return status;
}

static void test_catalog__reads_the_shipped_rows(void **state)
{
	struct catalog *c;
	struct error err;
	const struct product *p;

	(void)state;
	assert_int_equal(
	    catalog_load("catalog/products.tsv", &c, &err), STATUS_OK);
	assert_true(catalog_count(c) >= 500);
	for (size_t i = 0; i < catalog_count(c); i++) {
		p = catalog_product(c, (product_id)i);
		assert_int_equal(catalog_find(c, p->id), i);
		assert_true(p->family >= 0);
	}
	p = catalog_product(c, catalog_find(c, "postfix"));
	assert_string_equal(p->name, "Postfix");
	assert_int_equal(p->kind, KIND_MTA);
	assert_false(p->legacy);
	assert_true(catalog_same_family(c, "zimbra", "postfix"));
	assert_true(catalog_same_family(c, "exchange-2016", "exchange-online"));
	assert_false(catalog_same_family(c, "exim", "postfix"));
	catalog_free(c);
}

static void test_catalog__knows_families_and_unknown_ids(void **state)
{
	struct catalog *c;
	struct error err;
	const struct product *p;

	(void)state;
	assert_int_equal(
	    load(HEADER "c\tC\t-\tmta\tb\t-\t-\tlegacy\n"
			"b\tB\tMaker\tproxy\ta\tm:b\\:x\t1999-\tcurrent\n"
			"a\tA\t-\tfirewall\t-\t-\t-\tcurrent\t"
			"http://a.example\n",
		&c, &err),
	    STATUS_OK);
	p = catalog_product(c, catalog_find(c, "b"));
	assert_string_equal(p->vendor, "Maker");
	assert_string_equal(p->cpe, "m:b\\:x");
	assert_string_equal(p->years, "1999-");
	assert_null(p->home);
	p = catalog_product(c, catalog_find(c, "a"));
	assert_string_equal(p->home, "http://a.example");
	p = catalog_product(c, catalog_find(c, "c"));
	assert_true(p->legacy);
	assert_null(p->vendor);
	assert_null(p->cpe);
	assert_string_equal(catalog_product(c, p->lineage)->id, "b");
	assert_string_equal(catalog_family(c, "c"), "a");
	assert_string_equal(catalog_family(c, "nobody"), "nobody");
	assert_true(catalog_same_family(c, "nobody", "nobody"));
	assert_false(catalog_same_family(c, "nobody", "a"));
	assert_int_equal(catalog_find(c, "nobody"), PRODUCT_NONE);
	assert_int_equal(catalog_find(c, NULL), PRODUCT_NONE);
	catalog_free(c);
}

static void test_catalog__names_the_line_and_the_fault(void **state)
{
	static const struct {
		const char *text;
		const char *where; /* after the path */
		const char *what;
	} cases[] = {
		{ "", "", "no product" },
		{ HEADER, "", "no product" },
		{ "id\tname\n", ":1:", "header" },
		{ HEADER "a\tA\t-\tmta\t-\t-\t-\n", ":2:", "7 cells" },
		{ HEADER "a\tA\t-\tmta\t-\tV:p\t-\tcurrent\n",
		    ":2:", "the cpe" },
		{ HEADER "a\tA\t-\tmta\t-\tv:p+q\t-\tcurrent\n",
		    ":2:", "the cpe" },
		{ HEADER "a\tA\t-\tmta\t-\tv:-\t-\tcurrent\n",
		    ":2:", "the cpe" },
		{ HEADER "a\tA\t-\tmta\t-\t-\t-\tcurrent\twww\n",
		    ":2:", "the home" },
		{ HOME("ftp://a.example"), ":2:", "the home" },
		{ HOME("javascript:alert(1)//a.example"), ":2:", "the home" },
		{ HOME("https://"), ":2:", "the home" },
		{ HOME("https://localhost/a.b"), ":2:", "the home" },
		{ HOME("https:///a.example"), ":2:", "the home" },
		{ HOME("https://user@a.example/"), ":2:", "the home" },
		{ HOME("https://a.example/b c"), ":2:", "the home" },
		{ HOME("https://a.example/ "), ":2:", "the home" },
		{ HOME("https://a.example/\033[m"), ":2:", "control" },
		{ HOME("https://a.example/\177"), ":2:", "control" },
		{ HOME("https://a.example/\xc3\xa9"), ":2:", "the home" },
		{ HOME("https://a.example/" LONG LONG LONG LONG),
		    ":2:", "the home" },
		{ HEADER "a\tA\t-\tmta\t-\t-\t-\tcurrent\t-\tx\n",
		    ":2:", "10 c" },
		{ HEADER "a\t\t-\tmta\t-\t-\t-\tcurrent\n", ":2:", "empty" },
		{ HEADER "A\tA\t-\tmta\t-\t-\t-\tcurrent\n", ":2:", "lower" },
		{ HEADER "a-\tA\t-\tmta\t-\t-\t-\tcurrent\n", ":2:", "lower" },
		{ HEADER "a--b\tA\t-\tmta\t-\t-\t-\tcurrent\n",
		    ":2:", "lower" },
		{ HEADER "a\tA\t-\tmua\t-\t-\t-\tcurrent\n", ":2:", "kind" },
		{ HEADER "a\tA\t-\tmta\t-\tx\t-\tcurrent\n", ":2:", "cpe" },
		{ HEADER "a\tA\t-\tmta\t-\tx:\t-\tcurrent\n", ":2:", "cpe" },
		{ HEADER "a\tA\t-\tmta\t-\tx:b:c\t-\tcurrent\n", ":2:", "cpe" },
		{ HEADER "a\tA\t-\tmta\t-\ta:b\\\t-\tcurrent\n", ":2:", "cpe" },
		{ HEADER "a\tA\t-\tmta\t-\t-\t-\tgone\n", ":2:", "status" },
		{ HEADER "a\tA\033\t-\tmta\t-\t-\t-\tcurrent\n",
		    ":2:", "control" },
		{ HEADER "a\tA\t-\tmta\tb\t-\t-\tcurrent\n",
		    ":2:", "lineage b" },
		{ HEADER "a\tA\t-\tmta\t-\t-\t-\tcurrent\n"
			 "a\tA\t-\tmta\t-\t-\t-\tcurrent\n",
		    ":3:", "already on line 2" },
		{ HEADER "a\tA\t-\tmta\tb\t-\t-\tcurrent\n"
			 "b\tB\t-\tmta\ta\t-\t-\tcurrent\n",
		    ":2:", "circle" },
		{ HEADER "a\tA\t-\tmta\ta\t-\t-\tcurrent\n", ":2:", "circle" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct catalog *c = NULL;
		struct error err = { 0 };

		assert_int_equal(load(cases[i].text, &c, &err), STATUS_DATA);
		assert_null(c);
		if (strstr(err.text, cases[i].where) == NULL ||
		    strstr(err.text, cases[i].what) == NULL)
			fail_msg("case %zu: %s", i, err.text);
	}
}

static void test_catalog__says_that_a_file_is_missing(void **state)
{
	struct catalog *c;
	struct error err;

	(void)state;
	assert_int_equal(catalog_load("/nonexistent/products.tsv", &c, &err),
	    STATUS_NOINPUT);
	assert_non_null(strstr(err.text, "/nonexistent/products.tsv"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_catalog__reads_the_shipped_rows),
		cmocka_unit_test(test_catalog__knows_families_and_unknown_ids),
		cmocka_unit_test(test_catalog__names_the_line_and_the_fault),
		cmocka_unit_test(test_catalog__says_that_a_file_is_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
