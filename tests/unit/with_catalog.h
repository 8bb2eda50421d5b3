/*
 * The catalogue for all tests of a program: give catalog_set_up and
 * catalog_tear_down to cmocka_run_group_tests().
 */
#ifndef MXPRINT_TESTS_WITH_CATALOG_H
#define MXPRINT_TESTS_WITH_CATALOG_H

#include "catalog/catalog.h"

static struct catalog *catalog;

static int catalog_set_up(void **state)
{
	struct error err;

	(void)state;
	return catalog_load("catalog/products.tsv", &catalog, &err);
}

static int catalog_tear_down(void **state)
{
	(void)state;
	catalog_free(catalog);
	return 0;
}

#endif
