/* Which files of compiled rules are believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

#include "rules/engine_cache.h"
#include "tests/unit/remove_tree.h"

#define FOLDER "build/test_engine_cache"
#define CACHED FOLDER "/rules-banner.hs"

static const char *texts[] = { "postfix", "exim" };
static unsigned flags[] = { HS_FLAG_CASELESS, HS_FLAG_CASELESS };
static unsigned ids[] = { 0, 1 };
static const struct engine_expressions expressions = { texts, flags, ids, 2 };

static void put_one(void)
{
	struct engine_cache_key key = engine_cache_key(&expressions);
	hs_compile_error_t *fault = NULL;
	hs_database_t *database = NULL;

	assert_int_equal(hs_compile_multi(texts, flags, ids, 2, HS_MODE_BLOCK,
			     NULL, &database, &fault),
	    HS_SUCCESS);
	engine_cache_put(STAGE_BANNER, &key, database);
	hs_free_database(database);
}

static bool taken(void)
{
	struct engine_cache_key key = engine_cache_key(&expressions);
	hs_database_t *database = engine_cache_take(STAGE_BANNER, &key);

	hs_free_database(database);
	return database != NULL;
}

static int set_up(void **state)
{
	(void)state;
	remove_tree(FOLDER);
	setenv("MXPRINT_CACHE", FOLDER, 1);
	put_one();
	return taken() ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	remove_tree(FOLDER);
	return 0;
}

/* ------------------------------------------------------- what is done to it */

static void others_may_write(void)
{
	assert_int_equal(chmod(CACHED, 0602), 0);
}

static void the_group_may_write(void)
{
	assert_int_equal(chmod(CACHED, 0620), 0);
}

static void others_may_write_to_the_folder(void)
{
	assert_int_equal(chmod(FOLDER, 0707), 0);
}

static void even_where_none_may_delete(void)
{
	assert_int_equal(chmod(FOLDER, 01777), 0);
}

static void it_is_a_link(void)
{
	assert_int_equal(rename(CACHED, FOLDER "/elsewhere"), 0);
	assert_int_equal(symlink("elsewhere", CACHED), 0);
}

static void it_is_a_pipe(void)
{
	assert_int_equal(unlink(CACHED), 0);
	assert_int_equal(mkfifo(CACHED, 0600), 0);
}

static void it_is_a_folder(void)
{
	assert_int_equal(unlink(CACHED), 0);
	assert_int_equal(mkdir(CACHED, 0700), 0);
}

static void it_is_empty(void)
{
	assert_int_equal(truncate(CACHED, 0), 0);
}

static void it_is_only_a_header(void)
{
	assert_int_equal(truncate(CACHED, 128), 0);
}

static void its_last_byte_is_missing(void)
{
	struct stat st;

	assert_int_equal(stat(CACHED, &st), 0);
	assert_int_equal(truncate(CACHED, st.st_size - 1), 0);
}

static void it_is_larger_than_any(void)
{
	assert_int_equal(truncate(CACHED, (off_t)1 << 40), 0);
}

static void test_engine_cache__what_others_may_have_written_is_not_read(
    void **state)
{
	void (*const cases[])(void) = { others_may_write, the_group_may_write,
		others_may_write_to_the_folder, even_where_none_may_delete,
		it_is_a_link, it_is_a_pipe, it_is_a_folder };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(set_up(state), 0);
		cases[i]();
		assert_false(taken());
	}
}

static void test_engine_cache__what_is_not_whole_is_replaced(void **state)
{
	void (*const cases[])(void) = { it_is_empty, it_is_only_a_header,
		its_last_byte_is_missing, it_is_larger_than_any };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(set_up(state), 0);
		cases[i]();
		assert_false(taken());
		put_one();
		assert_true(taken());
	}
}

static void test_engine_cache__another_owner_is_not_believed(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(chown(CACHED, 1, 0), 0);
	assert_false(taken());
	assert_int_equal(chown(CACHED, 0, 0), 0);
	assert_true(taken());
	assert_int_equal(chown(FOLDER, 1, 0), 0);
	assert_false(taken());
}

static void test_engine_cache__nothing_is_written_where_others_may(void **state)
{
	(void)state;
	assert_int_equal(unlink(CACHED), 0);
	assert_int_equal(chmod(FOLDER, 0777), 0);
	put_one();
	assert_int_not_equal(access(CACHED, F_OK), 0);
	assert_int_equal(chmod(FOLDER, 0700), 0);
	put_one();
	assert_int_equal(access(CACHED, F_OK), 0);
}

static void test_engine_cache__other_expressions_are_another_key(void **state)
{
	const char *other[] = { "postfix", "axim" };
	unsigned cased[] = { HS_FLAG_CASELESS, 0 };
	unsigned numbers[] = { 0, 2 };
	const struct engine_expressions cases[] = {
		{ other, flags, ids, 2 },
		{ texts, cased, ids, 2 },
		{ texts, flags, numbers, 2 },
		{ texts, flags, ids, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct engine_cache_key key = engine_cache_key(&cases[i]);

		assert_null(engine_cache_take(STAGE_BANNER, &key));
		assert_null(engine_cache_take(STAGE_EHLO, &key));
	}
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(
		    test_engine_cache__what_others_may_have_written_is_not_read),
		CASE(test_engine_cache__what_is_not_whole_is_replaced),
		CASE(test_engine_cache__another_owner_is_not_believed),
		CASE(test_engine_cache__nothing_is_written_where_others_may),
		CASE(test_engine_cache__other_expressions_are_another_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
