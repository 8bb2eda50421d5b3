#include "common/utf8.h"

size_t utf8_sequence(const char *text, size_t len)
{
	static const unsigned least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *in = (const unsigned char *)text;
	size_t n;
	unsigned code;

	if (len == 0 || in[0] < 0x80)
		return len > 0;
	n = in[0] >= 0xf0 ? 4 : in[0] >= 0xe0 ? 3 : 2;
	if (in[0] < 0xc2 || in[0] > 0xf4 || n > len)
		return 0;
	code = in[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((in[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (in[i] & 0x3f);
	}
	if (code < least[n] || code > 0x10ffff ||
	    (code >= 0xd800 && code < 0xe000))
		return 0;
	return n;
}

size_t utf8_length(const char *text, size_t len)
{
	size_t at = 0;
	size_t n;

	while (at < len && (n = utf8_sequence(text + at, len - at)) > 0)
		at += n;
	return at;
}
