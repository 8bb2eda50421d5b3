/*
 * Held-out scores -> calibration and novelty limits, for each view and tier.
 */
#include <stdlib.h>
#include <string.h>

#include "model/learning.h"

size_t maps_collect(const struct learning *l,
    const struct heldout_score *scores, enum tier tier,
    struct calibration_item *out)
{
	size_t count = 0;

	for (size_t i = 0; i < l->d->count; i++) {
		const struct item *item = &l->d->items[i];

		if (!scores[i].margins || item->class_index == CLASS_OTHER ||
		    l->lonely[item->class_index] ||
		    (tier != TIER_COUNT && item->tier != tier))
			continue;
		out[count++] = (struct calibration_item){ scores[i].margins,
			item->class_index, item->weight };
	}
	return count;
}

static size_t count_groups(const struct learning *l, enum tier tier)
{
	bool *seen = xcalloc(l->d->group_count + 1, sizeof(*seen));
	size_t count = 0;

	for (size_t i = 0; i < l->d->count; i++) {
		const struct item *item = &l->d->items[i];

		if (!l->use[i] || item->class_index == CLASS_OTHER ||
		    (tier != TIER_COUNT && item->tier != tier) ||
		    seen[item->group])
			continue;
		seen[item->group] = true;
		count++;
	}
	free(seen);
	return count;
}

/* Every product's strangers weigh the same; all together `total`. */
static void even_strangers(const struct learning *l, enum tier tier,
    const struct heldout_score *scores, double total, double *weight)
{
	double *sum = xcalloc(l->d->product_count + 1, sizeof(*sum));
	double products = 0;

	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < l->d->count; i++) {
			const struct item *item = &l->d->items[i];
			size_t p = item->product_index;

			weight[i] = 0;
			if (!scores[i].margins || item->tier != tier)
				continue;
			if (pass == 0) {
				products += sum[p] == 0;
				sum[p] += item->weight;
			} else {
				weight[i] =
				    total * item->weight / (sum[p] * products);
			}
		}
	}
	free(sum);
}

static size_t add_strangers(const struct learning *l, int view, enum tier tier,
    struct calibration_item *items, size_t known)
{
	double *weight = xcalloc(l->d->count + 1, sizeof(*weight));
	size_t count = known;
	double total = 0;

	for (size_t i = 0; i < known; i++)
		total += items[i].weight;
	even_strangers(
	    l, tier, l->strange[view], CALIBRATION_STRANGERS * total, weight);
	for (size_t i = 0; i < l->d->count; i++)
		if (weight[i] > 0)
			items[count++] = (struct calibration_item){
				l->strange[view][i].margins, l->d->class_count,
				weight[i]
			};
	free(weight);
	return count;
}

static void calibrate(struct learning *l, struct model *model, int view,
    enum tier tier, enum tier from)
{
	struct calibration *map = &model->views[view].calibration[tier];
	struct calibration_item *items =
	    xcalloc(2 * l->d->count + 1, sizeof(*items));
	struct tier_record *record = &l->record->tiers[view][tier];
	size_t classes = l->d->class_count;
	size_t count = maps_collect(l, l->known[view], from, items);
	size_t all = add_strangers(l, view, from, items, count);

	map->bias = arena_array(model->arena, classes + 1, sizeof(double));
	calibration_fit(items, all, classes, count_groups(l, from), map);
	record->loss = calibration_loss(map, items, all, classes);
	record->items = from == tier ? count : 0;
	for (size_t i = 0; i < record->items; i++) {
		struct heldout_score score = { .margins = NULL };
		double *p = xcalloc(classes + 1, sizeof(*p));

		calibration_apply(map, items[i].margins, classes, p);
		score.margins = p;
		record->weight += items[i].weight;
		if (heldout_best(&score, classes) == items[i].truth)
			record->right += items[i].weight;
		free(p);
	}
	free(items);
}

/* Known: of a class, and taken for it. */
static bool takes_part(const struct learning *l,
    const struct heldout_score *scores, size_t i, enum tier tier, bool known)
{
	const struct item *item = &l->d->items[i];

	if (!scores[i].margins || item->tier != tier)
		return false;
	return !known || (item->class_index != CLASS_OTHER &&
			     heldout_best(&scores[i], l->d->class_count) ==
				 item->class_index);
}

static size_t collect_signs(const struct learning *l,
    const struct heldout_score *scores, enum tier tier, bool known,
    struct novelty_item *out)
{
	size_t count = 0;

	for (size_t i = 0; i < l->d->count; i++) {
		const struct item *item = &l->d->items[i];

		if (!takes_part(l, scores, i, tier, known))
			continue;
		heldout_signs(&scores[i], l->d->class_count, out[count].sign);
		out[count++].weight = item->weight;
	}
	return count;
}

/* Share of the weight called novel by limits and calibration together. */
static double share_novel(const struct learning *l, const struct view_part *v,
    enum tier tier, enum tier from, const struct heldout_score *scores,
    const struct novelty_item *items, bool known)
{
	size_t classes = l->d->class_count;
	double *p = xcalloc(classes + 1, sizeof(*p));
	double all = 0, novel = 0;
	size_t at = 0;

	for (size_t i = 0; i < l->d->count; i++) {
		enum novelty_sign which = SIGN_MARGIN;
		double value;

		if (!takes_part(l, scores, i, from, known))
			continue;
		calibration_apply(
		    &v->calibration[tier], scores[i].margins, classes, p);
		value = novelty_with_none(
		    novelty_value(&v->novelty[tier], &items[at], &which), p,
		    classes, &which);
		all += items[at].weight;
		novel += value > 1 ? items[at].weight : 0;
		at++;
	}
	free(p);
	return all > 0 ? novel / all : 0;
}

static void limit_novelty(struct learning *l, struct model *model, int view,
    enum tier tier, enum tier from)
{
	struct novelty_item *known = xcalloc(l->d->count + 1, sizeof(*known));
	struct novelty_item *strange =
	    xcalloc(l->d->count + 1, sizeof(*strange));
	size_t known_count =
	    collect_signs(l, l->known[view], from, true, known);
	size_t strange_count =
	    collect_signs(l, l->strange[view], from, false, strange);
	double *weight = xcalloc(l->d->count + 1, sizeof(*weight));
	struct novelty_rates rates;
	size_t at = 0;

	even_strangers(l, from, l->strange[view], 1, weight);
	for (size_t i = 0; i < l->d->count; i++)
		if (weight[i] > 0)
			strange[at++].weight = weight[i];
	novelty_fit(known, known_count, strange, strange_count,
	    &model->views[view].novelty[tier], &rates);
	l->record->tiers[view][tier].kept =
	    1 - share_novel(l, &model->views[view], tier, from, l->known[view],
		    known, true);
	l->record->tiers[view][tier].flagged = share_novel(l,
	    &model->views[view], tier, from, l->strange[view], strange, false);
	free(weight);
	free(known);
	free(strange);
}

/* A tier nobody was trained on borrows from the next smaller, else larger. */
static enum tier lender(const struct learning *l, enum tier tier)
{
	for (int t = (int)tier; t >= 0; t--)
		if (count_groups(l, (enum tier)t) > 0)
			return (enum tier)t;
	for (int t = (int)tier; t < TIER_COUNT; t++)
		if (count_groups(l, (enum tier)t) > 0)
			return (enum tier)t;
	return tier;
}

void maps_make(struct learning *l, struct model *model)
{
	for (int v = 0; v < VIEW_COUNT; v++) {
		for (int t = 0; t < TIER_COUNT; t++) {
			enum tier from = lender(l, (enum tier)t);

			calibrate(l, model, v, (enum tier)t, from);
			limit_novelty(l, model, v, (enum tier)t, from);
		}
	}
}
