#include "common/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum log_level current = LOG_INFO;

void log_set_level(enum log_level level)
{
	current = level;
}

enum log_level log_level(void)
{
	return current;
}

void log_write(enum log_level level, const char *format, ...)
{
	static const char *const words[] = {
		[LOG_ERROR] = "error: ",
		[LOG_WARN] = "warning: ",
		[LOG_INFO] = "",
		[LOG_DEBUG] = "",
	};
	char line[2048];
	va_list args;
	int head, body;
	size_t len;

	if (level > current)
		return;
	head = snprintf(line, sizeof(line), "mxprint: %s", words[level]);
	va_start(args, format);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	body = vsnprintf(
	    line + head, sizeof(line) - (size_t)head - 1, format, args);
#pragma GCC diagnostic pop
	va_end(args);
	if (body < 0)
		return;
	len = strlen(line);
	line[len++] = '\n';
	/* A diagnostic that cannot be written has nowhere to complain. */
	if (write(STDERR_FILENO, line, len) < 0)
		return;
}

const char *log_quote(char *out, size_t size, const void *bytes, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	const unsigned char *in = bytes;
	size_t at = 0, i;

	for (i = 0; i < len; i++) {
		char piece[5];
		size_t n = 2;
		unsigned char c = in[i];

		piece[0] = '\\';
		if (c == '\r') {
			piece[1] = 'r';
		} else if (c == '\n') {
			piece[1] = 'n';
		} else if (c == '\t') {
			piece[1] = 't';
		} else if (c == '\\') {
			piece[1] = '\\';
		} else if (c >= 0x20 && c < 0x7f) {
			piece[0] = (char)c;
			n = 1;
		} else {
			piece[1] = 'x';
			piece[2] = hex[c >> 4];
			piece[3] = hex[c & 15];
			n = 4;
		}
		/* room for this piece, "..." and the NUL */
		if (at + n + 4 > size)
			break;
		memcpy(out + at, piece, n);
		at += n;
	}
	if (i < len) {
		memcpy(out + at, "...", 3);
		at += 3;
	}
	out[at] = '\0';
	return out;
}
