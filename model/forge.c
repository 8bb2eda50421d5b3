#include "model/forge.h"

#include <string.h>

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

/*
 * Would the donor's greeting be a lie? One that hides, or that is forged
 * itself as what the host really is, would not. What is not told counts as the
 * product's own.
 */
static bool would_lie(const struct item *donor, const struct item *host)
{
	const struct provenance *from = &donor->from;

	if (donor->product_index == host->product_index)
		return false;
	if (from->banner && strcmp(from->banner, "forged") == 0)
		return from->claims && strcmp(from->claims, host->product) != 0;
	return !from->banner ||
	       (strcmp(from->banner, "stock") == 0 && !donor->fronted);
}

size_t forge_donor(const struct dataset *dataset, const bool *use, size_t item,
    struct random *random)
{
	size_t start = (size_t)random_below(random, dataset->count);

	for (size_t k = 0; k < dataset->count; k++) {
		size_t i = (start + k) % dataset->count;

		if ((!use || use[i]) &&
		    would_lie(&dataset->items[i], &dataset->items[item]))
			return i;
	}
	return SIZE_MAX;
}
