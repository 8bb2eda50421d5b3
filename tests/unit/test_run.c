#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/lines.h"
#include "survey/run.h"
#include "tests/unit/remove_tree.h"

static char base[] = "/tmp/mxprint-run-XXXXXX";
static char folder[64];

static int make_base(void **state)
{
	(void)state;
	if (!mkdtemp(base))
		return -1;
	snprintf(folder, sizeof(folder), "%s/list.run", base);
	return 0;
}

static int remove_base(void **state)
{
	(void)state;
	remove_tree(base);
	return 0;
}

static const char *domain(const void *user, size_t i)
{
	const char *const *domains = user;

	return domains[i];
}

static const char *const domains[] = { "a.example", "b.example", NULL };
static const char config[] =
    "{\"list\":\"00ff\",\"plan\":\"standard\",\"port\":25,\"model\":\"m 1\"}";

static enum status open_with(
    const char *settings, struct run **run, struct error *err)
{
	return run_open(folder, settings, domain, domains, run, err);
}

static void test_run__creates_and_opens_again(void **state)
{
	struct run *run, *again, *third;
	struct line_reader *lines;
	struct error err = { 0 };
	const char *line;
	size_t len;

	(void)state;
	remove_tree(folder);
	assert_int_equal(open_with(config, &run, &err), STATUS_OK);
	assert_true(run_is_new(run));
	assert_int_equal(json_get_int(run_config(run), "port", 0), 25);
	assert_int_equal(
	    lines_open(run_input(run), 100, &lines, &err), STATUS_OK);
	assert_int_equal(lines_next(lines, &line, &len, &err), LINES_LINE);
	assert_string_equal(line, "a.example");
	assert_int_equal(lines_next(lines, &line, &len, &err), LINES_LINE);
	assert_string_equal(line, "b.example");
	assert_int_equal(lines_next(lines, &line, &len, &err), LINES_END);
	lines_free(lines);
	assert_int_equal(open_with(config, &again, &err), STATUS_OK);
	assert_false(run_is_new(again));
	assert_string_equal(run_id(run), run_id(again));
	assert_string_equal(run_created(run), run_created(again));
	assert_int_equal(run_open_existing(folder, &third, &err), STATUS_OK);
	assert_string_equal(run_id(run), run_id(third));
	for (int i = 0; i < 100; i++) /* the seed is kept */
		assert_int_equal(run_shard_of(run, &i, sizeof(i), 160),
		    run_shard_of(third, &i, sizeof(i), 160));
	run_close(run);
	run_close(again);
	run_close(third);
}

static void test_run__names_the_setting_that_differs(void **state)
{
	static const struct {
		const char *config;
		const char *says;
	} cases[] = {
		{ "{\"list\":\"11ff\",\"plan\":\"standard\",\"port\":25,"
		  "\"model\":\"m 1\"}",
		    "another list of domains" },
		{ "{\"list\":\"00ff\",\"plan\":\"deep\",\"port\":25,"
		  "\"model\":\"m 1\"}",
		    "another plan (\"standard\", now \"deep\")" },
		{ "{\"list\":\"00ff\",\"plan\":\"standard\",\"port\":25,"
		  "\"model\":\"m 2\"}",
		    "score --again" },
		{ "{\"list\":\"00ff\",\"plan\":\"standard\","
		  "\"model\":\"m 1\"}",
		    "another port (25, now not set)" },
		{ "{\"list\":\"00ff\",\"plan\":\"standard\",\"port\":null,"
		  "\"model\":\"m 1\"}",
		    "another port (25, now not set)" },
		{ "{\"list\":\"00ff\",\"plan\":\"standard\",\"port\":25,"
		  "\"model\":\"m 1\",\"ehlo\":\"x\"}",
		    "another ehlo (not set, now \"x\")" },
	};
	struct run *run;
	struct error err = { 0 };

	(void)state;
	remove_tree(folder);
	assert_int_equal(open_with(config, &run, &err), STATUS_OK);
	run_close(run);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
		    open_with(cases[i].config, &run, &err), STATUS_USAGE);
		assert_null(run);
		assert_non_null(strstr(err.text, cases[i].says));
		assert_non_null(strstr(err.text, "--run NEW"));
	}
}

static void put(const char *name, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void test_run__goes_on_after_an_interrupted_creation(void **state)
{
	struct run *run;
	struct error err = { 0 };
	char input[128];

	(void)state;
	remove_tree(folder);
	mkdir(folder, 0777);
	snprintf(input, sizeof(input), "%s/input", folder);
	mkdir(input, 0777);
	put("input/00000-of-00001.txt.gz", "half");
	put("run.json.tmp", "{\"v\":1,\"ru");
	assert_int_equal(open_with(config, &run, &err), STATUS_OK);
	assert_true(run_is_new(run));
	run_close(run);
}

static void test_run__refuses_what_is_no_run_folder(void **state)
{
	struct run *run;
	struct error err = { 0 };

	(void)state;
	remove_tree(folder);
	assert_int_equal(run_open_existing(folder, &run, &err), STATUS_NOINPUT);
	assert_non_null(strstr(err.text, "no run folder"));
	mkdir(folder, 0777);
	put("thesis.txt", "years of work");
	assert_int_equal(open_with(config, &run, &err), STATUS_USAGE);
	assert_non_null(strstr(err.text, "--run DIR"));
	remove_tree(folder);
	mkdir(folder, 0777);
	put("run.json", "{\"v\":1,");
	assert_int_equal(open_with(config, &run, &err), STATUS_DATA);
	put("run.json", "{\"v\":1,\"seed\":\"zz\",\"settings\":{}}");
	assert_int_equal(run_open_existing(folder, &run, &err), STATUS_DATA);
	assert_non_null(strstr(err.text, "--run NEW"));
}

static void test_run__says_when_a_folder_cannot_be_made(void **state)
{
	struct run *run;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(
	    run_open("/nonexistent/x.run", config, domain, domains, &run, &err),
	    STATUS_CANTCREATE);
	assert_non_null(strstr(err.text, "/nonexistent/x.run"));
	assert_int_equal(
	    run_open("/dev/null", config, domain, domains, &run, &err),
	    STATUS_CANTCREATE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_run__creates_and_opens_again),
		cmocka_unit_test(test_run__names_the_setting_that_differs),
		cmocka_unit_test(
		    test_run__goes_on_after_an_interrupted_creation),
		cmocka_unit_test(test_run__refuses_what_is_no_run_folder),
		cmocka_unit_test(test_run__says_when_a_folder_cannot_be_made),
	};

	return cmocka_run_group_tests(tests, make_base, remove_base);
}
