/*
 * One round of plain machines: fitted on some items, with some groups of
 * features, they answer others. No calibration: margins only.
 */
#ifndef MXPRINT_EVALUATION_ROUND_H
#define MXPRINT_EVALUATION_ROUND_H

#include "evaluation/evaluating.h"

struct round {
	const bool *train;
	const bool *test;
	unsigned mask; /* feature groups */
	double cost;
	bool forged; /* answers under a forged greeting as well */
	/* margins[class] of an item, its greeting as it is or forged */
	void (*take)(
	    void *user, size_t item, bool forged, const double *margins);
	void *user;
};

enum status round_run(
    struct evaluating *v, const struct round *round, struct error *err);

size_t round_best(const double *margins, size_t classes);

/* An item's features with the greeting of its donor; in scratch. */
struct feature_list round_forge(
    const struct evaluating *v, struct arena *scratch, size_t item);

/* Without the greeting. */
#define ROUND_MASKED (GROUPS_ALL & ~GROUP_BIT(GROUP_BANNER))

#endif
