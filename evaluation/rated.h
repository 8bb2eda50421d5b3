/*
 * Telling hosts of known products from hosts of unknown ones, by how novel
 * they look.
 */
#ifndef MXPRINT_EVALUATION_RATED_H
#define MXPRINT_EVALUATION_RATED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "evaluation/interval.h"

struct rated {
	size_t group;
	bool strange; /* its product was left out of training */
	double novelty;
	double weight;
};

typedef double rated_metric(const struct rated *items, size_t count);

rated_metric rated_auroc; /* P(strange looks more novel than known) */
/* Share of strange ones accepted where 95 % of the known are. */
rated_metric rated_false_accept;

struct figure rated_interval(
    rated_metric *m, const struct rated *items, size_t count, uint64_t seed);

#endif
