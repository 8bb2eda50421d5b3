#include "model/forge.h"

void features_forge(struct arena *arena, const struct feature_list *base,
    const struct feature_list *donor, struct feature_list *out)
{
	out->items = arena_array(
	    arena, base->count + donor->count + 1, sizeof(*out->items));
	out->count = 0;
	for (size_t i = 0; i < donor->count; i++)
		if (donor->items[i].group == GROUP_BANNER)
			out->items[out->count++] = donor->items[i];
	for (size_t i = 0; i < base->count; i++)
		if (base->items[i].group != GROUP_BANNER)
			out->items[out->count++] = base->items[i];
}

size_t forge_donor(const struct dataset *dataset, const bool *use, size_t item,
    struct random *random)
{
	size_t start = (size_t)random_below(random, dataset->count);

	for (size_t k = 0; k < dataset->count; k++) {
		size_t i = (start + k) % dataset->count;

		if ((!use || use[i]) && dataset->items[i].product_index !=
					    dataset->items[item].product_index)
			return i;
	}
	return SIZE_MAX;
}
