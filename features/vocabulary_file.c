/*
 * The section: u32 form, u32 count, u32 groups, f64 weight of each group,
 * then for each feature in order of name: u8 group, f64 scale, u8 bytes shared
 * with the name before, u8 further bytes, these bytes. Little-endian.
 */
#include "features/vocabulary.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "features/vocabulary_state.h"

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
		const struct vocabulary_entry *e = &v->entries[i];
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
	struct vocabulary_entry *e;
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
	e = vocabulary_add(v, (enum feature_group)group);
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
