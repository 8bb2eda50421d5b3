/*
 * Learning marks, each unit having one vote. What a deployment says is
 * subtracted from the sums when it is left out.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/strmap.h"
#include "model/version_study.h"

#define SIDE_MIN  2    /* deployments on each side of a cut */
#define GAIN_MIN  1.0  /* less tells too little */
#define APART_MIN 0.03 /* less cannot gain 1: log-odds end at 28 */
#define VOICE_MAX 2    /* marks of one voice at one cut, for each side */

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

/* ------------------------------------------------------------- marks */

struct side {
	double has; /* deployments */
	double all;
};

/* sums[feature * versions + version] */
static void add_votes(const struct study *s, const struct unit *unit,
    size_t versions, double sign, struct side *sums)
{
	for (size_t f = 0; f < s->feature_count; f++) {
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
	size_t feature;
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
	if (fabs(above - below) < APART_MIN)
		return false;
	found->mark.has = log(above / below);
	found->mark.lacks = log((1 - above) / (1 - below));
	found->gain = (above - below) * (found->mark.has - found->mark.lacks);
	return found->gain >= GAIN_MIN;
}

static int compare_voices(const struct found *a, const struct found *b)
{
	size_t len = a->voice.len < b->voice.len ? a->voice.len : b->voice.len;
	int order = memcmp(a->voice.name, b->voice.name, len);

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

/* Marks of one cut, best first within each voice; found has room for all. */
static size_t find_marks(const struct study *s, const struct side *sums,
    size_t versions, size_t cut, struct found *found)
{
	size_t count = 0, kept = 0, of_side[2] = { 0, 0 };

	for (size_t f = 0; f < s->feature_count; f++) {
		const struct side *upper = &sums[f * versions + cut];
		struct found *next = &found[count];

		if (!s->features[f].may_be_mark ||
		    !weigh(upper - 1, upper, next))
			continue;
		next->feature = f;
		next->mark.feature = s->features[f].name;
		next->mark.cut = (uint32_t)cut;
		next->voice = version_voice_of(next->mark.feature);
		count++;
	}
	qsort(found, count, sizeof(*found), by_worth);
	for (size_t i = 0; i < count; i++) {
		struct found this = found[i];

		if (kept == 0 || compare_voices(&found[kept - 1], &this) != 0)
			memset(of_side, 0, sizeof(of_side));
		if (of_side[this.mark.has > 0]++ < VOICE_MAX)
			found[kept++] = this;
	}
	return kept;
}

/* The marks of each cut, in as many lists. */
struct marks {
	size_t versions;
	struct found **list;
	size_t *count;
};

static void marks_begin(struct marks *m, const struct study *s, size_t versions)
{
	m->versions = versions;
	m->list = arena_array(s->arena, versions + 1, sizeof(*m->list));
	m->count = arena_array(s->arena, versions + 1, sizeof(*m->count));
}

static void marks_set(struct marks *m, const struct study *s,
    const struct side *sums, size_t cut, struct found *room)
{
	m->count[cut] = find_marks(s, sums, m->versions, cut, room);
	m->list[cut] =
	    arena_array(s->arena, m->count[cut] + 1, sizeof(**m->list));
	memcpy(m->list[cut], room, m->count[cut] * sizeof(*room));
}

static void take_marks(const struct marks *m, struct version_table *table)
{
	table->mark_count = 0;
	for (size_t cut = 1; cut < m->versions; cut++)
		for (size_t i = 0;
		     i < m->count[cut] && table->mark_count < VERSION_MARKS_MAX;
		     i++)
			table->marks[table->mark_count++] =
			    m->list[cut][i].mark;
}

/* ------------------------------------------------------------- measuring */

/* As version_evidence() has it, for one cut and the item looked at last. */
static double hear(
    const struct study *s, const struct found *marks, size_t count)
{
	double evidence = 0;
	size_t next;

	for (size_t m = 0; m < count; m = next) {
		double bound = marks[m].voice.bound, sum = 0;
		size_t heard = 0;

		for (next = m; next < count &&
			       compare_voices(&marks[m], &marks[next]) == 0;
		     next++) {
			size_t f = marks[next].feature;

			if (!s->has[f] && !s->answered[s->features[f].probe])
				continue;
			sum += fmax(-bound,
			    fmin(bound, s->has[f] ? marks[next].mark.has
						  : marks[next].mark.lacks));
			heard++;
		}
		if (heard > 0)
			evidence += sum / (double)heard;
	}
	return evidence;
}

static double *hear_item(
    const struct study *s, const struct marks *m, size_t item)
{
	double *evidence =
	    arena_array(s->arena, m->versions + 1, sizeof(*evidence));
	size_t left = VERSION_MARKS_MAX;

	study_look_at(s, item);
	for (size_t cut = 1; cut < m->versions; cut++) {
		size_t count = m->count[cut] < left ? m->count[cut] : left;

		evidence[cut] = hear(s, m->list[cut], count);
		left -= count;
	}
	return evidence;
}

/*
 * Every item's evidence, from marks that its deployment had no part in: only
 * the two cuts beside its version differ from those that all have a part in.
 */
static double **hear_left_out(
    struct study *s, struct side *sums, const struct marks *all)
{
	double **evidence =
	    arena_array(s->arena, s->item_count + 1, sizeof(*evidence));
	struct found *room = xcalloc(s->feature_count + 1, sizeof(*room));
	size_t versions = all->versions;
	struct marks some;

	marks_begin(&some, s, versions);
	for (size_t from = 0, to; from < s->count; from = to) {
		memcpy(some.list, all->list, versions * sizeof(*some.list));
		memcpy(some.count, all->count, versions * sizeof(*some.count));
		for (to = from; to < s->count &&
				s->units[to].group == s->units[from].group;
		     to++)
			add_votes(s, &s->units[to], versions, -1, sums);
		for (size_t u = from; u < to; u++)
			for (size_t cut = s->units[u].version;
			     cut <= s->units[u].version + 1; cut++)
				if (cut >= 1 && cut < versions)
					marks_set(&some, s, sums, cut, room);
		for (size_t i = s->units[from].first; i < s->units[to - 1].end;
		     i++)
			evidence[i] = hear_item(s, &some, i);
		for (size_t u = from; u < to; u++)
			add_votes(s, &s->units[u], versions, 1, sums);
	}
	free(room);
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
	size_t versions = table->version_count;
	struct marks all;
	struct found *room;
	struct side *sums;
	double **evidence;

	study_units(s, table);
	sums = xcalloc(s->feature_count * versions + 1, sizeof(*sums));
	room = xcalloc(s->feature_count + 1, sizeof(*room));
	for (size_t u = 0; u < s->count; u++)
		add_votes(s, &s->units[u], versions, 1, sums);
	marks_begin(&all, s, versions);
	for (size_t cut = 1; cut < versions; cut++)
		marks_set(&all, s, sums, cut, room);
	evidence = hear_left_out(s, sums, &all);
	table->scale = choose_scale(s, evidence, table);
	table->confidence = measure(s, evidence, table);
	take_marks(&all, table);
	for (size_t m = 0; m < table->mark_count; m++)
		table->marks[m].feature =
		    arena_strdup(arena, table->marks[m].feature);
	free(room);
	free(sums);
}

void version_learn(struct arena *arena, const struct version_item *items,
    size_t count, struct version_table *table)
{
	struct study s = { .arena = arena_new(),
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
	table->version_count = list_versions(arena, items, count, table);
	table->marks =
	    arena_array(arena, VERSION_MARKS_MAX, sizeof(*table->marks));
	if (table->version_count >= 2 && table->version_count <= VERSIONS_MAX)
		study_marks(&s, arena, table);
	else
		table->version_count = 0;
	strmap_free(s.probes);
	arena_free(s.arena);
	free(s.items);
}
