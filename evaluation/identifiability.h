/*
 * What no classifier can do: hosts that answer the same words cannot be told
 * apart, whatever they are.
 *
 * Two transcripts of one plan are alike when every feature is the same, delays
 * apart. The ceiling is the accuracy of a classifier that knows all of these
 * deployments and names, for each way of answering, what most of those have
 * that answer so. It is taken before alike transcripts are merged. Where each
 * product counts the same, the best answer is not the same one, and the
 * ceiling is its own.
 *
 * A deployment counts once a plan: by what was captured under the plan, and
 * only without that by a larger plan's transcript reduced to it.
 *
 * Memory: in the arena given.
 */
#ifndef MXPRINT_EVALUATION_IDENTIFIABILITY_H
#define MXPRINT_EVALUATION_IDENTIFIABILITY_H

#include <stdbool.h>
#include <stddef.h>

#include "model/dataset.h"

struct ceiling {
	double deployments; /* that have what is to be named */
	double alike;	    /* of those, that look like one named otherwise */
	double micro;	    /* NAN without deployments */
	double macro;
};

struct alike_set {	   /* what is told apart by nothing */
	const char *names; /* "exim 4.94, exim 4.96" */
	double deployments;
	size_t forms; /* ways of answering that they share */
};

struct alike_list {
	struct alike_set *sets; /* most deployments first */
	size_t count;
};

struct identifiability_row {
	const char *plan;
	enum tier tier;
	bool banner;  /* false: as if there were no greeting */
	size_t forms; /* different ways of answering */
	struct ceiling products;
	struct ceiling
	    versions; /* the product being known; first two numbers */
	struct alike_list product_sets;
	struct alike_list version_sets; /* of one product each */
};

struct identifiability {
	struct identifiability_row *rows;
	size_t count;
};

void identifiability_measure(const struct dataset *dataset, struct arena *arena,
    struct identifiability *out);

/*
 * The ceiling for some items, truth[i] < names being what is to be named
 * (SIZE_MAX: left out), under a mask of feature groups. For a figure of the
 * same items and weights.
 */
struct ceiling ceiling_of(const struct item *const *items, const double *weight,
    const size_t *truth, size_t count, size_t names, unsigned mask);

#endif
