/*
 * What `mxprint identify` prints for a person about one host.
 */
#ifndef MXPRINT_TOOLS_IDENTIFY_PRINT_H
#define MXPRINT_TOOLS_IDENTIFY_PRINT_H

#include "catalog/catalog.h"
#include "model/prediction.h"

/* "sure", "likely", "perhaps", "a guess". */
const char *identify_confidence_words(double confidence);

void identify_print_host(
    const struct catalog *catalog, const struct prediction *p);

#endif
