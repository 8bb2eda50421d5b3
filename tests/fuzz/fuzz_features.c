/*
 * Any bytes as what a server says: features keep to their bounds and are the
 * same a second time.
 *
 * The input is cut at 0xff. The first part is the MX name, which its
 * certificate repeats; the others answer the probes of the plan table in their
 * order. Where nothing is left, no answer came.
 */
#include <stdlib.h>
#include <string.h>

#include "features/extract.h"
#include "prober/plan.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/dialogue.h"

#define CUT 0xff

struct parts { /* what is left of the input */
	const char *at;
	size_t len;
};

/* The next part, NUL-terminated; NULL when nothing is left. */
static const char *next_part(
    struct arena *arena, struct parts *parts, size_t *len)
{
	const char *part = parts->at;
	const char *cut = parts->len ? memchr(part, CUT, parts->len) : NULL;

	*len = cut ? (size_t)(cut - part) : parts->len;
	if (parts->len == 0)
		return NULL;
	parts->at += *len + (cut != NULL);
	parts->len -= *len + (cut != NULL);
	return arena_copy(arena, part, *len);
}

static void add_certificate(struct transcript *t)
{
	struct tls_info *tls = arena_alloc(t->arena, sizeof(*tls));
	const char **name = arena_alloc(t->arena, sizeof(*name));

	*name = t->name;
	tls->version = "TLSv1.3";
	tls->cipher = t->name;
	tls->chain = arena_alloc(t->arena, sizeof(*tls->chain));
	tls->chain_count = 1;
	tls->chain->subject = t->name;
	tls->chain->issuer = t->name;
	tls->chain->names = name;
	tls->chain->name_count = 1;
	t->connections->tls = tls;
}

static struct transcript *made_of(
    struct arena *arena, const uint8_t *bytes, size_t len)
{
	struct parts parts = { (const char *)bytes, len };
	size_t count = plan_probe_count(), name_len;
	const char *name = next_part(arena, &parts, &name_len);
	struct line *lines = arena_array(arena, count, sizeof(*lines));
	struct transcript *t;

	for (size_t i = 0; i < count; i++) {
		const struct probe *p = plan_probe(i);
		struct line *line = &lines[i];

		line->probe = p->id;
		line->sent = p->bytes;
		line->sent_len = p->len;
		line->received = next_part(arena, &parts, &line->received_len);
		line->first_ms = (int64_t)line->received_len;
	}
	t = transcript_of(arena, lines, count, "probe.example", name);
	if (t->name)
		add_certificate(t);
	return t;
}

static void keeps_bounds(const struct feature_list *list)
{
	if (list->count > FEATURES_MAX)
		abort();
	for (size_t i = 0; i < list->count; i++) {
		const char *name = list->items[i].name;

		if (strlen(name) > FEATURE_NAME_MAX ||
		    list->items[i].group >= GROUP_COUNT)
			abort();
		for (; *name; name++) {
			if (*name < 0x20 || *name > 0x7e)
				abort();
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct arena *arena = arena_new();
	struct transcript *t = made_of(arena, bytes, len);
	struct feature_list once, twice;

	features_extract(arena, t, &once);
	keeps_bounds(&once);
	features_extract(arena, t, &twice);
	if (once.count != twice.count)
		abort();
	for (size_t i = 0; i < once.count; i++) {
		if (strcmp(once.items[i].name, twice.items[i].name) != 0)
			abort();
	}
	if (!features_normal_form(arena, t))
		abort();
	arena_free(arena);
	return 0;
}
