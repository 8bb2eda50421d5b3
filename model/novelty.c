#include "model/novelty.h"

#include <math.h>
#include <stdlib.h>

#include "common/arena.h"

#define LEVELS	  10
#define SPAN_MIN  1e-6
#define TOP_SLACK 0.1 /* of the span, for the level above all knowns */

/*
 * The distance is already stretched by what was never seen; alone it is only
 * telling when half of what a host says is new (a configuration nobody trained
 * on may well bring a quarter).
 */
#define UNSEEN_LIMIT_MIN 0.5

static const double levels[LEVELS] = { 0.95, 0.96, 0.97, 0.975, 0.98, 0.985,
	0.99, 0.995, 1.0, 1.1 };

static const char *const sentences[SIGN_COUNT] = {
	[SIGN_MARGIN] = "behaves like no product that the model knows",
	[SIGN_DISTANCE] = "answers like no server of the nearest known product",
	[SIGN_UNSEEN] = "much of what it says is new to the model",
};

const char *novelty_sentence(enum novelty_sign sign)
{
	return sentences[sign];
}

double novelty_unseen(const struct vector *v)
{
	return v->total > 0 ? (double)v->unknown / (double)v->total : 1;
}

double novelty_stretch(double distance, double unseen)
{
	return 1 - (1 - distance) * sqrt(1 - unseen);
}

double novelty_value(const struct novelty *n, const struct novelty_item *item,
    enum novelty_sign *which)
{
	double top = -INFINITY;

	for (int s = 0; s < SIGN_COUNT; s++) {
		double z = (item->sign[s] - n->typical[s]) /
			   (n->limit[s] - n->typical[s]);

		if (z > top) {
			top = z;
			*which = (enum novelty_sign)s;
		}
	}
	return top > 0 ? top : 0;
}

double novelty_with_none(double novelty, const double *confidence,
    size_t classes, enum novelty_sign *which)
{
	double none = 1;

	for (size_t c = 0; c < classes; c++)
		none -= confidence[c];
	if (2 * none <= novelty)
		return novelty;
	*which = SIGN_MARGIN;
	return 2 * none;
}

/* ------------------------------------------------------------- limits */

struct weighted {
	double value;
	double weight;
};

static int by_value(const void *a, const void *b)
{
	double x = ((const struct weighted *)a)->value;
	double y = ((const struct weighted *)b)->value;

	return (x > y) - (x < y);
}

/* Values at which the given shares of the weight lie at or below. */
static void quantiles(const struct novelty_item *items, size_t count, int sign,
    double *typical, double *limit)
{
	struct weighted *sorted = xcalloc(count + 1, sizeof(*sorted));
	double total = 0;

	for (size_t i = 0; i < count; i++) {
		sorted[i].value = items[i].sign[sign];
		sorted[i].weight = items[i].weight;
		total += items[i].weight;
	}
	qsort(sorted, count, sizeof(*sorted), by_value);
	*typical = sorted[count / 2].value;
	for (int l = 0; l < LEVELS; l++) {
		double sum = 0;
		size_t i = 0;

		while (i + 1 < count &&
		       (sum += sorted[i].weight) < levels[l] * total - 1e-9)
			i++;
		limit[l] = sorted[i].value;
		if (levels[l] > 1)
			limit[l] += TOP_SLACK * (limit[l] - *typical);
		if (sign == SIGN_UNSEEN && limit[l] < UNSEEN_LIMIT_MIN)
			limit[l] = UNSEEN_LIMIT_MIN;
		if (limit[l] < *typical + SPAN_MIN)
			limit[l] = *typical + SPAN_MIN;
	}
	free(sorted);
}

/* Share of the weight whose novelty is over the limit. */
static double share_over(
    const struct novelty *n, const struct novelty_item *items, size_t count)
{
	double over = 0;
	double total = 0;

	for (size_t i = 0; i < count; i++) {
		bool flagged = false;

		for (int s = 0; s < SIGN_COUNT; s++)
			flagged |= items[i].sign[s] > n->limit[s];
		over += flagged ? items[i].weight : 0;
		total += items[i].weight;
	}
	return total > 0 ? over / total : 0;
}

/* Better: more strangers flagged; then more knowns kept. */
static bool better(const struct novelty_rates *a, const struct novelty_rates *b)
{
	if (fabs(a->flagged - b->flagged) > 1e-9)
		return a->flagged > b->flagged;
	return a->kept > b->kept + 1e-9;
}

void novelty_fit(const struct novelty_item *known, size_t known_count,
    const struct novelty_item *strange, size_t strange_count,
    struct novelty *out, struct novelty_rates *rates)
{
	double limit[SIGN_COUNT][LEVELS];
	struct novelty trial = { { 0 }, { INFINITY, INFINITY, INFINITY } };

	rates->kept = 0;
	rates->flagged = -1;
	*out = (struct novelty){ { 0, 0, 0 }, { 1, 1, 1 } };
	if (known_count == 0)
		return;
	for (int s = 0; s < SIGN_COUNT; s++)
		quantiles(known, known_count, s, &trial.typical[s], limit[s]);
	for (int at = 0; at < LEVELS * LEVELS * LEVELS; at++) {
		struct novelty_rates now;

		trial.limit[0] = limit[0][at % LEVELS];
		trial.limit[1] = limit[1][at / LEVELS % LEVELS];
		trial.limit[2] = limit[2][at / LEVELS / LEVELS];
		now.kept = 1 - share_over(&trial, known, known_count);
		if (now.kept < NOVELTY_KEEP - 1e-9)
			continue;
		now.flagged = share_over(&trial, strange, strange_count);
		if (rates->flagged < 0 || better(&now, rates)) {
			*rates = now;
			*out = trial;
		}
	}
}

/* ------------------------------------------------------------- medoids */

void novelty_choose(const struct gram *gram, const size_t *class_of,
    size_t count, size_t classes, bool *stored)
{
	size_t *kept =
	    xcalloc(classes * NOVELTY_MEDOIDS_MAX + 1, sizeof(*kept));
	size_t *kept_count = xcalloc(classes + 1, sizeof(*kept_count));

	for (size_t i = 0; i < count; i++) {
		size_t c = class_of[i];
		size_t *of_class;

		stored[i] =
		    c != SIZE_MAX && kept_count[c] < NOVELTY_MEDOIDS_MAX;
		if (!stored[i])
			continue;
		of_class = kept + c * NOVELTY_MEDOIDS_MAX;
		for (size_t k = 0; stored[i] && k < kept_count[c]; k++)
			stored[i] = 1 - gram_value(gram, i, of_class[k]) >=
				    NOVELTY_MEDOID_APART;
		if (stored[i])
			of_class[kept_count[c]++] = i;
	}
	free(kept_count);
	free(kept);
}

double novelty_distance(const double *point, const struct vector *v)
{
	double dot = 0;

	for (size_t k = 0; k < v->count; k++)
		dot += point[v->index[k]] * v->value[k];
	return dot < 1 ? 1 - dot : 0; /* rounding */
}
