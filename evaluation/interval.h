/*
 * 95 % intervals by bootstrap: groups are drawn with replacement, as many as
 * there are, and the figure is taken again. Seeded.
 */
#ifndef MXPRINT_EVALUATION_INTERVAL_H
#define MXPRINT_EVALUATION_INTERVAL_H

#include <stddef.h>
#include <stdint.h>

#define INTERVAL_ROUNDS 400

struct figure { /* NAN: nothing to measure */
	double value;
	double low, high;
};

/* The figure of what was drawn: items of group g count times[g] times. */
typedef double interval_again(void *sample, const size_t *times);

/* groups: that of every item; put in order and cut to the different ones. */
struct figure interval_of(interval_again *again, void *sample, double value,
    size_t *groups, size_t count, uint64_t seed);

/*
 * The same of a share. Where it is 1 or 0, so is every draw: the open end is
 * then the exact bound (Clopper-Pearson) for all or none of as many groups.
 */
struct figure interval_of_share(interval_again *again, void *sample,
    double value, size_t *groups, size_t count, uint64_t seed);

#endif
