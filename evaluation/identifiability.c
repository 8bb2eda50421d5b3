#include "evaluation/identifiability.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/buffer.h"
#include "common/strmap.h"
#include "model/version.h"

/* ------------------------------------------------------------- likeness */

/*
 * Of the set of names, whatever their order: two sums of keyed hashes. Kept
 * apart from the features, so that a comparison costs nothing.
 */
struct likeness {
	uint64_t a, b;
};

struct record {
	struct likeness likeness;
	size_t truth;
	double weight;
};

static struct likeness likeness_of(
    const struct feature_list *list, unsigned mask)
{
	static const uint8_t keys[2][16] = { "mxprint alike a",
		"mxprint alike b" };
	struct likeness l = { 0, 0 };

	for (size_t i = 0; i < list->count; i++) {
		const char *name = list->items[i].name;
		size_t len = strlen(name);

		if ((mask & GROUP_BIT(list->items[i].group)) == 0)
			continue;
		l.a += siphash(keys[0], name, len);
		l.b += siphash(keys[1], name, len);
	}
	return l;
}

static int by_likeness(const void *x, const void *y)
{
	const struct record *a = x;
	const struct record *b = y;

	if (a->likeness.a != b->likeness.a)
		return a->likeness.a < b->likeness.a ? -1 : 1;
	if (a->likeness.b != b->likeness.b)
		return a->likeness.b < b->likeness.b ? -1 : 1;
	if (a->truth != b->truth)
		return a->truth < b->truth ? -1 : 1;
	return (a->weight > b->weight) - (a->weight < b->weight);
}

static bool alike(const struct record *a, const struct record *b)
{
	return a->likeness.a == b->likeness.a && a->likeness.b == b->likeness.b;
}

/* ------------------------------------------------------------- ceiling */

/* One way of answering: records[0..count-1], those of one truth together. */
struct form {
	const struct record *records;
	size_t count;
};

typedef void form_visitor(void *user, const struct form *form);

/* Sorts; returns how many forms there are. */
static size_t walk(
    struct record *records, size_t count, form_visitor *visit, void *user)
{
	size_t forms = 0;

	qsort(records, count, sizeof(*records), by_likeness);
	for (size_t i = 0, next; i < count; i = next, forms++) {
		for (next = i + 1;
		     next < count && alike(&records[i], &records[next]);)
			next++;
		visit(user, &(struct form){ records + i, next - i });
	}
	return forms;
}

struct measuring {
	const double *all; /* weight of each truth */
	double best;	   /* right answers, deployments equal */
	double best_share; /* the same, names equal */
	double alike;
};

static void measure_form(void *user, const struct form *f)
{
	struct measuring *m = user;
	double most = 0, most_share = 0, all = 0;

	for (size_t i = 0, next; i < f->count; i = next) {
		size_t truth = f->records[i].truth;
		double here = 0;

		for (next = i;
		     next < f->count && f->records[next].truth == truth;)
			here += f->records[next++].weight;
		all += here;
		if (here > most)
			most = here;
		if (here / m->all[truth] > most_share)
			most_share = here / m->all[truth];
	}
	m->best += most;
	m->best_share += most_share;
	if (f->records[0].truth != f->records[f->count - 1].truth)
		m->alike += all;
}

static struct ceiling measure(
    struct record *records, size_t count, size_t names)
{
	double *all = xcalloc(names + 1, sizeof(*all));
	struct measuring m = { .all = all };
	struct ceiling c = { .micro = NAN, .macro = NAN };
	double present = 0;

	for (size_t i = 0; i < count; i++) {
		all[records[i].truth] += records[i].weight;
		c.deployments += records[i].weight;
	}
	for (size_t k = 0; k < names; k++)
		present += all[k] > 0;
	walk(records, count, measure_form, &m);
	c.alike = m.alike;
	if (c.deployments > 0) {
		c.micro = m.best / c.deployments;
		c.macro = m.best_share / present;
	}
	free(all);
	return c;
}

struct ceiling ceiling_of(const struct item *const *items, const double *weight,
    const size_t *truth, size_t count, size_t names, unsigned mask)
{
	struct record *records = xcalloc(count + 1, sizeof(*records));
	struct ceiling c;
	size_t n = 0;

	mask &= ~GROUP_BIT(GROUP_TIME);
	for (size_t i = 0; i < count; i++)
		if (truth[i] != SIZE_MAX)
			records[n++] = (struct record){
				likeness_of(&items[i]->features, mask),
				truth[i], weight[i]
			};
	c = measure(records, n, names);
	free(records);
	return c;
}

/* ------------------------------------------------------------- sets */

struct listing {
	const struct strmap *names; /* by truth */
	struct strmap *sets;	    /* their names -> entry */
	struct arena *arena;
	struct alike_list *list;
	size_t room;
};

static void list_form(void *user, const struct form *f)
{
	struct listing *l = user;
	struct alike_set *set;
	struct buffer names;
	double all = 0;
	bool added;
	int64_t *slot;

	if (f->records[0].truth == f->records[f->count - 1].truth)
		return;
	buffer_init(&names, 1u << 20);
	for (size_t i = 0; i < f->count; i++) {
		all += f->records[i].weight;
		if (i > 0 && f->records[i].truth == f->records[i - 1].truth)
			continue;
		buffer_printf(&names, "%s%s", i > 0 ? ", " : "",
		    strmap_key(l->names, f->records[i].truth, NULL));
	}
	slot = strmap_put_text(l->sets, buffer_text(&names), &added);
	if (added) {
		*slot = (int64_t)l->list->count;
		if (l->list->count == l->room) {
			l->room = l->room ? 2 * l->room : 16;
			l->list->sets = xrealloc_array(
			    l->list->sets, l->room, sizeof(*l->list->sets));
		}
		l->list->sets[l->list->count++] = (struct alike_set){
			arena_strdup(l->arena, buffer_text(&names)), 0, 0
		};
	}
	set = &l->list->sets[*slot];
	set->deployments += all;
	set->forms++;
	buffer_clear(&names);
}

static int by_deployments(const void *x, const void *y)
{
	const struct alike_set *a = x;
	const struct alike_set *b = y;

	if (a->deployments != b->deployments)
		return a->deployments < b->deployments ? 1 : -1;
	return strcmp(a->names, b->names);
}

static struct alike_list list_sets(struct arena *arena, struct record *records,
    size_t count, const struct strmap *names, size_t *forms)
{
	struct alike_list list = { NULL, 0 };
	struct listing l = { .names = names,
		.sets = strmap_new(),
		.arena = arena,
		.list = &list };
	struct alike_set *kept;

	*forms = walk(records, count, list_form, &l);
	kept = arena_array(arena, list.count + 1, sizeof(*kept));
	if (list.count > 0) {
		memcpy(kept, list.sets, list.count * sizeof(*kept));
		qsort(kept, list.count, sizeof(*kept), by_deployments);
	}
	free(list.sets);
	list.sets = kept;
	strmap_free(l.sets);
	return list;
}

/* ------------------------------------------------------------- plans */

static const struct {
	const char *plan;
	enum tier tier;
} plans[] = {
	{ "polite", TIER_POLITE },
	{ "standard", TIER_STANDARD },
	{ "deep", TIER_DEEP },
	{ "lab", TIER_FULL },
};

#define PLANS (sizeof(plans) / sizeof(plans[0]))

/* Items that stand for their deployments under one plan. */
struct plan_view {
	const struct dataset *d;
	const struct item **items;
	double *weight;
	size_t count;
};

static bool of_plan(const struct item *item, size_t plan, bool derived)
{
	if (item->tier != plans[plan].tier || item->derived != derived)
		return false;
	return derived || strcmp(item->plan, plans[plan].plan) == 0;
}

static void gather(struct plan_view *v, size_t plan)
{
	struct strmap *deployments = strmap_new();
	size_t *which = xcalloc(v->d->every_count + 1, sizeof(*which));
	double *times = xcalloc(v->d->every_count + 1, sizeof(*times));
	size_t captured = 0;
	bool added;

	v->count = 0;
	for (int derived = 0; derived < 2; derived++) {
		for (size_t i = 0; i < v->d->every_count; i++) {
			const struct item *item = &v->d->every[i];
			int64_t *slot;

			if (!of_plan(item, plan, derived == 1))
				continue;
			slot = strmap_put_text(deployments,
			    dataset_deployment(v->d, item), &added);
			if (added)
				*slot = (int64_t)strmap_count(deployments) - 1;
			else if (derived && (size_t)*slot < captured)
				continue;
			which[v->count] = (size_t)*slot;
			times[*slot]++;
			v->items[v->count++] = item;
		}
		captured = strmap_count(deployments);
	}
	for (size_t i = 0; i < v->count; i++)
		v->weight[i] = 1 / times[which[i]];
	free(times);
	free(which);
	strmap_free(deployments);
}

/* ------------------------------------------------------------- a row */

/* "exim", or "exim 4.96"; NULL: the version is not known. */
static const char *name_of(
    struct arena *scratch, const struct item *item, bool version)
{
	const char *cut;

	if (!version)
		return item->product;
	cut = item->version ? version_short(scratch, item->version) : NULL;
	return cut ? arena_printf(scratch, "%s %s", item->product, cut) : NULL;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* All names in order, so that sets are told in order. */
static struct strmap *names_of(
    const struct plan_view *v, struct arena *scratch, bool version)
{
	const char **names = xcalloc(v->count + 1, sizeof(*names));
	struct strmap *map = strmap_new();
	size_t count = 0;

	for (size_t i = 0; i < v->count; i++) {
		names[count] = name_of(scratch, v->items[i], version);
		count += names[count] != NULL;
	}
	qsort(names, count, sizeof(*names), by_text);
	for (size_t i = 0; i < count; i++) {
		bool added;
		int64_t *slot = strmap_put_text(map, names[i], &added);

		if (added)
			*slot = (int64_t)strmap_count(map) - 1;
	}
	free(names);
	return map;
}

/* A version is asked for where the product is known. */
static struct likeness within(struct likeness likeness, const char *product)
{
	static const uint8_t key[16] = "mxprint product";

	likeness.a += siphash(key, product, strlen(product));
	return likeness;
}

static struct ceiling measure_names(struct arena *arena,
    const struct plan_view *v, const struct likeness *likeness, bool version,
    struct alike_list *sets, size_t *forms)
{
	struct arena *scratch = arena_new();
	struct strmap *names = names_of(v, scratch, version);
	struct record *records = xcalloc(v->count + 1, sizeof(*records));
	struct ceiling ceiling;
	size_t count = 0;

	for (size_t i = 0; i < v->count; i++) {
		const char *name = name_of(scratch, v->items[i], version);

		if (!name)
			continue;
		records[count++] = (struct record){
			version ? within(likeness[i], v->items[i]->product)
				: likeness[i],
			(size_t)*strmap_get_text(names, name), v->weight[i]
		};
	}
	ceiling = measure(records, count, strmap_count(names));
	*sets = list_sets(arena, records, count, names, forms);
	free(records);
	strmap_free(names);
	arena_free(scratch);
	return ceiling;
}

static void measure_row(struct arena *arena, const struct plan_view *v,
    struct identifiability_row *row)
{
	struct likeness *likeness = xcalloc(v->count + 1, sizeof(*likeness));
	unsigned mask = GROUPS_ALL & ~GROUP_BIT(GROUP_TIME);
	size_t versioned;

	if (!row->banner)
		mask &= ~GROUP_BIT(GROUP_BANNER);
	for (size_t i = 0; i < v->count; i++)
		likeness[i] = likeness_of(&v->items[i]->features, mask);
	row->products = measure_names(
	    arena, v, likeness, false, &row->product_sets, &row->forms);
	row->versions = measure_names(
	    arena, v, likeness, true, &row->version_sets, &versioned);
	free(likeness);
}

void identifiability_measure(const struct dataset *dataset, struct arena *arena,
    struct identifiability *out)
{
	struct plan_view v = { .d = dataset };

	v.items = xcalloc(dataset->every_count + 1, sizeof(struct item *));
	v.weight = xcalloc(dataset->every_count + 1, sizeof(*v.weight));
	out->rows = arena_array(arena, 2 * PLANS, sizeof(*out->rows));
	out->count = 0;
	for (size_t p = 0; p < PLANS; p++) {
		gather(&v, p);
		for (int banner = 1; v.count > 0 && banner >= 0; banner--) {
			struct identifiability_row *row =
			    &out->rows[out->count++];

			row->plan = plans[p].plan;
			row->tier = plans[p].tier;
			row->banner = banner == 1;
			measure_row(arena, &v, row);
		}
	}
	free(v.weight);
	free(v.items);
}
