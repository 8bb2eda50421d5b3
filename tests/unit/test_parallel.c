#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/parallel.h"

#define COUNT 1000

struct work {
	int done[COUNT];
	size_t fails_from; /* every 7th from here on */
	bool nested;
};

static enum status double_it(void *user, size_t i, struct error *err)
{
	int *one = user;

	(void)err;
	one[i] += 2;
	return STATUS_OK;
}

static enum status work(void *user, size_t i, struct error *err)
{
	struct work *w = user;

	w->done[i]++;
	if (w->nested) {
		int inner[5] = { 0 };

		parallel_for(5, double_it, inner, NULL);
		for (int k = 0; k < 5; k++)
			w->done[i] += inner[k];
	}
	if (i >= w->fails_from && (i - w->fails_from) % 7 == 0)
		return error_set(err, STATUS_DATA, "number %zu is bad", i);
	return STATUS_OK;
}

static const char *const jobs[] = { "1", "2", "5", "64", NULL };

static void set_jobs(const char *number)
{
	if (number)
		setenv("MXPRINT_JOBS", number, 1);
	else
		unsetenv("MXPRINT_JOBS");
}

static void test_parallel__does_each_once(void **state)
{
	(void)state;
	for (size_t j = 0; j < 5; j++) {
		struct work w = { .fails_from = COUNT, .nested = j % 2 == 1 };
		struct error err;

		set_jobs(jobs[j]);
		assert_int_equal(
		    parallel_for(COUNT, work, &w, &err), STATUS_OK);
		for (size_t i = 0; i < COUNT; i++)
			assert_int_equal(w.done[i], w.nested ? 11 : 1);
		assert_int_equal(parallel_for(0, work, &w, &err), STATUS_OK);
	}
}

/* However threads took turns, and all that came before is done. */
static void test_parallel__tells_the_first_failure(void **state)
{
	(void)state;
	for (size_t j = 0; j < 5; j++) {
		struct work w = { .fails_from = 300 };
		struct error err;

		set_jobs(jobs[j]);
		assert_int_equal(
		    parallel_for(COUNT, work, &w, &err), STATUS_DATA);
		assert_string_equal(err.text, "number 300 is bad");
		for (size_t i = 0; i <= 300; i++)
			assert_int_equal(w.done[i], 1);
		/* the rest of what threads had begun, and no more */
		for (size_t i = 300 + 65; i < COUNT; i++)
			assert_int_equal(w.done[i], 0);
		assert_int_equal(
		    parallel_for(COUNT, work, &w, NULL), STATUS_DATA);
	}
}

static void test_parallel__jobs_are_a_number_or_the_cores(void **state)
{
	size_t cores;

	(void)state;
	set_jobs(NULL);
	cores = parallel_jobs();
	assert_true(cores >= 1);
	set_jobs("3");
	assert_int_equal(parallel_jobs(), 3);
	set_jobs("99999");
	assert_int_equal(parallel_jobs(), PARALLEL_JOBS_MAX);
	set_jobs("many");
	assert_int_equal(parallel_jobs(), cores);
	set_jobs("0");
	assert_int_equal(parallel_jobs(), cores);
	set_jobs(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parallel__does_each_once),
		cmocka_unit_test(test_parallel__tells_the_first_failure),
		cmocka_unit_test(test_parallel__jobs_are_a_number_or_the_cores),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
