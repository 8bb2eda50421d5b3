/*
 * UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing beyond
 * U+10FFFF.
 */
#ifndef MXPRINT_COMMON_UTF8_H
#define MXPRINT_COMMON_UTF8_H

#include <stddef.h>

/* Bytes of the character that text begins with, 0 when it is none. */
size_t utf8_sequence(const char *text, size_t len);
/* Bytes before the first that is no UTF-8; len when all is. */
size_t utf8_length(const char *text, size_t len);

#endif
