/*
 * Do the features tell one deployment from another that is configured alike?
 * They must not: a model would learn hosts instead of software.
 *
 * Twins are two deployments with the same choices and another host name,
 * address, prober and key, captured apart. What the standard plan showed of
 * each is learned; each larger plan's transcript, reduced to the standard
 * plan, is then assigned to one of the two:
 *   nearest   by the nearest vector
 *   linear    by machines that tell every twin of a product and version from
 *             the others
 * Who knows product, version and configuration is right half of the time. It
 * leaks when the lower end of an interval is above that, and the features that
 * point to the right one, over all pairs, are told.
 *
 * The literal form needs no twins: among all deployments of a product and
 * version, the nearest one (`among`), beside who knows just these two. As
 * configurations differ, being better is no leak. It is one among those whose
 * normalised transcripts are equal (`equal`), without the features that a
 * configuration changes and no word shows: sizes in EHLO, TLS, delays.
 *
 * Vectors hold every feature, also those of a single deployment that a model
 * would drop.
 */
#ifndef MXPRINT_EVALUATION_LEAK_H
#define MXPRINT_EVALUATION_LEAK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "evaluation/metrics.h"
#include "model/dataset.h"

#define LEAK_FEATURES_MAX 20

struct leak_test {
	size_t deployments; /* 0: not measured, all figures NAN */
	struct figure accuracy;
	double baseline;
	bool leaks; /* lower end above the baseline */
};

struct leak_feature {
	const char *name;
	double weight; /* pointing to the right one, summed over transcripts */
	size_t transcripts; /* it tells apart */
};

struct leak {
	size_t pairs;		  /* of twins */
	struct leak_test nearest; /* which of two */
	struct leak_test linear;
	struct leak_test among; /* never `leaks` */
	struct leak_test equal;
	bool measured; /* there were twins, or equal ones */
	bool found;
	struct leak_feature *features; /* heaviest first */
	size_t feature_count;
};

enum status leak_measure(const struct dataset *dataset, uint64_t seed,
    struct arena *arena, struct leak *out, struct error *err);

#endif
