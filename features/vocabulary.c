/*
 * Before freezing: which deployments showed a feature, as a sorted list of
 * deployment numbers (a transcript of an earlier deployment may come late).
 * After: names in order, with group and scale.
 *
 * The scale is 1 + ln((1 + N) / (1 + n)) for a feature that n of N
 * deployments showed: what all show weighs 1, what few show a few times that.
 */
#include "features/vocabulary.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/strmap.h"

struct entry {
	const char *name; /* owned by the map or by names */
	enum feature_group group;
	double scale;
	uint32_t *seen; /* deployments, increasing; before freezing only */
	uint32_t seen_count, seen_capacity;
};

struct vocabulary {
	struct strmap *map; /* name -> entry */
	struct strmap *deployments;
	struct entry *entries;
	size_t count, capacity;
	double weights[GROUP_COUNT];
	bool frozen;
};

static const double default_weights[] = {
	[GROUP_BANNER] = 0.5, /* chosen by the administrator, may be forged */
	[GROUP_EHLO] = 1.0,
	[GROUP_HELP] = 0.7,
	[GROUP_CODES] = 1.0,
	[GROUP_WORDS] = 1.0,
	[GROUP_CHARS] = 0.8, /* much the same evidence as the words */
	[GROUP_ECHO] = 0.6,
	[GROUP_WIRE] = 0.6,
	[GROUP_TLS] = 0.3,  /* the library's and the operator's */
	[GROUP_TIME] = 0.1, /* the network's as much as the server's */
};

_Static_assert(
    sizeof(default_weights) / sizeof(*default_weights) == GROUP_COUNT,
    "a weight for each group");

struct vocabulary *vocabulary_new(void)
{
	struct vocabulary *v = xcalloc(1, sizeof(*v));

	v->map = strmap_new();
	v->deployments = strmap_new();
	memcpy(v->weights, default_weights, sizeof(v->weights));
	return v;
}

void vocabulary_free(struct vocabulary *v)
{
	if (!v)
		return;
	for (size_t i = 0; i < v->count; i++)
		free(v->entries[i].seen);
	free(v->entries);
	strmap_free(v->map);
	strmap_free(v->deployments);
	free(v);
}

size_t vocabulary_count(const struct vocabulary *v)
{
	return v->count;
}

const char *vocabulary_name(const struct vocabulary *v, feature_id id)
{
	assert(id < v->count);
	return v->entries[id].name;
}

enum feature_group vocabulary_group(const struct vocabulary *v, feature_id id)
{
	assert(id < v->count);
	return v->entries[id].group;
}

void vocabulary_set_weight(
    struct vocabulary *v, enum feature_group group, double weight)
{
	assert(group < GROUP_COUNT && weight >= 0);
	v->weights[group] = weight;
}

double vocabulary_weight(const struct vocabulary *v, enum feature_group group)
{
	assert(group < GROUP_COUNT);
	return v->weights[group];
}

static struct entry *add_entry(
    struct vocabulary *v, const char *name, enum feature_group group)
{
	if (v->count == v->capacity) {
		v->capacity = v->capacity ? v->capacity * 2 : 4096;
		v->entries = xrealloc_array(
		    v->entries, v->capacity, sizeof(*v->entries));
	}
	v->entries[v->count] = (struct entry){ .name = name, .group = group };
	return &v->entries[v->count++];
}

static void mark_seen(struct entry *e, uint32_t deployment)
{
	uint32_t low = 0, high = e->seen_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (e->seen[middle] < deployment)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < e->seen_count && e->seen[low] == deployment)
		return;
	if (e->seen_count == e->seen_capacity) {
		e->seen_capacity = e->seen_capacity ? e->seen_capacity * 2 : 2;
		e->seen =
		    xrealloc_array(e->seen, e->seen_capacity, sizeof(*e->seen));
	}
	memmove(e->seen + low + 1, e->seen + low,
	    (e->seen_count - low) * sizeof(*e->seen));
	e->seen[low] = deployment;
	e->seen_count++;
}

void vocabulary_observe(struct vocabulary *v, const struct feature_list *list,
    const char *deployment)
{
	bool added;
	int64_t *slot = strmap_put_text(v->deployments, deployment, &added);

	assert(!v->frozen);
	if (added)
		*slot = (int64_t)strmap_count(v->deployments) - 1;
	for (size_t i = 0; i < list->count; i++) {
		int64_t *at =
		    strmap_put_text(v->map, list->items[i].name, &added);

		if (added) {
			*at = (int64_t)v->count;
			add_entry(v, NULL, list->items[i].group);
		}
		mark_seen(&v->entries[*at], (uint32_t)*slot);
	}
}

static int by_name(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* Names first live in the map's arena; the kept ones move to a new map. */
static void reindex(struct vocabulary *v)
{
	struct strmap *map = strmap_new();

	for (size_t i = 0; i < v->count; i++)
		*strmap_put_text(map, v->entries[i].name, NULL) = (int64_t)i;
	for (size_t i = 0; i < v->count; i++)
		v->entries[i].name = strmap_key(map, i, NULL);
	strmap_free(v->map);
	v->map = map;
	v->frozen = true;
}

void vocabulary_freeze(struct vocabulary *v, size_t min_groups)
{
	double n = (double)strmap_count(v->deployments);
	size_t kept = 0;

	assert(!v->frozen);
	for (size_t i = 0; i < v->count; i++) {
		struct entry *e = &v->entries[i];
		uint32_t seen = e->seen_count;

		free(e->seen);
		e->seen = NULL;
		e->seen_count = e->seen_capacity = 0;
		if (seen < min_groups)
			continue;
		e->name = strmap_key(v->map, i, NULL);
		e->scale = 1 + log((1 + n) / (1 + (double)seen));
		v->entries[kept++] = *e;
	}
	v->count = kept;
	if (kept)
		qsort(v->entries, kept, sizeof(*v->entries), by_name);
	reindex(v);
}

/* Ids are distinct and small: a radix sort, a byte at a time. */
static void sort_ids(
    feature_id *ids, feature_id *other, size_t count, size_t vocabulary_size)
{
	feature_id *from = ids, *to = other;
	int passes = 0;

	for (unsigned shift = 0; shift < 32 && vocabulary_size >> shift;
	     shift += 8, passes++) {
		size_t starts[257] = { 0 };
		feature_id *swap = from;

		for (size_t i = 0; i < count; i++)
			starts[((from[i] >> shift) & 255) + 1]++;
		for (size_t i = 1; i < 257; i++)
			starts[i] += starts[i - 1];
		for (size_t i = 0; i < count; i++)
			to[starts[(from[i] >> shift) & 255]++] = from[i];
		from = to;
		to = swap;
	}
	if (passes % 2)
		memcpy(ids, other, count * sizeof(*ids));
}

static size_t known_ids(const struct vocabulary *v,
    const struct feature_list *list, unsigned mask, feature_id *ids,
    struct vector *out)
{
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++) {
		const struct named_feature *f = &list->items[i];
		const int64_t *id;

		if (!(mask & GROUP_BIT(f->group)) || v->weights[f->group] == 0)
			continue;
		out->total++;
		id = strmap_get_text(v->map, f->name);
		if (!id || v->entries[*id].group != f->group)
			out->unknown++;
		else
			ids[count++] = (feature_id)*id;
	}
	return count;
}

static void fill_values(const struct vocabulary *v, struct vector *out)
{
	double squares[GROUP_COUNT] = { 0 }, factor[GROUP_COUNT] = { 0 };
	double whole = 0;

	for (size_t i = 0; i < out->count; i++) {
		const struct entry *e = &v->entries[out->index[i]];

		squares[e->group] += e->scale * e->scale;
	}
	for (size_t g = 0; g < GROUP_COUNT; g++) {
		if (squares[g] > 0)
			whole += v->weights[g] * v->weights[g];
	}
	for (size_t g = 0; g < GROUP_COUNT; g++) {
		if (squares[g] > 0)
			factor[g] = v->weights[g] / sqrt(squares[g] * whole);
	}
	for (size_t i = 0; i < out->count; i++) {
		const struct entry *e = &v->entries[out->index[i]];

		out->value[i] = e->scale * factor[e->group];
	}
}

void vocabulary_vector(const struct vocabulary *v,
    const struct feature_list *list, unsigned mask, struct arena *arena,
    struct vector *out)
{
	feature_id *ids = arena_array(arena, list->count, sizeof(*ids));
	feature_id *other = arena_array(arena, list->count, sizeof(*ids));

	assert(v->frozen);
	memset(out, 0, sizeof(*out));
	out->count = known_ids(v, list, mask, ids, out);
	sort_ids(ids, other, out->count, v->count);
	out->index = ids;
	out->value = arena_array(arena, out->count, sizeof(*out->value));
	fill_values(v, out);
}

/*
 * The section: u32 form, u32 count, u32 groups, f64 weight of each group,
 * then for each feature in order of name: u8 group, f64 scale, u8 bytes shared
 * with the name before, u8 further bytes, these bytes. Little-endian.
 */
#define FORM	    1u
#define HEADER_SIZE (12 + 8 * (size_t)GROUP_COUNT)
#define ENTRY_MIN   (1 + 8 + 2)
#define WEIGHT_MAX  1000.0

static void put_u32(struct buffer *out, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		buffer_add_char(out, (char)(value >> (8 * i) & 255));
}

static void put_f64(struct buffer *out, double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	put_u32(out, (uint32_t)bits);
	put_u32(out, (uint32_t)(bits >> 32));
}

void vocabulary_write(const struct vocabulary *v, struct buffer *out)
{
	const char *before = "";

	assert(v->frozen);
	put_u32(out, FORM);
	put_u32(out, (uint32_t)v->count);
	put_u32(out, GROUP_COUNT);
	for (size_t g = 0; g < GROUP_COUNT; g++)
		put_f64(out, v->weights[g]);
	for (size_t i = 0; i < v->count; i++) {
		const struct entry *e = &v->entries[i];
		size_t shared = 0, len = strlen(e->name);

		while (before[shared] && before[shared] == e->name[shared])
			shared++;
		buffer_add_char(out, (char)e->group);
		put_f64(out, e->scale);
		buffer_add_char(out, (char)shared);
		buffer_add_char(out, (char)(len - shared));
		buffer_add(out, e->name + shared, len - shared);
		before = e->name;
	}
}

struct reader {
	const uint8_t *p;
	size_t left;
};

static uint32_t get_u32(struct reader *r)
{
	uint32_t value = 0;

	for (int i = 0; i < 4; i++)
		value |= (uint32_t)r->p[i] << (8 * i);
	r->p += 4;
	r->left -= 4;
	return value;
}

static double get_f64(struct reader *r)
{
	uint64_t bits = get_u32(r);
	double value;

	bits |= (uint64_t)get_u32(r) << 32;
	memcpy(&value, &bits, sizeof(value));
	return value;
}

static bool in_range(double value, double low, double high)
{
	return isfinite(value) && value >= low && value <= high;
}

/* NULL, or what is wrong. */
static const char *read_header(
    struct reader *r, struct vocabulary *v, size_t *count)
{
	if (r->left < HEADER_SIZE)
		return "it is too short";
	if (get_u32(r) != FORM)
		return "its form is not known";
	*count = get_u32(r);
	if (get_u32(r) != GROUP_COUNT)
		return "it has other groups of features";
	for (size_t g = 0; g < GROUP_COUNT; g++) {
		v->weights[g] = get_f64(r);
		if (!in_range(v->weights[g], 0, WEIGHT_MAX))
			return "a weight is out of range";
	}
	if (*count > r->left / ENTRY_MIN)
		return "it has fewer features than it says";
	return NULL;
}

/* name holds the name before and becomes this one. */
static const char *read_entry(struct reader *r, struct vocabulary *v,
    char name[FEATURE_NAME_MAX + 1], size_t *name_len)
{
	char last[FEATURE_NAME_MAX + 1];
	size_t group, shared, rest;
	struct entry *e;
	double scale;

	if (r->left < ENTRY_MIN)
		return "it ends within a feature";
	group = *r->p++;
	r->left--;
	scale = get_f64(r);
	shared = *r->p++;
	rest = *r->p++;
	r->left -= 2;
	if (group >= GROUP_COUNT || !in_range(scale, 1e-6, WEIGHT_MAX))
		return "a feature's group or scale is out of range";
	if (shared > *name_len || shared + rest > FEATURE_NAME_MAX ||
	    rest > r->left)
		return "a feature's name is out of bounds";
	for (size_t i = 0; i < rest; i++) {
		if (r->p[i] < 0x20 || r->p[i] >= 0x7f)
			return "a feature's name is not printable";
	}
	memcpy(last, name, *name_len + 1);
	memcpy(name + shared, r->p, rest);
	*name_len = shared + rest;
	name[*name_len] = '\0';
	r->p += rest;
	r->left -= rest;
	if (strcmp(last, name) >= 0)
		return "its names are not in order";
	*strmap_put_text(v->map, name, NULL) = (int64_t)v->count;
	e = add_entry(v, NULL, (enum feature_group)group);
	e->scale = scale;
	return NULL;
}

static const char *read_all(struct reader *r, struct vocabulary *v)
{
	char name[FEATURE_NAME_MAX + 1] = "";
	size_t count = 0, name_len = 0;
	const char *wrong = read_header(r, v, &count);

	for (size_t i = 0; !wrong && i < count; i++)
		wrong = read_entry(r, v, name, &name_len);
	if (!wrong && r->left)
		wrong = "bytes follow the last feature";
	for (size_t i = 0; !wrong && i < v->count; i++)
		v->entries[i].name = strmap_key(v->map, i, NULL);
	return wrong;
}

enum status vocabulary_read(
    const void *bytes, size_t len, struct vocabulary **v, struct error *err)
{
	struct reader r = { bytes, len };
	struct vocabulary *read = vocabulary_new();
	const char *wrong = read_all(&r, read);

	if (wrong) {
		vocabulary_free(read);
		return error_set(err, STATUS_DATA,
		    "the vocabulary of the model is damaged: %s; get the "
		    "model again or train a new one",
		    wrong);
	}
	read->frozen = true;
	*v = read;
	return STATUS_OK;
}
