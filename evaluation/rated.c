#include "evaluation/rated.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"

#define KNOWN_ACCEPT 0.95

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
		/* A threshold accepts all that look as novel as it. */
		if (accepted >= KNOWN_ACCEPT * known - 1e-9 &&
		    (i + 1 == count ||
			sorted[i + 1].novelty > sorted[i].novelty))
			break;
	}
	free(sorted);
	return known > 0 && strange > 0 ? passed / strange : NAN;
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
	f = interval_of(rate_again, &s, m(items, count), groups, count, seed);
	free(s.drawn);
	free(groups);
	return f;
}
