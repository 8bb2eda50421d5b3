#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "prober/blocklist.h"

static enum status load(
    struct blocklist *list, const char *text, struct error *err)
{
	char path[] = "/tmp/mxprint-blocklist-XXXXXX";
	enum status status;
	FILE *f = fdopen(mkstemp(path), "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
	status = blocklist_load(list, path, err);
	unlink(path);
	return status;
}

static struct sockaddr_storage address(const char *text)
{
	struct sockaddr_storage out;
	socklen_t len;

	if (!address_parse(text, 25, &out, &len))
		fail_msg("%s is an address", text);
	return out;
}

static bool blocked(const struct blocklist *list, const char *text)
{
	struct sockaddr_storage a;
	const char *reason = NULL;
	socklen_t len;
	bool hit;

	if (!address_parse(text, 25, &a, &len))
		return blocklist_has_name(list, text, NULL);
	hit = blocklist_has_address(list, (struct sockaddr *)&a, &reason);
	assert_true(hit == (reason != NULL));
	return hit;
}

static const char sample[] = "\xef\xbb\xbf# opt-outs\r\n"
			     "192.0.2.0/24  reason=asked by mail\n"
			     "198.51.100.7\n"
			     "\n"
			     "  2001:db8:1::/48 # a comment\n"
			     "10.0.0.0/9\n"
			     "::ffff:203.0.113.128/121\n"
			     "Mail.Example.COM.  expires=2999-12-31\n"
			     "domain:blocked.example\n"
			     ".dotted.example reason=a b date=2026-01-02\n"
			     "domain:b\xc3\xbc"
			     "cher.example\n"
			     "old.example expires=2001-01-01\n"
			     "192.0.3.0/24 expires=2001-01-01\n";

static void test_blocklist__finds_networks_and_names(void **state)
{
	static const struct {
		const char *what;
		bool blocked;
	} cases[] = {
		{ "192.0.2.0", true },
		{ "192.0.2.255", true },
		{ "192.0.3.0", false }, /* expired */
		{ "192.0.1.255", false },
		{ "::ffff:192.0.2.9", true }, /* mapped */
		{ "198.51.100.7", true },
		{ "198.51.100.6", false },
		{ "2001:db8:1:ffff::1", true },
		{ "2001:db8:2::1", false },
		{ "10.127.255.255", true },
		{ "10.128.0.0", false },
		{ "203.0.113.200", true },
		{ "203.0.113.1", false },
		{ "mail.example.com", true },
		{ "MAIL.example.com.", true },
		{ "x.mail.example.com", false }, /* a host, not a domain */
		{ "example.com", false },
		{ "blocked.example", true },
		{ "a.b.Blocked.example", true },
		{ "notblocked.example", false },
		{ "dotted.example", true },
		{ "mx.dotted.example.", true },
		{ "mx.xn--bcher-kva.example", true },
		{ "old.example", false }, /* expired */
		{ "", false },
	};
	struct blocklist *list = blocklist_new();
	struct error err;

	(void)state;
	assert_int_equal(load(list, sample, &err), STATUS_OK);
	assert_int_equal(blocklist_count(list), 9);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (blocked(list, cases[i].what) != cases[i].blocked)
			fail_msg("%s", cases[i].what);
	}
	blocklist_free(list);
}

static void test_blocklist__tells_the_line_and_merges_files(void **state)
{
	struct blocklist *list = blocklist_new();
	const char *reason = NULL;
	struct error err;

	(void)state;
	assert_int_equal(load(list, "a.example\n", &err), STATUS_OK);
	assert_int_equal(
	    load(list, "\n# x\nb.example reason=law\n", &err), STATUS_OK);
	assert_true(blocklist_has_name(list, "a.example", &reason));
	assert_non_null(strstr(reason, ":1: a.example"));
	assert_true(blocklist_has_name(list, "b.example", &reason));
	assert_non_null(strstr(reason, ":3: b.example reason=law"));
	blocklist_free(list);
}

static void test_blocklist__fails_closed(void **state)
{
	static const struct {
		const char *line;
		const char *why;
	} cases[] = {
		{ "192.0.2", "four parts" },
		{ "192.0.2.1/33", "out of range" },
		{ "192.0.2.1/-1", "not a number" },
		{ "192.0.2.1/", "not a number" },
		{ "192.0.2.1/24", "first address" },
		{ "127.1", "four parts" },
		{ "010.0.0.0/8", "leading zeros" },
		{ "2001:db8::/129", "out of range" },
		{ "2001:db8::1::/64", "not an IPv4 or IPv6" },
		{ "*.example.com", "wildcards" },
		{ "a.example b.example", "one entry a line" },
		{ "a.example expires=soon", "2027-01-31" },
		{ "a.example expires=2027-02-30", "2027-01-31" },
		{ "a.example expired=2027-02-01", "one entry a line" },
		{ "192.0.2.0/24,198.51.100.0/24", "not a number" },
		{ "exa$mple.com", "no name can have" },
		{ "domain:", "empty" },
		{ "old..example expires=2001-01-01", "empty label" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct blocklist *list = blocklist_new();
		struct error err = { 0 };
		char text[200];

		snprintf(text, sizeof(text), "# ok\n%s\n", cases[i].line);
		if (load(list, text, &err) != STATUS_CONFIG)
			fail_msg("%s loads", cases[i].line);
		if (!strstr(err.text, ":2: ") ||
		    !strstr(err.text, cases[i].why))
			fail_msg("%s: %s", cases[i].line, err.text);
		blocklist_free(list);
	}
}

static void test_blocklist__says_when_the_file_is_missing(void **state)
{
	struct blocklist *list = blocklist_new();
	struct error err;

	(void)state;
	assert_int_equal(
	    blocklist_load(list, "/nonexistent/list", &err), STATUS_NOINPUT);
	blocklist_free(list);
}

static void test_address__classifies_by_the_registries(void **state)
{
	static const struct {
		const char *text;
		enum address_class class;
	} cases[] = {
		{ "0.0.0.0", ADDRESS_OTHER_SPECIAL },
		{ "0.255.255.255", ADDRESS_OTHER_SPECIAL },
		{ "1.0.0.0", ADDRESS_PUBLIC },
		{ "9.255.255.255", ADDRESS_PUBLIC },
		{ "10.0.0.0", ADDRESS_PRIVATE },
		{ "11.0.0.0", ADDRESS_PUBLIC },
		{ "100.63.255.255", ADDRESS_PUBLIC },
		{ "100.64.0.0", ADDRESS_OTHER_SPECIAL },
		{ "100.127.255.255", ADDRESS_OTHER_SPECIAL },
		{ "100.128.0.0", ADDRESS_PUBLIC },
		{ "127.255.255.254", ADDRESS_LOOPBACK },
		{ "169.254.169.254", ADDRESS_PRIVATE },
		{ "172.15.255.255", ADDRESS_PUBLIC },
		{ "172.31.255.255", ADDRESS_PRIVATE },
		{ "172.32.0.0", ADDRESS_PUBLIC },
		{ "192.0.0.8", ADDRESS_OTHER_SPECIAL },
		{ "192.0.1.1", ADDRESS_PUBLIC },
		{ "192.0.2.1", ADDRESS_OTHER_SPECIAL },
		{ "192.31.196.1", ADDRESS_OTHER_SPECIAL },
		{ "192.52.193.1", ADDRESS_OTHER_SPECIAL },
		{ "192.88.99.1", ADDRESS_OTHER_SPECIAL },
		{ "192.168.0.1", ADDRESS_PRIVATE },
		{ "192.175.48.1", ADDRESS_OTHER_SPECIAL },
		{ "198.17.255.255", ADDRESS_PUBLIC },
		{ "198.19.255.255", ADDRESS_OTHER_SPECIAL },
		{ "198.51.100.1", ADDRESS_OTHER_SPECIAL },
		{ "203.0.113.1", ADDRESS_OTHER_SPECIAL },
		{ "223.255.255.255", ADDRESS_PUBLIC },
		{ "224.0.0.1", ADDRESS_OTHER_SPECIAL },
		{ "239.255.255.255", ADDRESS_OTHER_SPECIAL },
		{ "240.0.0.1", ADDRESS_OTHER_SPECIAL },
		{ "255.255.255.255", ADDRESS_OTHER_SPECIAL },
		{ "::", ADDRESS_OTHER_SPECIAL },
		{ "::1", ADDRESS_LOOPBACK },
		{ "::2", ADDRESS_OTHER_SPECIAL },
		{ "::ffff:8.8.8.8", ADDRESS_PUBLIC },
		{ "::ffff:127.0.0.1", ADDRESS_LOOPBACK },
		{ "::ffff:10.0.0.1", ADDRESS_PRIVATE },
		{ "::ffff:192.0.2.1", ADDRESS_OTHER_SPECIAL },
		{ "64:ff9b::808:808", ADDRESS_OTHER_SPECIAL },
		{ "64:ff9b::7f00:1", ADDRESS_LOOPBACK },
		{ "64:ff9b:1::1", ADDRESS_OTHER_SPECIAL },
		{ "100::1", ADDRESS_OTHER_SPECIAL },
		{ "2001::1", ADDRESS_OTHER_SPECIAL },	 /* Teredo */
		{ "2001:2::1", ADDRESS_OTHER_SPECIAL },	 /* benchmarking */
		{ "2001:20::1", ADDRESS_OTHER_SPECIAL }, /* ORCHIDv2 */
		{ "2001:1ff:ffff::1", ADDRESS_OTHER_SPECIAL },
		{ "2001:200::1", ADDRESS_PUBLIC },
		{ "2001:db8::1", ADDRESS_OTHER_SPECIAL },
		{ "2001:4860:4860::8888", ADDRESS_PUBLIC },
		{ "2002:0a00:0001::1", ADDRESS_PRIVATE }, /* 6to4 of 10.0.0.1 */
		{ "2002:0808:0808::1", ADDRESS_OTHER_SPECIAL },
		{ "2620:4f:8000::1", ADDRESS_OTHER_SPECIAL },
		{ "2a00:1450::1", ADDRESS_PUBLIC },
		{ "3fff::1", ADDRESS_OTHER_SPECIAL },
		{ "3fff:1000::1", ADDRESS_PUBLIC },
		{ "4000::1", ADDRESS_OTHER_SPECIAL },
		{ "5f00::1", ADDRESS_OTHER_SPECIAL },
		{ "fc00::1", ADDRESS_PRIVATE },
		{ "fdff::1", ADDRESS_PRIVATE },
		{ "fe80::1", ADDRESS_PRIVATE },
		{ "fec0::1", ADDRESS_PRIVATE },
		{ "ff02::1", ADDRESS_OTHER_SPECIAL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sockaddr_storage a = address(cases[i].text);

		if (address_classify((struct sockaddr *)&a) != cases[i].class)
			fail_msg("%s", cases[i].text);
	}
}

static void test_address__parses_literals_only(void **state)
{
	static const char *const bad[] = { "", "127.1", "010.0.0.1", "1.2.3",
		"1.2.3.4.5", "1.2.3.256", "0x7f.0.0.1", "2130706433",
		"1.2.3.4 ", " 1.2.3.4", "[::1]", "fe80::1%eth0",
		":::", "localhost", "1.2.3.4/32" };
	struct sockaddr_storage a;
	socklen_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (address_parse(bad[i], 25, &a, &len))
			fail_msg("'%s'", bad[i]);
	}
	assert_true(address_parse("192.0.2.1", 2525, &a, &len));
	assert_int_equal(len, sizeof(struct sockaddr_in));
	assert_int_equal(ntohs(((struct sockaddr_in *)&a)->sin_port), 2525);
	assert_true(address_parse("2001:DB8::1", 25, &a, &len));
	assert_int_equal(len, sizeof(struct sockaddr_in6));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blocklist__finds_networks_and_names),
		cmocka_unit_test(
		    test_blocklist__tells_the_line_and_merges_files),
		cmocka_unit_test(test_blocklist__fails_closed),
		cmocka_unit_test(test_blocklist__says_when_the_file_is_missing),
		cmocka_unit_test(test_address__classifies_by_the_registries),
		cmocka_unit_test(test_address__parses_literals_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
