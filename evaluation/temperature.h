/*
 * The least a margin needs to be a confidence: softmax(scale * margins), the
 * scale chosen by log-loss on items the machines have not seen.
 */
#ifndef MXPRINT_EVALUATION_TEMPERATURE_H
#define MXPRINT_EVALUATION_TEMPERATURE_H

#include <stddef.h>

#define TEMPERATURE_MIN 0.05
#define TEMPERATURE_MAX 100.0

struct temperature_item {
	const double *margins; /* one a class */
	size_t truth;
	double weight;
};

/* 1 when there is nothing to fit it on. */
double temperature_fit(
    const struct temperature_item *items, size_t count, size_t classes);

/* Confidence in one class. */
double temperature_confidence(
    double scale, const double *margins, size_t classes, size_t class_index);

#endif
