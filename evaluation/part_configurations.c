#include "evaluation/part_configurations.h"

#include <stdlib.h>
#include <string.h>

#include "common/random.h"
#include "common/strmap.h"
#include "evaluation/evaluating.h"

/* ------------------------------------------------------------- rounds */

struct plan_of_rounds {
	size_t *item;  /* the round of each item */
	size_t *every; /* of each of dataset.every */
	size_t configurations;
};

/* Of "style=single banner=7 tls=off vrfy=3": "tls=off vrfy=3". Names of hosts
 * and greetings make no other configuration. */
static const char *choices_of(struct arena *scratch, const char *draw)
{
	static const char *const names[] = { "style=", "banner=" };
	const size_t names_count = sizeof(names) / sizeof(names[0]);
	char *out = arena_alloc(scratch, strlen(draw) + 2);
	size_t len = 0;

	while (*draw) {
		size_t n = strcspn(draw, " ");
		bool named = false;

		for (size_t i = 0; i < names_count; i++)
			named |= strncmp(draw, names[i], strlen(names[i])) == 0;
		if (!named) {
			memcpy(out + len, draw, n);
			len += n;
			out[len++] = ' ';
		}
		draw += n + strspn(draw + n, " ");
	}
	out[len] = '\0';
	return out;
}

static const char *configuration_of(
    const struct dataset *d, const struct item *item, struct arena *scratch)
{
	if (!item->from.recipe || !item->from.config)
		return dataset_deployment(d, item);
	if (item->from.draw)
		return arena_printf(scratch, "%s %s", item->from.recipe,
		    choices_of(scratch, item->from.draw));
	/* A blank: no deployment is called like that. */
	return arena_printf(
	    scratch, "%s %s", item->from.recipe, item->from.config);
}

/* Numbers of configurations, in the order they are met. */
static size_t *number(const struct dataset *d, const struct item *items,
    size_t count, struct strmap *map, struct arena *arena)
{
	size_t *numbers = arena_array(arena, count + 1, sizeof(*numbers));
	struct arena *scratch = arena_new();

	for (size_t i = 0; i < count; i++) {
		bool added;
		int64_t *slot = strmap_put_text(
		    map, configuration_of(d, &items[i], scratch), &added);

		if (added)
			*slot = (int64_t)strmap_count(map) - 1;
		numbers[i] = (size_t)*slot;
		arena_reset(scratch);
	}
	arena_free(scratch);
	return numbers;
}

/* Configurations are shuffled, then dealt to the rounds. */
static struct plan_of_rounds deal(const struct evaluating *v)
{
	const struct dataset *d = v->d;
	struct strmap *map = strmap_new();
	struct plan_of_rounds p = { .every = number(d, d->every, d->every_count,
					map, v->arena),
		.item = number(d, d->items, d->count, map, v->arena),
		.configurations = strmap_count(map) };
	size_t *order = xcalloc(p.configurations + 1, sizeof(*order));
	size_t *round = xcalloc(p.configurations + 1, sizeof(*round));
	struct random random;

	for (size_t c = 0; c < p.configurations; c++)
		order[c] = c;
	random_init(&random, v->options->seed);
	random_shuffle(&random, order, p.configurations);
	for (size_t c = 0; c < p.configurations; c++)
		round[order[c]] = c % CONFIGURATIONS_ROUNDS;
	for (size_t i = 0; i < d->count; i++)
		p.item[i] = round[p.item[i]];
	for (size_t i = 0; i < d->every_count; i++)
		p.every[i] = round[p.every[i]];
	free(order);
	free(round);
	strmap_free(map);
	return p;
}

static enum status run_round(struct leaving *l, const struct plan_of_rounds *p,
    size_t round, struct error *err)
{
	const struct dataset *d = l->v->d;
	bool *touched = xcalloc(d->group_count + 1, sizeof(*touched));
	bool *gone = xcalloc(d->count + 1, sizeof(*gone));
	bool *test = xcalloc(d->count + 1, sizeof(*test));
	enum status status;

	for (size_t i = 0; i < d->every_count; i++)
		if (p->every[i] == round)
			touched[d->every[i].group] = true;
	for (size_t i = 0; i < d->count; i++) {
		gone[i] = touched[d->items[i].group];
		test[i] = p->item[i] == round;
	}
	status = leaving_round(l, gone, test, err);
	free(touched);
	free(gone);
	free(test);
	return status;
}

/* ------------------------------------------------------------- breakdown */

static const char *front_of(const struct item *item)
{
	return item->front ? item->front : "none";
}

static const char *banner_of(const struct item *item)
{
	return item->from.banner;
}

static const char *recipe_of(const struct item *item)
{
	return item->from.recipe;
}

static const struct {
	const char *key, *name;
	const char *title;
	const char *(*of)(const struct item *item);
} breakdowns[BY_COUNT] = {
	[BY_FRONT] = { "fronts", "front", "in front", front_of },
	[BY_BANNER] = { "banners", "banner", "greeting", banner_of },
	[BY_RECIPE] = { "recipes", "recipe", "recipe", recipe_of },
};

enum status evaluate_configurations(struct evaluating *v, struct error *err)
{
	struct configurations_figures *f = &v->e->configurations;
	struct plan_of_rounds p = deal(v);
	struct leaving l;
	enum status status = leaving_begin(v, &l, err);

	f->configurations = p.configurations;
	for (size_t r = 0; status == STATUS_OK && r < CONFIGURATIONS_ROUNDS;
	     r++) {
		evaluating_say(v, "configurations, round %zu of %d", r + 1,
		    CONFIGURATIONS_ROUNDS);
		status = run_round(&l, &p, r, err);
	}
	if (status != STATUS_OK)
		return status;
	f->all.rounds = CONFIGURATIONS_ROUNDS;
	leaving_take(&l, &f->all);
	for (int b = 0; b < BY_COUNT; b++)
		f->shares[b] =
		    leaving_by(&l, breakdowns[b].of, &f->share_count[b]);
	return STATUS_OK;
}

/* ------------------------------------------------------------- output */

void configurations_table(const struct evaluation *e, struct buffer *out)
{
	const struct configurations_figures *f = &e->configurations;

	buffer_printf(out, "%zu configurations; ", f->configurations);
	leaving_table(&f->all, out);
	for (int b = 0; b < BY_COUNT; b++)
		leaving_print_shares(
		    out, breakdowns[b].title, f->shares[b], f->share_count[b]);
}

void configurations_json(
    const struct evaluation *e, struct json_writer *w, const char *key)
{
	const struct configurations_figures *f = &e->configurations;

	json_open_object(w, key);
	json_write_int(w, "configurations", (int64_t)f->configurations);
	leaving_json(&f->all, w);
	for (int b = 0; b < BY_COUNT; b++)
		leaving_json_shares(w, breakdowns[b].key, breakdowns[b].name,
		    f->shares[b], f->share_count[b]);
	json_close_object(w);
}
