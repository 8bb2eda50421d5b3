#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/buffer.h"
#include "common/json.h"
#include "report/writer.h"

static const struct column columns[] = {
	{ "name", "name", 0, false, false },
	{ "share", "share", 3, true, true },
	{ "hosts", "hosts", 0, true, false },
	{ "extra", NULL, 0, false, false },
};

#define COUNT 4

/* Writes rows of (text, real, int, json) and gives what came out. */
static enum status render(enum writer_format format, const char *selection,
    const char *const *texts, size_t rows, char *out, size_t size)
{
	char path[] = "/tmp/mxprint-writer-XXXXXX";
	struct line_writer *lines;
	struct buffer got;
	struct writer *w;
	enum status status;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(lines_create(path, &lines, NULL), STATUS_OK);
	w = writer_new(format, selection, lines);
	assert_int_equal(
	    writer_fact(w, "sure", cell_real(0.9), NULL), STATUS_OK);
	assert_int_equal(writer_note(w, "note", NULL), STATUS_OK);
	status = writer_begin(w, "first", columns, COUNT, NULL);
	for (size_t i = 0; i < rows && status == STATUS_OK; i++) {
		struct cell cells[COUNT] = { cell_text(texts[i]),
			cell_real(0.12345), cell_int(7),
			cell_json("{\"a\":[1]}") };

		status = writer_row(w, cells, NULL);
	}
	if (status == STATUS_OK) {
		writer_end(w, NULL);
		writer_begin(w, "second", columns, 1, NULL);
		writer_end(w, NULL);
	}
	writer_close(w, NULL);
	assert_int_equal(lines_close(lines, false, NULL), STATUS_OK);
	buffer_init(&got, 1 << 20);
	assert_int_equal(file_read(path, 1 << 20, &got, NULL), STATUS_OK);
	snprintf(out, size, "%s", buffer_text(&got));
	buffer_clear(&got);
	unlink(path);
	return status;
}

static void test_writer__csv_follows_rfc_4180(void **state)
{
	static const char *const texts[] = { "plain", "a,b", "say \"x\"",
		"two\r\nlines", NULL };
	char out[2048];

	(void)state;
	render(WRITER_CSV, "name,share", texts, 5, out, sizeof(out));
	assert_string_equal(out, "name,share\r\n"
				 "plain,0.123\r\n"
				 "\"a,b\",0.123\r\n"
				 "\"say \"\"x\"\"\",0.123\r\n"
				 "\"two\r\nlines\",0.123\r\n"
				 ",0.123\r\n");
}

static void test_writer__csv_holds_no_formula(void **state)
{
	static const char *const texts[] = { "=1+1", "+1", "-1", "@x", "\tx",
		"\r=x", "=cmd|'/C calc'!A0,x", "x=1", "'" };
	char out[2048];

	(void)state;
	render(WRITER_CSV, "name", texts, 9, out, sizeof(out));
	assert_string_equal(out,
	    "name\r\n'=1+1\r\n'+1\r\n'-1\r\n'@x\r\n'\tx\r\n"
	    "\"'\r=x\"\r\n\"'=cmd|'/C calc'!A0,x\"\r\n"
	    "x=1\r\n'\r\n");
}

static void test_writer__table_is_safe_for_a_terminal(void **state)
{
	static const char *const texts[] = { "a\033[31mred", "z\303\274rich",
		"\302\233m", "\342\200\256evil", "bad\377", "x\ny", NULL };
	char out[4096];

	(void)state;
	render(WRITER_TABLE, "name,share,hosts", texts, 7, out, sizeof(out));
	assert_string_equal(out, "note\n"
				 "name           share  hosts\n"
				 "a\\x1b[31mred  12.3 %      7\n"
				 "z\303\274rich        12.3 %      7\n"
				 "\\x9bm         12.3 %      7\n"
				 "\\u202eevil    12.3 %      7\n"
				 "bad\\xff       12.3 %      7\n"
				 "x\\ny          12.3 %      7\n"
				 "-             12.3 %      7\n"
				 "name\n");
}

static void test_writer__json_is_one_object(void **state)
{
	static const char *const texts[] = { "a\"\033\n", "b" };
	struct arena *arena = arena_new();
	const struct json *first;
	struct json *value;
	char out[2048];

	(void)state;
	render(WRITER_JSON, NULL, texts, 2, out, sizeof(out));
	assert_int_equal(
	    json_parse(arena, out, strlen(out), &value, NULL), STATUS_OK);
	assert_true(json_get_double(value, "sure", 0) == 0.9);
	first = json_get(value, "first");
	assert_int_equal(first->count, 2);
	assert_string_equal(
	    json_get_text(first->first, "name", ""), "a\"\033\n");
	assert_true(json_get_double(first->first, "share", 0) == 0.123);
	assert_int_equal(
	    json_get(json_get(first->first, "extra"), "a")->count, 1);
	assert_int_equal(json_get(value, "second")->count, 0);
	render(WRITER_JSON, NULL, texts, 0, out, sizeof(out));
	assert_int_equal(
	    json_parse(arena, out, strlen(out), &value, NULL), STATUS_OK);
	arena_free(arena);
}

static void test_writer__jsonl_is_an_object_a_line(void **state)
{
	static const char *const texts[] = { "a", NULL };
	char out[2048];

	(void)state;
	render(WRITER_JSONL, "name,hosts", texts, 2, out, sizeof(out));
	assert_string_equal(out, "{\"name\":\"a\",\"hosts\":7}\n"
				 "{\"name\":null,\"hosts\":7}\n");
}

/* A heading may be the name of a column in the user's own list. */
static void test_writer__headings_of_a_table_are_printable(void **state)
{
	static const struct column hostile[] = {
		{ "red", "\033[31mred", 0, false, false },
	};
	char path[] = "/tmp/mxprint-writer-XXXXXX", out[64] = "";
	struct line_writer *lines;
	struct writer *w;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(lines_create(path, &lines, NULL), STATUS_OK);
	w = writer_new(WRITER_TABLE, NULL, lines);
	writer_begin(w, "first", hostile, 1, NULL);
	writer_end(w, NULL);
	writer_close(w, NULL);
	assert_int_equal(lines_close(lines, false, NULL), STATUS_OK);
	assert_true(read(fd, out, sizeof(out) - 1) > 0);
	assert_non_null(strstr(out, "\\x1b[31mred\n"));
	assert_null(strchr(out, 033));
	close(fd);
	unlink(path);
}

static void test_writer__refuses_unknown_columns(void **state)
{
	char out[2048];

	(void)state;
	assert_int_equal(
	    render(WRITER_CSV, "name,nmae", NULL, 0, out, sizeof(out)),
	    STATUS_USAGE);
}

/* The width is chosen from the first rows; later ones stream. */
static void test_writer__long_tables_stream(void **state)
{
	enum { ROWS = 2500 };
	static const char *texts[ROWS];
	char *out = malloc(1 << 20);
	size_t lines = 0;

	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		texts[i] = i == 2000 ? "much longer than others" : "row";
	render(WRITER_TABLE, "name,hosts", texts, ROWS, out, 1 << 20);
	for (const char *s = out; *s; s++)
		lines += *s == '\n';
	assert_int_equal(lines, ROWS + 3);
	assert_non_null(strstr(out, "\nmuch longer than others      7\nrow "));
	free(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_writer__csv_follows_rfc_4180),
		cmocka_unit_test(test_writer__csv_holds_no_formula),
		cmocka_unit_test(test_writer__table_is_safe_for_a_terminal),
		cmocka_unit_test(test_writer__json_is_one_object),
		cmocka_unit_test(test_writer__jsonl_is_an_object_a_line),
		cmocka_unit_test(
		    test_writer__headings_of_a_table_are_printable),
		cmocka_unit_test(test_writer__refuses_unknown_columns),
		cmocka_unit_test(test_writer__long_tables_stream),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
