#include "model/folds.h"

#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/random.h"

static size_t groups_of(
    const struct dataset *d, const char *product, bool *taken, size_t *groups)
{
	size_t count = 0;

	for (size_t i = 0; i < d->count; i++) {
		const struct item *item = &d->items[i];

		if (taken[item->group] || strcmp(item->product, product) != 0)
			continue;
		taken[item->group] = true;
		groups[count++] = item->group;
	}
	return count;
}

void folds_assign(
    const struct dataset *dataset, size_t folds, uint64_t seed, size_t *fold)
{
	bool *taken = xcalloc(dataset->group_count + 1, sizeof(*taken));
	size_t *groups = xcalloc(dataset->group_count + 1, sizeof(*groups));
	struct random random;
	size_t next = 0; /* goes on over products: folds of equal size */

	random_init(&random, seed);
	for (size_t p = 0; p < dataset->product_count; p++) {
		size_t count =
		    groups_of(dataset, dataset->products[p], taken, groups);

		random_shuffle(&random, groups, count);
		for (size_t i = 0; i < count; i++)
			fold[groups[i]] = next++ % folds;
	}
	free(groups);
	free(taken);
}

void folds_batch(
    const struct dataset *dataset, size_t batches, size_t batch, bool *out)
{
	for (size_t i = 0; i < dataset->count; i++) {
		size_t p = 0;

		while (p + 1 < dataset->product_count &&
		       strcmp(dataset->products[p],
			   dataset->items[i].product) != 0)
			p++;
		out[i] = p % batches == batch;
	}
}

bool *folds_lonely(
    const struct dataset *dataset, const bool *use, struct arena *arena)
{
	bool *lonely =
	    arena_array(arena, dataset->class_count + 1, sizeof(*lonely));
	size_t *first = xcalloc(dataset->class_count + 1, sizeof(*first));

	for (size_t i = 0; i < dataset->count; i++) {
		const struct item *item = &dataset->items[i];
		size_t c = item->class_index;

		if (!use[i] || c == CLASS_OTHER)
			continue;
		if (first[c] == 0) {
			first[c] = item->group + 1;
			lonely[c] = true;
		} else if (first[c] != item->group + 1) {
			lonely[c] = false;
		}
	}
	free(first);
	return lonely;
}
