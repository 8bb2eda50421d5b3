#include "report/share.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/random.h"

struct group { /* hosts alike */
	size_t row;
	double weight;
	double hosts;
	/* of the Poisson draw */
	double limit; /* exp(-hosts), for few hosts */
	double a, b, inverse_alpha, v_r, log_mean; /* for many */
};

static int by_row_and_weight(const void *a, const void *b)
{
	const struct share_unit *x = a, *y = b;

	if (x->row != y->row)
		return x->row < y->row ? -1 : 1;
	return (x->weight > y->weight) - (x->weight < y->weight);
}

static double uniform(struct random *r)
{
	return ((double)(random_next(r) >> 11) + 0.5) * 0x1p-53;
}

#define FEW 10.0

static void prepare(struct group *g)
{
	double mean = g->hosts;

	g->limit = exp(-mean);
	g->log_mean = log(mean);
	g->b = 0.931 + 2.53 * sqrt(mean);
	g->a = -0.059 + 0.02483 * g->b;
	g->inverse_alpha = 1.1239 + 1.1328 / (g->b - 3.4);
	g->v_r = 0.9277 - 3.6224 / (g->b - 2);
}

/* Multiplication of uniforms (Knuth). */
static double draw_few(const struct group *g, struct random *r)
{
	double product = uniform(r);
	double k = 0;

	while (product > g->limit) {
		product *= uniform(r);
		k++;
	}
	return k;
}

/* Transformed rejection, PTRS (Hoermann 1993). */
static double draw_many(const struct group *g, struct random *r)
{
	for (;;) {
		double u = uniform(r) - 0.5, v = uniform(r);
		double us = 0.5 - fabs(u);
		double k = floor((2 * g->a / us + g->b) * u + g->hosts + 0.43);
		int sign;

		if (us >= 0.07 && v <= g->v_r)
			return k;
		if (k < 0 || (us < 0.013 && v > us))
			continue;
		if (log(v) + log(g->inverse_alpha) -
			log(g->a / (us * us) + g->b) <=
		    k * g->log_mean - g->hosts - lgamma_r(k + 1, &sign))
			return k;
	}
}

static struct group *make_groups(
    struct share_unit *units, size_t count, size_t rows, size_t *group_count)
{
	struct group *groups = xcalloc(count, sizeof(*groups));
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		if (units[i].row > rows)
			units[i].row = rows;
	}
	qsort(units, count, sizeof(*units), by_row_and_weight);
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || by_row_and_weight(&units[i - 1], &units[i]) != 0)
			groups[n++] = (struct group){ .row = units[i].row,
				.weight = units[i].weight };
		groups[n - 1].hosts++;
	}
	for (size_t i = 0; i < n; i++)
		prepare(&groups[i]);
	*group_count = n;
	return groups;
}

/* One resample's weight of every row; gives the whole. */
static double resample(const struct group *groups, size_t group_count,
    struct random *r, double *sums, size_t rows)
{
	double whole = 0;

	memset(sums, 0, (rows + 1) * sizeof(*sums));
	for (size_t i = 0; i < group_count; i++) {
		const struct group *g = &groups[i];
		double part = g->weight * (g->hosts < FEW ? draw_few(g, r)
							  : draw_many(g, r));

		sums[g->row] += part;
		whole += part;
	}
	return whole;
}

static int by_value(const void *a, const void *b)
{
	float x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return (x > y) - (x < y);
}

static void quantiles(float *samples, size_t count, struct share_interval *out)
{
	size_t low = (size_t)floor(0.025 * (double)(count - 1));
	size_t high = (size_t)ceil(0.975 * (double)(count - 1));

	qsort(samples, count, sizeof(*samples), by_value);
	out->low = (double)samples[low];
	out->high = (double)samples[high];
}

void share_intervals(struct share_unit *units, size_t count, size_t rows,
    size_t resamples, uint64_t seed, struct share_interval *intervals)
{
	double *sums = xcalloc(rows + 1, sizeof(*sums));
	float *samples = xcalloc(rows * resamples + 1, sizeof(*samples));
	double weight = 0;
	size_t group_count;
	struct group *groups;
	struct random r;

	assert(rows <= SHARE_ROWS_MAX && resamples > 1);
	random_init(&r, seed);
	for (size_t i = 0; i < count; i++)
		weight += units[i].weight;
	groups = make_groups(units, count, rows, &group_count);
	for (size_t n = 0; n < resamples && weight > 0; n++) {
		double whole = 0;

		while (whole <= 0) /* nobody drawn: no sample at all */
			whole = resample(groups, group_count, &r, sums, rows);
		for (size_t i = 0; i < rows; i++)
			samples[i * resamples + n] = (float)(sums[i] / whole);
	}
	for (size_t i = 0; i < rows; i++)
		quantiles(samples + i * resamples, resamples, &intervals[i]);
	free(groups);
	free(samples);
	free(sums);
}
