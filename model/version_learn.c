/*
 * Learning marks. A unit is one deployment's hosts of one version: of each
 * feature it has a share (the copies and tiers that have it, of those whose
 * probe was answered), and so one vote. What a deployment says is subtracted
 * from the sums when it is left out.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/strmap.h"
#include "model/version.h"

#define SIDE_MIN  2   /* deployments on each side of a cut */
#define GAIN_MIN  1.0 /* less tells too little */
#define VOICE_MAX 3   /* marks of one voice at one cut */

struct unit {
	size_t version;
	size_t group;
	size_t first, end; /* of the items in order */
	float *has;	   /* hosts, by feature id */
	float *seen;	   /* those that would have shown it */
};

struct study {
	struct arena *arena;
	struct strmap *names;
	struct strmap *probes;
	size_t *probe_of; /* by feature id */
	struct version_item *items;
	size_t item_count;
	struct unit *units;
	size_t count;
	size_t features;
};

/* ------------------------------------------------------------- versions */

static int by_version(const void *a, const void *b)
{
	return version_compare(
	    *(const char *const *)a, *(const char *const *)b);
}

static size_t list_versions(struct arena *arena,
    const struct version_item *items, size_t count, struct version_table *table)
{
	size_t unique = 0;

	table->versions = arena_array(arena, count + 1, sizeof(char *));
	for (size_t i = 0; i < count; i++) {
		const char *text = items[i].version
				       ? version_short(arena, items[i].version)
				       : NULL;

		if (text)
			table->versions[unique++] = text;
	}
	qsort(table->versions, unique, sizeof(char *), by_version);
	count = unique;
	unique = 0;
	for (size_t i = 0; i < count; i++)
		if (i == 0 || version_compare(table->versions[i],
				  table->versions[unique - 1]) != 0)
			table->versions[unique++] = table->versions[i];
	return unique;
}

static size_t place(const struct version_table *table, const char *version)
{
	for (size_t v = 0; v < table->version_count; v++)
		if (version_compare(table->versions[v], version) == 0)
			return v;
	return SIZE_MAX;
}

/* ------------------------------------------------------------- units */

static size_t id_of(struct strmap *map, const char *text, size_t len)
{
	bool added;
	int64_t *slot = strmap_put(map, text, len, &added);

	if (added)
		*slot = (int64_t)strmap_count(map) - 1;
	return (size_t)*slot;
}

static void number_features(struct study *s)
{
	for (size_t i = 0; i < s->item_count; i++) {
		const struct feature_list *list = s->items[i].features;

		for (size_t f = 0; f < list->count; f++) {
			const char *name = list->items[f].name;

			id_of(s->probes, name, version_probe_len(name));
			if (version_may_be_mark(&list->items[f]))
				id_of(s->names, name, strlen(name));
		}
	}
	s->features = strmap_count(s->names);
	s->probe_of =
	    arena_array(s->arena, s->features + 1, sizeof(*s->probe_of));
	for (size_t f = 0; f < s->features; f++) {
		const char *name = strmap_key(s->names, f, NULL);

		s->probe_of[f] =
		    id_of(s->probes, name, version_probe_len(name));
	}
}

static void look_at(struct study *s, struct unit *unit,
    const struct feature_list *list, bool *has, bool *answered)
{
	memset(has, 0, s->features);
	memset(answered, 0, strmap_count(s->probes));
	for (size_t f = 0; f < list->count; f++) {
		const char *name = list->items[f].name;

		if (version_may_be_mark(&list->items[f]))
			has[id_of(s->names, name, strlen(name))] = true;
		if (version_is_answer(name))
			answered[id_of(
			    s->probes, name, version_probe_len(name))] = true;
	}
	for (size_t f = 0; f < s->features; f++) {
		unit->has[f] += has[f] ? 1 : 0;
		unit->seen[f] += has[f] || answered[s->probe_of[f]] ? 1 : 0;
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

static void gather(struct study *s, const struct version_table *table)
{
	bool *has, *answered;

	number_features(s);
	has = xcalloc(s->features + 1, 1);
	answered = xcalloc(strmap_count(s->probes) + 1, 1);
	s->units = arena_array(s->arena, s->item_count + 1, sizeof(*s->units));
	for (size_t i = 0; i < s->item_count; i++) {
		struct unit *unit = &s->units[s->count];

		if (i == 0 || by_unit(&s->items[i - 1], &s->items[i]) != 0) {
			unit = &s->units[s->count++];
			unit->version = place(table, s->items[i].version);
			unit->group = s->items[i].group;
			unit->first = i;
			unit->has = arena_array(
			    s->arena, s->features + 1, sizeof(float));
			unit->seen = arena_array(
			    s->arena, s->features + 1, sizeof(float));
		} else {
			unit = &s->units[s->count - 1];
		}
		unit->end = i + 1;
		look_at(s, unit, s->items[i].features, has, answered);
	}
	free(has);
	free(answered);
}

/* ------------------------------------------------------------- marks */

struct side {
	double has; /* deployments */
	double all;
};

/* sums[feature * versions + version] */
static void add_unit(const struct study *s, const struct unit *unit,
    size_t versions, double sign, struct side *sums)
{
	for (size_t f = 0; f < s->features; f++) {
		struct side *side = &sums[f * versions + unit->version];

		if (unit->seen[f] > 0) {
			side->has +=
			    sign * (double)unit->has[f] / (double)unit->seen[f];
			side->all += sign;
		}
	}
}

struct found {
	struct version_mark mark;
	struct version_voice voice;
	double gain; /* what it tells on average */
};

static bool weigh(
    const struct side *lower, const struct side *upper, struct found *found)
{
	double below = (lower->has + 0.5) / (lower->all + 1);
	double above = (upper->has + 0.5) / (upper->all + 1);

	if (lower->all < SIDE_MIN - 0.01 || upper->all < SIDE_MIN - 0.01)
		return false;
	/* sums that had something subtracted may miss 0 by a hair */
	below = fmax(below, 1e-6);
	above = fmax(above, 1e-6);
	if (below >= 1 || above >= 1)
		return false;
	found->mark.has = log(above / below);
	found->mark.lacks = log((1 - above) / (1 - below));
	found->gain = (above - below) * (found->mark.has - found->mark.lacks);
	return found->gain >= GAIN_MIN;
}

static int compare_voices(const struct found *a, const struct found *b)
{
	size_t len = a->voice.len < b->voice.len ? a->voice.len : b->voice.len;
	int order;

	if (a->mark.cut != b->mark.cut)
		return a->mark.cut > b->mark.cut ? 1 : -1;
	order = memcmp(a->voice.name, b->voice.name, len);
	if (order != 0)
		return order;
	return (a->voice.len > b->voice.len) - (a->voice.len < b->voice.len);
}

static int by_worth(const void *a, const void *b)
{
	const struct found *x = a;
	const struct found *y = b;
	int order = compare_voices(x, y);

	if (order != 0)
		return order;
	/* sums that differ in their last bits alone are equal */
	if (fabs(x->gain - y->gain) > 1e-6)
		return x->gain < y->gain ? 1 : -1;
	return strcmp(x->mark.feature, y->mark.feature);
}

static void find_marks(
    const struct study *s, const struct side *sums, struct version_table *table)
{
	size_t versions = table->version_count, count = 0, of_voice = 0;
	struct found *found =
	    xcalloc(s->features * (versions - 1) + 1, sizeof(*found));

	for (size_t f = 0; f < s->features; f++)
		for (size_t cut = 1; cut < versions; cut++) {
			const struct side *upper = &sums[f * versions + cut];

			if (!weigh(upper - 1, upper, &found[count]))
				continue;
			found[count].mark.feature =
			    strmap_key(s->names, f, NULL);
			found[count].mark.cut = (uint32_t)cut;
			found[count].voice =
			    version_voice_of(found[count].mark.feature);
			count++;
		}
	qsort(found, count, sizeof(*found), by_worth);
	table->mark_count = 0;
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || compare_voices(&found[i - 1], &found[i]) != 0)
			of_voice = 0;
		if (of_voice++ < VOICE_MAX &&
		    table->mark_count < VERSION_MARKS_MAX)
			table->marks[table->mark_count++] = found[i].mark;
	}
	free(found);
}

/* ------------------------------------------------------------- measuring */

/* Every item's evidence, from marks that its deployment had no part in. */
static double **hear_left_out(
    struct study *s, struct side *sums, struct version_table *table)
{
	double **evidence =
	    arena_array(s->arena, s->item_count + 1, sizeof(*evidence));
	size_t versions = table->version_count;

	for (size_t from = 0, to; from < s->count; from = to) {
		for (to = from; to < s->count &&
				s->units[to].group == s->units[from].group;
		     to++)
			add_unit(s, &s->units[to], versions, -1, sums);
		find_marks(s, sums, table);
		for (size_t i = s->units[from].first; i < s->units[to - 1].end;
		     i++)
			evidence[i] = version_evidence(
			    table, s->items[i].features, s->arena);
		for (size_t u = from; u < to; u++)
			add_unit(s, &s->units[u], versions, 1, sums);
	}
	return evidence;
}

/* -log of the probability of the right version. */
static double loss_of(
    const double *evidence, double scale, size_t truth, size_t versions)
{
	double at = 0, own = 0, sum = 0;

	for (size_t v = 0; v < versions; v++) {
		at += v > 0 ? scale * evidence[v] : 0;
		own = v == truth ? at : own;
	}
	at = 0;
	for (size_t v = 0; v < versions; v++) {
		at += v > 0 ? scale * evidence[v] : 0;
		sum += exp(at - own);
	}
	return log(sum);
}

static double choose_scale(const struct study *s, double *const *evidence,
    const struct version_table *table)
{
	static const double tried[] = { 0.25, 0.5, 0.75, 1, 1.25 };
	double best = INFINITY, chosen = tried[0];

	for (size_t k = 0; k < sizeof(tried) / sizeof(tried[0]); k++) {
		double loss = 0;

		for (size_t u = 0; u < s->count; u++) {
			const struct unit *unit = &s->units[u];

			for (size_t i = unit->first; i < unit->end; i++)
				loss +=
				    loss_of(evidence[i], tried[k],
					unit->version, table->version_count) /
				    (double)(unit->end - unit->first);
		}
		if (loss < best - 1e-9) {
			best = loss;
			chosen = tried[k];
		}
	}
	return chosen;
}

/* Right answers among those given, counted by deployment. */
static double measure(const struct study *s, double *const *evidence,
    const struct version_table *table)
{
	double right = 0, given = 0;

	for (size_t u = 0; u < s->count; u++) {
		const struct unit *unit = &s->units[u];
		double weight = 1 / (double)(unit->end - unit->first);
		size_t low, high;

		for (size_t i = unit->first; i < unit->end; i++) {
			if (!version_narrow(
				table, evidence[i], table->scale, &low, &high))
				continue;
			given += weight;
			if (unit->version >= low && unit->version < high)
				right += weight;
		}
	}
	return (right + 1) / (given + 2);
}

static void study_marks(
    struct study *s, struct arena *arena, struct version_table *table)
{
	struct side *sums;
	double **evidence;

	gather(s, table);
	sums = xcalloc(s->features * table->version_count + 1, sizeof(*sums));
	for (size_t u = 0; u < s->count; u++)
		add_unit(s, &s->units[u], table->version_count, 1, sums);
	evidence = hear_left_out(s, sums, table);
	table->scale = choose_scale(s, evidence, table);
	table->confidence = measure(s, evidence, table);
	find_marks(s, sums, table);
	for (size_t m = 0; m < table->mark_count; m++)
		table->marks[m].feature =
		    arena_strdup(arena, table->marks[m].feature);
	free(sums);
}

void version_learn(struct arena *arena, const struct version_item *items,
    size_t count, struct version_table *table)
{
	struct study s = { .arena = arena_new(),
		.names = strmap_new(),
		.probes = strmap_new(),
		.items = xcalloc(count + 1, sizeof(*items)) };

	memset(table, 0, sizeof(*table));
	for (size_t i = 0; i < count; i++) {
		const char *version =
		    items[i].version ? version_short(s.arena, items[i].version)
				     : NULL;

		if (version) {
			s.items[s.item_count] = items[i];
			s.items[s.item_count++].version = version;
		}
	}
	qsort(s.items, s.item_count, sizeof(*s.items), by_unit);
	table->version_count = list_versions(arena, items, count, table);
	table->marks =
	    arena_array(arena, VERSION_MARKS_MAX, sizeof(*table->marks));
	if (table->version_count >= 2 && table->version_count <= VERSIONS_MAX)
		study_marks(&s, arena, table);
	else
		table->version_count = 0;
	strmap_free(s.names);
	strmap_free(s.probes);
	arena_free(s.arena);
	free(s.items);
}
