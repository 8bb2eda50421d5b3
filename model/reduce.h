/*
 * A transcript as a smaller plan would have written it (plan dropout): one
 * model has to serve every plan, so it learns from reduced copies as well.
 *
 * The copy holds one connection with the first exchange of each probe of the
 * smaller plan, in that plan's order, until its error budget is spent; then
 * STARTTLS, EHLO again and QUIT. Nothing is invented: what was not sent is
 * not there.
 */
#ifndef MXPRINT_MODEL_REDUCE_H
#define MXPRINT_MODEL_REDUCE_H

#include <stdbool.h>

#include "common/arena.h"
#include "transcript/transcript.h"

/* How much of a dialogue there is; confidence and novelty differ by it. */
enum tier { TIER_POLITE, TIER_STANDARD, TIER_DEEP, TIER_FULL, TIER_COUNT };

enum tier tier_of_plan(const char *plan); /* TIER_FULL for any other name */
const char *tier_name(enum tier tier);

/*
 * A view of t for the smaller tier, or NULL when t holds no more than that.
 * NULL for the deep plan as well: it spreads its probes over connections, and
 * which of them share one changes the answers, so it has to be captured.
 * Lives in arena, shares the bytes of t; not to be given to transcript_free.
 */
struct transcript *transcript_reduce(
    struct arena *arena, const struct transcript *t, enum tier tier);

#endif
