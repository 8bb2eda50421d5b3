/*
 * Part "configurations": all deployments with one configuration, whatever their
 * version and suite, are left out together, in ten rounds of configurations.
 * A configuration is a recipe and what was drawn for it, whatever the style of
 * the host's name and the banner; or its id, where nothing was drawn. A
 * deployment without provenance is a configuration of its own. Accuracy also by
 * what stands in front, by how the greeting was set, and by recipe.
 *
 * Cost: 2 fits a round.
 */
#ifndef MXPRINT_EVALUATION_PART_CONFIGURATIONS_H
#define MXPRINT_EVALUATION_PART_CONFIGURATIONS_H

#include "common/error.h"
#include "evaluation/leaving.h"

#define CONFIGURATIONS_ROUNDS 10

enum { BY_FRONT, BY_BANNER, BY_RECIPE, BY_COUNT };

struct configurations_figures {
	size_t configurations;
	struct leaving_figures all;
	struct leaving_share *shares[BY_COUNT];
	size_t share_count[BY_COUNT];
};

enum status evaluate_configurations(struct evaluating *v, struct error *err);
void configurations_table(const struct evaluation *e, struct buffer *out);
void configurations_json(
    const struct evaluation *e, struct json_writer *w, const char *key);

#endif
