/*
 * Part "leak": do the features tell one deployment from another that is
 * configured alike (evaluation/leak)?
 */
#ifndef MXPRINT_EVALUATION_PART_LEAK_H
#define MXPRINT_EVALUATION_PART_LEAK_H

#include "common/buffer.h"
#include "common/json.h"
#include "evaluation/leak.h"

struct evaluating;
struct evaluation;

enum status evaluate_leak(struct evaluating *v, struct error *err);
void leak_table(const struct evaluation *e, struct buffer *out);
void leak_json(
    const struct evaluation *e, struct json_writer *w, const char *key);

#endif
