/*
 * Decision values -> confidence: softmax(scale * margin + bias of the class),
 * with "none of them" as one more candidate of margin 0, so that a host that
 * no class claims gets little confidence for any.
 *
 * Fitted on out-of-fold margins only, grouped by deployment, one map for each
 * view and tier, because fewer probes must give less confidence. Targets are
 * smoothed (1 - 1/(deployments + 2)), so that a perfect small sample does not
 * promise certainty. With few deployments the classes get no biases.
 * "None" is fitted on hosts of products left out of training; how common such
 * hosts are is an assumption: CALIBRATION_STRANGERS for each known one.
 */
#ifndef MXPRINT_MODEL_CALIBRATION_H
#define MXPRINT_MODEL_CALIBRATION_H

#include <stddef.h>

#define CALIBRATION_BIAS_MIN  60 /* deployments from which biases are fitted */
#define CALIBRATION_STRANGERS 0.15
#define CALIBRATION_NEVER     (-1000.0) /* `none` without any stranger */

struct calibration {
	double scale;
	double none;  /* bias of "none of them" */
	double *bias; /* one a class */
};

struct calibration_item {
	const double *margins; /* one a class */
	size_t truth;	       /* class index; their count: none */
	double weight;	       /* those of one deployment sum to 1 */
};

/* bias has room for classes; deployments: how many the items come from. */
void calibration_fit(const struct calibration_item *items, size_t count,
    size_t classes, size_t deployments, struct calibration *out);

/* Probabilities; what is missing to 1 is that of "none". */
void calibration_apply(const struct calibration *c, const double *margins,
    size_t classes, double *probabilities);

/* Weighted mean of -log p(truth). */
double calibration_loss(const struct calibration *c,
    const struct calibration_item *items, size_t count, size_t classes);

#endif
