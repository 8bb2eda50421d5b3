/*
 * Text from strangers on its way to a terminal.
 * Valid UTF-8 stays readable; control characters, C1, characters that turn the
 * direction of writing or join invisibly, and invalid bytes become escapes
 * (\n, \x1b, \u202e).
 */
#ifndef MXPRINT_REPORT_PRINTABLE_H
#define MXPRINT_REPORT_PRINTABLE_H

#include <stddef.h>

#include "common/buffer.h"

void printable_add(struct buffer *out, const char *text, size_t len);
/* Columns a printable text takes: its code points. */
size_t printable_width(const char *text);

#endif
