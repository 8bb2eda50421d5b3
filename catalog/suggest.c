#include "catalog/suggest.h"

#include <string.h>

#define LEN_MAX	 40
#define COST_MAX 4 /* a worse one is no suggestion */

static size_t smallest(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;

	return least < c ? least : c;
}

/* Edit distance. */
static size_t distance(const char *a, const char *b)
{
	size_t row[LEN_MAX + 1];
	size_t la = strlen(a), lb = strlen(b);

	if (la > LEN_MAX || lb > LEN_MAX)
		return LEN_MAX;
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

/* A part of an id, or of a name, is as near as one or two wrong letters. */
static size_t cost(const struct product *p, const char *word)
{
	size_t d = distance(p->id, word);
	size_t limit = strlen(word) < 5 ? 1 : COST_MAX - 1;

	if (strcasestr(p->name, word) && d > 1)
		return 1;
	if (strcasestr(p->id, word) && d > 2)
		return 2;
	return d <= limit ? d : COST_MAX;
}

size_t catalog_suggest(const struct catalog *catalog, const char *word,
    const char **ids, size_t max)
{
	size_t count = 0;

	if (word[0] == '\0')
		return 0;
	for (size_t c = 0; c < COST_MAX; c++) {
		for (size_t i = 0; i < catalog_count(catalog); i++) {
			const struct product *p =
			    catalog_product(catalog, (product_id)i);

			if (count < max && cost(p, word) == c)
				ids[count++] = p->id;
		}
	}
	return count;
}
