#include "evaluation/unseen_versions.h"

#include <stdlib.h>
#include <string.h>

#include "evaluation/evaluating.h"
#include "evaluation/print.h"
#include "model/version.h"

static const char *const names[UNSEEN_PLACES] = { "oldest", "between",
	"newest" };

struct asking {
	const struct evaluating *v;
	struct arena *arena;		       /* of one product */
	struct version_item *items;	       /* room for all */
	const char **versions;		       /* the product's, in order */
	struct judgements told[UNSEEN_PLACES]; /* was the range right? */
	struct unseen_figures *figures;
};

static int by_version(const void *a, const void *b)
{
	return version_compare(
	    *(const char *const *)a, *(const char *const *)b);
}

/* Its first two numbers; NULL: it says nothing about versions. */
static const char *version_of(
    struct asking *a, const struct item *item, size_t product)
{
	if (item->product_index != product || item->fronted || !item->version)
		return NULL;
	return version_short(a->arena, item->version);
}

static size_t list_versions(struct asking *a, size_t product)
{
	const struct dataset *d = a->v->d;
	size_t count = 0, different = 0;

	for (size_t i = 0; i < d->every_count; i++) {
		const char *version = version_of(a, &d->every[i], product);

		if (version)
			a->versions[count++] = version;
	}
	qsort(a->versions, count, sizeof(*a->versions), by_version);
	for (size_t i = 0; i < count; i++)
		if (different == 0 || version_compare(a->versions[i],
					  a->versions[different - 1]) != 0)
			a->versions[different++] = a->versions[i];
	return different;
}

static void learn_without(struct asking *a, size_t product, const char *unseen,
    struct version_table *table)
{
	const struct dataset *d = a->v->d;
	size_t count = 0;

	for (size_t i = 0; i < d->every_count; i++) {
		const struct item *item = &d->every[i];
		const char *version = version_of(a, item, product);

		if (version && version_compare(version, unseen) != 0)
			a->items[count++] = (struct version_item){ version,
				item->group, &item->features, item->name };
	}
	version_learn(a->arena, a->items, count, table);
}

static void ask(
    struct asking *a, size_t product, const char *unseen, enum unseen place)
{
	const struct dataset *d = a->v->d;
	struct version_table table;

	learn_without(a, product, unseen, &table);
	a->figures[place].versions++;
	for (size_t i = 0; i < d->count; i++) {
		const struct item *item = &d->items[i];
		const char *version = version_of(a, item, product);
		const char *range = NULL;

		if (!version || version_compare(version, unseen) != 0 ||
		    item->tier != evaluating_tier(a->v))
			continue;
		a->figures[place].items++;
		if (table.confidence >= VERSION_CONFIDENCE_MIN)
			range =
			    version_answer(&table, &item->features, a->arena);
		if (range)
			judgements_add(&a->told[place],
			    judged_share(item,
				version_within(range, version, a->arena)));
	}
}

void unseen_versions(
    const struct evaluating *v, struct unseen_figures figures[UNSEEN_PLACES])
{
	size_t room = v->d->every_count + 1;
	struct asking a = { .v = v, .arena = arena_new(), .figures = figures };

	a.items = xcalloc(room, sizeof(*a.items));
	a.versions = xcalloc(room, sizeof(*a.versions));
	memset(figures, 0, UNSEEN_PLACES * sizeof(*figures));
	for (int place = 0; place < UNSEEN_PLACES; place++)
		a.told[place] = evaluating_judgements(v);
	for (size_t p = 0; p < v->d->product_count; p++) {
		size_t count = list_versions(&a, p);

		for (size_t k = 0; count >= 3 && k < count; k++)
			ask(&a, p, a.versions[k],
			    k == 0	     ? UNSEEN_OLDEST
			    : k == count - 1 ? UNSEEN_NEWEST
					     : UNSEEN_BETWEEN);
		arena_reset(a.arena);
	}
	for (int place = 0; place < UNSEEN_PLACES; place++) {
		figures[place].told = a.told[place].count;
		figures[place].right =
		    metrics_interval(&metric_micro, a.told[place].items,
			a.told[place].count, 1, v->options->seed);
	}
	free(a.items);
	free(a.versions);
	arena_free(a.arena);
}

/* ------------------------------------------------------------- output */

void unseen_table(
    const struct unseen_figures figures[UNSEEN_PLACES], struct buffer *out)
{
	buffer_add_text(out,
	    "\nversion ranges of versions nobody has seen, product known\n");
	for (int place = 0; place < UNSEEN_PLACES; place++) {
		const struct unseen_figures *f = &figures[place];

		buffer_printf(out, "%s: %zu versions, %zu items, told %zu\n",
		    names[place], f->versions, f->items, f->told);
		print_figure(out, "  of these right", &f->right);
	}
}

void unseen_json(const struct unseen_figures figures[UNSEEN_PLACES],
    struct json_writer *w, const char *key)
{
	json_open_object(w, key);
	for (int place = 0; place < UNSEEN_PLACES; place++) {
		const struct unseen_figures *f = &figures[place];

		json_open_object(w, names[place]);
		json_write_int(w, "versions", (int64_t)f->versions);
		json_write_int(w, "items", (int64_t)f->items);
		json_write_int(w, "told", (int64_t)f->told);
		json_figure(w, "right", &f->right);
		json_close_object(w);
	}
	json_close_object(w);
}
