#include "model/metrics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/random.h"

#define KNOWN_ACCEPT 0.95
#define TAIL	     0.025

/* ------------------------------------------------------------- accuracy */

double metric_micro(const struct judged *items, size_t count, size_t classes)
{
	double right = 0, all = 0;

	(void)classes;
	for (size_t i = 0; i < count; i++) {
		all += items[i].weight;
		if (items[i].answer == items[i].truth)
			right += items[i].weight;
	}
	return all > 0 ? right / all : NAN;
}

double metric_macro(const struct judged *items, size_t count, size_t classes)
{
	double *right = xcalloc(classes + 1, sizeof(*right));
	double *all = xcalloc(classes + 1, sizeof(*all));
	double sum = 0, present = 0;

	for (size_t i = 0; i < count; i++) {
		all[items[i].truth] += items[i].weight;
		if (items[i].answer == items[i].truth)
			right[items[i].truth] += items[i].weight;
	}
	for (size_t c = 0; c < classes; c++) {
		if (all[c] <= 0)
			continue;
		sum += right[c] / all[c];
		present++;
	}
	free(right);
	free(all);
	return present > 0 ? sum / present : NAN;
}

/* ------------------------------------------------------------- confidence */

/* Surest first; wrong before right where equal, so that ties flatter none. */
static int by_confidence(const void *a, const void *b)
{
	const struct judged *x = a;
	const struct judged *y = b;
	int x_right = x->answer == x->truth;
	int y_right = y->answer == y->truth;

	if (x->confidence != y->confidence)
		return x->confidence < y->confidence ? 1 : -1;
	if (x_right != y_right)
		return x_right - y_right;
	return (x->group > y->group) - (x->group < y->group);
}

static struct judged *sorted_copy(const struct judged *items, size_t count)
{
	struct judged *copy = xcalloc(count + 1, sizeof(*copy));

	memcpy(copy, items, count * sizeof(*copy));
	qsort(copy, count, sizeof(*copy), by_confidence);
	return copy;
}

double metric_coverage(const struct judged *items, size_t count, size_t classes)
{
	struct judged *sorted = sorted_copy(items, count);
	double right = 0, all = 0, covered = 0;

	(void)classes;
	for (size_t i = 0; i < count; i++) {
		all += sorted[i].weight;
		if (sorted[i].answer == sorted[i].truth)
			right += sorted[i].weight;
		/* A threshold takes all items of one confidence or none. */
		if (i + 1 < count &&
		    sorted[i + 1].confidence == sorted[i].confidence)
			continue;
		if (sorted[i].confidence > 0 &&
		    right >= METRICS_PRECISION * all)
			covered = all;
	}
	free(sorted);
	return all > 0 ? covered / all : NAN;
}

struct bin {
	double weight, right, confidence;
};

static double bin_error(const struct bin *bin)
{
	return fabs(bin->right - bin->confidence);
}

double metric_ece(const struct judged *items, size_t count, size_t classes)
{
	struct judged *sorted = sorted_copy(items, count);
	struct bin bin = { 0, 0, 0 };
	double all = 0, error = 0, done = 0;
	size_t filled = 1;

	(void)classes;
	for (size_t i = 0; i < count; i++)
		all += sorted[i].weight;
	for (size_t i = 0; i < count; i++) {
		const struct judged *item = &sorted[i];

		bin.weight += item->weight;
		bin.confidence += item->weight * item->confidence;
		if (item->answer == item->truth)
			bin.right += item->weight;
		if (done + bin.weight + 1e-9 <
		    all * (double)filled / METRICS_BINS)
			continue;
		done += bin.weight;
		error += bin_error(&bin);
		bin = (struct bin){ 0, 0, 0 };
		filled++;
	}
	error += bin_error(&bin);
	free(sorted);
	return all > 0 ? error / all : NAN;
}

double metric_ece_rest(const struct judged *items, size_t count, size_t classes)
{
	double *weight = xcalloc(classes + 1, sizeof(*weight));
	struct judged *rest = xcalloc(count + 1, sizeof(*rest));
	size_t largest = 0, left = 0;
	double error;

	for (size_t i = 0; i < count; i++)
		weight[items[i].truth] += items[i].weight;
	for (size_t c = 1; c < classes; c++)
		if (weight[c] > weight[largest])
			largest = c;
	for (size_t i = 0; i < count; i++)
		if (items[i].truth != largest)
			rest[left++] = items[i];
	error = metric_ece(rest, left, classes);
	free(rest);
	free(weight);
	return error;
}

/* ------------------------------------------------------------- strangers */

static int by_novelty(const void *a, const void *b)
{
	const struct rated *x = a;
	const struct rated *y = b;

	if (x->novelty != y->novelty)
		return x->novelty > y->novelty ? 1 : -1;
	if (x->strange != y->strange)
		return (int)x->strange - (int)y->strange;
	return (x->group > y->group) - (x->group < y->group);
}

static struct rated *sorted_rated(const struct rated *items, size_t count)
{
	struct rated *copy = xcalloc(count + 1, sizeof(*copy));

	memcpy(copy, items, count * sizeof(*copy));
	qsort(copy, count, sizeof(*copy), by_novelty);
	return copy;
}

double rated_auroc(const struct rated *items, size_t count)
{
	struct rated *sorted = sorted_rated(items, count);
	double known = 0, strange = 0, above = 0;

	for (size_t i = 0; i < count;) {
		double here_known = 0, here_strange = 0;
		double value = sorted[i].novelty;

		for (; i < count && sorted[i].novelty == value; i++) {
			if (sorted[i].strange)
				here_strange += sorted[i].weight;
			else
				here_known += sorted[i].weight;
		}
		above += here_strange * (known + here_known / 2);
		known += here_known;
		strange += here_strange;
	}
	free(sorted);
	return known > 0 && strange > 0 ? above / known / strange : NAN;
}

double rated_false_accept(const struct rated *items, size_t count)
{
	struct rated *sorted = sorted_rated(items, count);
	double known = 0, strange = 0, accepted = 0, passed = 0;

	for (size_t i = 0; i < count; i++) {
		if (items[i].strange)
			strange += items[i].weight;
		else
			known += items[i].weight;
	}
	for (size_t i = 0; i < count; i++) {
		if (sorted[i].strange)
			passed += sorted[i].weight;
		else
			accepted += sorted[i].weight;
		if (accepted >= KNOWN_ACCEPT * known - 1e-9)
			break;
	}
	free(sorted);
	return known > 0 && strange > 0 ? passed / strange : NAN;
}

/* ------------------------------------------------------------- intervals */

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

/* The metric over what was drawn: items of group g count times[g] times. */
typedef double redrawn(void *sample, const size_t *times);

/* groups: one of every item; put in order and cut to the different ones. */
static struct figure interval(redrawn *again, void *sample, double value,
    size_t *groups, size_t count, uint64_t seed)
{
	struct figure f = { .value = value };
	double *values = xcalloc(METRICS_ROUNDS, sizeof(*values));
	size_t top, kept = 0;
	size_t group_count = unique(groups, count, &top);
	size_t *times = xcalloc(top + 1, sizeof(*times));
	struct random random;

	random_init(&random, seed);
	for (int r = 0; group_count > 0 && r < METRICS_ROUNDS; r++) {
		draw(&random, groups, group_count, times, top);
		values[kept] = again(sample, times);
		kept += !isnan(values[kept]);
	}
	take_interval(values, kept, &f);
	free(times);
	free(values);
	return f;
}

struct judged_sample {
	metric *m;
	const struct judged *items;
	struct judged *drawn;
	size_t count, classes;
};

static double judge_again(void *sample, const size_t *times)
{
	struct judged_sample *s = sample;
	size_t n = 0;

	for (size_t i = 0; i < s->count; i++) {
		if (times[s->items[i].group] == 0)
			continue;
		s->drawn[n] = s->items[i];
		s->drawn[n++].weight *= (double)times[s->items[i].group];
	}
	return s->m(s->drawn, n, s->classes);
}

struct figure metrics_interval(metric *m, const struct judged *items,
    size_t count, size_t classes, uint64_t seed)
{
	struct judged_sample s = { m, items, NULL, count, classes };
	size_t *groups = xcalloc(count + 1, sizeof(*groups));
	struct figure f;

	s.drawn = xcalloc(count + 1, sizeof(*s.drawn));
	for (size_t i = 0; i < count; i++)
		groups[i] = items[i].group;
	f = interval(
	    judge_again, &s, m(items, count, classes), groups, count, seed);
	free(s.drawn);
	free(groups);
	return f;
}

struct rated_sample {
	rated_metric *m;
	const struct rated *items;
	struct rated *drawn;
	size_t count;
};

static double rate_again(void *sample, const size_t *times)
{
	struct rated_sample *s = sample;
	size_t n = 0;

	for (size_t i = 0; i < s->count; i++) {
		if (times[s->items[i].group] == 0)
			continue;
		s->drawn[n] = s->items[i];
		s->drawn[n++].weight *= (double)times[s->items[i].group];
	}
	return s->m(s->drawn, n);
}

struct figure rated_interval(
    rated_metric *m, const struct rated *items, size_t count, uint64_t seed)
{
	struct rated_sample s = { m, items, NULL, count };
	size_t *groups = xcalloc(count + 1, sizeof(*groups));
	struct figure f;

	s.drawn = xcalloc(count + 1, sizeof(*s.drawn));
	for (size_t i = 0; i < count; i++)
		groups[i] = items[i].group;
	f = interval(rate_again, &s, m(items, count), groups, count, seed);
	free(s.drawn);
	free(groups);
	return f;
}
