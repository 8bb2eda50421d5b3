#include "model/fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/parallel.h"
#include "common/random.h"
#include "model/forge.h"

#define BLOCK 256 /* of work too small to be shared out one by one */

/* ------------------------------------------------------------- vectors */

/* The item of each group that is copied: one of the standard plan, if any. */
static void choose_bases(const struct dataset *d, const bool *use, size_t *base)
{
	for (size_t g = 0; g < d->group_count; g++)
		base[g] = SIZE_MAX;
	for (size_t i = 0; i < d->count; i++) {
		size_t *slot = &base[d->items[i].group];

		if (use[i] && (*slot == SIZE_MAX ||
				  (d->items[*slot].tier != TIER_STANDARD &&
				      d->items[i].tier == TIER_STANDARD)))
			*slot = i;
	}
}

static void add_source(struct fit *fit, size_t item, size_t donor)
{
	fit->sources[fit->count] = (struct source){ item, donor };
	fit->forged[fit->count++] = item != donor;
}

static void add_forged(struct fit *fit, const bool *use, uint64_t seed)
{
	const struct dataset *d = fit->dataset;
	size_t *base = xcalloc(d->group_count + 1, sizeof(*base));
	struct random random;

	random_init(&random, seed);
	choose_bases(d, use, base);
	for (size_t g = 0; g < d->group_count; g++) {
		size_t donor;

		if (base[g] == SIZE_MAX)
			continue;
		donor = forge_donor(d, use, base[g], &random);
		if (donor != SIZE_MAX)
			add_source(fit, base[g], donor);
	}
	free(base);
}

static void list_sources(struct fit *fit, const bool *use, uint64_t seed)
{
	const struct dataset *d = fit->dataset;
	size_t room = d->count + d->group_count + 1;
	unsigned mask = fit->known.mask;

	fit->sources = arena_array(fit->arena, room, sizeof(*fit->sources));
	fit->forged = arena_array(fit->arena, room, sizeof(*fit->forged));
	for (size_t i = 0; i < d->count; i++)
		if (use[i])
			add_source(fit, i, i);
	if ((mask & GROUP_BIT(GROUP_BANNER)) != 0 &&
	    mask != GROUP_BIT(GROUP_BANNER))
		add_forged(fit, use, seed);
}

static enum status multiply_row(void *user, size_t i, struct error *err)
{
	struct fit *fit = user;
	double *row = xmalloc((fit->count + 1) * sizeof(*row));

	(void)err;
	known_multiply(&fit->known, &fit->points, i, &fit->points, i + 1, row);
	gram_set(fit->gram, i, row);
	free(row);
	return STATUS_OK;
}

struct fit *fit_new(const struct dataset *dataset, const bool *use,
    unsigned mask, uint64_t seed)
{
	const struct kernel *k = kernel_of(dataset);
	struct fit *fit = xcalloc(1, sizeof(*fit));

	fit->dataset = dataset;
	fit->arena = arena_new();
	known_learn(&fit->known, k, use, dataset->count, mask, fit->arena);
	list_sources(fit, use, seed);
	known_points(
	    &fit->known, fit->sources, fit->count, fit->arena, &fit->points);
	fit->gram = gram_new(fit->count, kernel_spare(dataset, NULL));
	parallel_for(fit->count, multiply_row, fit, NULL);
	gram_mirror(fit->gram);
	fit->check = FIT_CHECK_SOME;
	fit->class_count = dataset->class_count;
	fit->weights =
	    xcalloc(k->bundles * fit->class_count + 1, sizeof(double));
	fit->bias = xcalloc(fit->class_count + 1, sizeof(double));
	for (size_t g = 0; g < GROUP_COUNT; g++)
		fit->sums[g] = xcalloc(
		    k->pieces[g].count * fit->class_count + 1, sizeof(double));
	return fit;
}

void fit_free(struct fit *fit)
{
	if (!fit)
		return;
	gram_free(kernel_spare(fit->dataset, fit->gram));
	arena_free(fit->arena);
	free(fit->weights);
	free(fit->bias);
	for (size_t g = 0; g < GROUP_COUNT; g++)
		free(fit->sums[g]);
	free(fit);
}

/* ------------------------------------------------------------- solving */

struct training {
	struct fit *fit;
	double cost;
	double *coefficients; /* [vector * class_count + class] */
	double **checked;     /* by class: libsvm's values */
};

static enum status solve_class(void *user, size_t c, struct error *err)
{
	const struct training *t = user;
	struct fit *fit = t->fit;
	bool *positive = xcalloc(fit->count + 1, sizeof(*positive));
	struct svm_result result = { .coefficient = t->coefficients + c,
		.stride = fit->class_count,
		.check = fit->check,
		.checked = t->checked[c] };
	enum status status;

	for (size_t i = 0; i < fit->count; i++)
		positive[i] =
		    fit->dataset->items[fit->sources[i].item].class_index == c;
	status = svm_fit(fit->gram, positive, t->cost, &result, err);
	fit->bias[c] = result.bias;
	free(positive);
	return status;
}

/* ------------------------------------------------------------- collapsing */

static void add_rows(
    double *to, const double *from, double factor, size_t classes)
{
	for (size_t c = 0; c < classes; c++)
		to[c] += factor * from[c];
}

struct collapsing {
	struct fit *fit;
	double *shares[GROUP_COUNT]; /* of the coefficients, by piece */
};

static void share_coefficients(const struct training *t, struct collapsing *to)
{
	const struct fit *fit = t->fit;
	size_t classes = fit->class_count;

	for (size_t g = 0; g < GROUP_COUNT; g++) {
		const struct points *p = &fit->points;

		to->shares[g] =
		    xcalloc(fit->known.kernel->pieces[g].count * classes + 1,
			sizeof(double));
		for (size_t i = 0; i < fit->count; i++)
			if (p->factor[g][i] > 0)
				add_rows(
				    to->shares[g] + p->piece[g][i] * classes,
				    t->coefficients + i * classes,
				    p->factor[g][i], classes);
	}
}

/* A bundle's weights: the shares of all pieces that hold it. */
static void weigh_bundle(const struct collapsing *from, size_t b)
{
	struct fit *fit = from->fit;
	const struct kernel *k = fit->known.kernel;
	size_t classes = fit->class_count;
	double *row = fit->weights + b * classes;

	memset(row, 0, classes * sizeof(*row));
	if (!fit->known.bundle[b] ||
	    (fit->known.mask & GROUP_BIT(k->bundle_group[b])) == 0)
		return;
	for (size_t h = k->holders_start[b]; h < k->holders_start[b + 1]; h++)
		add_rows(row,
		    from->shares[k->bundle_group[b]] + k->holders[h] * classes,
		    1, classes);
}

static enum status weigh_block(void *user, size_t block, struct error *err)
{
	const struct collapsing *from = user;
	size_t end = from->fit->known.kernel->bundles;

	(void)err;
	for (size_t b = block * BLOCK; b < (block + 1) * BLOCK && b < end; b++)
		weigh_bundle(from, b);
	return STATUS_OK;
}

/* What a piece adds to the margins, before its factor. */
static void sum_piece(struct fit *fit, size_t g, size_t piece)
{
	const struct kernel *k = fit->known.kernel;
	const struct pieces *p = &k->pieces[g];
	size_t classes = fit->class_count;
	double *sum = fit->sums[g] + piece * classes;

	memset(sum, 0, classes * sizeof(*sum));
	for (size_t n = p->start[piece]; n < p->start[piece + 1]; n++)
		if (fit->known.bundle[p->ids[n]])
			add_rows(sum, fit->weights + p->ids[n] * classes,
			    k->square[p->ids[n]], classes);
}

/* Every BLOCK-th piece of all groups that count. */
static enum status sum_block(void *user, size_t block, struct error *err)
{
	struct fit *fit = user;

	(void)err;
	for (size_t g = 0; g < GROUP_COUNT; g++)
		if ((fit->known.mask & GROUP_BIT(g)) != 0)
			for (size_t piece = block;
			     piece < fit->known.kernel->pieces[g].count;
			     piece += BLOCK)
				sum_piece(fit, g, piece);
	return STATUS_OK;
}

static void collapse(const struct training *t)
{
	struct collapsing c = { .fit = t->fit };

	share_coefficients(t, &c);
	parallel_for(
	    t->fit->known.kernel->bundles / BLOCK + 1, weigh_block, &c, NULL);
	parallel_for(BLOCK, sum_block, t->fit, NULL);
	for (size_t g = 0; g < GROUP_COUNT; g++)
		free(c.shares[g]);
}

static void margins_of(const struct fit *fit, const struct points *points,
    size_t i, double *margins)
{
	size_t classes = fit->class_count;

	memcpy(margins, fit->bias, classes * sizeof(*margins));
	for (size_t g = 0; g < GROUP_COUNT; g++)
		if (points->factor[g][i] > 0)
			add_rows(margins,
			    fit->sums[g] + points->piece[g][i] * classes,
			    points->factor[g][i], classes);
}

static enum status verify(const struct training *t, struct error *err)
{
	const struct fit *fit = t->fit;
	double *margins = xcalloc(fit->class_count + 1, sizeof(*margins));
	enum status status = STATUS_OK;

	for (size_t i = 0; i < fit->count; i += fit->check) {
		margins_of(fit, &fit->points, i, margins);
		for (size_t c = 0; c < fit->class_count; c++) {
			double theirs = t->checked[c][i / fit->check];

			if (status != STATUS_OK ||
			    fabs(margins[c] - theirs) <= SVM_TOLERANCE)
				continue;
			status = error_set(err, STATUS_SOFTWARE,
			    "collapsed weights give %.12g where libsvm gives "
			    "%.12g (training vector %zu); nothing was saved",
			    margins[c], theirs, i);
		}
	}
	free(margins);
	return status;
}

enum status fit_train(struct fit *fit, double cost, struct error *err)
{
	struct training t = { .fit = fit, .cost = cost };
	enum status status;

	t.coefficients =
	    xcalloc(fit->count * fit->class_count + 1, sizeof(double));
	t.checked = xcalloc(fit->class_count + 1, sizeof(*t.checked));
	for (size_t c = 0; c < fit->class_count; c++)
		t.checked[c] =
		    xcalloc(fit->count / fit->check + 2, sizeof(double));
	status = parallel_for(fit->class_count, solve_class, &t, err);
	if (status == STATUS_OK) {
		collapse(&t);
		status = verify(&t, err);
	}
	for (size_t c = 0; c < fit->class_count; c++)
		free(t.checked[c]);
	free(t.checked);
	free(t.coefficients);
	return status;
}

/* ------------------------------------------------------------- using it */

void fit_item_margins(
    const struct fit *fit, size_t item, size_t donor, double *margins)
{
	struct arena *scratch = arena_new();
	struct points point;

	known_points(
	    &fit->known, &(struct source){ item, donor }, 1, scratch, &point);
	margins_of(fit, &point, 0, margins);
	arena_free(scratch);
}

/* Hosts behind a front are chosen apart: their versions must not be read
 * from the front's answers, so both kinds are needed (model_version). */
struct fit_stored fit_choose(const struct fit *fit)
{
	size_t *kind = xcalloc(fit->count + 1, sizeof(*kind));
	struct fit_stored s = { 0 };

	s.class_of =
	    arena_array(fit->arena, fit->count + 1, sizeof(*s.class_of));
	s.stored = arena_array(fit->arena, fit->count + 1, sizeof(*s.stored));
	for (size_t i = 0; i < fit->count; i++) {
		const struct item *item =
		    &fit->dataset->items[fit->sources[i].item];

		s.class_of[i] = fit->forged[i] ? SIZE_MAX : item->class_index;
		kind[i] = s.class_of[i] == SIZE_MAX
			      ? SIZE_MAX
			      : 2 * s.class_of[i] + item->fronted;
	}
	novelty_choose(
	    fit->gram, kind, fit->count, 2 * fit->class_count, s.stored);
	free(kind);
	return s;
}
