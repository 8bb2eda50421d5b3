/*
 * What is told about a version that nobody has seen: each version of every
 * product that has at least three is left out, ranges are learned from the
 * others, and its deployments are asked. The product is taken as known; hosts
 * behind a front are left out, as they are when ranges are learned.
 */
#ifndef MXPRINT_EVALUATION_UNSEEN_VERSIONS_H
#define MXPRINT_EVALUATION_UNSEEN_VERSIONS_H

#include "evaluation/figures.h"

struct evaluating;

enum unseen { UNSEEN_OLDEST, UNSEEN_BETWEEN, UNSEEN_NEWEST, UNSEEN_PLACES };

struct unseen_figures { /* by where it lies among the product's versions */
	size_t versions;
	size_t items; /* of the plan that is judged */
	size_t told;
	struct figure right; /* of those told */
};

void unseen_versions(
    const struct evaluating *v, struct unseen_figures figures[UNSEEN_PLACES]);

void unseen_table(
    const struct unseen_figures figures[UNSEEN_PLACES], struct buffer *out);
void unseen_json(const struct unseen_figures figures[UNSEEN_PLACES],
    struct json_writer *w, const char *key);

#endif
