#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "evaluation/evaluating.h"
#include "evaluation/unseen_versions.h"
#include "tests/unit/with_arena.h"

#define VERSIONS 3
#define EACH	 8
#define ITEMS	 (VERSIONS * EACH)

/* Deployments of one product: each version answers an unknown verb its way. */
static struct dataset make(const size_t codes[VERSIONS])
{
	static const char *const versions[] = { "3.5.25", "3.7.11", "3.10.3" };
	struct dataset d = { .count = ITEMS,
		.every_count = ITEMS,
		.product_count = 1,
		.group_count = ITEMS };

	d.items = arena_array(arena, ITEMS, sizeof(*d.items));
	d.every = d.items;
	for (size_t i = 0; i < ITEMS; i++) {
		struct item *item = &d.items[i];
		size_t code = codes[i % VERSIONS];

		item->product = "postfix";
		item->version = versions[i % VERSIONS];
		item->group = i;
		item->weight = 1;
		item->tier = tier_of_plan("standard");
		item->features.count = 1;
		item->features.items =
		    arena_array(arena, 1, sizeof(*item->features.items));
		item->features.items[0].name =
		    arena_printf(arena, "unknown-verb.code:%zu", code);
		item->features.items[0].group = GROUP_CODES;
		item->name = arena_array(arena, 1, sizeof(*item->name));
		item->name[0] = (uint32_t)code;
	}
	return d;
}

static void ask(
    const size_t codes[VERSIONS], struct unseen_figures figures[UNSEEN_PLACES])
{
	struct evaluate_options options = { .plan = "standard", .seed = 1 };
	struct dataset d = make(codes);
	struct evaluating v = { .options = &options, .d = &d, .arena = arena };

	unseen_versions(&v, figures);
}

static void test_unseen__judges_what_is_told(void **state)
{
	static const struct {
		size_t codes[VERSIONS];
		size_t told[UNSEEN_PLACES];
		double right;
	} cases[] = {
		{ { 500, 502, 502 }, { 0, EACH, EACH }, 1 },
		{ { 500, 500, 502 }, { EACH, EACH, 0 }, 1 },
		/* the newest goes back to what the oldest did */
		{ { 500, 502, 500 }, { EACH, 0, EACH }, 0 },
		{ { 500, 500, 500 }, { 0, 0, 0 }, 0 },
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct unseen_figures figures[UNSEEN_PLACES];

		ask(cases[c].codes, figures);
		for (int place = 0; place < UNSEEN_PLACES; place++) {
			const struct unseen_figures *f = &figures[place];

			assert_int_equal(f->versions, 1);
			assert_int_equal(f->items, EACH);
			assert_int_equal(f->told, cases[c].told[place]);
			if (f->told > 0)
				assert_true(f->right.value == cases[c].right);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unseen__judges_what_is_told),
	};

	return cmocka_run_group_tests(tests, arena_set_up, arena_tear_down);
}
