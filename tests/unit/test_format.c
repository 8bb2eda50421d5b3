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
#include "common/log.h"
#include "transcript/format.h"
#include "transcript/reader.h"

static struct transcript *sample(void)
{
	struct arena *arena = arena_new();
	struct transcript *t = arena_alloc(arena, sizeof(*t));
	struct connection *c = arena_alloc(arena, sizeof(*c));
	struct exchange *x = arena_array(arena, 2, sizeof(*x));
	char *all = arena_alloc(arena, 256);

	for (int i = 0; i < 256; i++)
		all[i] = (char)i;
	x[0].probe = PROBE_GREETING;
	x[0].sent = (struct bytes){ "", 0 };
	x[0].received = (struct bytes){ all, 256 };
	x[0].first_ms = 12;
	x[0].last_ms = 40;
	x[1].probe = PROBE_NUL;
	x[1].sent = (struct bytes){ "HE\0LO x\r\n", 9 };
	x[1].received = (struct bytes){ "", 0 };
	x[1].first_ms = x[1].last_ms = -1;
	x[1].end = EXCHANGE_RESET;
	x[1].secure = true;
	c->source = "127.0.0.1";
	c->connect_ms = 1;
	c->duration_ms = 99;
	c->end = END_RESET;
	c->exchanges = x;
	c->exchange_count = 2;
	*t = (struct transcript){ .arena = arena,
		.host = "192.0.2.1",
		.port = 25,
		.name = "mx.example.com",
		.plan = "standard",
		.ehlo = "probe.example.org",
		.start_utc_ms = 1795000000123,
		.outcome = OUTCOME_GREETED,
		.connections = c,
		.connection_count = 1,
		.deployment = "d1",
		.label = { .product = "exim", .source = LABEL_LAB },
		.provenance = "{\"package\":\"exim4\",\"n\":3}" };
	return t;
}

static void write_to(struct buffer *out, const struct transcript *t)
{
	buffer_init(out, FORMAT_LINE_MAX);
	transcript_write(out, t);
}

static void test_format__carries_every_byte(void **state)
{
	struct transcript *t = sample(), *back = NULL;
	struct buffer line, again;
	struct error err = { 0 };

	(void)state;
	write_to(&line, t);
	for (size_t i = 0; i < line.len; i++)
		assert_in_range(line.data[i], 0x20, 0x7e);
	if (transcript_read_strict(line.data, line.len, &back, &err) !=
	    STATUS_OK)
		fail_msg("%s", err.text);
	assert_int_equal(back->connections[0].exchanges[0].received.len, 256);
	assert_memory_equal(back->connections[0].exchanges[0].received.data,
	    t->connections[0].exchanges[0].received.data, 256);
	assert_memory_equal(
	    back->connections[0].exchanges[1].sent.data, "HE\0LO x\r\n", 9);
	assert_true(back->connections[0].exchanges[1].secure);
	assert_string_equal(back->label.product, "exim");
	write_to(&again, back);
	assert_int_equal(again.len, line.len);
	assert_memory_equal(again.data, line.data, line.len);
	buffer_clear(&line);
	buffer_clear(&again);
	transcript_free(t);
	transcript_free(back);
}

static void test_format__refuses_what_it_is_not(void **state)
{
	static const char *const bad[] = { "", "{", "[]", "null",
		"{\"type\":\"route\",\"v\":1}",
		"{\"type\":\"transcript\",\"v\":2,\"host\":\"a\"}",
		"{\"type\":\"transcript\",\"v\":1}",
		"{\"type\":\"transcript\",\"v\":1,\"host\":5,\"port\":25}",
		"{\"type\":\"transcript\",\"v\":1,\"host\":\"a\",\"port\":25,"
		"\"plan\":\"standard\",\"ehlo\":\"b\",\"start\":\"x\","
		"\"outcome\":\"greeted\",\"connections\":[]}",
		"{\"type\":\"transcript\",\"v\":1,\"host\":\"a\",\"port\":25,"
		"\"plan\":\"standard\",\"ehlo\":\"b\","
		"\"start\":\"2026-11-24T00:00:00.000Z\","
		"\"outcome\":\"nice\",\"connections\":[]}" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct transcript *t = NULL;
		struct error err = { 0 };

		assert_int_equal(
		    transcript_read(bad[i], strlen(bad[i]), &t, &err),
		    STATUS_DATA);
		assert_null(t);
		assert_true(err.text[0] != '\0');
	}
}

/* Torn lines and foreign lines cost themselves and nothing else. */
static void test_format__skips_damaged_lines_of_a_file(void **state)
{
	static const char *const names[] = { "build/test_format.jsonl",
		"build/test_format.jsonl.gz" };
	struct transcript *t = sample();
	struct buffer line;

	(void)state;
	log_set_level(LOG_ERROR);
	write_to(&line, t);
	for (size_t n = 0; n < 2; n++) {
		struct transcript_reader *reader;
		struct line_writer *w;
		struct transcript *back;
		struct error err;
		size_t count = 0;

		assert_int_equal(lines_create(names[n], &w, &err), STATUS_OK);
		lines_write(w, line.data, line.len, &err);
		lines_write(w, "not a record", 12, &err);
		lines_write(w, line.data, line.len / 2, &err);
		lines_write(w, line.data, line.len, &err);
		assert_int_equal(lines_close(w, false, &err), STATUS_OK);
		if (n == 0)
			assert_int_equal(
			    truncate(names[n],
				(long)line.len * 2 + 13 + (long)line.len / 2),
			    0);
		reader = transcript_reader_new(names + n, 1);
		while (
		    transcript_reader_next(reader, &back, &err) == STATUS_OK &&
		    back) {
			transcript_free(back);
			count++;
		}
		assert_int_equal(count, n == 0 ? 1 : 2);
		assert_int_equal(
		    transcript_reader_skipped(reader), n == 0 ? 3 : 2);
		transcript_reader_free(reader);
		unlink(names[n]);
	}
	buffer_clear(&line);
	transcript_free(t);
}

/*
 * Where a torn file is refused: `cut` bytes of the second record's end are
 * missing, or of the compressed file's.
 */
static void test_format__refuses_half_a_file(void **state)
{
	static const struct {
		const char *name;
		long cut;
		bool torn;
	} cases[] = {
		{ "build/test_format.jsonl", 0, false },
		{ "build/test_format.jsonl", 1, false }, /* its newline */
		{ "build/test_format.jsonl", 2, true },
		{ "build/test_format.jsonl.gz", 0, false },
		{ "build/test_format.jsonl.gz", 1, true }, /* of its length */
		{ "build/test_format.jsonl.gz", 40, true },
	};
	struct transcript *t = sample();
	struct buffer line;

	(void)state;
	log_set_level(LOG_ERROR);
	write_to(&line, t);
	for (size_t n = 0; n < sizeof(cases) / sizeof(cases[0]); n++) {
		struct transcript_reader *reader;
		struct line_writer *w;
		struct transcript *back;
		struct error err = { 0 };
		enum status status;
		struct stat st;

		assert_int_equal(
		    lines_create(cases[n].name, &w, &err), STATUS_OK);
		lines_write(w, line.data, line.len, &err);
		lines_write(w, line.data, line.len, &err);
		assert_int_equal(lines_close(w, false, &err), STATUS_OK);
		assert_int_equal(stat(cases[n].name, &st), 0);
		assert_int_equal(
		    truncate(cases[n].name, st.st_size - cases[n].cut), 0);
		reader = transcript_reader_new(&cases[n].name, 1);
		transcript_reader_refuse_torn(reader);
		while ((status = transcript_reader_next(reader, &back, &err)) ==
			   STATUS_OK &&
		       back)
			transcript_free(back);
		assert_int_equal(
		    status, cases[n].torn ? STATUS_DATA : STATUS_OK);
		assert_int_equal(transcript_reader_skipped(reader), 0);
		assert_true(!cases[n].torn || strstr(err.text, "the middle"));
		transcript_reader_free(reader);
		unlink(cases[n].name);
	}
	buffer_clear(&line);
	transcript_free(t);
}

static void test_format__routes_come_back(void **state)
{
	static const char line[] =
	    "{\"type\":\"route\",\"v\":1,\"domain\":\"example.com\","
	    "\"input\":\"Example.COM\",\"outcome\":\"ok\",\"ttl\":300,"
	    "\"time\":\"2026-11-24T10:11:12.000Z\",\"mx\":[{\"name\":"
	    "\"mx.example.com\",\"preference\":10,\"outcome\":\"cname\","
	    "\"canonical\":\"a.example.net\",\"addresses\":[{\"address\":"
	    "\"192.0.2.1\",\"outcome\":\"special-address\"}]}],"
	    "\"columns\":{\"company\":\"Example\"}}";
	struct route *route = NULL;
	struct buffer out;
	struct error err = { 0 };

	(void)state;
	if (route_read(line, strlen(line), &route, &err) != STATUS_OK)
		fail_msg("%s", err.text);
	buffer_init(&out, FORMAT_LINE_MAX);
	route_write(&out, route);
	assert_string_equal(buffer_text(&out), line);
	buffer_clear(&out);
	route_free(route);
}

/* What was never sent tells nothing, wherever it stands in a record. */
static void test_format__finds_what_took_place(void **state)
{
	static const char line[] =
	    "{\"type\":\"transcript\",\"v\":1,\"host\":\"a\",\"port\":25,"
	    "\"plan\":\"standard\",\"ehlo\":\"b\","
	    "\"start\":\"2026-11-24T00:00:00.000Z\",\"outcome\":\"greeted\","
	    "\"connections\":[{\"end\":\"closed\",\"exchanges\":["
	    "{\"probe\":\"greeting\",\"received\":\"220\",\"end\":\"reply\"},"
	    "{\"probe\":\"noop\",\"received\":\"1\",\"end\":\"closed\"}]},"
	    "{\"end\":\"closed\",\"exchanges\":[{\"probe\":\"noop\","
	    "\"sent\":\"NOOP\",\"received\":\"2\",\"end\":\"reply\"}]}]}";
	struct transcript *t = NULL;
	struct error err = { 0 };

	(void)state;
	if (transcript_read(line, strlen(line), &t, &err) != STATUS_OK)
		fail_msg("%s", err.text);
	assert_non_null(transcript_find(t, PROBE_GREETING));
	assert_string_equal(transcript_find(t, PROBE_NOOP)->received.data, "2");
	assert_null(transcript_find(t, PROBE_HELP));
	transcript_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_format__carries_every_byte),
		cmocka_unit_test(test_format__refuses_what_it_is_not),
		cmocka_unit_test(test_format__skips_damaged_lines_of_a_file),
		cmocka_unit_test(test_format__refuses_half_a_file),
		cmocka_unit_test(test_format__routes_come_back),
		cmocka_unit_test(test_format__finds_what_took_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
