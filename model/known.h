/*
 * A kernel as one fit sees it: with the features that the fit's own items
 * show in enough deployments, and no others.
 *
 * A feature that only the held-out items have, or that one deployment alone
 * has, is unknown, exactly as it would be to a model made of those items: it
 * has no place in a vector, in its length, or in an inner product. It is
 * subtracted from the products of the pieces that hold it; few do. Those of a
 * bundle are known together.
 *
 * A point is the vector of an item, or of an item with another's greeting, as
 * the pieces it is made of and the factor that each is multiplied by.
 *
 * Threads: read only once made.
 */
#ifndef MXPRINT_MODEL_KNOWN_H
#define MXPRINT_MODEL_KNOWN_H

#include <stdbool.h>

#include "features/vector.h"
#include "model/kernel.h"

struct known {
	const struct kernel *kernel;
	unsigned mask; /* feature groups */
	bool *bundle;  /* is it known? */
	size_t feature_count;
	double *square[GROUP_COUNT];  /* of the length of each piece */
	uint32_t *count[GROUP_COUNT]; /* known features of each piece */
	uint32_t *lacks[GROUP_COUNT]; /* its bundles that are not known */
};

struct source {
	size_t item;
	size_t donor; /* the item whose greeting it has; often the same */
};

struct points {
	size_t count;
	uint32_t *piece[GROUP_COUNT]; /* of each point */
	double *factor[GROUP_COUNT];  /* 0: nothing of that group is known */
};

/* use: one flag an item. What is known lives in arena. */
void known_learn(struct known *known, const struct kernel *kernel,
    const bool *use, size_t items, unsigned mask, struct arena *arena);

/* count sources -> points, in arena. */
void known_points(const struct known *known, const struct source *sources,
    size_t count, struct arena *arena, struct points *points);

/* out[j] = product of point i with others' point j, of the first `count`. */
void known_multiply(const struct known *known, const struct points *points,
    size_t i, const struct points *others, size_t count, double *out);

/* Share of an item's features that are not known. */
double known_unseen(const struct known *known, const struct source *source);

/*
 * The vector by bundles of the kernel, in arena: a value times the scale of a
 * feature of the bundle is what the vector has there.
 */
void known_vector(const struct known *known, const struct source *source,
    struct arena *arena, struct vector *vector);

#endif
