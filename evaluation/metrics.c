#include "evaluation/metrics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"

#define LEAST 1e-12 /* confidence, so that one item cannot cost all */

/* ------------------------------------------------------------- accuracy */

static double micro(const struct judged *items, size_t count, size_t classes)
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

const struct metric metric_micro = { .of = micro, .share = true };

static double macro(const struct judged *items, size_t count, size_t classes)
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

const struct metric metric_macro = { .of = macro };

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

/* Do item i and the one after it share their confidence? */
static bool tied(const struct judged *sorted, size_t count, size_t i)
{
	return i + 1 < count &&
	       sorted[i + 1].confidence == sorted[i].confidence;
}

static double coverage(
    const struct judged *items, size_t count, double precision)
{
	struct judged *sorted = xcalloc(count + 1, sizeof(*sorted));
	double right = 0, all = 0, covered = 0;

	memcpy(sorted, items, count * sizeof(*sorted));
	for (size_t i = 0; i < count; i++)
		if (sorted[i].novel)
			sorted[i].confidence = 0;
	qsort(sorted, count, sizeof(*sorted), by_confidence);
	for (size_t i = 0; i < count; i++) {
		all += sorted[i].weight;
		if (sorted[i].answer == sorted[i].truth)
			right += sorted[i].weight;
		/* A threshold takes all items of one confidence or none. */
		if (tied(sorted, count, i))
			continue;
		if (sorted[i].confidence > 0 && right >= precision * all)
			covered = all;
	}
	free(sorted);
	return all > 0 ? covered / all : NAN;
}

static double coverage_95(
    const struct judged *items, size_t count, size_t classes)
{
	(void)classes;
	return coverage(items, count, 0.95);
}

const struct metric metric_coverage_95 = { .of = coverage_95 };

static double coverage_98(
    const struct judged *items, size_t count, size_t classes)
{
	(void)classes;
	return coverage(items, count, 0.98);
}

const struct metric metric_coverage_98 = { .of = coverage_98 };

static double coverage_99(
    const struct judged *items, size_t count, size_t classes)
{
	(void)classes;
	return coverage(items, count, 0.99);
}

const struct metric metric_coverage_99 = { .of = coverage_99 };

static double risk_area(
    const struct judged *items, size_t count, size_t classes)
{
	struct judged *sorted = sorted_copy(items, count);
	double wrong = 0, all = 0, area = 0, block = 0;

	(void)classes;
	for (size_t i = 0; i < count; i++) {
		all += sorted[i].weight;
		block += sorted[i].weight;
		if (sorted[i].answer != sorted[i].truth)
			wrong += sorted[i].weight;
		if (tied(sorted, count, i))
			continue;
		area += block * wrong / all;
		block = 0;
	}
	free(sorted);
	return all > 0 ? area / all : NAN;
}

const struct metric metric_risk_area = { .of = risk_area };

static double log_loss(const struct judged *items, size_t count, size_t classes)
{
	double sum = 0, all = 0;

	(void)classes;
	for (size_t i = 0; i < count; i++) {
		sum -= items[i].weight *
		       log(fmax(items[i].truth_confidence, LEAST));
		all += items[i].weight;
	}
	return all > 0 ? sum / all : NAN;
}

const struct metric metric_log_loss = { .of = log_loss };

static double brier(const struct judged *items, size_t count, size_t classes)
{
	double sum = 0, all = 0;

	(void)classes;
	for (size_t i = 0; i < count; i++) {
		sum += items[i].weight *
		       (items[i].squares + 1 - 2 * items[i].truth_confidence);
		all += items[i].weight;
	}
	return all > 0 ? sum / all : NAN;
}

const struct metric metric_brier = { .of = brier };

/* ------------------------------------------------------------- calibration */

/* Sorted items -> bins of equal mass, as sums; gives how many. */
static size_t fill_bins(
    const struct judged *sorted, size_t count, struct reliability_bin *bins)
{
	double all = 0, done = 0;
	size_t filled = 0;

	memset(bins, 0, METRICS_BINS * sizeof(*bins));
	for (size_t i = 0; i < count; i++)
		all += sorted[i].weight;
	for (size_t i = 0; i < count; i++) {
		const struct judged *item = &sorted[i];
		struct reliability_bin *bin = &bins[filled];

		bin->deployments += item->weight;
		bin->confidence += item->weight * item->confidence;
		if (item->answer == item->truth)
			bin->right += item->weight;
		if (filled + 1 == METRICS_BINS ||
		    done + bin->deployments + 1e-9 <
			all * (double)(filled + 1) / METRICS_BINS)
			continue;
		done += bin->deployments;
		filled++;
	}
	return filled + (bins[filled].deployments > 0);
}

static double bins_error(const struct judged *sorted, size_t count)
{
	struct reliability_bin bins[METRICS_BINS];
	size_t filled = fill_bins(sorted, count, bins);
	double error = 0, all = 0;

	for (size_t b = 0; b < filled; b++) {
		error += fabs(bins[b].right - bins[b].confidence);
		all += bins[b].deployments;
	}
	return all > 0 ? error / all : NAN;
}

size_t metrics_bins(
    const struct judged *items, size_t count, struct reliability_bin *bins)
{
	struct judged *sorted = sorted_copy(items, count);
	size_t filled = fill_bins(sorted, count, bins);

	for (size_t b = 0; b < filled; b++) {
		bins[b].confidence /= bins[b].deployments;
		bins[b].right /= bins[b].deployments;
	}
	free(sorted);
	return filled;
}

static double ece(const struct judged *items, size_t count, size_t classes)
{
	struct judged *sorted = sorted_copy(items, count);
	double error = bins_error(sorted, count);

	(void)classes;
	free(sorted);
	return error;
}

const struct metric metric_ece = { .of = ece };

static double ece_rest(const struct judged *items, size_t count, size_t classes)
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
	error = ece(rest, left, classes);
	free(rest);
	free(weight);
	return error;
}

const struct metric metric_ece_rest = { .of = ece_rest };

/* ------------------------------------------------------------- intervals */

struct judged_sample {
	const struct metric *m;
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
	return s->m->of(s->drawn, n, s->classes);
}

struct figure metrics_interval(const struct metric *m,
    const struct judged *items, size_t count, size_t classes, uint64_t seed)
{
	struct judged_sample s = { m, items, NULL, count, classes };
	size_t *groups = xcalloc(count + 1, sizeof(*groups));
	double value = m->of(items, count, classes);
	struct figure f;

	s.drawn = xcalloc(count + 1, sizeof(*s.drawn));
	for (size_t i = 0; i < count; i++)
		groups[i] = items[i].group;
	f = (m->share ? interval_of_share : interval_of)(
	    judge_again, &s, value, groups, count, seed);
	free(s.drawn);
	free(groups);
	return f;
}

struct class_sample {
	struct judged *sorted; /* [class * count + i], surest of it first */
	struct judged *drawn;
	size_t count, classes;
};

static double classes_again(void *sample, const size_t *times)
{
	struct class_sample *s = sample;
	double sum = 0, present = 0;

	for (size_t c = 0; c < s->classes; c++) {
		const struct judged *sorted = s->sorted + c * s->count;
		bool own = false;
		size_t n = 0;

		for (size_t i = 0; i < s->count; i++) {
			size_t t = times ? times[sorted[i].group] : 1;

			if (t == 0)
				continue;
			s->drawn[n] = sorted[i];
			s->drawn[n++].weight *= (double)t;
			own |= sorted[i].truth == c;
		}
		if (!own) /* nothing of it to be sure of */
			continue;
		sum += bins_error(s->drawn, n);
		present++;
	}
	return present > 0 ? sum / present : NAN;
}

struct figure metrics_ece_classes(const struct judged *items,
    const double *confidence, size_t count, size_t classes, uint64_t seed)
{
	struct class_sample s = { .count = count, .classes = classes };
	size_t *groups = xcalloc(count + 1, sizeof(*groups));
	struct figure f;

	s.sorted = xcalloc(count * classes + 1, sizeof(*s.sorted));
	s.drawn = xcalloc(count + 1, sizeof(*s.drawn));
	for (size_t c = 0; c < classes; c++) {
		struct judged *of_class = s.sorted + c * count;

		for (size_t i = 0; i < count; i++) {
			of_class[i] = items[i];
			of_class[i].answer = c;
			of_class[i].confidence = confidence[i * classes + c];
		}
		qsort(of_class, count, sizeof(*of_class), by_confidence);
	}
	for (size_t i = 0; i < count; i++)
		groups[i] = items[i].group;
	f = interval_of(
	    classes_again, &s, classes_again(&s, NULL), groups, count, seed);
	free(s.sorted);
	free(s.drawn);
	free(groups);
	return f;
}
