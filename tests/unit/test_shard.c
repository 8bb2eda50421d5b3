/*
 * A shard through every accident: killed at any moment, torn and damaged
 * files, a full disk, a second attempt beside the first.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/lines.h"
#include "common/log.h"
#include "common/strmap.h"
#include "survey/shard.h"
#include "tests/unit/remove_tree.h"

static char base[] = "/tmp/mxprint-shard-XXXXXX";
static char folder[64], probe[128];
static struct run *run;

static const char *no_line(const void *user, size_t i)
{
	(void)user;
	return i == 0 ? "a.example" : NULL;
}

static int make_run(void **state)
{
	(void)state;
	log_set_level(LOG_ERROR);
	if (!mkdtemp(base))
		return -1;
	snprintf(folder, sizeof(folder), "%s/run", base);
	snprintf(probe, sizeof(probe), "%s/probe/00000-of-00001", folder);
	return run_open(folder, "{}", no_line, NULL, &run, NULL);
}

static int remove_run(void **state)
{
	(void)state;
	run_close(run);
	remove_tree(base);
	return 0;
}

static int empty_shard(void **state)
{
	(void)state;
	remove_tree(probe);
	return 0;
}

/* ----------------------------------------------------------------- tools */

static struct shard *open_shard(void)
{
	struct error err = { 0 };
	struct shard *s;

	if (shard_open(run, RUN_PROBE, 0, 1, &s, &err) != STATUS_OK)
		fail_msg("%s", err.text);
	return s;
}

static enum status append(struct shard *s, unsigned number, struct error *err)
{
	char line[128];
	int len = snprintf(line, sizeof(line),
	    "{\"n\":%u,\"x\":\"0123456789012345678901234567890123\"}", number);

	return shard_append(s, line, (size_t)len, err);
}

static void append_from_to(struct shard *s, unsigned from, unsigned to)
{
	struct error err = { 0 };

	for (; from < to; from++)
		assert_int_equal(append(s, from, &err), STATUS_OK);
}

struct tally {
	unsigned count[20000];
	unsigned total, last, disorder;
};

static enum status tally_line(
    void *user, const char *line, size_t len, struct error *err)
{
	struct tally *t = user;
	unsigned n = (unsigned)strtoul(line + 5, NULL, 10);

	(void)err;
	assert_true(len > 10 && line[len - 1] == '}' && n < 20000);
	t->disorder += t->total > 0 && n < t->last;
	t->last = n;
	t->total++;
	t->count[n]++;
	return STATUS_OK;
}

static struct tally *replay(struct shard *s)
{
	static struct tally t;
	struct error err = { 0 };

	memset(&t, 0, sizeof(t));
	if (shard_replay(s, tally_line, &t, &err) != STATUS_OK)
		fail_msg("%s", err.text);
	return &t;
}

/* 0..to-1, each once, in order. */
static void expect_each_once(struct shard *s, unsigned to)
{
	struct tally *t = replay(s);

	assert_int_equal(t->total, to);
	assert_int_equal(t->disorder, 0);
	for (unsigned i = 0; i < to; i++)
		assert_int_equal(t->count[i], 1);
}

static size_t files(const char *pattern)
{
	char path[256];
	glob_t found;
	size_t n;

	snprintf(path, sizeof(path), "%s/%s", probe, pattern);
	if (glob(path, 0, NULL, &found) != 0)
		return 0;
	n = found.gl_pathc;
	globfree(&found);
	return n;
}

static const char *file(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", probe, name);
	return path;
}

static void put(const char *name, const char *text, size_t len)
{
	int fd = open(file(name), O_WRONLY | O_CREAT | O_APPEND, 0666);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), (ssize_t)len);
	close(fd);
}

/* ------------------------------------------------------------- good days */

static void test_shard__closes_segments_of_1000(void **state)
{
	struct shard *s = open_shard();
	struct error err = { 0 };

	(void)state;
	append_from_to(s, 0, 2500);
	assert_int_equal(files("seg-*.gz"), 2);
	expect_each_once(s, 2500); /* closes the third */
	append_from_to(s, 2500, 2600);
	assert_int_equal(shard_close(s, true, &err), STATUS_OK);
	assert_int_equal(files("seg-*.gz"), 4);
	assert_int_equal(files(".part.*"), 0);
	assert_int_equal(files("DONE"), 1);
	s = open_shard();
	assert_true(shard_done(s));
	expect_each_once(s, 2600);
	shard_close(s, true, &err);
}

static void test_shard__done_names_each_segment(void **state)
{
	struct shard *s = open_shard();
	struct error err = { 0 };
	struct arena *arena = arena_new();
	struct buffer text;
	struct json *json;

	(void)state;
	append_from_to(s, 0, 1500);
	shard_close(s, true, &err);
	buffer_init(&text, 1 << 20);
	assert_int_equal(
	    file_read(file("DONE"), 100000, &text, &err), STATUS_OK);
	assert_int_equal(
	    json_parse(arena, text.data, text.len, &json, &err), STATUS_OK);
	assert_int_equal(json_get_int(json, "records", 0), 1500);
	assert_int_equal(json_get(json, "segments")->count, 2);
	assert_int_equal(strlen(json_get_text(
			     json_get(json, "segments")->first, "sha256", "")),
	    64);
	buffer_clear(&text);
	arena_free(arena);
}

static void test_shard__reopened_takes_more(void **state)
{
	struct shard *s = open_shard();
	struct error err = { 0 };

	(void)state;
	append_from_to(s, 0, 10);
	shard_close(s, true, &err);
	s = open_shard();
	assert_int_equal(shard_reopen(s, &err), STATUS_OK);
	assert_int_equal(files("DONE"), 0);
	append_from_to(s, 10, 20);
	expect_each_once(s, 20);
	shard_close(s, true, &err);
	assert_int_equal(files("DONE"), 1);
}

/* ------------------------------------------------------------- kill -9 */

/* Appends until it is killed; tells each number that was acknowledged. */
static void append_until_killed(int tell, unsigned from)
{
	struct shard *s = open_shard();

	for (;; from++) {
		if (append(s, from, NULL) != STATUS_OK)
			_exit(1);
		if (write(tell, &from, sizeof(from)) != sizeof(from))
			_exit(1);
	}
}

static void test_shard__kill_9_loses_nothing_acknowledged(void **state)
{
	unsigned acknowledged = 0;
	struct shard *s;

	(void)state;
	for (int round = 0; round < 25 && acknowledged < 18000; round++) {
		unsigned number, until, from = acknowledged;
		int pipes[2], status;
		pid_t child;

		assert_int_equal(pipe(pipes), 0);
		child = fork();
		if (child == 0)
			append_until_killed(pipes[1], from);
		close(pipes[1]);
		/* Around the ends of segments, where most can go wrong. */
		until = from + (round % 3 ? 37u : 1000 - from % 1000) +
			(unsigned)round % 5;
		while (
		    read(pipes[0], &number, sizeof(number)) == sizeof(number)) {
			acknowledged = number + 1;
			if (number == until)
				kill(child, SIGKILL);
		}
		close(pipes[0]);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
		s = open_shard();
		/* One more may have been written, but not told. */
		number = replay(s)->total;
		assert_in_range(number, acknowledged, acknowledged + 1);
		acknowledged = number;
		expect_each_once(s, acknowledged);
		shard_close(s, false, NULL);
	}
	assert_true(acknowledged > 5000);
}

/* The state between publishing a segment and emptying .part. */
static void test_shard__records_in_segment_and_part_count_once(void **state)
{
	struct shard *s = open_shard();
	static char part[200000];
	ssize_t len;
	int fd;

	(void)state;
	append_from_to(s, 0, 999);
	fd = open(file(".part.1"), O_RDONLY);
	len = read(fd, part, sizeof(part));
	close(fd);
	assert_true(len > 0);
	append_from_to(s, 999, 1000); /* publishes */
	shard_close(s, false, NULL);
	put(".part.1", part, (size_t)len);
	s = open_shard();
	expect_each_once(s, 1000);
	shard_close(s, false, NULL);
}

static void test_shard__torn_lines_and_temporary_files_go(void **state)
{
	/* not one of ours; with a hole */
	static const char part[] = "{\"n\":0}xx\n{\"n\":2,\0\0\0\"x\":\"\"}\n";
	struct shard *s = open_shard();
	struct error err = { 0 };

	(void)state;
	shard_close(s, false, NULL);
	put(".part.7", "{\"n\":0,\"x\":\"\"}\n{\"n\":1,\"x\":\"\"}\n{\"n\":2",
	    37);
	put(".part.8", part, sizeof(part) - 1);
	put(".seg-00000.jsonl.gz.7.tmp", "half", 4);
	put("tried", "10.0.0.1\n10.0.0.1\n10.0.0.2\n10.0", 31);
	s = open_shard();
	expect_each_once(s, 2);
	assert_int_equal(files(".part.*"), 0);
	assert_int_equal(files(".seg*"), 0);
	assert_int_equal(shard_tries(s, "10.0.0.1"), 2);
	assert_int_equal(shard_tries(s, "10.0.0.2"), 1);
	assert_int_equal(shard_tries(s, "10.0"), 0);
	assert_int_equal(shard_tried(s, "10.0.0.3", &err), STATUS_OK);
	shard_close(s, false, NULL);
	s = open_shard();
	assert_int_equal(shard_tries(s, "10.0.0.3"), 1);
	assert_int_equal(shard_tries(s, "10.010.0.0.3"), 0);
	shard_close(s, false, NULL);
}

/* ------------------------------------------------------------- bad disks */

static void damage(const char *name, off_t at)
{
	int fd = open(file(name), O_WRONLY);
	struct stat st;

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(pwrite(fd, "XXXXXXXX", 8, st.st_size + at), 8);
	close(fd);
}

static void test_shard__a_damaged_segment_is_set_aside(void **state)
{
	struct shard *s = open_shard();
	struct error err = { 0 };
	struct tally *t;

	(void)state;
	append_from_to(s, 0, 2000);
	shard_close(s, false, NULL);
	damage("seg-00000.jsonl.gz", -600);
	s = open_shard();
	assert_int_equal(files("*.bad"), 1);
	t = replay(s);
	assert_int_equal(t->total, 1000);
	assert_int_equal(t->count[0], 0);
	assert_int_equal(t->count[1999], 1);
	shard_close(s, false, NULL);
	/* A cut one too; then it is time to look at the disk. */
	assert_int_equal(truncate(file("seg-00001.jsonl.gz"), 0), 0);
	assert_int_equal(
	    shard_open(run, RUN_PROBE, 0, 1, &s, &err), STATUS_DATA);
	assert_non_null(strstr(err.text, "2 damaged segments"));
	assert_int_equal(files("FAIL"), 1);
	assert_int_equal(unlink(file("seg-00000.jsonl.gz.bad")), 0);
	s = open_shard();
	assert_int_equal(files("FAIL"), 0);
	shard_close(s, false, NULL);
}

static void test_shard__a_damaged_segment_of_a_done_one_is_told(void **state)
{
	struct shard *s = open_shard();
	struct error err = { 0 };
	static struct tally t;

	(void)state;
	append_from_to(s, 0, 100);
	shard_close(s, true, NULL);
	damage("seg-00000.jsonl.gz", -20);
	s = open_shard();
	assert_int_equal(shard_replay(s, tally_line, &t, &err), STATUS_DATA);
	assert_non_null(strstr(err.text, "remove"));
	shard_close(s, true, NULL);
}

/* Until the limit of a file's size is met. */
static void fill_up(void)
{
	struct rlimit limit = { 30000, 30000 };
	struct error err = { 0 };
	enum status status = STATUS_OK;
	struct shard *s = open_shard();
	unsigned n = 0;

	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &limit);
	while (status == STATUS_OK && n < 10000)
		status = append(s, n++, &err);
	if (status != STATUS_IO || !strstr(err.text, "make room"))
		_exit(101);
	if (append(s, n, &err) != STATUS_IO)
		_exit(102);
	shard_close(s, true, &err);
	_exit((int)(n / 100)); /* n - 1 were acknowledged */
}

static void test_shard__a_full_disk_loses_nothing(void **state)
{
	struct shard *s;
	pid_t child = fork();
	int status;
	unsigned total;

	(void)state;
	if (child == 0)
		fill_up();
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 100);
	assert_int_equal(files("DONE"), 0);
	s = open_shard();
	total = replay(s)->total;
	assert_in_range(total, (unsigned)WEXITSTATUS(status) * 100 - 1,
	    (unsigned)WEXITSTATUS(status) * 100 + 99);
	expect_each_once(s, total);
	append_from_to(s, total, total + 10);
	expect_each_once(s, total + 10);
	shard_close(s, true, NULL);
}

/* ------------------------------------------------------- two at a time */

static void test_shard__belongs_to_one_attempt(void **state)
{
	struct shard *s = open_shard(), *second;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(
	    shard_open(run, RUN_PROBE, 0, 1, &second, &err), STATUS_TEMPFAIL);
	assert_non_null(strstr(err.text, "another mxprint (process"));
	assert_null(second);
	append_from_to(s, 0, 5); /* not disturbed */
	shard_close(s, false, NULL);
	s = open_shard();
	expect_each_once(s, 5);
	shard_close(s, false, NULL);
}

static void test_shard__a_fresh_lease_elsewhere_holds_it(void **state)
{
	static const char lease[] =
	    "{\"attempt\":7,\"node\":\"other.example\",\"boot\":\"x\","
	    "\"pid\":1,\"released\":false}\n";
	struct timespec old[2] = { { 1, 0 }, { 1, 0 } };
	struct shard *s = open_shard();
	struct error err = { 0 };

	(void)state;
	shard_close(s, false, NULL);
	unlink(file("lease"));
	put("lease", lease, sizeof(lease) - 1);
	assert_int_equal(
	    shard_open(run, RUN_PROBE, 0, 1, &s, &err), STATUS_TEMPFAIL);
	assert_non_null(strstr(err.text, "other.example"));
	assert_int_equal(utimensat(AT_FDCWD, file("lease"), old, 0), 0);
	s = open_shard(); /* expired */
	append_from_to(s, 0, 1);
	assert_int_equal(files(".part.8"), 1);
	shard_close(s, false, NULL);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, empty_shard)
	const struct CMUnitTest tests[] = {
		TEST(test_shard__closes_segments_of_1000),
		TEST(test_shard__done_names_each_segment),
		TEST(test_shard__reopened_takes_more),
		TEST(test_shard__kill_9_loses_nothing_acknowledged),
		TEST(test_shard__records_in_segment_and_part_count_once),
		TEST(test_shard__torn_lines_and_temporary_files_go),
		TEST(test_shard__a_damaged_segment_is_set_aside),
		TEST(test_shard__a_damaged_segment_of_a_done_one_is_told),
		TEST(test_shard__a_full_disk_loses_nothing),
		TEST(test_shard__belongs_to_one_attempt),
		TEST(test_shard__a_fresh_lease_elsewhere_holds_it),
	};

	return cmocka_run_group_tests(tests, make_run, remove_run);
}
