#include "evaluation/paired.h"

#include <stdlib.h>

#include "common/arena.h"

struct pair_sample {
	const struct metric *m;
	const struct judged *of[2];
	struct judged *drawn;
	size_t count, classes;
};

static double drawn_metric(
    const struct pair_sample *s, int which, const size_t *times)
{
	const struct judged *from = s->of[which];
	size_t n = 0;

	for (size_t i = 0; i < s->count; i++) {
		if (times[from[i].group] == 0)
			continue;
		s->drawn[n] = from[i];
		s->drawn[n++].weight *= (double)times[from[i].group];
	}
	return s->m->of(s->drawn, n, s->classes);
}

static double differ_again(void *sample, const size_t *times)
{
	return drawn_metric(sample, 0, times) - drawn_metric(sample, 1, times);
}

struct figure paired_difference(const struct metric *m, const struct judged *a,
    const struct judged *b, size_t count, size_t classes, uint64_t seed)
{
	struct pair_sample s = { m, { a, b }, NULL, count, classes };
	size_t *groups = xcalloc(count + 1, sizeof(*groups));
	struct figure f;

	s.drawn = xcalloc(count + 1, sizeof(*s.drawn));
	for (size_t i = 0; i < count; i++)
		groups[i] = a[i].group;
	f = interval_of(differ_again, &s,
	    m->of(a, count, classes) - m->of(b, count, classes), groups, count,
	    seed);
	free(s.drawn);
	free(groups);
	return f;
}
