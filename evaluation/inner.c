#include "evaluation/inner.h"

#include <stdlib.h>

#include "common/arena.h"

struct entry {
	size_t vector;
	double value;
};

/* Entries of each feature, those of earlier vectors first. */
struct postings {
	struct entry *entries;
	size_t *next; /* by feature: its first entry of a vector not done yet */
	size_t *end;
};

static struct postings postings_of(
    const struct vector *vectors, size_t count, size_t dimension)
{
	struct postings p;
	size_t total = 0;

	p.next = xcalloc(dimension + 1, sizeof(*p.next));
	p.end = xcalloc(dimension + 1, sizeof(*p.end));
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < vectors[i].count; k++)
			p.end[vectors[i].index[k]]++;
	for (size_t f = 0; f < dimension; f++) {
		size_t length = p.end[f];

		p.next[f] = p.end[f] = total;
		total += length;
	}
	p.entries = xcalloc(total + 1, sizeof(*p.entries));
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < vectors[i].count; k++)
			p.entries[p.end[vectors[i].index[k]]++] =
			    (struct entry){ i, vectors[i].value[k] };
	return p;
}

double *inner_products(
    const struct vector *vectors, size_t count, size_t dimension)
{
	double *out = xcalloc(count * count + 1, sizeof(*out));
	struct postings p = postings_of(vectors, count, dimension);

	for (size_t i = 0; i < count; i++) {
		double *row = out + i * count;

		for (size_t k = 0; k < vectors[i].count; k++) {
			size_t f = vectors[i].index[k];
			double value = vectors[i].value[k];

			for (size_t e = p.next[f]; e < p.end[f]; e++)
				row[p.entries[e].vector] +=
				    value * p.entries[e].value;
			p.next[f]++;
		}
		for (size_t j = i + 1; j < count; j++)
			out[j * count + i] = row[j];
	}
	free(p.entries);
	free(p.end);
	free(p.next);
	return out;
}
