#include "evaluation/round.h"

#include <stdlib.h>

#include "model/fit.h"
#include "model/folds.h"
#include "model/forge.h"

size_t round_best(const double *margins, size_t classes)
{
	size_t best = 0;

	for (size_t c = 1; c < classes; c++)
		if (margins[c] > margins[best])
			best = c;
	return best;
}

struct feature_list round_forge(
    const struct evaluating *v, struct arena *scratch, size_t item)
{
	const struct dataset *d = v->d;
	struct feature_list forged;

	if (v->donor[item] == SIZE_MAX)
		return d->items[item].features;
	features_forge(scratch, &d->items[item].features,
	    &d->items[v->donor[item]].features, &forged);
	return forged;
}

enum status round_run(
    struct evaluating *v, const struct round *round, struct error *err)
{
	enum status status = folds_apart(v->d, round->train, round->test, err);
	double *margins;
	struct fit *fit;

	if (status != STATUS_OK)
		return status;
	margins = xcalloc(v->d->class_count + 1, sizeof(*margins));
	fit = fit_new(v->d, round->train, round->mask, v->options->seed);
	status = fit_train(fit, round->cost, err);

	for (size_t i = 0; status == STATUS_OK && i < v->d->count; i++) {
		if (!round->test[i])
			continue;
		for (int forged = 0; forged <= round->forged; forged++) {
			size_t donor = i;

			if (forged && v->donor[i] != SIZE_MAX)
				donor = v->donor[i];
			fit_item_margins(fit, i, donor, margins);
			round->take(round->user, i, forged, margins);
		}
	}
	fit_free(fit);
	free(margins);
	return status;
}
