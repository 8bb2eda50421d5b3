/*
 * A sparse vector: (feature index, value) pairs in increasing index order.
 */
#ifndef MXPRINT_FEATURES_VECTOR_H
#define MXPRINT_FEATURES_VECTOR_H

#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"

typedef uint32_t feature_id;

struct vector {
	feature_id *index; /* strictly increasing */
	double *value;
	size_t count;
	size_t unknown; /* features of the transcript not in the vocabulary */
	size_t total;	/* features of the transcript, known or not */
};

double vector_dot(const struct vector *a, const struct vector *b);
/* Sum over row[index] * value; indices >= row_len count as 0. */
double vector_dot_row(
    const struct vector *v, const double *row, size_t row_len);

#endif
