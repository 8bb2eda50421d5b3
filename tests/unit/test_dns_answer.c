#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/random.h"
#include "prober/dns_answer.h"

/* A packet under construction: header, the question a.b MX. */
struct packet {
	uint8_t bytes[4096];
	size_t len;
};

static void add(struct packet *p, const void *bytes, size_t len)
{
	assert_true(p->len + len <= sizeof(p->bytes));
	memcpy(p->bytes + p->len, bytes, len);
	p->len += len;
}

#define ADD(p, literal) add(p, literal, sizeof(literal) - 1)

#define OWNER "\xc0\x0c" /* the question's name */

static void start(struct packet *p, int answers)
{
	p->len = 0;
	ADD(p, "\x12\x34\x81\x80\0\1\0");
	add(p, &(uint8_t){ (uint8_t)answers }, 1);
	ADD(p, "\0\0\0\0\1a\1b\0\0\x0f\0\1");
}

static bool parse(const struct packet *p, struct dns_answer *answer)
{
	/* From the heap, so that the sanitizer sees each byte too far. */
	uint8_t *copy = malloc(p->len ? p->len : 1);
	bool ok;

	memcpy(copy, p->bytes, p->len);
	ok = dns_answer_parse(copy, p->len, "a.b", DNS_MX, answer);
	free(copy);
	return ok;
}

static void test_dns_answer__reads_mx(void **state)
{
	struct dns_answer answer;
	struct packet p;

	(void)state;
	start(&p, 3);
	ADD(&p, OWNER "\0\x0f\0\1\0\0\1\0\0\6\0\x0a\1X" OWNER);
	/* another owner, and another class: not ours */
	ADD(&p, "\1c\0\0\x0f\0\1\0\0\0\1\0\4\0\1" OWNER);
	ADD(&p, OWNER "\0\x0f\0\3\0\0\0\1\0\4\0\1" OWNER);
	assert_true(parse(&p, &answer));
	assert_int_equal(answer.mx_count, 1);
	assert_int_equal(answer.mx[0].preference, 10);
	assert_string_equal(answer.mx[0].name.text, "x.a.b");
	assert_true(answer.mx[0].name.clean);
	assert_int_equal(answer.ttl, 256);
	assert_false(answer.alias);
}

static void test_dns_answer__follows_aliases_in_any_order(void **state)
{
	struct dns_answer answer;
	struct packet p;

	(void)state;
	start(&p, 3);
	ADD(&p, "\1d\0\0\x0f\0\1\0\0\0\x64\0\3\0\5\0");
	ADD(&p, "\1c\0\0\5\0\1\0\0\0\x32\0\3\1d\0");
	ADD(&p, OWNER "\0\5\0\1\0\0\0\x63\0\3\1C\0");
	assert_true(parse(&p, &answer));
	assert_true(answer.alias);
	assert_string_equal(answer.canonical.text, "d");
	assert_int_equal(answer.mx_count, 1);
	assert_string_equal(answer.mx[0].name.text, "");
	assert_int_equal(answer.ttl, 50);
}

static void test_dns_answer__refuses_what_is_malformed(void **state)
{
	static const struct {
		const char *what;
		const char *record;
		size_t len;
	} cases[] = {
#define CASE(what, record) { what, record, sizeof(record) - 1 }
		CASE("nothing", ""),
		CASE("no data", OWNER "\0\x0f\0\1\0\0\1\0\0\6\0"),
		CASE("MX of one byte", OWNER "\0\x0f\0\1\0\0\1\0\0\1\0"),
		CASE("name beyond its data",
		    OWNER "\0\x0f\0\1\0\0\1\0\0\3\0\x0a\3abc\0"),
		CASE("pointer to itself",
		    OWNER "\0\x0f\0\1\0\0\1\0\0\4\0\x0a\xc0\x23"),
		CASE("pointer forward",
		    OWNER "\0\x0f\0\1\0\0\1\0\0\4\0\x0a\xc1\x00"),
		CASE("reserved label type",
		    OWNER "\0\x0f\0\1\0\0\1\0\0\4\0\x0a\x80\0"),
		CASE("alias cut", OWNER "\0\5\0\1\0\0\1\0\0\2\5a"),
	};
	struct dns_answer answer;
	struct packet p;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		start(&p, 1);
		add(&p, cases[i].record, cases[i].len);
		if (parse(&p, &answer))
			fail_msg("%s", cases[i].what);
	}
	start(&p, 0);
	p.bytes[2] &= 0x7f; /* a question, not a response */
	assert_false(parse(&p, &answer));
	p.len = 11;
	assert_false(parse(&p, &answer));
}

static void test_dns_answer__shows_odd_names_within_bounds(void **state)
{
	struct dns_answer answer;
	struct packet p;

	(void)state;
	start(&p, 1);
	ADD(&p, OWNER "\0\x0f\0\1\0\0\1\0\0\x0a\0\x0a\6a.\0\x1b\"Z\0");
	assert_true(parse(&p, &answer));
	assert_string_equal(answer.mx[0].name.text, "a\\046\\000\\027\\034z");
	assert_false(answer.mx[0].name.clean);

	/* 255 bytes of name that need four characters each */
	start(&p, 1);
	ADD(&p, OWNER "\0\x0f\0\1\0\0\1\0\1\1\0\x0a");
	for (int label = 0; label < 3; label++) {
		ADD(&p, "\x3f");
		for (int i = 0; i < 63; i++)
			ADD(&p, "\xff");
	}
	ADD(&p, "\x3d");
	for (int i = 0; i < 61; i++)
		ADD(&p, "\xff");
	ADD(&p, "\0");
	assert_true(parse(&p, &answer));
	assert_false(answer.mx[0].name.clean);
	assert_true(strlen(answer.mx[0].name.text) < DNS_NAME_SIZE);
}

static void test_dns_answer__keeps_the_longest_clean_name(void **state)
{
	struct dns_answer answer;
	struct packet p;

	(void)state;
	start(&p, 1);
	ADD(&p, OWNER "\0\x0f\0\1\0\0\1\0\1\1\0\x0a");
	for (int label = 0; label < 4; label++) {
		int len = label < 3 ? 63 : 61;

		add(&p, &(uint8_t){ (uint8_t)len }, 1);
		for (int i = 0; i < len; i++)
			ADD(&p, "m");
	}
	ADD(&p, "\0");
	assert_true(parse(&p, &answer));
	assert_true(answer.mx[0].name.clean);
	assert_int_equal(strlen(answer.mx[0].name.text), 253);
}

static void test_dns_answer__bounds_mx_and_keeps_the_best(void **state)
{
	struct dns_answer answer;
	struct packet p;

	(void)state;
	start(&p, 200);
	for (int i = 0; i < 200; i++) {
		ADD(&p, OWNER "\0\x0f\0\1\0\0\1\0\0\4\0");
		add(&p, &(uint8_t){ (uint8_t)(200 - i) }, 1);
		ADD(&p, OWNER);
	}
	assert_true(parse(&p, &answer));
	assert_int_equal(answer.mx_count, DNS_MX_MAX);
	for (size_t i = 0; i < answer.mx_count; i++)
		assert_true(answer.mx[i].preference <= DNS_MX_MAX);
}

/* Every damage of one byte and every cut: no crash, names stay bounded. */
static void test_dns_answer__survives_damage(void **state)
{
	struct dns_answer answer;
	struct packet p, damaged;
	struct random random;

	(void)state;
	random_init(&random, 5);
	start(&p, 3);
	ADD(&p, OWNER "\0\5\0\1\0\0\0\x63\0\3\1c\0");
	ADD(&p, "\1c\0\0\x0f\0\1\0\0\1\0\0\6\0\x0a\1X" OWNER);
	ADD(&p, "\1c\0\0\x0f\0\1\0\0\1\0\0\4\0\x14" OWNER);
	assert_true(parse(&p, &answer));
	for (size_t cut = 0; cut < p.len; cut++) {
		damaged = p;
		damaged.len = cut;
		assert_false(parse(&damaged, &answer));
	}
	for (int round = 0; round < 20000; round++) {
		damaged = p;
		for (int k = 0; k < 1 + round % 3; k++)
			damaged.bytes[random_below(&random, p.len)] =
			    (uint8_t)random_next(&random);
		if (!parse(&damaged, &answer))
			continue;
		assert_true(answer.mx_count <= DNS_MX_MAX);
		for (size_t i = 0; i < answer.mx_count; i++)
			assert_non_null(memchr(
			    answer.mx[i].name.text, '\0', DNS_NAME_SIZE));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dns_answer__reads_mx),
		cmocka_unit_test(test_dns_answer__follows_aliases_in_any_order),
		cmocka_unit_test(test_dns_answer__refuses_what_is_malformed),
		cmocka_unit_test(
		    test_dns_answer__shows_odd_names_within_bounds),
		cmocka_unit_test(test_dns_answer__keeps_the_longest_clean_name),
		cmocka_unit_test(test_dns_answer__bounds_mx_and_keeps_the_best),
		cmocka_unit_test(test_dns_answer__survives_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
