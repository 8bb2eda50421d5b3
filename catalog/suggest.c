#include "catalog/suggest.h"

#include <string.h>

#include "common/spelling.h"

#define COST_MAX 4 /* a worse one is no suggestion */

/* A part of an id, or of a name, is as near as one or two wrong letters. */
static size_t cost(const struct product *p, const char *word)
{
	size_t d = spelling_distance(p->id, word);
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
