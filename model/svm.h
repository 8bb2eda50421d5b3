/*
 * Linear C-SVC, one class against the rest (the only file that knows libsvm).
 *
 * Inner products are computed once (struct gram) and shared by all classes,
 * costs and folds trained on the same vectors; libsvm's solver sees them as a
 * precomputed kernel. What comes out is collapsed: one weight a feature and a
 * bias, positive meaning the class. Before it is handed out it is checked
 * against svm_predict_values() on every training vector.
 * Never used: libsvm's probabilities, cross-validation, file reader.
 * Threads: libsvm's print function is global; one thread at a time.
 */
#ifndef MXPRINT_MODEL_SVM_H
#define MXPRINT_MODEL_SVM_H

#include <stdbool.h>
#include <stddef.h>

#include "common/error.h"
#include "features/vector.h"

#define SVM_TOLERANCE 1e-9 /* collapsed against libsvm's own values */

struct gram;

/* Keeps pointers to the vectors; all indices are below dimension. */
struct gram *gram_new(
    const struct vector *vectors, size_t count, size_t dimension);
void gram_free(struct gram *gram);
double gram_value(const struct gram *gram, size_t i, size_t j);

/*
 * Trains on all vectors of gram, positive[i] telling the class. The positive
 * side costs min(sqrt(negatives / positives), 10) times as much.
 * weights[feature * stride] gets the collapsed row; with no positive (or no
 * negative) item the row is 0 and the bias -1 (or 1).
 */
enum status svm_fit(const struct gram *gram, const bool *positive, double cost,
    double *weights, size_t stride, double *bias, struct error *err);

#endif
