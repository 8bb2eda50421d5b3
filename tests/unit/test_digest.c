#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/digest.h"
#include "common/random.h"

/* The reference vectors of the SipHash paper (key 00..0f, message 00..). */
static void test_digest__siphash_vectors(void **state)
{
	static const uint64_t expected[] = { 0x726fdb47dd0e0e31,
		0x74f839c593dc67fd, 0x0d6c8009d9a94f5a, 0x85676696d7fb7e2d,
		0xcf2794e0277187b7, 0x18765564cd99a68d, 0xcbc9466e58fee3ce,
		0xab0200f58b01d137, 0x93f5f5799a932462 };
	uint8_t key[16], message[16];

	(void)state;
	for (uint8_t i = 0; i < 16; i++)
		key[i] = message[i] = i;
	for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++)
		assert_true(siphash(key, message, i) == expected[i]);
}

/* FIPS 180-4 examples, and the empty message. */
static void test_digest__sha256_vectors(void **state)
{
	char hex[SHA256_HEX_SIZE];
	struct sha256 *sha = sha256_new();

	(void)state;
	sha256_of("abc", 3, hex);
	assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223"
				 "b00361a396177a9cb410ff61f20015ad");
	sha256_add(sha, "a", 1);
	sha256_add(sha, "bc", 2);
	sha256_finish(sha, hex);
	assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223"
				 "b00361a396177a9cb410ff61f20015ad");
	sha256_of("", 0, hex);
	assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb924"
				 "27ae41e4649b934ca495991b7852b855");
	assert_int_equal(crc32_of("123456789", 9), 0xcbf43926);
}

/* The generator is part of what makes models reproducible: pinned. */
static void test_digest__random_is_the_same_everywhere(void **state)
{
	struct random a, b;
	size_t items[50], seen = 0;

	(void)state;
	random_init(&a, 42);
	random_init(&b, 42);
	for (int i = 0; i < 1000; i++)
		assert_true(random_next(&a) == random_next(&b));
	for (int i = 0; i < 1000; i++)
		assert_true(random_below(&a, 7) < 7);
	for (size_t i = 0; i < 50; i++)
		items[i] = i;
	random_shuffle(&a, items, 50);
	for (size_t i = 0; i < 50; i++)
		seen += items[i];
	assert_int_equal(seen, 49 * 50 / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_digest__siphash_vectors),
		cmocka_unit_test(test_digest__sha256_vectors),
		cmocka_unit_test(test_digest__random_is_the_same_everywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
