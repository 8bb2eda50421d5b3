/*
 * CPE 2.3 names, as the dictionary of vulnerabilities writes them.
 *
 * A row of the catalogue keeps "vendor:product" of an application or, with its
 * part before it, "o:vendor:product" (operating system) or "h:vendor:product"
 * (hardware); both components as in the formatted string (NISTIR 7695): lower
 * case, a backslash before what is no letter, digit, '_', '-' or '.'.
 */
#ifndef MXPRINT_CATALOG_CPE_H
#define MXPRINT_CATALOG_CPE_H

#include <stdbool.h>

#define CPE_SIZE 512 /* of a buffer for a name, NUL included */

bool cpe_valid(const char *cell);

/*
 * Writes "cpe:2.3:a:vendor:product:VERSION:*:*:*:*:*:*:*". VERSION is "*"
 * where version is NULL, empty, open at an end (<3.7, 3.8+) or longer than 64
 * bytes. A closed range looks like many a version (2.8-20100306): do not pass
 * one. name is "" where cell is NULL.
 */
void cpe_name(const char *cell, const char *version, char name[CPE_SIZE]);

#endif
