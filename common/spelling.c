#include "common/spelling.h"

#include <string.h>

static size_t smallest(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;

	return least < c ? least : c;
}

size_t spelling_distance(const char *a, const char *b)
{
	size_t row[SPELLING_MAX + 1];
	size_t la = strlen(a), lb = strlen(b);

	if (la > SPELLING_MAX || lb > SPELLING_MAX)
		return SPELLING_MAX;
	for (size_t j = 0; j <= lb; j++)
		row[j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t best = smallest(corner + (a[i - 1] != b[j - 1]),
			    row[j] + 1, row[j - 1] + 1);

			corner = row[j];
			row[j] = best;
		}
	}
	return row[lb];
}
