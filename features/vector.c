#include "features/vector.h"

double vector_dot(const struct vector *a, const struct vector *b)
{
	size_t i = 0, j = 0;
	double sum = 0;

	while (i < a->count && j < b->count) {
		if (a->index[i] == b->index[j])
			sum += a->value[i++] * b->value[j++];
		else if (a->index[i] < b->index[j])
			i++;
		else
			j++;
	}
	return sum;
}

double vector_dot_row(const struct vector *v, const double *row, size_t row_len)
{
	double sum = 0;

	for (size_t i = 0; i < v->count && v->index[i] < row_len; i++)
		sum += v->value[i] * row[v->index[i]];
	return sum;
}
