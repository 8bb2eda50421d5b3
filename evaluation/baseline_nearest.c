/*
 * Baselines that learn nothing: the largest product, the nearest vector of
 * reply codes (as smtpscan did), the nearest neighbour on all features.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/strmap.h"
#include "evaluation/baseline.h"

#define SAME 1e-9 /* distances that differ by rounding only */

/* ------------------------------------------------------------- voting */

/* Deployments of each class to learn from. */
static double *class_weights(const struct contest *c)
{
	double *weight = xcalloc(c->d->class_count + 1, sizeof(*weight));

	for (size_t k = 0; k < c->count; k++)
		if (c->train[k] &&
		    contest_item(c, k)->class_index != CLASS_OTHER)
			weight[contest_item(c, k)->class_index] +=
			    contest_item(c, k)->weight;
	return weight;
}

static size_t heaviest(
    const double *votes, const double *overall, size_t classes)
{
	size_t best = 0;

	for (size_t k = 1; k < classes; k++)
		if (votes[k] > votes[best] + SAME ||
		    (votes[k] > votes[best] - SAME &&
			overall[k] > overall[best] + SAME))
			best = k;
	return best;
}

/*
 * Of the nearest ones to learn from, the most frequent product; its share of
 * them is the confidence. distance[position]; *nearest: how far they are.
 */
static struct said vote(const struct contest *c, const double *distance,
    const double *overall, double *nearest)
{
	double *votes = xcalloc(c->d->class_count + 1, sizeof(*votes));
	double all = 0;
	struct said said = { ANSWER_NONE, 0, false };

	*nearest = INFINITY;
	for (size_t k = 0; k < c->count; k++)
		if (c->train[k] && distance[k] < *nearest &&
		    contest_item(c, k)->class_index != CLASS_OTHER)
			*nearest = distance[k];
	for (size_t k = 0; k < c->count; k++) {
		const struct item *item = contest_item(c, k);

		if (!c->train[k] || item->class_index == CLASS_OTHER ||
		    !(distance[k] <= *nearest + SAME))
			continue;
		votes[item->class_index] += item->weight;
		all += item->weight;
	}
	if (all > 0) {
		said.answer = heaviest(votes, overall, c->d->class_count);
		said.confidence = votes[said.answer] / all;
	}
	free(votes);
	return said;
}

/* ------------------------------------------------------------- majority */

static enum status judge_majority(
    const struct contest *c, struct said *said, struct error *err)
{
	double *weight = class_weights(c);
	size_t best = heaviest(weight, weight, c->d->class_count);
	double all = 0;

	(void)err;
	for (size_t k = 0; k < c->d->class_count; k++)
		all += weight[k];
	for (size_t k = 0; k < c->count; k++)
		said[k] = (struct said){ best, all > 0 ? weight[best] / all : 0,
			false };
	free(weight);
	return STATUS_OK;
}

const struct baseline baseline_majority = {
	.name = "majority",
	.text = "largest product",
	.judge = judge_majority,
};

/* ------------------------------------------------------------- codes */

/* Reply codes by probe: one row of numbers a position, 0: not asked. */
struct codes {
	size_t *value;
	size_t probes;
};

/* Length of the probe's name in "<probe>.code:<value>", else 0. */
static size_t code_probe(const struct contest *c, const struct named_feature *f)
{
	const char *at = strstr(f->name, ".code:");

	if (!at || (c->mask & GROUP_BIT(f->group)) == 0 ||
	    strncmp(f->name, "pair.", 5) == 0)
		return 0;
	return (size_t)(at - f->name);
}

static size_t number_of(struct strmap *map, const char *text, size_t len)
{
	bool added;
	int64_t *slot = strmap_put(map, text, len, &added);

	if (added)
		*slot = (int64_t)strmap_count(map);
	return (size_t)*slot;
}

static struct codes read_codes(const struct contest *c)
{
	struct strmap *probes = strmap_new();
	struct strmap *values = strmap_new();
	struct codes codes = { NULL, 0 };

	for (int pass = 0; pass < 2; pass++) {
		for (size_t k = 0; k < c->count; k++) {
			const struct feature_list *list =
			    &contest_item(c, k)->features;

			for (size_t i = 0; i < list->count; i++) {
				const char *name = list->items[i].name;
				size_t len = code_probe(c, &list->items[i]);
				size_t p;

				if (len == 0)
					continue;
				p = number_of(probes, name, len) - 1;
				if (pass == 1)
					codes.value[k * codes.probes + p] =
					    number_of(
						values, name, strlen(name));
			}
		}
		if (pass == 1)
			break;
		codes.probes = strmap_count(probes);
		codes.value =
		    xcalloc(codes.probes * c->count + 1, sizeof(*codes.value));
	}
	strmap_free(values);
	strmap_free(probes);
	return codes;
}

static double code_distance(const struct codes *codes, size_t a, size_t b)
{
	size_t differ = 0;

	for (size_t p = 0; p < codes->probes; p++)
		differ += codes->value[a * codes->probes + p] !=
			  codes->value[b * codes->probes + p];
	return (double)differ;
}

static enum status judge_codes(
    const struct contest *c, struct said *said, struct error *err)
{
	struct codes codes = read_codes(c);
	double *distance = xcalloc(c->count + 1, sizeof(*distance));
	double *overall = class_weights(c);

	(void)err;
	for (size_t k = 0; k < c->count; k++) {
		double nearest;

		if (!c->test[k])
			continue;
		for (size_t j = 0; j < c->count; j++)
			distance[j] = code_distance(&codes, k, j);
		said[k] = vote(c, distance, overall, &nearest);
		if (codes.probes > 0)
			said[k].confidence *=
			    1 - nearest / (double)codes.probes;
	}
	free(overall);
	free(distance);
	free(codes.value);
	return STATUS_OK;
}

const struct baseline baseline_codes = {
	.name = "codes",
	.text = "nearest reply codes (smtpscan)",
	.judge = judge_codes,
};

/* ------------------------------------------------------------- neighbour */

static enum status judge_neighbour(
    const struct contest *c, struct said *said, struct error *err)
{
	double *distance = xcalloc(c->count + 1, sizeof(*distance));
	double *overall = class_weights(c);

	(void)err;
	for (size_t k = 0; k < c->count; k++) {
		double nearest;

		if (!c->test[k])
			continue;
		for (size_t j = 0; j < c->count; j++)
			distance[j] = 1 - c->cosine[k * c->count + j];
		said[k] = vote(c, distance, overall, &nearest);
		said[k].confidence *= nearest < 0   ? 1
				      : nearest > 1 ? 0
						    : 1 - nearest;
	}
	free(overall);
	free(distance);
	return STATUS_OK;
}

const struct baseline baseline_neighbour = {
	.name = "neighbour",
	.text = "nearest neighbour, all features",
	.judge = judge_neighbour,
};
