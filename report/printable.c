#include "report/printable.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Length of the UTF-8 sequence at the start of s, with its code point; 0 when
 * it is invalid (overlong, a surrogate, cut, too large).
 */
static size_t decode(const unsigned char *s, size_t len, uint32_t *point)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = s[0] < 0x80	 ? 1
		   : s[0] < 0xc2 ? 0
		   : s[0] < 0xe0 ? 2
		   : s[0] < 0xf0 ? 3
		   : s[0] < 0xf5 ? 4
				 : 0;

	if (n == 0 || n > len)
		return 0;
	*point = n == 1 ? s[0] : s[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*point = *point << 6 | (s[i] & 0x3fu);
	}
	if (n > 1 && *point < smallest[n])
		return 0;
	if ((*point >= 0xd800 && *point < 0xe000) || *point > 0x10ffff)
		return 0;
	return n;
}

static bool harmless(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} harmful[] = {
		{ 0x00, 0x1f }, { 0x7f, 0x9f }, /* DEL, C1 */
		{ 0xad, 0xad },			/* soft hyphen */
		{ 0x61c, 0x61c },		/* direction marks */
		{ 0x200b, 0x200f },   /* zero width, direction marks */
		{ 0x2028, 0x202e },   /* separators, embeddings, overrides */
		{ 0x2060, 0x206f },   /* invisible operators, isolates */
		{ 0xfeff, 0xfeff },   /* byte order mark */
		{ 0xfff9, 0xfffb },   /* annotations */
		{ 0xe0000, 0xe007f }, /* tags */
	};

	for (size_t i = 0; i < sizeof(harmful) / sizeof(harmful[0]); i++) {
		if (c >= harmful[i].first && c <= harmful[i].last)
			return false;
	}
	return true;
}

static void add_escape(struct buffer *out, uint32_t c)
{
	if (c == '\n')
		buffer_add_text(out, "\\n");
	else if (c == '\r')
		buffer_add_text(out, "\\r");
	else if (c == '\t')
		buffer_add_text(out, "\\t");
	else if (c < 0x100)
		buffer_printf(out, "\\x%02x", (unsigned)c);
	else
		buffer_printf(out, "\\u%04x", (unsigned)c);
}

void printable_add(struct buffer *out, const char *text, size_t len)
{
	const unsigned char *s = (const unsigned char *)text;
	uint32_t point = 0;

	for (size_t i = 0, n; i < len; i += n) {
		n = decode(s + i, len - i, &point);
		if (n == 0) {
			add_escape(out, s[i]);
			n = 1;
		} else if (harmless(point)) {
			buffer_add(out, text + i, n);
		} else {
			add_escape(out, point);
		}
	}
}

size_t printable_width(const char *text)
{
	size_t width = 0;

	for (; *text; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}
