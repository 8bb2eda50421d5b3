/*
 * Part "products": the open set. Each product is left out of training alone;
 * what becomes of its hosts? Beside them, the hosts of known products in the
 * folds.
 *
 * The machines have never seen the product, nor a group that one of its hosts
 * is in. What scales a host's margins and signs of novelty is that of the model
 * learned without the host's fold, as for the known hosts of that fold: for a
 * view and plan six numbers (typical and limit of each sign) and the
 * calibration (a scale, a bias a class and one of none). These have not seen
 * the host, but other hosts of its product: held out as known ones, and as one
 * of the left-out products.
 *
 * Cost: 2 fits a product.
 */
#ifndef MXPRINT_EVALUATION_PART_PRODUCTS_H
#define MXPRINT_EVALUATION_PART_PRODUCTS_H

#include "common/error.h"
#include "evaluation/figures.h"
#include "model/file.h"

struct evaluating;
struct evaluation;

struct stranger { /* a product left out */
	const char *product;
	double deployments;
	struct figure novel; /* share called novel; the rest was named */
	struct pair *named;  /* as what; most frequent first */
	size_t named_count;
};

struct open_set { /* in one view */
	size_t strange, known;
	struct figure auroc, false_accept;
	struct figure strange_novel, known_novel; /* at the model's limit */
	struct stranger *strangers;
	size_t stranger_count;
};

struct products_figures {
	const char *plan;
	struct open_set views[VIEW_COUNT];
	struct told_figures told; /* of the unknown ones */
};

enum status evaluate_products(struct evaluating *v, struct error *err);
void products_table(const struct evaluation *e, struct buffer *out);
void products_json(
    const struct evaluation *e, struct json_writer *w, const char *key);

#endif
