#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/log.h"
#include "prober/target.h"

static enum status read_bytes(
    const char *text, size_t len, struct target_list **list, struct error *err)
{
	char path[] = "/tmp/mxprint-target-XXXXXX";
	enum status status;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), len);
	close(fd);
	log_set_level(LOG_ERROR);
	status = target_list_read(path, list, err);
	unlink(path);
	return status;
}

static void test_target__reads_lists(void **state)
{
	/* expected: "domain" or "domain columns", one a line */
	static const struct {
		const char *text;
		const char *expected;
		size_t lines, duplicates, rejected;
	} cases[] = {
		{ "example.com\nexample.org\n", "example.com\nexample.org\n", 2,
		    0, 0 },
		{ "\xef\xbb\xbf# head\r\n\r\n Example.COM. \r\nexample.org",
		    "example.com\nexample.org\n", 2, 0, 0 },
		{ "a.example\nA.EXAMPLE.\nx@a.example\n", "a.example\n", 3, 2,
		    0 },
		{ "b\xc3\xbc"
		  "cher.example\nxn--bcher-kva.example\n"
		  "fa\xc3\x9f.example\n",
		    "xn--bcher-kva.example\nxn--fa-hia.example\n", 3, 1, 0 },
		{ "jo@mail.example\n", "mail.example\n", 1, 0, 0 },
		/* a header decides */
		{ "Name,Domain,Country\n\"Foo, Inc "
		  "\"\"x\"\"\",foo.example,AT\n",
		    "foo.example {\"Name\":\"Foo, Inc \\\"x\\\"\","
		    "\"Country\":\"AT\"}\n",
		    1, 0, 0 },
		{ "domain\nfoo.example\n", "foo.example\n", 1, 0, 0 },
		{ "id;e-mail\n7;a@foo.example\n",
		    "foo.example {\"id\":\"7\"}\n", 1, 0, 0 },
		{ "company\tweb\nFoo\tfoo.example\n",
		    "foo.example {\"company\":\"Foo\"}\n", 1, 0, 0 },
		/* none: the first column that holds a domain */
		{ "1,foo.example\n2,bar.example\n",
		    "foo.example {\"column1\":\"1\"}\n"
		    "bar.example {\"column1\":\"2\"}\n",
		    2, 0, 0 },
		{ "foo.example,Foo,AT\nbar.example\n",
		    "foo.example {\"column2\":\"Foo\",\"column3\":\"AT\"}\n"
		    "bar.example\n",
		    2, 0, 0 },
		{ "domain,domain,\nfoo.example,x,y\n",
		    "foo.example {\"column2\":\"x\",\"column3\":\"y\"}\n", 1, 0,
		    0 },
		/* bad lines are counted, the others stay */
		{ "good.example\nhttps://x.example/\n*.x.example\nfoo "
		  "bar.example\n"
		  "single\n192.0.2.1\nx..example\n-x.example\nx.example.1\n"
		  "10.0.0.0/8\n\xff\xfe.example\n",
		    "good.example\n", 11, 0, 10 },
		{ "1,foo.example\nx\n\"open,foo.example\n",
		    "foo.example {\"column1\":\"1\"}\n", 3, 0, 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct target_list *list;
		struct error err = { 0 };
		char got[1000] = "";
		size_t at = 0;

		if (read_bytes(cases[i].text, strlen(cases[i].text), &list,
			&err) != STATUS_OK)
			fail_msg("case %zu: %s", i, err.text);
		for (size_t k = 0; k < list->count; k++) {
			const struct target *t = &list->items[k];

			at += (size_t)snprintf(got + at, sizeof(got) - at,
			    "%s%s%s\n", t->domain, t->columns ? " " : "",
			    t->columns ? t->columns : "");
		}
		assert_string_equal(got, cases[i].expected);
		if (list->lines != cases[i].lines ||
		    list->duplicates != cases[i].duplicates ||
		    list->rejected != cases[i].rejected)
			fail_msg("case %zu: %zu lines %zu duplicates %zu bad",
			    i, list->lines, list->duplicates, list->rejected);
		target_list_free(list);
	}
}

static void test_target__keeps_what_was_written_and_the_hash(void **state)
{
	static const char text[] = "B\xc3\x9c"
				   "cher.Example\n";
	struct target_list *list;
	struct error err;

	(void)state;
	assert_int_equal(
	    read_bytes(text, sizeof(text) - 1, &list, &err), STATUS_OK);
	assert_string_equal(list->items[0].domain, "xn--bcher-kva.example");
	assert_string_equal(list->items[0].input, "B\xc3\x9c"
						  "cher.Example");
	assert_int_equal(strlen(list->sha256), 64);
	target_list_free(list);
	assert_int_equal(read_bytes("a.example\n", 10, &list, &err), STATUS_OK);
	/* printf 'a.example\n' | sha256sum */
	assert_string_equal(list->sha256, "2f12e4454293b6e04d2e50ed2620c003"
					  "be8942f7a3adc5f0d6930b3385b70368");
	target_list_free(list);
}

static void test_target__refuses_empty_and_unreadable(void **state)
{
	static const struct {
		const char *text;
		const char *why;
	} cases[] = {
		{ "", "is empty" },
		{ "# only\n\n", "is empty" },
		{ "domain\n", "is empty" },
		{ "???\n", "none of its 1 lines" },
	};
	struct target_list *list;
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(read_bytes(cases[i].text,
				     strlen(cases[i].text), &list, &err),
		    STATUS_DATA);
		if (!strstr(err.text, cases[i].why))
			fail_msg("%s", err.text);
		assert_null(list);
	}
	assert_int_equal(
	    target_list_read("/nonexistent", &list, &err), STATUS_NOINPUT);
	assert_int_equal(
	    read_bytes("a.example\nb\0.example\n", 21, &list, &err), STATUS_OK);
	assert_int_equal(list->rejected, 1);
	target_list_free(list);
}

static void test_target__bounds_names(void **state)
{
	struct arena *arena = arena_new();
	const char *reason;
	char text[400];

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text + 63, ".example", 9);
	assert_non_null(target_domain(arena, text, &reason));
	memset(text, 'a', sizeof(text));
	memcpy(text + 64, ".example", 9);
	assert_null(target_domain(arena, text, &reason));
	assert_non_null(strstr(reason, "63"));
	for (size_t i = 0; i < 127; i++)
		memcpy(text + 2 * i, "a.", 2);
	text[253] = '\0';
	assert_non_null(target_domain(arena, text, &reason));
	text[253] = 'a';
	text[254] = '\0';
	assert_null(target_domain(arena, text, &reason));
	assert_non_null(target_name(arena, "localhost", &reason));
	assert_null(target_domain(arena, "localhost", &reason));
	arena_free(arena);
}

static void test_target__reads_hosts(void **state)
{
	static const struct {
		const char *text, *name, *address;
		int port;
	} cases[] = {
		{ "192.0.2.1", NULL, "192.0.2.1", 25 },
		{ "192.0.2.1:2525", NULL, "192.0.2.1", 2525 },
		{ "2001:db8::1", NULL, "2001:db8::1", 25 },
		{ "[2001:db8::1]", NULL, "2001:db8::1", 25 },
		{ "[2001:db8::1]:587", NULL, "2001:db8::1", 587 },
		{ "MX.Example.com.", "mx.example.com", NULL, 25 },
		{ "localhost:2525", "localhost", NULL, 2525 },
		{ "b\xc3\xbc"
		  "cher.example:26",
		    "xn--bcher-kva.example", NULL, 26 },
		/* bad ones */
		{ "", NULL, NULL, 0 },
		{ "mx:0", NULL, NULL, 0 },
		{ "mx:65536", NULL, NULL, 0 },
		{ "mx:", NULL, NULL, 0 },
		{ "mx:2x", NULL, NULL, 0 },
		{ "[2001:db8::1", NULL, NULL, 0 },
		{ "[2001:db8::1]25", NULL, NULL, 0 },
		{ "127.1", NULL, NULL, 0 },
		{ "192.0.2.01", NULL, NULL, 0 },
		{ "http://mx.example", NULL, NULL, 0 },
	};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *name, *address;
		struct error err = { 0 };
		int port = 25;
		enum status status = target_host(
		    arena, cases[i].text, &name, &address, &port, &err);

		if (cases[i].port == 0) {
			if (status != STATUS_USAGE || err.text[0] == '\0')
				fail_msg("%s", cases[i].text);
			continue;
		}
		assert_int_equal(status, STATUS_OK);
		assert_int_equal(port, cases[i].port);
		if (cases[i].name)
			assert_string_equal(name, cases[i].name);
		else
			assert_string_equal(address, cases[i].address);
		assert_true((name == NULL) != (address == NULL));
	}
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_target__reads_lists),
		cmocka_unit_test(
		    test_target__keeps_what_was_written_and_the_hash),
		cmocka_unit_test(test_target__refuses_empty_and_unreadable),
		cmocka_unit_test(test_target__bounds_names),
		cmocka_unit_test(test_target__reads_hosts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
