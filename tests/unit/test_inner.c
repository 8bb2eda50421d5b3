#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "evaluation/inner.h"

static void test_inner__by_hand(void **state)
{
	feature_id a[] = { 0, 2, 5 }, b[] = { 2, 3, 5 }, c[] = { 1 };
	double x[] = { 1, 2, 3 }, y[] = { 4, 5, -1 }, z[] = { 7 };
	const struct vector vectors[] = {
		{ .index = a, .value = x, .count = 3 },
		{ .index = b, .value = y, .count = 3 }, { .count = 0 },
		{ .index = c, .value = z, .count = 1 }
	};
	const double expected[] = { 14, 5, 0, 0, 5, 42, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 49 };
	double *inner = inner_products(vectors, 4, 6);

	(void)state;
	for (size_t i = 0; i < 16; i++)
		assert_true(inner[i] == expected[i]);
	free(inner);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inner__by_hand),
	};

	return cmocka_run_group_tests_name("inner", tests, NULL, NULL);
}
