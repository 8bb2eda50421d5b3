/*
 * Hosts that look alike, so that a person looks at one of them.
 *
 * A form is the normal form of a transcript (features/extract.h) as the set of
 * its lines; two forms are as near as the cosine of their sets. Identical
 * forms are one form from the start. The heaviest form leads a cluster; every
 * further one joins the first leader within CLUSTER_NEAR, or leads its own.
 * Density: the mean nearness of a leader to all forms, by their hosts: an
 * answer about something usual teaches more than one about an oddity.
 */
#ifndef MXPRINT_REVIEW_CLUSTER_H
#define MXPRINT_REVIEW_CLUSTER_H

#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"

#define CLUSTER_NEAR 0.85
#define CLUSTER_FORMS                                                       \
	4000		  /* lighter ones beyond stay clusters of their own \
			   */
#define CLUSTER_LINES 256 /* of a form; later ones do not count */

struct form {
	uint64_t *lines; /* hashes, ascending, each once */
	size_t line_count;
	size_t hosts;
	double mass;	/* what orders forms: domains times doubt */
	size_t leader;	/* index of the form that leads its cluster */
	double density; /* of leaders, 0..1 */
};

/* The lines of a normal form, in arena. */
void form_lines(
    struct arena *arena, const char *normal_form, struct form *form);
double form_nearness(const struct form *a, const struct form *b);

/* Fills leader and density; forms come heaviest first. */
void cluster_forms(struct form *forms, size_t count);

#endif
