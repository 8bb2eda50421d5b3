/*
 * How far one word is from another, for "did you mean".
 */
#ifndef MXPRINT_COMMON_SPELLING_H
#define MXPRINT_COMMON_SPELLING_H

#include <stddef.h>

#define SPELLING_MAX 40 /* bytes of a word */

/*
 * Letters to insert, drop or replace until one is the other; SPELLING_MAX
 * when either word is longer than that.
 */
size_t spelling_distance(const char *a, const char *b);

#endif
