/*
 * Product ids a person may have meant.
 */
#ifndef MXPRINT_CATALOG_SUGGEST_H
#define MXPRINT_CATALOG_SUGGEST_H

#include <stddef.h>

#include "catalog/catalog.h"

/* At most max ids near word, nearest first; gives their count. */
size_t catalog_suggest(const struct catalog *catalog, const char *word,
    const char **ids, size_t max);

#endif
