/*
 * 95 % intervals of shares, by bootstrap over hosts.
 *
 * A host counts with a weight (its part of the domains). Each resample draws
 * every host Poisson(1) times; hosts of the same row and weight are alike, so
 * m of them are drawn together as Poisson(m), which makes a resample cost
 * the number of different weights, not of hosts. Against drawing exactly n of
 * n hosts this widens an interval by a part of about 1/n.
 *
 * Same units and seed, same interval. Threads: no state, safe anywhere.
 */
#ifndef MXPRINT_REPORT_SHARE_H
#define MXPRINT_REPORT_SHARE_H

#include <stddef.h>
#include <stdint.h>

#define SHARE_RESAMPLES 2000
#define SHARE_ROWS_MAX	1000 /* rows with an interval; others share one */
#define SHARE_HOSTS_MIN 10   /* of fewer hosts no interval can be told */

struct share_unit { /* one host */
	size_t row;
	double weight;
};

struct share_interval {
	double low, high; /* 0..1 */
};

/*
 * Fills intervals[0..rows-1]; units of row >= rows count in the whole only.
 * units are put in another order. rows <= SHARE_ROWS_MAX.
 */
void share_intervals(struct share_unit *units, size_t count, size_t rows,
    size_t resamples, uint64_t seed, struct share_interval *intervals);

#endif
