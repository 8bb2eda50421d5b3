/*
 * Part "products": the open set. Each product is left out of training alone;
 * what becomes of its hosts? Beside them, the hosts of known products in the
 * folds.
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
};

enum status evaluate_products(struct evaluating *v, struct error *err);
void products_table(const struct evaluation *e, struct buffer *out);
void products_json(
    const struct evaluation *e, struct json_writer *w, const char *key);

#endif
