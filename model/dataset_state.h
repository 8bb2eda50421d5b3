/*
 * Between reading a dataset and putting it together: for dataset_read.c and
 * dataset.c only.
 */
#ifndef MXPRINT_MODEL_DATASET_STATE_H
#define MXPRINT_MODEL_DATASET_STATE_H

#include "common/strmap.h"
#include "model/dataset.h"

struct gathered {
	struct item item;
	const char *behind; /* hash of plan and form behind the greeting */
};

/* Takes arena and names over; sorts items. */
struct dataset *dataset_assemble(struct arena *arena, struct strmap *names,
    struct gathered *items, size_t count, size_t min_deployments);

#endif
