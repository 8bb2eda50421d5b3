#include "common/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"

void buffer_init(struct buffer *b, size_t limit)
{
	memset(b, 0, sizeof(*b));
	b->limit = limit;
}

void buffer_clear(struct buffer *b)
{
	free(b->data);
	buffer_init(b, b->limit);
}

void buffer_reset(struct buffer *b)
{
	b->len = 0;
	b->overflow = false;
	if (b->data)
		b->data[0] = '\0';
}

static void reserve(struct buffer *b, size_t len)
{
	size_t capacity = b->capacity ? b->capacity : 64;

	if (len + 1 <= b->capacity)
		return;
	while (capacity < len + 1)
		capacity += capacity / 2 + 64;
	b->data = xrealloc(b->data, capacity);
	b->capacity = capacity;
}

bool buffer_add(struct buffer *b, const void *bytes, size_t len)
{
	if (b->overflow)
		return false;
	if (len > b->limit - b->len) {
		len = b->limit - b->len;
		b->overflow = true;
	}
	reserve(b, b->len + len);
	if (len)
		memcpy(b->data + b->len, bytes, len);
	b->len += len;
	b->data[b->len] = '\0';
	return !b->overflow;
}

bool buffer_add_text(struct buffer *b, const char *text)
{
	return buffer_add(b, text, strlen(text));
}

bool buffer_add_char(struct buffer *b, char c)
{
	if (!b->overflow && b->len < b->limit && b->len + 1 < b->capacity) {
		b->data[b->len++] = c;
		b->data[b->len] = '\0';
		return true;
	}
	return buffer_add(b, &c, 1);
}

bool buffer_printf(struct buffer *b, const char *format, ...)
{
	char small[512];
	va_list args;
	char *large;
	bool ok;
	int n;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	va_start(args, format);
	n = vsnprintf(small, sizeof(small), format, args);
	va_end(args);
	if (n < 0)
		return false;
	if ((size_t)n < sizeof(small))
		return buffer_add(b, small, (size_t)n);
	large = xmalloc((size_t)n + 1);
	va_start(args, format);
	vsnprintf(large, (size_t)n + 1, format, args);
	va_end(args);
#pragma GCC diagnostic pop
	ok = buffer_add(b, large, (size_t)n);
	free(large);
	return ok;
}

void buffer_drop(struct buffer *b, size_t n)
{
	if (n == 0)
		return;
	memmove(b->data, b->data + n, b->len - n);
	b->len -= n;
	b->data[b->len] = '\0';
}

const char *buffer_text(const struct buffer *b)
{
	return b->data ? b->data : "";
}
