/*
 * Figures of a classifier on items it has not seen. Deployments (groups)
 * count once: items carry weights. Intervals are bootstraps over groups.
 */
#ifndef MXPRINT_EVALUATION_METRICS_H
#define MXPRINT_EVALUATION_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "evaluation/interval.h"

#define METRICS_BINS 15

struct judged {
	size_t group;
	size_t truth;	   /* class */
	size_t answer;	   /* class */
	double confidence; /* in the answer; 0: not known */
	double weight;
	bool novel; /* the answer is not given: looks like none of them */
	double truth_confidence; /* in the truth */
	double squares; /* sum of the squared confidences, "none" included */
};

struct metric {
	/* classes: how many. NAN where there is nothing to measure. */
	double (*of)(const struct judged *items, size_t count, size_t classes);
	bool share; /* of groups: exact bounds where it is 1 or 0 */
};

extern const struct metric metric_micro; /* share of weight that is right */
extern const struct metric metric_macro; /* mean over classes of that share */
/* Largest share that can be named at that precision, the surest first; what
 * is novel is not named. */
extern const struct metric metric_coverage_95, metric_coverage_98,
    metric_coverage_99;
/* Area under share of wrong ones over share answered, surest first. */
extern const struct metric metric_risk_area;
/* Mean of -log(confidence in the truth). */
extern const struct metric metric_log_loss;
/* Mean squared distance of all confidences. */
extern const struct metric metric_brier;
/* Calibration error, bins of equal mass; without the largest class. */
extern const struct metric metric_ece, metric_ece_rest;

struct figure metrics_interval(const struct metric *m,
    const struct judged *items, size_t count, size_t classes, uint64_t seed);

struct reliability_bin {
	double deployments; /* weight */
	double confidence;  /* mean */
	double right;	    /* share */
};

/* The bins of metric_ece, surest first; bins has METRICS_BINS. Their count. */
size_t metrics_bins(
    const struct judged *items, size_t count, struct reliability_bin *bins);

/*
 * Calibration error of each class's own confidence (was it this one?), in bins
 * of equal mass, mean over the classes. confidence[item * classes + class].
 */
struct figure metrics_ece_classes(const struct judged *items,
    const double *confidence, size_t count, size_t classes, uint64_t seed);

#endif
