/*
 * Growable bytes with a hard limit set at init. Always NUL-terminated after
 * len, so data works as text where the bytes are known to be text.
 *
 * A write past the limit stores what fits, sets overflow and returns false;
 * later writes are refused too, so one check at the end is enough.
 */
#ifndef MXPRINT_COMMON_BUFFER_H
#define MXPRINT_COMMON_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

struct buffer {
	char *data; /* NULL until the first write */
	size_t len;
	size_t capacity;
	size_t limit; /* len never exceeds it */
	bool overflow;
};

void buffer_init(struct buffer *b, size_t limit);
void buffer_clear(struct buffer *b); /* frees; usable again afterwards */
void buffer_reset(struct buffer *b); /* len = 0, memory kept */

bool buffer_add(struct buffer *b, const void *bytes, size_t len);
bool buffer_add_text(struct buffer *b, const char *text);
bool buffer_add_char(struct buffer *b, char c);
bool buffer_printf(struct buffer *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Drops the first n bytes (n <= len). */
void buffer_drop(struct buffer *b, size_t n);

/* The text (never NULL: "" when empty). */
const char *buffer_text(const struct buffer *b);

#endif
