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
		assert_true(f.known.feature[i] ==
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

			known_multiply(&f.known, &points, i, &points, row);
			known_vector(&f.known, &sources[i], f.arena, &x);
			for (size_t j = 0; j < n; j++) {
				known_vector(
				    &f.known, &sources[j], f.arena, &y);
				assert_true(
				    fabs(row[j] - vector_dot(&x, &y)) < 1e-12);
			}
			assert_true(fabs(known_unseen(&f.known, &sources[i]) -
					 novelty_unseen(&x)) < 1e-12);
		}
		end(&f);
	}
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

		known_vector(&f.known, &s, f.arena, &ours);
		vocabulary_vector(f.own, &f.d->items[i].features, GROUPS_ALL,
		    f.arena, &theirs);
		assert_int_equal(ours.count, theirs.count);
		assert_int_equal(ours.unknown, theirs.unknown);
		assert_int_equal(ours.total, theirs.total);
		for (size_t k = 0; k < ours.count; k++)
			assert_string_equal(
			    vocabulary_name(
				kernel_of(f.d)->vocabulary, ours.index[k]),
			    vocabulary_name(f.own, theirs.index[k]));
	}
	end(&f);
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
		known_vector(&f.known, &s, f.arena, &v);
		for (size_t c = 0; c < SYNTHETIC_PRODUCTS; c++) {
			double sum = fit->bias[c];

			for (size_t k = 0; k < v.count; k++)
				sum += v.value[k] *
				       fit->weights[v.index[k] *
							SYNTHETIC_PRODUCTS +
						    c];
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
		cmocka_unit_test(
		    test_kernel__unknown_is_what_a_model_would_not_know),
		cmocka_unit_test(
		    test_fit__margins_are_those_of_vector_and_weights),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
