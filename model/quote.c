#include "model/quote.h"

#include <stdio.h>
#include <string.h>

/* One byte of a quotation; out has room for 5. */
static size_t quote_byte(unsigned char byte, char *out)
{
	static const char letters[][2] = {
		{ '\n', 'n' },
		{ '\r', 'r' },
		{ '\t', 't' },
		{ '\0', '0' },
		{ '\\', '\\' },
		{ '"', '"' },
	};

	for (size_t i = 0; i < sizeof(letters) / sizeof(*letters); i++) {
		if (byte == (unsigned char)letters[i][0]) {
			out[0] = '\\';
			out[1] = letters[i][1];
			return 2;
		}
	}
	if (byte >= 0x20 && byte < 0x7f) {
		out[0] = (char)byte;
		return 1;
	}
	return (size_t)snprintf(out, 5, "\\x%02x", byte);
}

const char *quote_reply(
    struct arena *arena, const void *bytes, size_t len, size_t max)
{
	const char *at = bytes;
	char *out = arena_alloc(arena, max + 16);
	size_t used = 0;

	while (len > 0 && (at[len - 1] == '\n' || at[len - 1] == '\r'))
		len--;
	out[used++] = '"';
	for (size_t i = 0; i < len; i++) {
		if (used > max) {
			memcpy(out + used, "...", 3);
			used += 3;
			break;
		}
		if (at[i] == '\r' && i + 1 < len && at[i + 1] == '\n') {
			memcpy(out + used, " / ", 3);
			used += 3;
			i++;
		} else
			used += quote_byte((unsigned char)at[i], out + used);
	}
	out[used++] = '"';
	return out;
}
