#include "model/version_study.h"

#include <stdlib.h>
#include <string.h>

#include "common/arena.h"

static size_t place(const struct version_table *table, const char *version)
{
	for (size_t v = 0; v < table->version_count; v++)
		if (version_compare(table->versions[v], version) == 0)
			return v;
	return SIZE_MAX;
}

static void note_feature(struct study *s, size_t *number, uint32_t name,
    const char *text, bool may_be_mark)
{
	bool added;
	int64_t *probe =
	    strmap_put(s->probes, text, version_probe_len(text), &added);

	if (added)
		*probe = (int64_t)strmap_count(s->probes) - 1;
	s->features[s->feature_count] = (struct feature){ text, (size_t)*probe,
		may_be_mark, version_is_answer(text) };
	number[name] = ++s->feature_count;
}

/* Features in the order in which they are first met, each item's as numbers. */
static void number_features(struct study *s)
{
	size_t names = 0, total = 0;
	size_t *number;

	for (size_t i = 0; i < s->item_count; i++) {
		const struct version_item *item = &s->items[i];

		total += item->features->count;
		for (size_t f = 0; f < item->features->count; f++)
			if (item->name[f] >= names)
				names = item->name[f] + (size_t)1;
	}
	number = xcalloc(names + 1, sizeof(*number));
	s->features = arena_array(s->arena, (total < names ? total : names) + 1,
	    sizeof(*s->features));
	s->of_item =
	    arena_array(s->arena, s->item_count + 1, sizeof(*s->of_item));
	for (size_t i = 0; i < s->item_count; i++) {
		const struct version_item *item = &s->items[i];
		const struct feature_list *list = item->features;

		s->of_item[i] = arena_array(
		    s->arena, list->count + 1, sizeof(**s->of_item));
		for (size_t f = 0; f < list->count; f++) {
			uint32_t name = item->name[f];

			if (number[name] == 0)
				note_feature(s, number, name,
				    list->items[f].name,
				    version_may_be_mark(&list->items[f]));
			s->of_item[i][f] = (uint32_t)number[name] - 1;
		}
	}
	free(number);
}

void study_look_at(const struct study *s, size_t item)
{
	memset(s->has, 0, s->feature_count);
	memset(s->answered, 0, strmap_count(s->probes));
	for (size_t n = 0; n < s->items[item].features->count; n++) {
		const struct feature *f = &s->features[s->of_item[item][n]];

		s->has[s->of_item[item][n]] = true;
		if (f->answer)
			s->answered[f->probe] = true;
	}
}

/* ------------------------------------------------------------- units */

static void count_item(const struct study *s, struct unit *unit)
{
	for (size_t f = 0; f < s->feature_count; f++) {
		unit->has[f] += s->has[f] ? 1 : 0;
		unit->seen[f] +=
		    s->has[f] || s->answered[s->features[f].probe] ? 1 : 0;
	}
}

static int by_unit(const void *a, const void *b)
{
	const struct version_item *x = a;
	const struct version_item *y = b;

	if (x->group != y->group)
		return x->group > y->group ? 1 : -1;
	return version_compare(x->version, y->version);
}

static struct unit *add_unit(
    struct study *s, const struct version_table *table, size_t first)
{
	struct unit *unit = &s->units[s->count++];

	unit->version = place(table, s->items[first].version);
	unit->group = s->items[first].group;
	unit->first = first;
	unit->has = arena_array(s->arena, s->feature_count + 1, sizeof(float));
	unit->seen = arena_array(s->arena, s->feature_count + 1, sizeof(float));
	return unit;
}

void study_units(struct study *s, const struct version_table *table)
{
	struct unit *unit = NULL;

	qsort(s->items, s->item_count, sizeof(*s->items), by_unit);
	number_features(s);
	s->has = arena_array(s->arena, s->feature_count + 1, sizeof(bool));
	s->answered =
	    arena_array(s->arena, strmap_count(s->probes) + 1, sizeof(bool));
	s->units = arena_array(s->arena, s->item_count + 1, sizeof(*s->units));
	for (size_t i = 0; i < s->item_count; i++) {
		if (i == 0 || by_unit(&s->items[i - 1], &s->items[i]) != 0)
			unit = add_unit(s, table, i);
		unit->end = i + 1;
		study_look_at(s, i);
		count_item(s, unit);
	}
}
