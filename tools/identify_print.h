/*
 * What `mxprint identify` prints for a person about one host.
 */
#ifndef MXPRINT_TOOLS_IDENTIFY_PRINT_H
#define MXPRINT_TOOLS_IDENTIFY_PRINT_H

#include "catalog/catalog.h"
#include "model/prediction.h"

void identify_print_host(
    const struct catalog *catalog, const struct prediction *p);

#endif
