/*
 * The inner products of all items of a dataset, computed once.
 *
 * A vector is a sum over groups of features, each of unit length before it is
 * weighted (features/vocabulary). So the inner product of two items, for any
 * set of groups, is a weighted sum of inner products within groups; and these
 * can be had between pieces: what an item has of one group. Hosts have few
 * different pieces of a group (one EHLO for all plans, one HELP for all hosts
 * that do not help), so that a matrix of each group's pieces is small where a
 * matrix of items is not. A copy with a forged greeting is another
 * combination of the same pieces.
 *
 * Features that the same pieces hold always come together: they are a bundle,
 * and count as one feature whose square is the sum of theirs. Most features
 * are runs of characters of one text, so there are eight times fewer bundles.
 *
 * Products are of features as they are scaled, not yet of unit length: which
 * features count, and so how long a piece is, differs from fit to fit
 * (model/known).
 *
 * Features are those that at least two deployments of the whole dataset have.
 * Their scales are those of the whole dataset in every fit: this, and nothing
 * else, a fit knows of items it was not given.
 *
 * Memory: 8 bytes for each pair of pieces of a group.
 */
#ifndef MXPRINT_MODEL_KERNEL_H
#define MXPRINT_MODEL_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#include "features/vocabulary.h"
#include "model/dataset.h"

/* A feature seen in fewer deployments is none: it might tell that one. */
#define KERNEL_MIN_DEPLOYMENTS 2

struct pieces { /* of one group */
	size_t count;
	size_t *start;	  /* of each piece in ids; count + 1 */
	uint32_t *ids;	  /* of bundles, increasing */
	double *products; /* [piece * count + piece] */
};

struct kernel {
	struct arena *arena;
	struct vocabulary *vocabulary;
	size_t features;
	uint32_t *deployments; /* that have a feature, in the whole dataset */
	size_t deployment_count;
	double *scale;
	uint8_t *group;
	uint32_t *bundle; /* of each feature */
	size_t bundles;
	uint32_t *size;	       /* of each bundle: its features */
	double *square;	       /* the sum over these of scale * scale */
	uint8_t *bundle_group; /* of each bundle */
	size_t *holders_start; /* of each bundle in holders; bundles + 1 */
	uint32_t *holders;     /* the pieces that have it, increasing */
	struct pieces pieces[GROUP_COUNT];
	uint32_t *piece;    /* [item * GROUP_COUNT + group] */
	uint32_t *said;	    /* the same: features, in the vocabulary or not */
	struct gram *spare; /* of the last fit; NULL: none, or in use */
	size_t *by_deployment; /* items, those of a deployment together */
	uint32_t *deployment;  /* number of each item's */
};

/* Made at the first call. One thread. */
const struct kernel *kernel_of(const struct dataset *dataset);
void kernel_free(struct kernel *kernel);

/*
 * The spare one that was there; puts another in its place. A fit takes the room
 * of the one before: to be given half a gigabyte of zeros takes longer than to
 * fill it. One thread.
 */
struct gram *kernel_spare(const struct dataset *dataset, struct gram *next);

#endif
