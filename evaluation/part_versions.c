#include "evaluation/part_versions.h"

#include <stdlib.h>
#include <string.h>

#include "evaluation/evaluating.h"

static int by_version(const void *a, const void *b)
{
	return strverscmp(*(const char *const *)a, *(const char *const *)b);
}

/* The k-th version of a product, of at least two; NULL. */
static const char *version_of(
    const struct dataset *d, const char *product, size_t k)
{
	const char **versions = xcalloc(d->every_count + 1, sizeof(*versions));
	const char *found = NULL;
	size_t count = 0, different = 0;

	for (size_t i = 0; i < d->every_count; i++)
		if (d->every[i].version &&
		    strcmp(d->every[i].product, product) == 0)
			versions[count++] = d->every[i].version;
	qsort(versions, count, sizeof(*versions), by_version);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || strcmp(versions[i], versions[i - 1]) != 0)
			versions[different++] = versions[i];
	if (different >= 2 && k < different)
		found = versions[k];
	free(versions);
	return found;
}

static bool is_of(
    const struct item *item, const char *product, const char *version)
{
	return item->version && strcmp(item->product, product) == 0 &&
	       strcmp(item->version, version) == 0;
}

bool versions_round(
    const struct evaluating *v, size_t k, bool *gone, bool *test)
{
	const struct dataset *d = v->d;
	bool *touched = xcalloc(d->group_count + 1, sizeof(*touched));
	bool any = false;

	memset(test, 0, d->count * sizeof(*test));
	for (size_t p = 0; p < d->product_count; p++) {
		const char *version = version_of(d, d->products[p], k);

		if (!version)
			continue;
		any = true;
		for (size_t i = 0; i < d->every_count; i++)
			if (is_of(&d->every[i], d->products[p], version))
				touched[d->every[i].group] = true;
		for (size_t i = 0; i < d->count; i++)
			test[i] |= is_of(&d->items[i], d->products[p], version);
	}
	for (size_t i = 0; i < d->count; i++)
		gone[i] = touched[d->items[i].group];
	free(touched);
	return any;
}

static const char *product_of(const struct item *item)
{
	return item->product;
}

enum status evaluate_versions(struct evaluating *v, struct error *err)
{
	struct versions_figures *f = &v->e->versions;
	bool *gone = xcalloc(v->d->count + 1, sizeof(*gone));
	bool *test = xcalloc(v->d->count + 1, sizeof(*test));
	struct leaving l;
	enum status status = leaving_begin(v, &l, err);

	while (status == STATUS_OK &&
	       versions_round(v, f->all.rounds, gone, test)) {
		evaluating_say(
		    v, "version %zu of each product left out", ++f->all.rounds);
		status = leaving_round(&l, gone, test, err);
	}
	if (status == STATUS_OK) {
		leaving_take(&l, &f->all);
		f->products = leaving_by(&l, product_of, &f->product_count);
		evaluating_say(v, "learning ranges without each version");
		unseen_versions(v, f->ranges);
	}
	free(gone);
	free(test);
	return status;
}

/* ------------------------------------------------------------- output */

void versions_table(const struct evaluation *e, struct buffer *out)
{
	const struct versions_figures *f = &e->versions;

	leaving_table(&f->all, out);
	leaving_print_shares(out, "product", f->products, f->product_count);
	unseen_table(f->ranges, out);
}

void versions_json(
    const struct evaluation *e, struct json_writer *w, const char *key)
{
	const struct versions_figures *f = &e->versions;

	json_open_object(w, key);
	leaving_json(&f->all, w);
	leaving_json_shares(
	    w, "products", "product", f->products, f->product_count);
	unseen_json(f->ranges, w, "ranges");
	json_close_object(w);
}
