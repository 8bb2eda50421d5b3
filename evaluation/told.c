#include "evaluation/told.h"

#include <stdlib.h>
#include <string.h>

#include "model/verdict.h"

static int by_confidence(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->confidence != y->confidence)
		return x->confidence < y->confidence ? 1 : -1;
	return strcmp(x->product, y->product);
}

static struct opinion opinion_of(const char *const *classes, size_t count,
    const struct answer *answer, struct arena *scratch)
{
	struct candidate *ranked =
	    arena_array(scratch, count + 1, sizeof(*ranked));

	for (size_t c = 0; c < count; c++)
		ranked[c] = (struct candidate){ .product = classes[c],
			.confidence = answer->confidence[c] };
	qsort(ranked, count, sizeof(*ranked), by_confidence);
	return (
	    struct opinion){ ranked, count, answer->novel, answer->novelty };
}

enum telling told_of(const struct evaluating *v, const char *const *classes,
    size_t count, const struct answer *const answers[VIEW_COUNT],
    const struct item *item)
{
	static const struct rule_hits none;
	struct arena *scratch = arena_new();
	struct verdict_input in = { .catalog = v->options->catalog,
		.hits = &none,
		.support = -1,
		.thin = item->thin };
	enum telling telling = TELLING_WRONG;
	struct verdict verdict;

	in.all = opinion_of(classes, count, answers[VIEW_ALL], scratch);
	in.behaviour =
	    opinion_of(classes, count, answers[VIEW_NO_BANNER], scratch);
	verdict_reach(&in, &verdict);
	if (strcmp(verdict.product, PRODUCT_UNKNOWN) == 0)
		telling = TELLING_UNKNOWN;
	else if (strcmp(verdict.product, item->product) == 0 ||
		 strcmp(verdict.product,
		     catalog_family(in.catalog, item->product)) == 0)
		telling = TELLING_RIGHT;
	arena_free(scratch);
	return telling;
}

/* ------------------------------------------------------------- shares */

struct telling_list telling_list_new(const struct evaluating *v)
{
	struct telling_list list;

	for (int t = 0; t < TELLING_COUNT; t++)
		list.shares[t] = evaluating_judgements(v);
	return list;
}

void telling_add(struct telling_list *list, const struct item *item,
    size_t group, enum telling telling)
{
	for (int t = 0; t < TELLING_COUNT; t++) {
		struct judged one = judged_share(item, t == (int)telling);

		one.group = group;
		judgements_add(&list->shares[t], one);
	}
}

struct told_figures told_take(const struct telling_list *list, uint64_t seed)
{
	struct told_figures f = { .items = list->shares[0].count };

	for (int t = 0; t < TELLING_COUNT; t++)
		f.shares[t] = metrics_interval(&metric_micro,
		    list->shares[t].items, list->shares[t].count, 1, seed);
	return f;
}
