#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/fit.h"
#include "model/known.h"
#include "tests/unit/synthetic.h"

#define DEPLOYMENTS 6

struct fixture {
	struct dataset *d;
	struct arena *arena;
	bool *use;
	struct vocabulary *own; /* of the used items alone */
	struct known known;
};

/* Every third group is held out. */
static void begin(struct fixture *f, unsigned mask)
{
	char path[] = "/tmp/mxprint-kernel-XXXXXX";
	struct catalog *catalog = synthetic_catalog();
	const char *paths[] = { path };
	struct error err;

	close(mkstemp(path));
	synthetic_file(path, 0, DEPLOYMENTS, false);
	if (dataset_read(catalog, paths, 1, 3, &f->d, &err) != STATUS_OK)
		fail_msg("%s", err.text);
	unlink(path);
	catalog_free(catalog);
	f->arena = arena_new();
	f->use = arena_array(f->arena, f->d->count, sizeof(bool));
	f->own = vocabulary_new();
	for (size_t i = 0; i < f->d->count; i++) {
		f->use[i] = f->d->items[i].group % 3 != 0;
		if (f->use[i])
			vocabulary_observe(f->own, &f->d->items[i].features,
			    dataset_deployment(f->d, &f->d->items[i]));
	}
	vocabulary_freeze(f->own, KERNEL_MIN_DEPLOYMENTS);
	known_learn(
	    &f->known, kernel_of(f->d), f->use, f->d->count, mask, f->arena);
}

static void end(struct fixture *f)
{
	vocabulary_free(f->own);
	arena_free(f->arena);
	dataset_free(f->d);
}

/* The vector by features of the kernel. */
static struct vector unbundled(
    const struct known *known, const struct source *source, struct arena *arena)
{
	const struct kernel *k = known->kernel;
	double *value = arena_array(arena, k->bundles + 1, sizeof(*value));
	struct vector by_bundle, v = { 0 };

	known_vector(known, source, arena, &by_bundle);
	for (size_t i = 0; i < by_bundle.count; i++)
		value[by_bundle.index[i]] = by_bundle.value[i];
	v.index = arena_array(arena, k->features + 1, sizeof(*v.index));
	v.value = arena_array(arena, k->features + 1, sizeof(*v.value));
	for (size_t f = 0; f < k->features; f++) {
		if (value[k->bundle[f]] == 0)
			continue;
		v.index[v.count] = (feature_id)f;
		v.value[v.count++] = value[k->bundle[f]] * k->scale[f];
	}
	return v;
}

static bool has_name(const struct vocabulary *v, const char *name)
{
	for (size_t f = 0; f < vocabulary_count(v); f++)
		if (strcmp(vocabulary_name(v, (feature_id)f), name) == 0)
			return true;
	return false;
}

/* A fit knows what a vocabulary of its own items would hold; less than all. */
static void test_kernel__a_fit_knows_its_own_features(void **state)
{
	struct fixture f;
	const struct kernel *k;

	(void)state;
	begin(&f, GROUPS_ALL);
	k = kernel_of(f.d);
	assert_ptr_equal(k, kernel_of(f.d));
	assert_true(f.known.feature_count < k->features);
	assert_int_equal(f.known.feature_count, vocabulary_count(f.own));
	for (size_t i = 0; i < k->features; i++)
		assert_true(f.known.bundle[k->bundle[i]] ==
			    has_name(f.own,
				vocabulary_name(k->vocabulary, (feature_id)i)));
	end(&f);
}

/* Sparse vectors of what is known, multiplied the plain way. */
static void test_kernel__products_are_those_of_vectors(void **state)
{
	static const unsigned masks[] = { GROUPS_ALL,
		GROUPS_ALL & ~GROUP_BIT(GROUP_BANNER), GROUPS_LADDER_HELP,
		GROUPS_LADDER_BANNER };

	(void)state;
	for (size_t m = 0; m < 4; m++) {
		struct fixture f;
		struct source *sources;
		struct points points;
		double *row;
		size_t n;

		begin(&f, masks[m]);
		n = f.d->count;
		sources = arena_array(f.arena, n, sizeof(*sources));
		row = arena_array(f.arena, n, sizeof(*row));
		/* every fifth with the greeting of another */
		for (size_t i = 0; i < n; i++)
			sources[i] =
			    (struct source){ i, i % 5 == 0 ? (i + 7) % n : i };
		known_points(&f.known, sources, n, f.arena, &points);
		for (size_t i = 0; i < n; i++) {
			struct vector x, y;

			known_multiply(&f.known, &points, i, &points, n, row);
			x = unbundled(&f.known, &sources[i], f.arena);
			for (size_t j = 0; j < n; j++) {
				y = unbundled(&f.known, &sources[j], f.arena);
				assert_true(
				    fabs(row[j] - vector_dot(&x, &y)) < 1e-12);
			}
		}
		end(&f);
	}
}

/* Features are of one bundle when the same pieces of a group hold them. */
static void test_kernel__a_bundle_comes_together(void **state)
{
	struct fixture f;
	const struct kernel *k;

	(void)state;
	begin(&f, GROUPS_ALL);
	k = kernel_of(f.d);
	assert_true(k->bundles > 0 && k->bundles < k->features);
	for (size_t i = 0; i < f.d->count; i++) {
		const struct feature_list *list = &f.d->items[i].features;
		uint32_t *held = xcalloc(k->bundles + 1, sizeof(*held));

		for (size_t n = 0; n < list->count; n++)
			for (size_t id = 0; id < k->features; id++)
				held[k->bundle[id]] +=
				    strcmp(list->items[n].name,
					vocabulary_name(k->vocabulary,
					    (feature_id)id)) == 0;
		for (size_t b = 0; b < k->bundles; b++)
			assert_true(held[b] == 0 || held[b] == k->size[b]);
		free(held);
	}
	end(&f);
}

/* What is held out has the unknown features that the fit's own vocabulary
 * says, and no others. */
static void test_kernel__unknown_is_what_a_model_would_not_know(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, GROUPS_ALL);
	for (size_t i = 0; i < f.d->count; i++) {
		struct source s = { i, i };
		struct vector ours, theirs;

		ours = unbundled(&f.known, &s, f.arena);
		vocabulary_vector(f.own, &f.d->items[i].features, GROUPS_ALL,
		    f.arena, &theirs);
		assert_int_equal(ours.count, theirs.count);
		assert_true(fabs(known_unseen(&f.known, &s) -
				 novelty_unseen(&theirs)) < 1e-12);
		for (size_t k = 0; k < ours.count; k++)
			assert_string_equal(
			    vocabulary_name(
				kernel_of(f.d)->vocabulary, ours.index[k]),
			    vocabulary_name(f.own, theirs.index[k]));
	}
	end(&f);
}

static double weight_of(const struct fit *fit, feature_id f, size_t c)
{
	const struct kernel *k = fit->known.kernel;

	return k->scale[f] *
	       fit->weights[k->bundle[f] * SYNTHETIC_PRODUCTS + c];
}

/* Of items known, held out, and forged. */
static void test_fit__margins_are_those_of_vector_and_weights(void **state)
{
	struct fixture f;
	struct fit *fit;
	struct error err;

	(void)state;
	begin(&f, GROUPS_ALL);
	fit = fit_new(f.d, f.use, GROUPS_ALL, 1);
	if (fit_train(fit, 1, &err) != STATUS_OK)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < f.d->count; i++) {
		size_t donor = i % 2 ? i : (i + 5) % f.d->count;
		double margins[SYNTHETIC_PRODUCTS];
		struct source s = { i, donor };
		struct vector v;

		fit_item_margins(fit, i, donor, margins);
		v = unbundled(&f.known, &s, f.arena);
		for (size_t c = 0; c < SYNTHETIC_PRODUCTS; c++) {
			double sum = fit->bias[c];

			for (size_t k = 0; k < v.count; k++)
				sum +=
				    weight_of(fit, v.index[k], c) * v.value[k];
			assert_true(fabs(margins[c] - sum) < 1e-12);
		}
	}
	fit_free(fit);
	end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kernel__a_fit_knows_its_own_features),
		cmocka_unit_test(test_kernel__products_are_those_of_vectors),
		cmocka_unit_test(test_kernel__a_bundle_comes_together),
		cmocka_unit_test(
		    test_kernel__unknown_is_what_a_model_would_not_know),
		cmocka_unit_test(
		    test_fit__margins_are_those_of_vector_and_weights),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
