#include "model/folds.h"

#include <stdlib.h>

#include "common/arena.h"
#include "common/random.h"

/* Items in order of product, else as they are: start[product]..., in one list.
 */
static size_t *by_product(const struct dataset *d, size_t *start)
{
	size_t *items = xcalloc(d->count + 1, sizeof(*items));

	for (size_t i = 0; i < d->count; i++)
		start[d->items[i].product_index + 2]++;
	for (size_t p = 0; p < d->product_count; p++)
		start[p + 2] += start[p + 1];
	for (size_t i = 0; i < d->count; i++)
		items[start[d->items[i].product_index + 1]++] = i;
	return items;
}

void folds_assign(
    const struct dataset *dataset, size_t folds, uint64_t seed, size_t *fold)
{
	bool *taken = xcalloc(dataset->group_count + 1, sizeof(*taken));
	size_t *groups = xcalloc(dataset->group_count + 1, sizeof(*groups));
	struct random random;
	size_t *start = xcalloc(dataset->product_count + 2, sizeof(*start));
	size_t *items = by_product(dataset, start);
	size_t next = 0; /* goes on over products: folds of equal size */

	random_init(&random, seed);
	for (size_t p = 0; p < dataset->product_count; p++) {
		size_t count = 0;

		for (size_t k = start[p]; k < start[p + 1]; k++) {
			size_t group = dataset->items[items[k]].group;

			if (!taken[group])
				groups[count++] = group;
			taken[group] = true;
		}
		random_shuffle(&random, groups, count);
		for (size_t i = 0; i < count; i++)
			fold[groups[i]] = next++ % folds;
	}
	free(items);
	free(start);
	free(groups);
	free(taken);
}

void folds_batch(
    const struct dataset *dataset, size_t batches, size_t batch, bool *out)
{
	for (size_t i = 0; i < dataset->count; i++)
		out[i] = dataset->items[i].product_index % batches == batch;
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

enum status folds_apart(const struct dataset *dataset, const bool *train,
    const bool *test, struct error *err)
{
	bool *judged = xcalloc(dataset->group_count + 1, sizeof(*judged));
	enum status status = STATUS_OK;

	for (size_t i = 0; i < dataset->count; i++)
		judged[dataset->items[i].group] |= test[i];
	for (size_t i = 0; i < dataset->count && status == STATUS_OK; i++)
		if (train[i] && judged[dataset->items[i].group])
			status = error_set(err, STATUS_SOFTWARE,
			    "%s would be learned from and judged, itself or "
			    "what looks like it; no figure was made of that",
			    dataset_deployment(dataset, &dataset->items[i]));
	free(judged);
	return status;
}
