/*
 * Rounds that leave something other than folds out: which items stay out of
 * training, which are answered, with the greeting as it is and masked; and
 * the answers of all rounds together.
 */
#ifndef MXPRINT_EVALUATION_LEAVING_H
#define MXPRINT_EVALUATION_LEAVING_H

#include "common/error.h"
#include "evaluation/figures.h"
#include "model/file.h"

struct evaluating;
struct evaluation;
struct item;

struct leaving {
	struct evaluating *v;
	double cost;
	size_t *members; /* the item of each judgement, in both views */
	struct judgements views[VIEW_COUNT];
	double untaught; /* deployments of products not left to learn from */
	enum telling *telling; /* by item, the greeting as it is */
	struct telling_list told;
	const struct learned *learned; /* whose maps serve the round's fits */
};

struct leaving_share { /* on some of the items */
	const char *value;
	double deployments;
	struct figure micro[VIEW_COUNT]; /* the greeting as it is, masked */
	struct figure told;		 /* right, by mxprint */
};

struct leaving_figures {
	size_t rounds;
	double untaught;
	struct accuracy views[VIEW_COUNT]; /* the greeting as it is, masked */
	struct told_figures told;
};

enum status leaving_begin(
    struct evaluating *v, struct leaving *l, struct error *err);

/*
 * gone: items to keep out of training, with their groups. test: items to
 * answer; those of the judged plan are, unless nothing of their product is
 * left to learn from.
 */
enum status leaving_round(
    struct leaving *l, const bool *gone, bool *test, struct error *err);

/* rounds is for the caller to set. */
void leaving_take(const struct leaving *l, struct leaving_figures *f);

/* Shares by the value that `of` gives an item (NULL: it has none); sorted by
 * value, in arena of the evaluation. */
struct leaving_share *leaving_by(const struct leaving *l,
    const char *(*of)(const struct item *item), size_t *count);

void leaving_table(const struct leaving_figures *f, struct buffer *out);
void leaving_print_shares(struct buffer *out, const char *title,
    const struct leaving_share *shares, size_t count);
/* Members of an open object. */
void leaving_json(const struct leaving_figures *f, struct json_writer *w);
void leaving_json_shares(struct json_writer *w, const char *key,
    const char *name, const struct leaving_share *shares, size_t count);

#endif
