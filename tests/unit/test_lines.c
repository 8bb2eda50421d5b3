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

#include "common/lines.h"
#include "common/random.h"

#define PATH "build/test_lines"

static void put(const char *path, const void *bytes, size_t len)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static void test_lines__reads_every_line_end(void **state)
{
	static const char text[] = "a\nb\r\n\nlong line here\nlast";
	static const char *const lines[] = { "a", "b", "" };
	struct line_reader *r;
	const char *line;
	size_t len;
	struct error err;

	(void)state;
	put(PATH, text, sizeof(text) - 1);
	assert_int_equal(lines_open(PATH, 8, &r, &err), STATUS_OK);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(lines_next(r, &line, &len, &err), LINES_LINE);
		assert_string_equal(line, lines[i]);
	}
	assert_int_equal(lines_next(r, &line, &len, &err), LINES_TOO_LONG);
	assert_int_equal(lines_number(r), 4);
	assert_int_equal(lines_next(r, &line, &len, &err), LINES_TRUNCATED);
	assert_string_equal(line, "last");
	assert_int_equal(lines_next(r, &line, &len, &err), LINES_END);
	lines_free(r);
	unlink(PATH);
}

static size_t count_lines(const char *path, enum lines_result *last)
{
	struct line_reader *r;
	const char *line;
	size_t len, n = 0;
	struct error err;
	enum lines_result result;

	assert_int_equal(lines_open(path, 4096, &r, &err), STATUS_OK);
	while ((result = lines_next(r, &line, &len, &err)) == LINES_LINE)
		n++;
	*last = result;
	lines_free(r);
	return n;
}

/* Members in a row are one stream; a cut stream gives its whole lines. */
static void test_lines__reads_gzip_members_and_cut_ones(void **state)
{
	struct buffer whole, twice;
	struct line_reader *r;
	struct line_writer *w;
	enum lines_result last;
	const char *line;
	size_t len;
	struct error err;
	char text[40];

	(void)state;
	assert_int_equal(lines_create(PATH ".gz", &w, &err), STATUS_OK);
	for (int i = 0; i < 2000; i++) {
		int n = snprintf(text, sizeof(text), "line %d of many", i);

		lines_write(w, text, (size_t)n, &err);
	}
	assert_int_equal(lines_close(w, true, &err), STATUS_OK);
	buffer_init(&whole, 1 << 20);
	buffer_init(&twice, 1 << 20);
	assert_int_equal(
	    file_read(PATH ".gz", 1 << 20, &whole, &err), STATUS_OK);
	assert_int_equal(count_lines(PATH ".gz", &last), 2000);
	assert_int_equal(last, LINES_END);
	buffer_add(&twice, whole.data, whole.len);
	buffer_add(&twice, whole.data, whole.len);
	put(PATH ".gz", twice.data, twice.len);
	assert_int_equal(count_lines(PATH ".gz", &last), 4000);
	put(PATH ".gz", whole.data, whole.len / 2);
	assert_in_range(count_lines(PATH ".gz", &last), 1, 1999);
	assert_int_equal(last, LINES_TRUNCATED);
	/* cut in a line that is too long already */
	assert_int_equal(lines_open(PATH ".gz", 3, &r, &err), STATUS_OK);
	do {
		assert_false(lines_ended_early(r));
		last = lines_next(r, &line, &len, &err);
	} while (last == LINES_TOO_LONG && !lines_ended_early(r));
	assert_int_equal(last, LINES_TOO_LONG);
	assert_int_equal(lines_next(r, &line, &len, &err), LINES_END);
	lines_free(r);
	unlink(PATH ".gz");
	buffer_clear(&whole);
	buffer_clear(&twice);
}

static void test_lines__says_when_the_disk_is_full(void **state)
{
	struct line_writer *w;
	struct error err = { 0 };
	enum status status;

	(void)state;
	if (access("/dev/full", W_OK) != 0)
		return;
	assert_int_equal(lines_create("/dev/full", &w, &err), STATUS_OK);
	status = lines_write(w, "x", 1, &err);
	if (status == STATUS_OK)
		status = lines_close(w, false, &err);
	else
		lines_close(w, false, NULL);
	assert_int_equal(status, STATUS_IO);
	assert_non_null(strstr(err.text, "No space"));
}

static void test_lines__blobs_come_back_and_are_bounded(void **state)
{
	struct buffer blob, back;
	struct error err;
	char zeros[20000] = { 0 };

	(void)state;
	buffer_init(&blob, 1 << 20);
	buffer_init(&back, 1 << 20);
	blob_compress(&blob, zeros, sizeof(zeros));
	assert_int_equal(
	    blob_decompress(&back, blob.data, blob.len, 20000, &err),
	    STATUS_OK);
	assert_int_equal(back.len, 20000);
	buffer_reset(&back);
	assert_int_equal(
	    blob_decompress(&back, blob.data, blob.len, 19999, &err),
	    STATUS_DATA);
	buffer_reset(&back);
	assert_int_equal(
	    blob_decompress(&back, blob.data, blob.len / 2, 20000, &err),
	    STATUS_DATA);
	buffer_clear(&blob);
	buffer_clear(&back);
}

static void test_lines__replaces_a_file_whole(void **state)
{
	struct buffer out;
	struct error err;

	(void)state;
	buffer_init(&out, 100);
	put(PATH, "old", 3);
	assert_int_equal(file_replace(PATH, "new text", 8, &err), STATUS_OK);
	assert_int_equal(file_read(PATH, 100, &out, &err), STATUS_OK);
	assert_string_equal(buffer_text(&out), "new text");
	assert_int_equal(access(PATH ".tmp", F_OK), -1);
	buffer_clear(&out);
	unlink(PATH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines__reads_every_line_end),
		cmocka_unit_test(test_lines__reads_gzip_members_and_cut_ones),
		cmocka_unit_test(test_lines__says_when_the_disk_is_full),
		cmocka_unit_test(test_lines__blobs_come_back_and_are_bounded),
		cmocka_unit_test(test_lines__replaces_a_file_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
