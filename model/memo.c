#include "model/memo.h"

#include <stdlib.h>
#include <string.h>

#include "common/buffer.h"
#include "common/strmap.h"

#define NAMES_MAX (FEATURES_MAX * (FEATURE_NAME_MAX + 2))

struct memo {
	struct arena *arena;  /* of the answers */
	struct strmap *index; /* key -> place in answers */
	struct model_answer (*answers)[VIEW_COUNT];
	size_t count, room;
};

struct memo *memo_new(void)
{
	struct memo *memo = xcalloc(1, sizeof(*memo));

	memo->arena = arena_new();
	memo->index = strmap_new();
	return memo;
}

void memo_free(struct memo *memo)
{
	if (!memo)
		return;
	arena_free(memo->arena);
	strmap_free(memo->index);
	free(memo->answers);
	free(memo);
}

static void start_anew(struct memo *memo)
{
	arena_free(memo->arena);
	strmap_free(memo->index);
	memo->arena = arena_new();
	memo->index = strmap_new();
	memo->count = 0;
}

struct memo_key memo_key_of(
    const char *plan, const struct feature_list *features)
{
	struct memo_key key;
	struct buffer all;

	buffer_init(&all, NAMES_MAX);
	buffer_add(&all, plan, strlen(plan) + 1);
	for (size_t i = 0; i < features->count; i++) {
		const struct named_feature *f = &features->items[i];

		buffer_add_char(&all, (char)('a' + f->group));
		buffer_add(&all, f->name, strlen(f->name) + 1);
	}
	sha256_of(buffer_text(&all), all.len, key.text);
	buffer_clear(&all);
	return key;
}

const struct model_answer *memo_get(
    const struct memo *memo, const struct memo_key *key)
{
	const int64_t *at = strmap_get_text(memo->index, key->text);

	return at ? memo->answers[*at] : NULL;
}

static void *copy_of(
    struct arena *arena, const void *items, size_t count, size_t size)
{
	void *copy = arena_array(arena, count, size);

	if (count > 0)
		memcpy(copy, items, count * size);
	return copy;
}

static void copy_answer(struct arena *arena, const struct model_answer *from,
    struct model_answer *to)
{
	const struct vector *v = &from->vector;

	*to = *from;
	to->scores =
	    copy_of(arena, from->scores, from->count, sizeof(*from->scores));
	to->vector.index =
	    copy_of(arena, v->index, v->count, sizeof(*v->index));
	to->vector.value =
	    copy_of(arena, v->value, v->count, sizeof(*v->value));
}

void memo_put(struct memo *memo, const struct memo_key *key,
    const struct model_answer answers[VIEW_COUNT])
{
	bool added;
	int64_t *slot;

	if (arena_used(memo->arena) > MEMO_BYTES_MAX)
		start_anew(memo);
	slot = strmap_put_text(memo->index, key->text, &added);
	if (!added)
		return;
	*slot = (int64_t)memo->count;
	if (memo->count == memo->room) {
		memo->room = memo->room ? memo->room * 2 : 64;
		memo->answers = xrealloc_array(
		    memo->answers, memo->room, sizeof(*memo->answers));
	}
	for (int v = 0; v < VIEW_COUNT; v++)
		copy_answer(
		    memo->arena, &answers[v], &memo->answers[memo->count][v]);
	memo->count++;
}
