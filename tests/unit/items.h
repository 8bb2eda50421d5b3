/*
 * Datasets built by hand, for tests that compute by hand: an item's features
 * are words, "g:word" putting one into the greeting.
 */
#ifndef MXPRINT_TESTS_ITEMS_H
#define MXPRINT_TESTS_ITEMS_H

#include <stdio.h>
#include <string.h>

#include "common/arena.h"
#include "model/dataset.h"

#define ITEMS_MAX 64

struct hand {
	struct arena *arena;
	struct dataset d;
	struct item items[ITEMS_MAX];
};

static inline void hand_begin(
    struct hand *h, const char *const *classes, size_t class_count)
{
	memset(h, 0, sizeof(*h));
	h->arena = arena_new();
	h->d.arena = h->arena;
	h->d.items = h->d.every = h->items;
	h->d.classes =
	    arena_array(h->arena, class_count, sizeof(*h->d.classes));
	memcpy(h->d.classes, classes, class_count * sizeof(*classes));
	h->d.class_count = h->d.product_count = class_count;
	h->d.products = h->d.classes;
}

/* Each item its own group, of the plan's tier; words parted by blanks. */
static inline struct item *hand_add(struct hand *h, const char *product,
    const char *deployment, const char *plan, const char *words)
{
	struct item *item = &h->items[h->d.count];
	char *text = arena_strdup(h->arena, words);
	char *word, *next = text;

	item->product = product;
	item->deployment = deployment;
	item->plan = plan;
	item->form = words;
	item->tier = tier_of_plan(plan);
	item->weight = 1;
	item->group = h->d.count;
	item->class_index = CLASS_OTHER;
	for (size_t k = 0; k < h->d.class_count; k++)
		if (strcmp(h->d.classes[k], product) == 0)
			item->class_index = k;
	snprintf(item->hash, sizeof(item->hash), "%04zu", h->d.count);
	item->features.items =
	    arena_array(h->arena, 64, sizeof(struct named_feature));
	while ((word = strsep(&next, " ")) != NULL) {
		struct named_feature *f =
		    &item->features.items[item->features.count++];

		f->group = strncmp(word, "g:", 2) == 0	 ? GROUP_BANNER
			   : strncmp(word, "t:", 2) == 0 ? GROUP_TIME
							 : GROUP_CODES;
		f->name = word;
	}
	h->d.every_count = h->d.group_count = ++h->d.count;
	return item;
}

static inline void hand_end(struct hand *h)
{
	arena_free(h->arena);
}

#endif
