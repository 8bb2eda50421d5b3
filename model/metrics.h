/*
 * Figures of a classifier on items it has not seen. Deployments (groups)
 * count once: items carry weights. Intervals are 95 % bootstraps over groups,
 * seeded.
 */
#ifndef MXPRINT_MODEL_METRICS_H
#define MXPRINT_MODEL_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define METRICS_BINS	  15
#define METRICS_ROUNDS	  400
#define METRICS_PRECISION 0.98

struct judged {
	size_t group;
	size_t truth;  /* class */
	size_t answer; /* class */
	double confidence;
	double weight;
};

struct figure {
	double value;
	double low, high;
};

/* classes: how many there are. NAN where there is nothing to measure. */
typedef double metric(const struct judged *items, size_t count, size_t classes);

metric metric_micro;	/* share of weight that is right */
metric metric_macro;	/* mean over classes of that share */
metric metric_coverage; /* largest share answered at METRICS_PRECISION */
metric metric_ece;	/* calibration error, bins of equal mass */
metric metric_ece_rest; /* the same without the largest class */

struct figure metrics_interval(metric *m, const struct judged *items,
    size_t count, size_t classes, uint64_t seed);

struct rated { /* known or strange, by how novel it looks */
	size_t group;
	bool strange;
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
