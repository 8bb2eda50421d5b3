/*
 * Linear C-SVC, one class against the rest (this and svm_matrix know libsvm).
 *
 * libsvm's solver sees inner products that were computed before, as a
 * precomputed kernel: struct gram, in its form of 16 bytes a pair. One is
 * shared by all classes and costs, and read by several threads at once.
 * Never used: libsvm's probabilities, cross-validation, file reader.
 */
#ifndef MXPRINT_MODEL_SVM_H
#define MXPRINT_MODEL_SVM_H

#include <stdbool.h>
#include <stddef.h>

#include "common/error.h"

#define SVM_TOLERANCE 1e-9 /* collapsed against libsvm's own values */

struct gram;

/* old: one that is done with, whose room is used again; NULL. */
struct gram *gram_new(size_t count, struct gram *old);
void gram_free(struct gram *gram);
/*
 * The products of vector i with vectors 0 to i; several threads may set them.
 * When all are set, gram_mirror() makes the others of these.
 */
void gram_set(struct gram *gram, size_t i, const double *products);
void gram_mirror(struct gram *gram);
double gram_value(const struct gram *gram, size_t i, size_t j);

/* coefficient[i]: what vector i is multiplied by in the sum of weights. */
struct svm_result {
	double *coefficient; /* of vector i: [i * stride] */
	size_t stride;
	double bias;
	double *checked; /* every check-th vector's value as libsvm gives it */
	size_t check;
};

/*
 * Trains on all vectors of gram, positive[i] telling the class; the value of
 * a vector is positive on its side. The positive side costs min(sqrt(negatives
 * / positives), 10) times as much. Without a positive (or a negative) vector
 * all coefficients are 0 and the bias is -1 (or 1).
 * result: stride and check (> 0) are given, as is room for the arrays: one
 * double a vector, and one for vectors 0, check, 2 * check...
 */
enum status svm_fit(const struct gram *gram, const bool *positive, double cost,
    struct svm_result *result, struct error *err);

#endif
