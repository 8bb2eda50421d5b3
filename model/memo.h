/*
 * Answers of the model for hosts that look exactly alike: the pools of a
 * provider, servers set up the same way. Scoring is a function of the features
 * and the plan, so the same features need not be scored twice.
 *
 * Memory: answers live in the memo until it is full and starts anew, which
 *         only memo_put() does; copy what must live longer.
 * Bounds: MEMO_BYTES_MAX. Threads: one memo per thread.
 */
#ifndef MXPRINT_MODEL_MEMO_H
#define MXPRINT_MODEL_MEMO_H

#include "common/digest.h"
#include "features/extract.h"
#include "model/file.h"

#define MEMO_BYTES_MAX (64u << 20)

struct memo;

struct memo *memo_new(void);
void memo_free(struct memo *memo); /* NULL is fine */

struct memo_key {
	char text[SHA256_HEX_SIZE];
};

/* Of the names, their order, and what calibration the plan has. */
struct memo_key memo_key_of(
    const char *plan, const struct feature_list *features);

/* Answers of all views, or NULL. */
const struct model_answer *memo_get(
    const struct memo *memo, const struct memo_key *key);
void memo_put(struct memo *memo, const struct memo_key *key,
    const struct model_answer answers[VIEW_COUNT]);

#endif
