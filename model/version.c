#include "model/version.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "common/strmap.h"

#define SIDE_MIN 2 /* deployments on each side of a cut */

/* ------------------------------------------------------------- versions */

const char *version_short(struct arena *arena, const char *version)
{
	size_t len = strspn(version, "0123456789");

	if (len == 0)
		return NULL;
	if (version[len] == '.' && isdigit((unsigned char)version[len + 1]))
		len += 1 + strspn(version + len + 1, "0123456789");
	return arena_copy(arena, version, len);
}

int version_compare(const char *a, const char *b)
{
	for (;;) {
		unsigned long x = strtoul(a, NULL, 10);
		unsigned long y = strtoul(b, NULL, 10);

		if (x != y)
			return x < y ? -1 : 1;
		a += strspn(a, "0123456789");
		b += strspn(b, "0123456789");
		if (*a != '.' || *b != '.')
			return (*a == '.') - (*b == '.');
		a++;
		b++;
	}
}

static int by_version(const void *a, const void *b)
{
	return version_compare(
	    *(const char *const *)a, *(const char *const *)b);
}

/* ------------------------------------------------------------- evidence */

/*
 * What a feature's absence is worth depends on its probe having been answered:
 * "<probe>.code:<digit>" in the same list says so.
 */
static size_t probe_len(const char *feature)
{
	return strcspn(feature, ".");
}

static bool is_answer(const char *feature)
{
	size_t len = probe_len(feature);

	return strncmp(feature + len, ".code:", 6) == 0 &&
	       isdigit((unsigned char)feature[len + 6]);
}

static bool may_be_mark(const struct named_feature *feature)
{
	return feature->group != GROUP_BANNER && feature->group != GROUP_TIME;
}

struct sighting { /* one host: its features and answered probes, as ids */
	size_t version;
	size_t group;
	bool *has;	/* by feature id */
	bool *answered; /* by probe id */
};

struct study {
	struct arena *arena;
	struct strmap *names;
	struct strmap *probes;
	size_t *probe_of; /* by feature id */
	struct sighting *hosts;
	size_t count;
	size_t version_count;
};

static size_t id_of(struct strmap *map, const char *text, size_t len)
{
	bool added;
	int64_t *slot = strmap_put(map, text, len, &added);

	if (added)
		*slot = (int64_t)strmap_count(map) - 1;
	return (size_t)*slot;
}

static void number_features(
    struct study *s, const struct version_item *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct feature_list *list = items[i].features;

		for (size_t f = 0; f < list->count; f++) {
			const char *name = list->items[f].name;

			id_of(s->probes, name, probe_len(name));
			if (may_be_mark(&list->items[f]))
				id_of(s->names, name, strlen(name));
		}
	}
	s->probe_of = arena_array(
	    s->arena, strmap_count(s->names) + 1, sizeof(*s->probe_of));
	for (size_t f = 0; f < strmap_count(s->names); f++) {
		const char *name = strmap_key(s->names, f, NULL);

		s->probe_of[f] = id_of(s->probes, name, probe_len(name));
	}
}

static void look_at(
    struct study *s, const struct feature_list *list, struct sighting *host)
{
	host->has = arena_array(s->arena, strmap_count(s->names) + 1, 1);
	host->answered = arena_array(s->arena, strmap_count(s->probes) + 1, 1);
	for (size_t f = 0; f < list->count; f++) {
		const char *name = list->items[f].name;
		const int64_t *id = strmap_get_text(s->names, name);

		if (id && may_be_mark(&list->items[f]))
			host->has[*id] = true;
		if (is_answer(name)) {
			id = strmap_get(s->probes, name, probe_len(name));
			if (id)
				host->answered[*id] = true;
		}
	}
}

/* ------------------------------------------------------------- marks */

struct tally { /* of one feature in one version */
	size_t has;
	size_t lacks;
	size_t groups; /* different ones, counted up to SIDE_MIN */
	size_t last_group;
};

static void count_hosts(
    const struct study *s, size_t feature, size_t left_out, struct tally *tally)
{
	memset(tally, 0, s->version_count * sizeof(*tally));
	for (size_t i = 0; i < s->count; i++) {
		const struct sighting *host = &s->hosts[i];
		struct tally *t = &tally[host->version];

		if (host->group == left_out ||
		    (!host->has[feature] &&
			!host->answered[s->probe_of[feature]]))
			continue;
		if (host->has[feature])
			t->has++;
		else
			t->lacks++;
		if (t->groups == 0 || t->last_group != host->group)
			t->groups++;
		t->last_group = host->group;
	}
}

/* Every version on one side, none on the other: the cut; 0 when there is no
 * such cut. */
static size_t find_cut(const struct tally *tally, size_t versions, bool *upper)
{
	size_t cut = 0;
	size_t below = 0, above = 0;

	for (size_t v = 0; v < versions; v++) {
		bool has = tally[v].has > 0;

		if (tally[v].groups == 0 || (has && tally[v].lacks > 0))
			return 0;
		if (v > 0 && has != (tally[v - 1].has > 0)) {
			if (cut > 0)
				return 0;
			cut = v;
			*upper = has;
		}
		below += cut == 0 ? tally[v].groups : 0;
		above += cut > 0 ? tally[v].groups : 0;
	}
	return below >= SIDE_MIN && above >= SIDE_MIN ? cut : 0;
}

static void find_marks(
    const struct study *s, size_t left_out, struct version_table *table)
{
	struct tally *tally = xcalloc(s->version_count + 1, sizeof(*tally));

	table->mark_count = 0;
	for (size_t f = 0; f < strmap_count(s->names); f++) {
		bool upper = false;
		size_t cut;

		count_hosts(s, f, left_out, tally);
		cut = find_cut(tally, s->version_count, &upper);
		if (cut == 0 || table->mark_count == VERSION_MARKS_MAX)
			continue;
		table->marks[table->mark_count++] = (struct version_mark){
			.feature = strmap_key(s->names, f, NULL),
			.cut = (uint32_t)cut,
			.upper = upper,
		};
	}
	free(tally);
}

/* ------------------------------------------------------------- answering */

/*
 * What EHLO lists and how connections end follows the configuration: such a
 * mark may be chance, and counts half as much as a refused command's.
 */
static int loudness(const char *feature)
{
	static const char *const soft[] = { "ehlo.", "tls-ehlo.", "tls.",
		"wire.", "starttls.", "helo." };

	for (size_t i = 0; i < sizeof(soft) / sizeof(soft[0]); i++)
		if (strncmp(feature, soft[i], strlen(soft[i])) == 0)
			return 1;
	return 2;
}

/* One probe's marks at one cut count as one voice. */

static void hear(const struct version_table *table,
    const struct feature_list *features, struct arena *arena, int *votes)
{
	struct strmap *has = strmap_new();
	struct strmap *answered = strmap_new();
	struct strmap *voices = strmap_new();
	bool added;

	for (size_t f = 0; f < features->count; f++) {
		const char *name = features->items[f].name;

		if (may_be_mark(&features->items[f]))
			strmap_put_text(has, name, &added);
		if (is_answer(name))
			strmap_put(answered, name, probe_len(name), &added);
	}
	for (size_t m = 0; m < table->mark_count; m++) {
		const struct version_mark *mark = &table->marks[m];
		size_t len = probe_len(mark->feature);
		bool present = strmap_get_text(has, mark->feature) != NULL;
		const char *key;

		if (!present && !strmap_get(answered, mark->feature, len))
			continue;
		key = arena_printf(arena, "%u %.*s.", (unsigned)mark->cut,
		    (int)len, mark->feature);
		*strmap_put_text(voices, key, &added) +=
		    present == mark->upper ? 1 : -1;
	}
	for (size_t v = 0; v < strmap_count(voices); v++) {
		int64_t balance = strmap_value(voices, v);
		char *probe;
		unsigned long cut =
		    strtoul(strmap_key(voices, v, NULL), &probe, 10);

		votes[cut] +=
		    ((balance > 0) - (balance < 0)) * loudness(probe + 1);
	}
	strmap_free(voices);
	strmap_free(answered);
	strmap_free(has);
}

/* Versions low..high-1 remain; false when nothing is proven. */
static bool narrow(const struct version_table *table,
    const struct feature_list *features, struct arena *arena, size_t *low,
    size_t *high)
{
	int *votes =
	    arena_array(arena, table->version_count + 1, sizeof(*votes));

	*low = 0;
	*high = table->version_count;
	if (table->version_count < 2)
		return false;
	hear(table, features, arena, votes);
	for (size_t cut = 1; cut < table->version_count; cut++) {
		if (votes[cut] > 0)
			*low = cut;
		if (votes[cut] < 0 && cut < *high)
			*high = cut;
	}
	return *low < *high && *high - *low < table->version_count;
}

const char *version_answer(const struct version_table *table,
    const struct feature_list *features, struct arena *arena)
{
	size_t low, high;

	if (!narrow(table, features, arena, &low, &high))
		return NULL;
	if (high - low == 1)
		return table->versions[low];
	return arena_printf(
	    arena, "%s-%s", table->versions[low], table->versions[high - 1]);
}

/* ------------------------------------------------------------- learning */

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

static void gather(struct study *s, const struct version_table *table,
    const struct version_item *items, size_t count,
    const struct version_item **kept)
{
	number_features(s, items, count);
	s->hosts = arena_array(s->arena, count + 1, sizeof(*s->hosts));
	for (size_t i = 0; i < count; i++) {
		struct sighting *host = &s->hosts[s->count];
		const char *version =
		    items[i].version ? version_short(s->arena, items[i].version)
				     : NULL;

		if (!version)
			continue;
		host->version = place(table, version);
		host->group = items[i].group;
		look_at(s, items[i].features, host);
		kept[s->count++] = &items[i];
	}
}

/* Right answers among those given when the host's group is left out. */
static double measure(struct study *s, struct version_table *table,
    const struct version_item **kept)
{
	size_t right = 0, given = 0;
	size_t studied = SIZE_MAX;

	for (size_t g = 0; g < s->count; g++) {
		size_t low, high;

		if (s->hosts[g].group != studied)
			find_marks(s, s->hosts[g].group, table);
		studied = s->hosts[g].group;
		if (!narrow(table, kept[g]->features, s->arena, &low, &high))
			continue;
		given++;
		right +=
		    s->hosts[g].version >= low && s->hosts[g].version < high;
	}
	return ((double)right + 1) / ((double)given + 2);
}

static int by_group(const void *a, const void *b)
{
	const struct version_item *x = a;
	const struct version_item *y = b;

	return (x->group > y->group) - (x->group < y->group);
}

void version_learn(struct arena *arena, const struct version_item *items,
    size_t count, struct version_table *table)
{
	struct study s = { .arena = arena_new(),
		.names = strmap_new(),
		.probes = strmap_new() };
	struct version_item *sorted = xcalloc(count + 1, sizeof(*sorted));
	const struct version_item **kept = xcalloc(count + 1, sizeof(*kept));

	memcpy(sorted, items, count * sizeof(*items));
	qsort(sorted, count, sizeof(*sorted), by_group);
	memset(table, 0, sizeof(*table));
	table->version_count = list_versions(arena, sorted, count, table);
	s.version_count = table->version_count;
	table->marks =
	    arena_array(arena, VERSION_MARKS_MAX, sizeof(*table->marks));
	if (table->version_count >= 2 && table->version_count <= VERSIONS_MAX) {
		gather(&s, table, sorted, count, kept);
		table->confidence = measure(&s, table, kept);
		find_marks(&s, SIZE_MAX, table);
		for (size_t m = 0; m < table->mark_count; m++)
			table->marks[m].feature =
			    arena_strdup(arena, table->marks[m].feature);
	} else {
		table->version_count = 0;
	}
	strmap_free(s.names);
	strmap_free(s.probes);
	arena_free(s.arena);
	free(kept);
	free(sorted);
}
