#include "evaluation/interval.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/random.h"

#define TAIL 0.025

static int by_double(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

static void take_interval(double *values, size_t count, struct figure *f)
{
	size_t tail = (size_t)(TAIL * (double)count);

	f->low = f->high = f->value;
	if (count == 0)
		return;
	qsort(values, count, sizeof(*values), by_double);
	f->low = values[tail];
	f->high = values[count - 1 - tail];
}

/* Draws as many groups as there are; times[group] says how often. */
static void draw(struct random *random, const size_t *groups, size_t count,
    size_t *times, size_t top)
{
	memset(times, 0, (top + 1) * sizeof(*times));
	for (size_t g = 0; g < count; g++)
		times[groups[random_below(random, count)]]++;
}

static int by_number(const void *a, const void *b)
{
	size_t x = *(const size_t *)a;
	size_t y = *(const size_t *)b;

	return (x > y) - (x < y);
}

/* Different numbers, in order; *top is the largest. */
static size_t unique(size_t *numbers, size_t count, size_t *top)
{
	size_t left = 0;

	qsort(numbers, count, sizeof(*numbers), by_number);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || numbers[i] != numbers[left - 1])
			numbers[left++] = numbers[i];
	*top = left > 0 ? numbers[left - 1] : 0;
	return left;
}

struct figure interval_of(interval_again *again, void *sample, double value,
    size_t *groups, size_t count, uint64_t seed)
{
	struct figure f = { .value = value };
	double *values = xcalloc(INTERVAL_ROUNDS, sizeof(*values));
	size_t top, kept = 0;
	size_t group_count = unique(groups, count, &top);
	size_t *times = xcalloc(top + 1, sizeof(*times));
	struct random random;

	random_init(&random, seed);
	for (int r = 0; group_count > 0 && r < INTERVAL_ROUNDS; r++) {
		draw(&random, groups, group_count, times, top);
		values[kept] = again(sample, times);
		kept += !isnan(values[kept]);
	}
	take_interval(values, kept, &f);
	free(times);
	free(values);
	return f;
}

struct figure interval_of_share(interval_again *again, void *sample,
    double value, size_t *groups, size_t count, uint64_t seed)
{
	size_t top;
	size_t group_count = unique(groups, count, &top);
	struct figure f =
	    interval_of(again, sample, value, groups, group_count, seed);
	double bound = pow(TAIL, 1 / (double)group_count);

	if (f.low == f.high && value == 1)
		f.low = bound;
	else if (f.low == f.high && value == 0)
		f.high = 1 - bound;
	return f;
}
