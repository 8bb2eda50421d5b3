#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/parts.h"
#include "model/train.h"
#include "tests/unit/model_seal.h"
#include "tests/unit/synthetic.h"

static struct model *model;
static struct buffer bytes;

/* Small: two versions of few features, so that every byte can be tried. */
static void add(struct arena *arena, struct feature_list *list,
    const char *name, enum feature_group group)
{
	(void)arena;
	list->items[list->count].name = name;
	list->items[list->count++].group = group;
}

static struct feature_list sample(struct arena *arena, bool second)
{
	struct feature_list list = { NULL, 0 };

	list.items = arena_array(arena, 4, sizeof(*list.items));
	add(arena, &list, "noop.code:250", GROUP_CODES);
	add(arena, &list, "noop.lines:1", GROUP_CODES);
	add(arena, &list, second ? "help.code:502" : "help.code:214",
	    GROUP_HELP);
	add(arena, &list, "greeting.word:esmtp", GROUP_BANNER);
	return list;
}

static void fill_view(struct model *m, struct view_part *view)
{
	size_t cells = m->bundle_count * m->class_count;

	view->weights = arena_array(m->arena, cells, sizeof(double));
	view->bias = arena_array(m->arena, m->class_count, sizeof(double));
	for (size_t i = 0; i < cells; i++)
		view->weights[i] = (double)i / 7 - 0.5;
	for (int t = 0; t < TIER_COUNT; t++) {
		view->calibration[t].scale = 2 + t;
		view->calibration[t].bias =
		    arena_array(m->arena, m->class_count, sizeof(double));
		for (int s = 0; s < SIGN_COUNT; s++)
			view->novelty[t].limit[s] = 1 + s;
	}
	view->stored_count = 1;
	view->stored = arena_alloc(m->arena, sizeof(*view->stored));
	view->stored_class = arena_alloc(m->arena, sizeof(size_t));
	view->stored_class[0] = 1;
	view->stored_fronted = arena_alloc(m->arena, sizeof(bool));
}

/* The two features of NOOP are a bundle, and each other is one. */
static void fill_bundles(struct model *m)
{
	const char *last = "";

	m->bundle = arena_array(m->arena, m->feature_count, sizeof(uint32_t));
	m->bundle_group = arena_alloc(m->arena, m->feature_count);
	for (size_t f = 0; f < m->feature_count; f++) {
		const char *name =
		    vocabulary_name(m->vocabulary, (feature_id)f);

		if (strncmp(name, "noop", 4) != 0 ||
		    strncmp(last, "noop", 4) != 0)
			m->bundle_count++;
		m->bundle[f] = (uint32_t)m->bundle_count - 1;
		m->bundle_group[m->bundle_count - 1] =
		    (uint8_t)vocabulary_group(m->vocabulary, (feature_id)f);
		last = name;
	}
}

/* A host's vector, by bundles. */
static void store(struct model *m, struct vector *v)
{
	size_t count = 0;

	for (size_t k = 0; k < v->count; k++) {
		feature_id f = v->index[k];

		if (count > 0 && v->index[count - 1] == m->bundle[f])
			continue;
		v->value[count] =
		    v->value[k] / vocabulary_scale(m->vocabulary, f);
		v->index[count++] = m->bundle[f];
	}
	v->count = count;
}

static struct model *small_model(void)
{
	static const char *const classes[] = { "exim", "postfix" };
	struct vocabulary *vocabulary = vocabulary_new();
	struct arena *arena = arena_new();
	struct feature_list list;
	struct model *m;

	for (int i = 0; i < 4; i++) {
		list = sample(arena, i % 2);
		vocabulary_observe(
		    vocabulary, &list, arena_printf(arena, "d%d", i));
	}
	vocabulary_freeze(vocabulary, 1);
	m = model_new(classes, 2, vocabulary);
	fill_bundles(m);
	for (int v = 0; v < VIEW_COUNT; v++) {
		fill_view(m, &m->views[v]);
		vocabulary_vector(vocabulary, &list,
		    model_view_mask((enum model_view)v), m->arena,
		    &m->views[v].stored[0]);
		store(m, &m->views[v].stored[0]);
	}
	m->versions[1].version_count = 2;
	m->versions[1].versions = arena_array(m->arena, 2, sizeof(char *));
	m->versions[1].versions[0] = "3.5";
	m->versions[1].versions[1] = "3.7";
	m->versions[1].mark_count = 1;
	m->versions[1].marks =
	    arena_alloc(m->arena, sizeof(struct version_mark));
	m->versions[1].marks[0] =
	    (struct version_mark){ "help.code:502", 1, 2.5, -2 };
	m->versions[1].confidence = 0.9;
	m->versions[1].scale = 1;
	m->card = arena_printf(
	    m->arena, "{\"name\":\"small\",\"features\":%d}", FEATURES_VERSION);
	m->card_len = strlen(m->card);
	arena_free(arena);
	return m;
}

static int set_up(void **state)
{
	(void)state;
	model = small_model();
	buffer_init(&bytes, 1 << 20);
	model_pack(model, &bytes);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	model_free(model);
	buffer_clear(&bytes);
	return 0;
}

static void test_model_file__reads_back_the_same_bytes(void **state)
{
	struct model *again;
	struct buffer second;
	struct error err;

	(void)state;
	if (model_load_bytes(bytes.data, bytes.len, "m", &again, &err) !=
	    STATUS_OK)
		fail_msg("%s", err.text);
	buffer_init(&second, 1 << 20);
	model_pack(again, &second);
	assert_int_equal(second.len, bytes.len);
	assert_memory_equal(second.data, bytes.data, bytes.len);
	assert_string_equal(model_name(again), model_name(model));
	assert_true(strncmp(model_name(again), "small ", 6) == 0);
	assert_int_equal(strlen(model_name(again)), 14);
	buffer_clear(&second);
	model_free(again);
}

/* The stored vector is that of a host: this one is where it is. */
static void test_model_file__distance_is_by_bundles(void **state)
{
	struct arena *arena = arena_new();
	struct feature_list list = sample(arena, true);

	(void)state;
	assert_int_equal(model->bundle_count, model->feature_count - 1);
	for (int v = 0; v < VIEW_COUNT; v++) {
		struct vector x;

		vocabulary_vector(model->vocabulary, &list,
		    model_view_mask((enum model_view)v), arena, &x);
		assert_true(novelty_distance(model_bundles(model, &x, arena),
				&model->views[v].stored[0]) < 1e-12);
	}
	arena_free(arena);
}

static void test_model_file__scores_the_same_after_loading(void **state)
{
	struct arena *arena = arena_new();
	struct feature_list list = sample(arena, true);
	struct model_answer a, b;
	struct model *again;
	struct error err;
	double confidence;

	(void)state;
	assert_int_equal(
	    model_load_bytes(bytes.data, bytes.len, "m", &again, &err),
	    STATUS_OK);
	for (int v = 0; v < VIEW_COUNT; v++) {
		model_score(
		    model, (enum model_view)v, "polite", &list, arena, &a);
		model_score(
		    again, (enum model_view)v, "polite", &list, arena, &b);
		assert_int_equal(a.count, b.count);
		for (size_t c = 0; c < a.count; c++) {
			assert_int_equal(
			    a.scores[c].class_index, b.scores[c].class_index);
			assert_true(a.scores[c].margin == b.scores[c].margin);
			assert_true(
			    a.scores[c].confidence == b.scores[c].confidence);
		}
		assert_true(a.novelty == b.novelty);
	}
	assert_string_equal(
	    model_version(again, 1, &list, &b, arena, &confidence), "3.6+");
	assert_true(confidence == 0.9);
	model_free(again);
	arena_free(arena);
}

/* A front's answers say nothing about the version of what is behind it. */
static void test_model_file__fronts_hide_the_version(void **state)
{
	struct arena *arena = arena_new();
	struct feature_list list = sample(arena, true);
	struct model *m = small_model();
	struct model_answer hidden;
	double confidence;

	(void)state;
	model_score(m, VIEW_NO_BANNER, "polite", &list, arena, &hidden);
	assert_non_null(
	    model_version(m, 1, &list, &hidden, arena, &confidence));
	m->views[VIEW_NO_BANNER].stored_fronted[0] = true;
	assert_null(model_version(m, 1, &list, &hidden, arena, &confidence));
	model_free(m);
	arena_free(arena);
}

static void test_model_file__refuses_every_changed_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < bytes.len; i++) {
		static const unsigned char flips[] = { 0x01, 0x80, 0xff };

		for (size_t f = 0; f < sizeof(flips); f++) {
			struct model *damaged;
			struct error err = { 0 };
			char old = bytes.data[i];

			bytes.data[i] = (char)(old ^ flips[f]);
			assert_int_equal(model_load_bytes(bytes.data, bytes.len,
					     "m", &damaged, &err),
			    STATUS_DATA);
			assert_null(damaged);
			assert_true(strlen(err.text) > 10);
			bytes.data[i] = old;
		}
	}
}

static void test_model_file__refuses_every_shorter_length(void **state)
{
	(void)state;
	for (size_t len = 0; len < bytes.len; len++) {
		char *cut = malloc(len + 1);
		struct model *damaged;
		struct error err;

		memcpy(cut, bytes.data, len);
		assert_int_equal(
		    model_load_bytes(cut, len, "m", &damaged, &err),
		    STATUS_DATA);
		free(cut);
	}
}

/* Whatever is loaded must also be safe to score with. */
static void try_to_use(const struct model *m)
{
	struct arena *arena = arena_new();
	struct feature_list list = sample(arena, true);
	struct model_answer a;
	double confidence;

	for (int v = 0; v < VIEW_COUNT; v++)
		model_score(
		    m, (enum model_view)v, "standard", &list, arena, &a);
	for (size_t c = 0; c < model_class_count(m); c++)
		model_version(m, c, &list, &a, arena, &confidence);
	arena_free(arena);
}

/* Hashes that fit, over sections whose contents make no sense. */
static void test_model_file__survives_senseless_sections(void **state)
{
	char *copy = malloc(bytes.len);
	size_t loaded = 0, refused = 0;
	size_t contents = 24 + 32 * model_seal_count(bytes.data, bytes.len);

	(void)state;
	for (size_t i = 8; i < bytes.len - 32; i++) {
		static const unsigned char flips[] = { 0x01, 0x40, 0xff };

		for (size_t f = 0; f < sizeof(flips); f++) {
			struct model *m;
			struct error err;

			memcpy(copy, bytes.data, bytes.len);
			copy[i] = (char)(copy[i] ^ flips[f]);
			model_seal(copy, bytes.len);
			if (model_load_bytes(copy, bytes.len, "m", &m, &err) ==
			    STATUS_OK) {
				try_to_use(m);
				model_free(m);
				loaded++;
				continue;
			}
			refused++;
			if (i >= contents) /* not for its checksum */
				assert_null(strstr(err.text, "checksum"));
		}
	}
	assert_true(loaded > 0 && refused > 0);
	free(copy);
}

static void test_model_file__says_what_is_wrong(void **state)
{
	struct model *m = small_model();
	struct buffer other;
	struct model *loaded;
	struct error err;

	(void)state;
	m->card = "{\"name\":\"old\",\"features\":0}";
	m->card_len = strlen(m->card);
	buffer_init(&other, 1 << 20);
	model_pack(m, &other);
	assert_int_equal(
	    model_load_bytes(other.data, other.len, "my.model", &loaded, &err),
	    STATUS_DATA);
	assert_non_null(strstr(err.text, "my.model"));
	assert_non_null(strstr(err.text, "mxprint train"));
	other.data[8] = 9;
	assert_int_equal(
	    model_load_bytes(other.data, other.len, "my.model", &loaded, &err),
	    STATUS_DATA);
	assert_non_null(strstr(err.text, "format 9"));
	assert_int_equal(
	    model_load_bytes("hello", 5, "my.model", &loaded, &err),
	    STATUS_DATA);
	assert_non_null(strstr(err.text, "not a model"));
	assert_int_equal(
	    model_load("/nonexistent/model", &loaded, &err), STATUS_NOINPUT);
	buffer_clear(&other);
	model_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_model_file__distance_is_by_bundles),
		cmocka_unit_test(test_model_file__reads_back_the_same_bytes),
		cmocka_unit_test(
		    test_model_file__scores_the_same_after_loading),
		cmocka_unit_test(test_model_file__fronts_hide_the_version),
		cmocka_unit_test(test_model_file__refuses_every_changed_byte),
		cmocka_unit_test(test_model_file__refuses_every_shorter_length),
		cmocka_unit_test(test_model_file__survives_senseless_sections),
		cmocka_unit_test(test_model_file__says_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
