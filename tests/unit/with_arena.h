/*
 * An arena for all tests of a program: give arena_set_up and arena_tear_down
 * to cmocka_run_group_tests().
 */
#ifndef MXPRINT_TESTS_WITH_ARENA_H
#define MXPRINT_TESTS_WITH_ARENA_H

#include "common/arena.h"

static struct arena *arena;

static int arena_set_up(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int arena_tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

#endif
