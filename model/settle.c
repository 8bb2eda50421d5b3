/*
 * What would settle it: of the probes that this host was not sent, the ones
 * whose answers two classes are told apart by. A probe's worth is the sum over
 * its features of how differently the two weigh them.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/explanation.h"
#include "model/parts.h"

#define PROBES_MAX 256

struct worth {
	const char *probe; /* first part of a feature's name */
	size_t len;
	double sum;
};

/* Features that belong to no one probe, or to what is always sent. */
static bool is_general(const char *name, size_t len)
{
	static const char *const prefixes[] = { "wire", "time", "tls",
		"pattern", "pair", PROBE_EHLO, PROBE_TLS_EHLO, PROBE_GREETING,
		NEGATIVE, PROBE_STARTTLS, PROBE_QUIT, PROBE_HELO };

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
		if (strlen(prefixes[i]) == len &&
		    memcmp(prefixes[i], name, len) == 0)
			return true;
	}
	return false;
}

static struct worth *worth_of(
    struct worth *list, size_t *count, const char *name, size_t len)
{
	/* The vocabulary is in order of name: a probe's features are
	 * together. */
	if (*count > 0 && list[*count - 1].len == len &&
	    memcmp(list[*count - 1].probe, name, len) == 0)
		return &list[*count - 1];
	if (*count == PROBES_MAX)
		return NULL;
	list[*count] = (struct worth){ name, len, 0 };
	return &list[(*count)++];
}

static int compare_worth(const void *a, const void *b)
{
	const struct worth *x = a, *y = b;

	if (x->sum != y->sum)
		return x->sum > y->sum ? -1 : 1;
	return strncmp(x->probe, y->probe, x->len < y->len ? x->len : y->len);
}

static size_t weigh(const struct model *model, size_t class_a, size_t class_b,
    struct worth *list)
{
	const double *weights = model->views[VIEW_NO_BANNER].weights;
	size_t count = 0;

	for (size_t f = 0; f < model->feature_count; f++) {
		const char *name =
		    vocabulary_name(model->vocabulary, (feature_id)f);
		const double *row =
		    weights + model->bundle[f] * model->class_count;
		double scale =
		    vocabulary_scale(model->vocabulary, (feature_id)f);
		size_t len = strcspn(name, ".");
		struct worth *worth;

		if (is_general(name, len) || strstr(name, ":unsent"))
			continue;
		worth = worth_of(list, &count, name, len);
		if (worth)
			worth->sum += scale * fabs(row[class_a] - row[class_b]);
	}
	return count;
}

size_t settle_probes(const struct model *model, const struct transcript *t,
    size_t class_a, size_t class_b, struct arena *arena,
    struct settling_probe *out, size_t max)
{
	struct worth *list = arena_array(arena, PROBES_MAX, sizeof(*list));
	size_t count = weigh(model, class_a, class_b, list);
	size_t used = 0;

	qsort(list, count, sizeof(*list), compare_worth);
	for (size_t i = 0; i < count && used < max && list[i].sum > 0; i++) {
		const char *probe =
		    arena_copy(arena, list[i].probe, list[i].len);

		if (transcript_find(t, probe))
			continue;
		out[used].probe = probe;
		out[used].weight = list[i].sum / list[0].sum;
		used++;
	}
	return used;
}
