/*
 * Forged greetings: what a host's features would be with the greeting of
 * another product. To learn from, and to measure with.
 */
#ifndef MXPRINT_MODEL_FORGE_H
#define MXPRINT_MODEL_FORGE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/random.h"
#include "model/dataset.h"

/* base with the greeting of donor. */
void features_forge(struct arena *arena, const struct feature_list *base,
    const struct feature_list *donor, struct feature_list *out);

/* An item of another product among the used ones (use NULL: all), drawn at
 * random; SIZE_MAX when there is none. */
size_t forge_donor(const struct dataset *dataset, const bool *use, size_t item,
    struct random *random);

#endif
