/* Figures as every part prints them. */
#ifndef MXPRINT_EVALUATION_PRINT_H
#define MXPRINT_EVALUATION_PRINT_H

#include "common/buffer.h"
#include "common/json.h"
#include "evaluation/interval.h"

/* "what   0.990  (0.976 - 1.000)" */
void print_figure(struct buffer *out, const char *what, const struct figure *f);
/* One cell, 9 wide: "    0.990". */
void print_share(struct buffer *out, double value);

/* {"value", "low", "high"}; null where nothing was measured. */
void json_figure(
    struct json_writer *w, const char *key, const struct figure *f);

#endif
