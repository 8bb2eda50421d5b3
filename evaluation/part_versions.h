/*
 * Part "versions": round k leaves out the k-th version of every product that
 * has at least two. A group with a member of that version is left out whole.
 *
 * What is told about the version itself is asked apart (unseen_versions).
 *
 * Cost: 2 fits a round.
 */
#ifndef MXPRINT_EVALUATION_PART_VERSIONS_H
#define MXPRINT_EVALUATION_PART_VERSIONS_H

#include "common/error.h"
#include "evaluation/leaving.h"
#include "evaluation/unseen_versions.h"

struct versions_figures {
	struct leaving_figures all;
	struct leaving_share *products;
	size_t product_count;
	struct unseen_figures ranges[UNSEEN_PLACES];
};

/* Round k: what must not be trained on, what is answered; false: no such. */
bool versions_round(
    const struct evaluating *v, size_t k, bool *gone, bool *test);

enum status evaluate_versions(struct evaluating *v, struct error *err);
void versions_table(const struct evaluation *e, struct buffer *out);
void versions_json(
    const struct evaluation *e, struct json_writer *w, const char *key);

#endif
