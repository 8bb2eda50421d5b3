#include "common/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void fill(
    struct error *err, enum status status, const char *format, va_list args)
{
	err->status = status;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	vsnprintf(err->text, sizeof(err->text), format, args);
#pragma GCC diagnostic pop
}

enum status error_set(
    struct error *err, enum status status, const char *format, ...)
{
	va_list args;

	if (!err)
		return status;
	va_start(args, format);
	fill(err, status, format, args);
	va_end(args);
	return status;
}

enum status error_set_errno(struct error *err, enum status status,
    int errno_value, const char *format, ...)
{
	va_list args;
	size_t len;

	if (!err)
		return status;
	va_start(args, format);
	fill(err, status, format, args);
	va_end(args);
	len = strlen(err->text);
	snprintf(err->text + len, sizeof(err->text) - len, ": %s",
	    strerror(errno_value));
	return status;
}
