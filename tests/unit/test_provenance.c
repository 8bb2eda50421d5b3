#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/provenance.h"

static void test_provenance__what_is_told_and_what_is_not(void **state)
{
	struct arena *arena = arena_new();
	struct provenance p;

	(void)state;
	provenance_read(arena,
	    "{\"recipe\":\"exim\",\"config\":\"d03\",\"seed\":1,"
	    "\"banner\":\"forged\",\"claims\":\"postfix\",\"suite\":7,"
	    "\"twin\":\"exim-a\",\"behind\":\"exim\","
	    "\"package_version\":\"4.96-15\"}",
	    &p);
	assert_string_equal(p.recipe, "exim");
	assert_string_equal(p.config, "d03");
	assert_string_equal(p.banner, "forged");
	assert_string_equal(p.claims, "postfix");
	assert_string_equal(p.twin, "exim-a");
	assert_string_equal(p.behind, "exim");
	assert_string_equal(p.package_version, "4.96-15");
	assert_null(p.suite); /* no text */
	arena_free(arena);
}

static void test_provenance__nothing_of_anything_else(void **state)
{
	static const char *const texts[] = { NULL, "", "[1]", "{\"recipe\"",
		"7" };
	struct arena *arena = arena_new();
	struct provenance p;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		memset(&p, 1, sizeof(p));
		provenance_read(arena, texts[i], &p);
		assert_null(p.recipe);
		assert_null(p.twin);
	}
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_provenance__what_is_told_and_what_is_not),
		cmocka_unit_test(test_provenance__nothing_of_anything_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
