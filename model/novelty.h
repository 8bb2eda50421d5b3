/*
 * When to say that a host is none of the trained products.
 *
 * Three signs, each larger for stranger hosts: the best margin (negated), the
 * cosine distance to the nearest stored training vector of the best class
 * (a linear machine is as sure far out as near by, so this is not optional),
 * and the share of features never seen in training. Each is scaled so that 0
 * is typical and 1 the limit; novelty is the largest of them.
 *
 * Limits come from hosts held out by deployment (of which at least
 * NOVELTY_KEEP must pass) and from products held out altogether (of which as
 * many as possible must not).
 */
#ifndef MXPRINT_MODEL_NOVELTY_H
#define MXPRINT_MODEL_NOVELTY_H

#include <stdbool.h>
#include <stddef.h>

#include "features/vector.h"
#include "model/svm.h"

#define NOVELTY_KEEP	     0.98
#define NOVELTY_MEDOIDS_MAX  64	  /* stored vectors of a class */
#define NOVELTY_MEDOID_APART 0.03 /* at least, in cosine distance */

enum novelty_sign { SIGN_MARGIN, SIGN_DISTANCE, SIGN_UNSEEN, SIGN_COUNT };

struct novelty_item {
	double sign[SIGN_COUNT];
	double weight;
};

struct novelty {
	double typical[SIGN_COUNT];
	double limit[SIGN_COUNT]; /* > typical */
};

struct novelty_rates { /* on the items it was fitted on */
	double kept;
	double flagged;
};

void novelty_fit(const struct novelty_item *known, size_t known_count,
    const struct novelty_item *strange, size_t strange_count,
    struct novelty *out, struct novelty_rates *rates);

/* 0 typical .. 1 at the limit .. more; *which is the sign that says so. */
double novelty_value(const struct novelty *n, const struct novelty_item *item,
    enum novelty_sign *which);

/*
 * The novelty to report: the signs' or, if larger, the calibrated confidence
 * in none of the classes, of which more than half is over the limit.
 */
double novelty_with_none(double novelty, const double *confidence,
    size_t classes, enum novelty_sign *which);

/* A sentence for a person about a sign over its limit. */
const char *novelty_sentence(enum novelty_sign sign);

double novelty_unseen(const struct vector *v);
/*
 * Features never seen have no place in a vector and vanish from its length.
 * This is the distance as if they had one.
 */
double novelty_stretch(double distance, double unseen);

/*
 * Marks the vectors worth storing: walking in order, every one that is
 * further than NOVELTY_MEDOID_APART from all marked ones of its class.
 * class_of[i] SIZE_MAX: not stored.
 */
void novelty_choose(const struct gram *gram, const size_t *class_of,
    size_t count, size_t classes, bool *stored);

/*
 * Distance of a point to a vector; where the point has a value for each index
 * that the vector may have, and both would be of length 1.
 */
double novelty_distance(const double *point, const struct vector *v);

#endif
