/*
 * The nearest deployment among all of a product and version, and among those
 * whose normalised transcripts are equal.
 */
#include <stdlib.h>
#include <string.h>

#include "evaluation/leaking.h"

/* Of those as near as the nearest, the share that is the right one. */
static double share_of(
    const double *nearness, const bool *among, size_t count, size_t right)
{
	double best = -1, ties = 0;

	for (size_t i = 0; i < count; i++)
		if (among[i] && nearness[i] > best)
			best = nearness[i];
	for (size_t i = 0; i < count; i++)
		ties += among[i] && nearness[i] >= best - LEAK_SAME;
	return nearness[right] >= best - LEAK_SAME ? 1 / ties : 0;
}

static void ask(const struct clan *clan, size_t member, unsigned mask,
    const struct vector *learned, const bool *among, struct leak_tally *tally,
    size_t group)
{
	const struct leak_deployment *own = &clan->members[member];
	double *nearness = xcalloc(clan->count + 1, sizeof(*nearness));
	struct arena *scratch = arena_new();
	double size = 0;

	for (size_t i = 0; i < own->asked_count; i++) {
		struct vector x;

		vocabulary_vector(clan->vocabulary, &own->asked[i]->features,
		    mask, scratch, &x);
		for (size_t j = 0; j < clan->count; j++)
			if (among[j])
				nearness[j] = vector_dot(&x, &learned[j]);
		leak_tally_add(tally, group,
		    share_of(nearness, among, clan->count, member),
		    1.0 / (double)own->asked_count);
		arena_reset(scratch);
	}
	for (size_t j = 0; j < clan->count; j++)
		size += among[j];
	tally->baseline += 1 / size;
	tally->deployments++;
	arena_free(scratch);
	free(nearness);
}

static struct vector *plain_vectors(
    const struct clan *clan, unsigned mask, struct arena *arena)
{
	struct vector *out = arena_array(arena, clan->count + 1, sizeof(*out));

	for (size_t i = 0; i < clan->count; i++)
		vocabulary_vector(clan->vocabulary,
		    &clan->members[i].learned->features, mask, arena, &out[i]);
	return out;
}

/* Equal ones are drawn together: how they are told apart is one fact. */
static size_t find_equal(
    const struct clan *clan, size_t member, bool *equal, size_t *first)
{
	const char *form = clan->members[member].learned->form;
	size_t count = 0;

	*first = member;
	for (size_t j = 0; j < clan->count; j++) {
		equal[j] = strcmp(clan->members[j].learned->form, form) == 0;
		if (equal[j] && j < *first)
			*first = j;
		count += equal[j];
	}
	return count;
}

void leak_among(struct leaking *l, const struct clan *clan)
{
	unsigned plain =
	    GROUPS_ALL & ~(GROUP_BIT(GROUP_EHLO) | GROUP_BIT(GROUP_TLS) |
			     GROUP_BIT(GROUP_TIME));
	struct vector *all = plain_vectors(clan, GROUPS_ALL, clan->arena);
	struct vector *some = plain_vectors(clan, plain, clan->arena);
	bool *among = xcalloc(clan->count + 1, sizeof(*among));
	size_t before = l->among.deployments;

	for (size_t i = 0; i < clan->count; i++) {
		size_t first;

		for (size_t j = 0; j < clan->count; j++)
			among[j] = true;
		ask(clan, i, GROUPS_ALL, all, among, &l->among, before + i);
		if (find_equal(clan, i, among, &first) > 1)
			ask(clan, i, plain, some, among, &l->equal,
			    before + first);
	}
	free(among);
}
