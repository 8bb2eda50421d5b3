#include "report/tally.h"

#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/strmap.h"
#include "report/share.h"

struct tally {
	struct arena *arena;  /* keys */
	struct strmap *index; /* key -> row */
	struct tally_row *rows;
	size_t count, room;
	struct share_unit *units; /* hosts with a weight */
	size_t unit_count, unit_room;
	struct tally_row total;
};

struct tally *tally_new(void)
{
	struct tally *t = xcalloc(1, sizeof(*t));

	t->arena = arena_new();
	t->index = strmap_new();
	return t;
}

void tally_free(struct tally *t)
{
	if (!t)
		return;
	strmap_free(t->index);
	arena_free(t->arena);
	free(t->rows);
	free(t->units);
	free(t);
}

static size_t row_of(struct tally *t, const void *key, size_t key_len)
{
	bool added;
	int64_t *slot = strmap_put(t->index, key, key_len, &added);

	if (!added)
		return (size_t)*slot;
	*slot = (int64_t)t->count;
	if (t->count == t->room) {
		t->room = t->room ? 2 * t->room : 64;
		t->rows = xrealloc_array(t->rows, t->room, sizeof(*t->rows));
	}
	t->rows[t->count] = (struct tally_row){
		.key = arena_copy(t->arena, key, key_len),
		.key_len = key_len,
	};
	return t->count++;
}

static void count_host(
    struct tally_row *row, double weight, bool sure, bool person)
{
	row->domains += weight;
	row->hosts++;
	row->sure += sure;
	row->unsure += !sure;
	row->persons += person;
}

void tally_add(struct tally *t, const void *key, size_t key_len, double weight,
    bool sure, bool person)
{
	size_t row = row_of(t, key, key_len);

	count_host(&t->rows[row], weight, sure, person);
	count_host(&t->total, weight, sure, person);
	if (weight <= 0)
		return;
	if (t->unit_count == t->unit_room) {
		t->unit_room = t->unit_room ? 2 * t->unit_room : 1024;
		t->units =
		    xrealloc_array(t->units, t->unit_room, sizeof(*t->units));
	}
	t->units[t->unit_count++] =
	    (struct share_unit){ .row = row, .weight = weight };
}

static int largest_first(const void *a, const void *b)
{
	const struct tally_row *x = a, *y = b;
	size_t shorter = x->key_len < y->key_len ? x->key_len : y->key_len;
	int order;

	if (x->domains < y->domains || x->domains > y->domains)
		return x->domains < y->domains ? 1 : -1;
	if (x->hosts != y->hosts)
		return x->hosts < y->hosts ? 1 : -1;
	order = memcmp(x->key, y->key, shorter);
	return order ? order
		     : (x->key_len > y->key_len) - (x->key_len < y->key_len);
}

/* Units speak of rows by the order of arrival; now rows are sorted. */
static void renumber_units(struct tally *t)
{
	size_t *place = xcalloc(t->count + 1, sizeof(*place));

	for (size_t i = 0; i < t->count; i++) {
		const struct tally_row *r = &t->rows[i];

		place[*strmap_get(t->index, r->key, r->key_len)] = i;
	}
	for (size_t i = 0; i < t->unit_count; i++)
		t->units[i].row = place[t->units[i].row];
	free(place);
}

static void add_intervals(struct tally *t, size_t resamples, uint64_t seed)
{
	size_t rows = t->count < SHARE_ROWS_MAX ? t->count : SHARE_ROWS_MAX;
	struct share_interval *intervals =
	    xcalloc(rows + 1, sizeof(*intervals));

	share_intervals(
	    t->units, t->unit_count, rows, resamples, seed, intervals);
	for (size_t i = 0; i < rows; i++) {
		t->rows[i].has_interval = true;
		t->rows[i].low = intervals[i].low;
		t->rows[i].high = intervals[i].high;
	}
	free(intervals);
}

void tally_finish(struct tally *t, size_t resamples, uint64_t seed)
{
	if (t->count == 0)
		return;
	qsort(t->rows, t->count, sizeof(*t->rows), largest_first);
	renumber_units(t);
	for (size_t i = 0; i < t->count && t->total.domains > 0; i++)
		t->rows[i].share = t->rows[i].domains / t->total.domains;
	t->total.share = t->total.domains > 0 ? 1 : 0;
	if (t->unit_count >= SHARE_HOSTS_MIN)
		add_intervals(t, resamples, seed);
}

size_t tally_count(const struct tally *t)
{
	return t->count;
}

const struct tally_row *tally_row(const struct tally *t, size_t i)
{
	return &t->rows[i];
}

const struct tally_row *tally_total(const struct tally *t)
{
	return &t->total;
}
