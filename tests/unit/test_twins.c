/* The leak test (evaluation/leak): what it must find, and what it must not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>

#include <cmocka.h>

#include "common/random.h"
#include "evaluation/leak.h"
#include "tests/unit/items.h"
#include "tests/unit/synthetic.h"

static const char *const classes[] = { "exim" };

#define PAIRS 8

/* ------------------------------------------------------------- by hand */

/*
 * Pairs of twins that are configured as their number says. Whatever the plan,
 * each shows its own word where `word` is set; delays are drawn anew.
 */
static void fill(struct hand *h, const char *word)
{
	struct random random;

	random_init(&random, 3);
	hand_begin(h, classes, 1);
	for (size_t i = 0; i < 2 * PAIRS; i++) {
		const char *name = arena_printf(h->arena, "e%zu", i);

		for (int asked = 0; asked < 2; asked++) {
			struct item *item = hand_add(h, "exim", name,
			    "standard",
			    arena_printf(h->arena,
				"same set%zu a.code:%d t:%u t:x%u%s", i / 2,
				500 + asked, (unsigned)random_below(&random, 4),
				(unsigned)random_below(&random, 4),
				word && i % 2 == 0
				    ? arena_printf(h->arena, " %s%zu", word, i)
				    : ""));

			item->version = "4.96";
			item->derived = asked == 1; /* by the lab plan's */
			item->form = arena_printf(h->arena, "form %zu", i);
			if (i % 2 == 1)
				item->from.twin =
				    arena_printf(h->arena, "e%zu", i - 1);
		}
	}
}

static void measure(struct hand *h, struct leak *leak)
{
	struct error err;

	if (leak_measure(&h->d, 1, h->arena, leak, &err) != STATUS_OK)
		fail_msg("%s", err.text);
}

static void test_twins__that_are_alike_are_a_coin_toss(void **state)
{
	struct leak leak;
	struct hand h;

	(void)state;
	fill(&h, NULL);
	measure(&h, &leak);
	assert_int_equal(leak.pairs, PAIRS);
	assert_true(leak.measured && !leak.found);
	assert_int_equal(leak.nearest.deployments, 2 * PAIRS);
	assert_true(leak.nearest.baseline == 0.5);
	assert_true(leak.nearest.accuracy.low <= 0.5);
	assert_true(leak.linear.accuracy.low <= 0.5);
	/* Configurations differ, so better than one in sixteen is no leak. */
	assert_true(fabs(leak.among.baseline - 1.0 / 16) < 1e-12);
	assert_true(leak.among.accuracy.value > 0.3);
	assert_int_equal(leak.equal.deployments, 0);
	assert_true(isnan(leak.equal.accuracy.value));
	hand_end(&h);
}

static void test_twins__a_planted_word_is_found_and_named(void **state)
{
	struct leak leak;
	struct hand h;

	(void)state;
	fill(&h, "kestrel");
	measure(&h, &leak);
	assert_true(leak.found && leak.nearest.leaks && leak.linear.leaks);
	assert_true(leak.linear.accuracy.value == 1);
	assert_true(leak.feature_count >= PAIRS);
	for (size_t i = 0; i < PAIRS; i++)
		assert_non_null(strstr(leak.features[i].name, "kestrel"));
	hand_end(&h);
}

/* Without any twin: deployments whose normalised transcripts are equal. */
static void test_twins__equal_transcripts_must_not_be_told_apart(void **state)
{
	(void)state;
	for (int planted = 0; planted < 2; planted++) {
		struct leak leak;
		struct hand h;

		fill(&h, planted ? "host" : NULL);
		for (size_t i = 0; i < h.d.count; i++) {
			h.items[i].from.twin = NULL;
			h.items[i].form =
			    arena_printf(h.arena, "form %zu", i / 4);
		}
		measure(&h, &leak);
		assert_int_equal(leak.pairs, 0);
		assert_int_equal(leak.equal.deployments, 2 * PAIRS);
		assert_true(leak.equal.baseline == 0.5);
		assert_true(leak.measured);
		assert_int_equal(leak.found, planted);
		/* Delays are none of it: an exact coin toss. */
		if (!planted)
			assert_true(leak.equal.accuracy.low == 0.5 &&
				    leak.equal.accuracy.high == 0.5);
		hand_end(&h);
	}
}

static void test_twins__without_any_nothing_is_measured(void **state)
{
	struct leak leak;
	struct hand h;

	(void)state;
	fill(&h, NULL);
	for (size_t i = 0; i < h.d.count; i++)
		h.items[i].from.twin = NULL;
	measure(&h, &leak);
	assert_true(!leak.measured && !leak.found);
	hand_end(&h);
}

/* ------------------------------------------------------------- on the wire */

/* Every word `from` in what the server said becomes `to`. */
static void rename_host(struct transcript *t, const char *from, const char *to)
{
	for (size_t i = 0; i < t->connections->exchange_count; i++) {
		struct bytes *b = &t->connections->exchanges[i].received;
		const char *at = b->data;
		const char *next;
		struct buffer out;

		buffer_init(&out, 1 << 16);
		while ((next = strstr(at, from)) != NULL) {
			buffer_add(&out, at, (size_t)(next - at));
			buffer_add_text(&out, to);
			at = next + strlen(from);
		}
		buffer_add_text(&out, at);
		b->data = arena_strdup(t->arena, buffer_text(&out));
		b->len = out.len;
		buffer_clear(&out);
	}
}

static void boast(struct transcript *t, const char *word)
{
	for (size_t i = 0; i < t->connections->exchange_count; i++) {
		struct exchange *x = &t->connections->exchanges[i];

		if (strcmp(x->probe, PROBE_QUIT) != 0)
			continue;
		x->received.data = arena_printf(
		    t->arena, "221 2.0.0 farewell from %s\r\n", word);
		x->received.len = strlen(x->received.data);
	}
}

/* A deployment as a plan sees it; odd ones are the twins of even ones. */
static struct transcript *captured(size_t i, const char *plan, bool leaky)
{
	static const char *const words[] = { "alder", "brook", "cedar", "delta",
		"ember", "falcon", "garnet", "heron", "indigo", "juniper",
		"lark", "otter" };
	struct transcript *t = synthetic_transcript(i / 2 % 4, i / 8);
	const char *name = t->name;

	t->plan = plan;
	t->host = arena_printf(t->arena, "127.9.0.%zu", i + 1);
	t->start_utc_ms += (int64_t)i;
	t->deployment = arena_printf(t->arena, "d%zu", i);
	if (i % 2 == 1) {
		t->name = arena_printf(
		    t->arena, "%s%zu.elsewhere.test", words[i % 12], i);
		rename_host(t, name, t->name);
		t->provenance =
		    arena_printf(t->arena, "{\"twin\":\"d%zu\"}", i - 1);
	}
	if (leaky)
		boast(t, words[i % 12]);
	return t;
}

static void measure_captured(bool leaky, struct arena *arena, struct leak *leak)
{
	char path[] = "/tmp/mxprint-twins-XXXXXX";
	const char *paths[] = { path };
	struct catalog *catalog = synthetic_catalog();
	struct line_writer *w;
	struct dataset *d;
	struct error err;

	close(mkstemp(path));
	assert_int_equal(lines_create(path, &w, &err), STATUS_OK);
	for (size_t i = 0; i < 32; i++) {
		synthetic_line(w, captured(i, "standard", leaky));
		synthetic_line(w, captured(i, "lab", leaky));
	}
	assert_int_equal(lines_close(w, false, &err), STATUS_OK);
	if (dataset_read(catalog, paths, 1, 2, &d, &err) != STATUS_OK)
		fail_msg("%s", err.text);
	assert_int_equal(leak_measure(d, 1, arena, leak, &err), STATUS_OK);
	dataset_free(d);
	catalog_free(catalog);
	unlink(path);
}

static void test_twins__renamed_hosts_are_not_told_apart(void **state)
{
	struct arena *arena = arena_new();
	struct leak leak;

	(void)state;
	measure_captured(false, arena, &leak);
	assert_int_equal(leak.pairs, 16);
	assert_true(!leak.found);
	assert_true(leak.nearest.accuracy.low == 0.5);
	assert_true(leak.nearest.accuracy.high == 0.5);
	assert_true(leak.linear.accuracy.value == 0.5);
	arena_free(arena);
}

static void test_twins__a_host_s_own_word_is_found(void **state)
{
	struct arena *arena = arena_new();
	struct leak leak;

	(void)state;
	measure_captured(true, arena, &leak);
	assert_true(leak.found && leak.linear.accuracy.value == 1);
	assert_true(leak.feature_count > 0);
	assert_int_equal(
	    strncmp(leak.features[0].name, "quit.", strlen("quit.")), 0);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_twins__that_are_alike_are_a_coin_toss),
		cmocka_unit_test(test_twins__a_planted_word_is_found_and_named),
		cmocka_unit_test(
		    test_twins__equal_transcripts_must_not_be_told_apart),
		cmocka_unit_test(test_twins__without_any_nothing_is_measured),
		cmocka_unit_test(test_twins__renamed_hosts_are_not_told_apart),
		cmocka_unit_test(test_twins__a_host_s_own_word_is_found),
	};

	return cmocka_run_group_tests_name("twins", tests, NULL, NULL);
}
