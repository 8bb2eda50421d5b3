#include "rules/example_lines.h"

#include <ctype.h>
#include <string.h>

void example_lines_add(
    struct example_lines *l, const char *text, size_t len, bool in_front)
{
	size_t at = in_front ? 0 : l->count;

	if (l->count == EXAMPLE_LINES_MAX)
		return;
	memmove(l->lines + at + 1, l->lines + at,
	    (l->count - at) * sizeof(*l->lines));
	l->lines[at] = (struct example_line){ text, len };
	l->count++;
}

/* Bytes of the reply code and its separator. */
static size_t code_length(const char *line, size_t len)
{
	size_t digits = 0;

	while (
	    digits < 3 && digits < len && isdigit((unsigned char)line[digits]))
		digits++;
	if (digits < 3 || line[0] < '2' || line[0] > '5')
		return 0;
	if (len == 3)
		return 3;
	return line[3] == ' ' || line[3] == '-' ? 4 : 0;
}

void example_lines_cut(struct example_lines *l, const char *text, size_t len)
{
	memset(l, 0, sizeof(*l));
	for (size_t at = 0; at < len;) {
		const char *newline = memchr(text + at, '\n', len - at);
		size_t stop = newline ? (size_t)(newline - text) : len;
		size_t n = stop - at;
		size_t skip;

		while (n > 0 && text[at + n - 1] == '\r')
			n--;
		skip = code_length(text + at, n);
		if (skip > 0 && l->code[0] == '\0')
			memcpy(l->code, text + at, 3);
		example_lines_add(l, text + at + skip, n - skip, false);
		at = stop + 1;
	}
}

void example_lines_join(const struct example_lines *l, const char *code,
    const char *end, struct buffer *out)
{
	buffer_reset(out);
	for (size_t i = 0; i < l->count; i++) {
		if (code[0] != '\0')
			buffer_printf(
			    out, "%s%c", code, i + 1 < l->count ? '-' : ' ');
		buffer_add(out, l->lines[i].text, l->lines[i].len);
		buffer_add_text(out, end);
	}
}

size_t example_lines_host(const struct example_lines *l)
{
	const char *text = l->count > 0 ? l->lines[0].text : "";
	size_t len = l->count > 0 ? l->lines[0].len : 0;
	size_t n = 0;
	bool dot = false;

	while (n < len && (isalnum((unsigned char)text[n]) ||
			      strchr(".-_[]", text[n]) != NULL)) {
		dot = dot || (text[n] == '.' && n > 0);
		n++;
	}
	return dot && n < len && text[n] == ' ' ? n : 0;
}
