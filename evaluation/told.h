/*
 * What mxprint tells of hosts: model/verdict on both views of a model, as a
 * survey would report it. Rules are left out: what is measured is what was
 * learned.
 *
 * Right is the product, or the root of its family; a host that the verdict
 * leaves unknown is neither right nor wrong.
 */
#ifndef MXPRINT_EVALUATION_TOLD_H
#define MXPRINT_EVALUATION_TOLD_H

#include "evaluation/evaluating.h"
#include "evaluation/learned.h"

/* A model's classes by name; answers: one a view. */
enum telling told_of(const struct evaluating *v, const char *const *classes,
    size_t count, const struct answer *const answers[VIEW_COUNT],
    const struct item *item);

struct telling_list telling_list_new(const struct evaluating *v);
/* group: what intervals draw; an item's own, or its product's. */
void telling_add(struct telling_list *list, const struct item *item,
    size_t group, enum telling telling);
struct told_figures told_take(const struct telling_list *list, uint64_t seed);

#endif
