/*
 * Splitting a dataset: folds that no group crosses, batches of products.
 */
#ifndef MXPRINT_MODEL_FOLDS_H
#define MXPRINT_MODEL_FOLDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/dataset.h"

/*
 * fold[group] = 0..folds-1, the groups of each product spread evenly; seeded.
 */
void folds_assign(
    const struct dataset *dataset, size_t folds, uint64_t seed, size_t *fold);

/* out[item]: its product is in this batch of products to leave out. */
void folds_batch(
    const struct dataset *dataset, size_t batches, size_t batch, bool *out);

/* By class: all its used items are in one group, so that no fold can hold some
 * out and train on others. In arena. */
bool *folds_lonely(
    const struct dataset *dataset, const bool *use, struct arena *arena);

/*
 * Is no group both learned from and judged? Asked by whatever makes a figure,
 * of the flags that it really goes by; a split that leaks is an error.
 */
enum status folds_apart(const struct dataset *dataset, const bool *train,
    const bool *test, struct error *err);

#endif
