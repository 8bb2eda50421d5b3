/*
 * A reply as it was seen, for people: lines joined by " / ", other bytes that
 * are not printable as C escapes, cut with "..." after about max bytes, in
 * quotes. Safe on a terminal whatever a server said.
 *
 * Memory: in the arena. Threads: no state.
 */
#ifndef MXPRINT_MODEL_QUOTE_H
#define MXPRINT_MODEL_QUOTE_H

#include <stddef.h>

#include "common/arena.h"

const char *quote_reply(
    struct arena *arena, const void *bytes, size_t len, size_t max);

#endif
