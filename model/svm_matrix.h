/*
 * libsvm on a kernel matrix: only to compare with. Mail servers are told
 * apart by model/svm.
 *
 * The matrix holds all items, those to train on and those to judge; a machine
 * is trained on some of its rows and asked about any. libsvm's probabilities
 * (`svm-train -b 1`) come out of its own ungrouped cross-validation, which
 * shuffles by the C library's rand(): it is seeded here, so that the figures
 * are the same every time.
 *
 * Memory: cells of 16 bytes, count * count of them.
 * Threads: rand() and libsvm's print function are global; one at a time.
 */
#ifndef MXPRINT_MODEL_SVM_MATRIX_H
#define MXPRINT_MODEL_SVM_MATRIX_H

#include <stdbool.h>
#include <stddef.h>

#include "common/error.h"

/* As svm-train has them. */
#define SVM_DEFAULT_COST    1.0
#define SVM_DEFAULT_EPSILON 1e-3

struct svm_matrix;

struct svm_matrix *svm_matrix_new(size_t count); /* all values 0 */
void svm_matrix_free(struct svm_matrix *kernel);
void svm_matrix_set(
    struct svm_matrix *kernel, size_t i, size_t j, double value);

/* --- one class against one, with probabilities */

struct svm_pairs;

/*
 * items[k], a row of kernel, is of class label[k] < classes. A class without
 * items gets probability 0; two classes at least must have some.
 */
enum status svm_pairs_train(const struct svm_matrix *kernel,
    const size_t *items, const size_t *label, size_t count, double cost,
    unsigned seed, struct svm_pairs **pairs, struct error *err);
void svm_pairs_free(struct svm_pairs *pairs);

/*
 * probability[classes], as svm_predict_probability() has them; the answer is
 * the most probable class, the earlier one of equals.
 */
size_t svm_pairs_predict(const struct svm_pairs *pairs, size_t item,
    size_t classes, double *probability);

/* --- one class against the rest */

/*
 * coefficient[k] of items[k], and the bias: the decision value of a row is
 * bias + the sum of coefficient[k] * K(row, items[k]), positive meaning the
 * class. The positive side costs more, as in model/svm; without a positive
 * (or a negative) item all coefficients are 0 and the bias is -1 (or 1).
 */
enum status svm_rest_train(const struct svm_matrix *kernel, const size_t *items,
    const bool *positive, size_t count, double cost, double *coefficient,
    double *bias, struct error *err);
double svm_rest_decide(const struct svm_matrix *kernel, const size_t *items,
    const double *coefficient, size_t count, double bias, size_t row);

#endif
