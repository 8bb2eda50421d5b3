/*
 * What an exchange came to, as one word: "500", or why there is no code.
 * A probe that was not sent, got no answer, or lost its connection says so;
 * nothing is ever imputed.
 */
#ifndef MXPRINT_FEATURES_ANSWER_H
#define MXPRINT_FEATURES_ANSWER_H

#include "features/extractor.h"

#define ANSWER_SIZE 16

/* item NULL: "unsent". Never empty. */
const char *answer_code(
    const struct evidence_item *item, char out[ANSWER_SIZE]);

/* <probe>.code: and <probe>.enhanced: of that probe. */
void answer_add(struct feature_sink *sink, enum feature_group group,
    const char *probe, const struct evidence_item *item);

#endif
