/*
 * Two methods on the same items: is the difference more than chance? Both are
 * measured on the same draws of groups.
 */
#ifndef MXPRINT_EVALUATION_PAIRED_H
#define MXPRINT_EVALUATION_PAIRED_H

#include "evaluation/metrics.h"

/* m of a minus m of b; a[i] and b[i] are of the same item. */
struct figure paired_difference(const struct metric *m, const struct judged *a,
    const struct judged *b, size_t count, size_t classes, uint64_t seed);

#endif
