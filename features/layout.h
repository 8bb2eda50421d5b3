/*
 * The outer form of a reply: how many lines, which case, what ends it. Holds
 * where wording was changed.
 *
 *   <probe>.lines:1  .case:first-upper  .final:dot  .blank:trailing
 *   <probe>.separator:none  .multi-code:yes
 */
#ifndef MXPRINT_FEATURES_LAYOUT_H
#define MXPRINT_FEATURES_LAYOUT_H

#include "features/extractor.h"

void layout_add(struct feature_sink *sink, enum feature_group group,
    const char *probe, const struct evidence_item *item);

#endif
