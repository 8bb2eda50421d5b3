/*
 * Inner products of all pairs of sparse vectors, feature by feature: what two
 * vectors do not share costs nothing.
 */
#ifndef MXPRINT_EVALUATION_INNER_H
#define MXPRINT_EVALUATION_INNER_H

#include <stddef.h>

#include "features/vector.h"

/* [i * count + j]; all indices are below dimension. Free with free(). */
double *inner_products(
    const struct vector *vectors, size_t count, size_t dimension);

#endif
