#include "model/version.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/strmap.h"

#define BOUND	   3.0 /* a refused command may decide alone */
#define BOUND_EHLO 2.5 /* so may EHLO, when it is clear */
#define BOUND_SOFT 1.0 /* never alone */
#define ALIKE	   0.5 /* as probable as its neighbour, nearly */

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

/* ------------------------------------------------------------- evidence */

size_t version_probe_len(const char *feature)
{
	return strcspn(feature, ".");
}

/* A feature's absence is worth something only when its probe was answered. */
bool version_is_answer(const char *feature)
{
	size_t len = version_probe_len(feature);

	return strncmp(feature + len, ".code:", 6) == 0 &&
	       isdigit((unsigned char)feature[len + 6]);
}

bool version_may_be_mark(const struct named_feature *feature)
{
	static const char twice[] = NEGATIVE "."; /* a probe's words again */

	return feature->group != GROUP_BANNER && feature->group != GROUP_TIME &&
	       strncmp(feature->name, twice, sizeof(twice) - 1) != 0;
}

/*
 * EHLO says the same before and after STARTTLS; how TLS and the connection go
 * follows the machine and its configuration more than the version.
 */
struct version_voice version_voice_of(const char *feature)
{
	static const struct {
		const char *prefix;
		struct version_voice voice;
	} soft[] = {
		{ "ehlo.", { "ehlo", 4, BOUND_EHLO } },
		{ "tls-ehlo.", { "ehlo", 4, BOUND_EHLO } },
		{ "tls.", { "session", 7, BOUND_SOFT } },
		{ "wire.", { "session", 7, BOUND_SOFT } },
		{ "starttls.", { "session", 7, BOUND_SOFT } },
		{ "helo.", { "session", 7, BOUND_SOFT } },
	};

	for (size_t i = 0; i < sizeof(soft) / sizeof(soft[0]); i++)
		if (strncmp(feature, soft[i].prefix, strlen(soft[i].prefix)) ==
		    0)
			return soft[i].voice;
	return (
	    struct version_voice){ feature, version_probe_len(feature), BOUND };
}

static bool same_voice(
    const struct version_mark *a, const struct version_mark *b)
{
	struct version_voice x = version_voice_of(a->feature);
	struct version_voice y = version_voice_of(b->feature);

	return a->cut == b->cut && x.len == y.len &&
	       memcmp(x.name, y.name, x.len) == 0;
}

struct hearing {
	struct strmap *has;
	struct strmap *answered;
};

static void listen(struct hearing *h, const struct feature_list *features)
{
	bool added;

	h->has = strmap_new();
	h->answered = strmap_new();
	for (size_t f = 0; f < features->count; f++) {
		const char *name = features->items[f].name;

		if (version_may_be_mark(&features->items[f]))
			strmap_put_text(h->has, name, &added);
		if (version_is_answer(name))
			strmap_put(
			    h->answered, name, version_probe_len(name), &added);
	}
}

static bool worth_of(
    const struct hearing *h, const struct version_mark *mark, double *worth)
{
	if (strmap_get_text(h->has, mark->feature)) {
		*worth = mark->has;
		return true;
	}
	*worth = mark->lacks;
	return strmap_get(h->answered, mark->feature,
		   version_probe_len(mark->feature)) != NULL;
}

double *version_evidence(const struct version_table *table,
    const struct feature_list *features, struct arena *arena)
{
	double *evidence =
	    arena_array(arena, table->version_count + 1, sizeof(*evidence));
	const struct version_mark *marks = table->marks;
	struct hearing h;
	size_t next;

	listen(&h, features);
	for (size_t m = 0; m < table->mark_count; m = next) {
		double bound = version_voice_of(marks[m].feature).bound;
		double sum = 0, worth;
		size_t heard = 0;

		for (next = m; next < table->mark_count &&
			       same_voice(&marks[m], &marks[next]);
		     next++) {
			if (!worth_of(&h, &marks[next], &worth))
				continue;
			sum += fmax(-bound, fmin(bound, worth));
			heard++;
		}
		if (heard > 0)
			evidence[marks[m].cut] += sum / (double)heard;
	}
	strmap_free(h.has);
	strmap_free(h.answered);
	return evidence;
}

/* ------------------------------------------------------------- answering */

/* Each version's probability; p has room for all. */
static void spread(
    const double *evidence, double scale, size_t count, double *p)
{
	double top = 0, sum = 0;

	p[0] = 0;
	for (size_t v = 1; v < count; v++) {
		p[v] = p[v - 1] + scale * evidence[v];
		top = fmax(top, p[v]);
	}
	for (size_t v = 0; v < count; v++)
		sum += p[v] = exp(p[v] - top);
	for (size_t v = 0; v < count; v++)
		p[v] /= sum;
}

/* The narrowest range with enough mass; of several the heaviest. */
static void find_range(const double *p, size_t count, size_t *low, size_t *high)
{
	double best = 0;

	*low = 0;
	*high = count;
	for (size_t from = 0; from < count; from++) {
		double mass = 0;

		for (size_t to = from; to < count; to++) {
			size_t width = to + 1 - from;

			mass += p[to];
			if (mass < VERSION_MASS || width > *high - *low ||
			    (width == *high - *low && mass <= best))
				continue;
			*low = from;
			*high = to + 1;
			best = mass;
		}
	}
}

bool version_narrow(const struct version_table *table, const double *evidence,
    double scale, size_t *low, size_t *high)
{
	double p[VERSIONS_MAX];
	size_t count = table->version_count;

	*low = 0;
	*high = count;
	if (count < 2 || count > VERSIONS_MAX)
		return false;
	spread(evidence, scale, count, p);
	find_range(p, count, low, high);
	while (*low > 0 && p[*low - 1] >= ALIKE * p[*low])
		--*low;
	while (*high < count && p[*high] >= ALIKE * p[*high - 1])
		++*high;
	return *high - *low < count;
}

/* "3.7" -> "3.8", the first that comes after it; never past `most`. */
static const char *first_after(
    const char *version, const char *most, struct arena *arena)
{
	const char *dot = strrchr(version, '.');
	const char *last = dot ? dot + 1 : version;
	const char *next = arena_printf(arena, "%.*s%lu", (int)(last - version),
	    version, strtoul(last, NULL, 10) + 1);

	return version_compare(next, most) < 0 ? next : most;
}

/* "3.10" -> "3.9", "2.0" -> "1.x", the last before it; never below `least`. */
static const char *last_before(
    const char *version, const char *least, struct arena *arena)
{
	const char *dot = strrchr(version, '.');
	const char *last = dot ? dot + 1 : version;
	unsigned long number = strtoul(last, NULL, 10);
	unsigned long first = strtoul(version, NULL, 10);
	const char *before = least;

	if (number > 0)
		before = arena_printf(arena, "%.*s%lu", (int)(last - version),
		    version, number - 1);
	else if (strtoul(least, NULL, 10) < first)
		return arena_printf(arena, "%lu.x", first - 1);
	return version_compare(before, least) > 0 ? before : least;
}

const char *version_answer(const struct version_table *table,
    const struct feature_list *features, struct arena *arena)
{
	size_t low, high;
	const char *first, *last;

	if (table->version_count < 2 ||
	    !version_narrow(table, version_evidence(table, features, arena),
		table->scale, &low, &high))
		return NULL;
	if (low == 0)
		return arena_printf(arena, "<%s", table->versions[high]);
	first =
	    first_after(table->versions[low - 1], table->versions[low], arena);
	if (high == table->version_count)
		return arena_printf(arena, "%s+", first);
	last = last_before(
	    table->versions[high], table->versions[high - 1], arena);
	if (strcmp(first, last) == 0)
		return first;
	return arena_printf(arena, "%s-%s", first, last);
}

/* Up to 3.9, or 3.x? */
static bool is_up_to(const char *version, const char *last)
{
	if (strchr(last, 'x'))
		return strtoul(version, NULL, 10) <= strtoul(last, NULL, 10);
	return version_compare(version, last) <= 0;
}

/* -1: before the range, 0: in it, 1: after it. */
static int side_of(const char *range, const char *version, struct arena *arena)
{
	size_t len = strcspn(range, "-+");

	if (range[0] == '<')
		return version_compare(version, range + 1) < 0 ? 0 : 1;
	if (version_compare(version, arena_copy(arena, range, len)) < 0)
		return -1;
	if (range[len] == '+')
		return 0;
	return is_up_to(version, range[len] ? range + len + 1 : range) ? 0 : 1;
}

bool version_within(const char *range, const char *version, struct arena *arena)
{
	version = version_short(arena, version);
	return version && side_of(range, version, arena) == 0;
}

bool version_agrees(const struct version_table *table, const char *answer,
    const char *stated, struct arena *arena)
{
	const char *given = stated ? version_short(arena, stated) : NULL;
	int side;

	if (!answer || !given)
		return true;
	side = side_of(answer, given, arena);
	for (size_t v = 0; side != 0 && v < table->version_count; v++) {
		const char *between = table->versions[v];

		if (side_of(answer, between, arena) == side &&
		    version_compare(between, given) * side <= 0)
			return false;
	}
	return true;
}
