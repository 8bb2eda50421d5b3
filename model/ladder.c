/*
 * What each kind of evidence adds: the same folds, machines trained on ever
 * more groups of features.
 */
#include <stdlib.h>

#include "model/evaluating.h"
#include "model/fit.h"
#include "model/forge.h"

static const struct {
	const char *name;
	unsigned mask;
} steps[] = {
	{ "banner", GROUPS_LADDER_BANNER },
	{ "+ EHLO", GROUPS_LADDER_EHLO },
	{ "+ HELP", GROUPS_LADDER_HELP },
	{ "+ negative replies", GROUPS_LADDER_NEGATIVE },
	{ "+ TLS", GROUPS_LADDER_TLS },
};

_Static_assert(sizeof(steps) / sizeof(steps[0]) == STEPS, "a row for a rung");

const char *ladder_name(size_t step)
{
	return steps[step].name;
}

struct feature_list evaluating_features(const struct evaluating *v,
    struct arena *scratch, size_t item, enum banner_state banner)
{
	const struct dataset *d = v->d;
	struct feature_list forged;

	if (banner != BANNER_FORGED || v->donor[item] == SIZE_MAX)
		return d->items[item].features;
	features_forge(scratch, &d->items[item].features,
	    &d->items[v->donor[item]].features, &forged);
	return forged;
}

static enum status climb(struct evaluating *v, const bool *train,
    const bool *test, size_t step, enum banner_state state, double cost,
    struct error *err)
{
	unsigned mask = steps[step].mask;
	struct arena *scratch = arena_new();
	double *margins = xcalloc(v->d->class_count + 1, sizeof(*margins));
	enum status status;
	struct fit *fit;

	if (state == BANNER_HIDDEN)
		mask &= ~GROUP_BIT(GROUP_BANNER);
	fit = fit_new(v->d, train, mask, v->options->seed);
	status = fit_train(fit, cost, err);
	for (size_t i = 0; status == STATUS_OK && i < v->d->count; i++) {
		const struct item *item = &v->d->items[i];

		if (!test[i] || item->tier != v->tier ||
		    item->class_index == CLASS_OTHER)
			continue;
		for (int s = state; s < BANNER_STATES;
		     s += BANNER_FORGED - BANNER_AS_IS) {
			struct feature_list list = evaluating_features(
			    v, scratch, i, (enum banner_state)s);
			size_t best = 0;
			struct vector x;

			fit_margins(fit, &list, scratch, margins, &x);
			for (size_t c = 1; c < v->d->class_count; c++)
				if (margins[c] > margins[best])
					best = c;
			judge(&v->rungs[step][s], item, item->class_index, best,
			    0);
		}
		arena_reset(scratch);
	}
	fit_free(fit);
	free(margins);
	arena_free(scratch);
	return status;
}

enum status ladder_climb(struct evaluating *v, const bool *train,
    const bool *test, double cost, struct error *err)
{
	enum status status = STATUS_OK;

	for (size_t s = 0; status == STATUS_OK && s < STEPS; s++) {
		status = climb(v, train, test, s, BANNER_AS_IS, cost, err);
		/* Hidden, the first rung has nothing left. */
		if (status == STATUS_OK && s > 0)
			status =
			    climb(v, train, test, s, BANNER_HIDDEN, cost, err);
	}
	return status;
}
