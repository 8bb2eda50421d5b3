#include <ctype.h>
#include <string.h>

#include "common/buffer.h"
#include "rules/engine.h"
#include "rules/text.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Bytes of "250 ", "250-" or a bare "250" at the start of a line. */
static size_t code_length(const char *line, size_t len)
{
	if (len < 3 || line[0] < '2' || line[0] > '5' || !is_digit(line[1]) ||
	    !is_digit(line[2]))
		return 0;
	if (len == 3 || line[3] == '\r')
		return 3;
	return line[3] == ' ' || line[3] == '-' ? 4 : 0;
}

/* Copies one line, blanks and control bytes squeezed. Returns the new end. */
static size_t squeeze(char *out, size_t end, const char *line, size_t len)
{
	size_t start = end;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)line[i];

		if (c > ' ' && c != 0x7f)
			out[end++] = (char)c;
		else if (end > start && out[end - 1] != ' ')
			out[end++] = ' ';
	}
	if (end > start && out[end - 1] == ' ')
		end--;
	return end;
}

static void lines_to_text(struct arena *arena, const char *bytes, size_t len,
    bool codes, struct rule_text *text)
{
	char *out;
	size_t end = 0;

	if (len > RULE_TEXT_MAX)
		len = RULE_TEXT_MAX;
	out = arena_alloc(arena, len + 1);
	memset(text->code, 0, sizeof(text->code));
	for (size_t at = 0; at < len;) {
		const char *newline = memchr(bytes + at, '\n', len - at);
		size_t stop = newline ? (size_t)(newline - bytes) : len;
		size_t skip = codes ? code_length(bytes + at, stop - at) : 0;

		if (skip > 0 && text->code[0] == '\0')
			memcpy(text->code, bytes + at, 3);
		if (at > 0)
			out[end++] = '\n';
		end = squeeze(out, end, bytes + at + skip, stop - at - skip);
		at = stop + 1;
	}
	out[end] = '\0';
	text->bytes = out;
	text->len = end;
}

void rule_text_of_reply(
    struct arena *arena, const char *bytes, size_t len, struct rule_text *text)
{
	lines_to_text(arena, bytes, len, true, text);
}

void rule_text_of_name(
    struct arena *arena, const char *bytes, size_t len, struct rule_text *text)
{
	char *copy = arena_copy(arena, bytes, len);

	for (size_t i = 0; i < len; i++)
		copy[i] = (char)tolower((unsigned char)copy[i]);
	while (len > 0 && copy[len - 1] == '.')
		len--;
	lines_to_text(arena, copy, len, false, text);
}

static void add_line(struct buffer *lines, const char *word, const char *value)
{
	if (value == NULL)
		return;
	buffer_add_text(lines, word);
	for (const char *p = value; *p != '\0'; p++)
		buffer_add_char(lines, *p == '\n' ? ' ' : *p);
	buffer_add_char(lines, '\n');
}

void rule_text_of_certificate(struct arena *arena,
    const struct certificate *certificate, struct rule_text *text)
{
	struct buffer lines;

	buffer_init(&lines, RULE_TEXT_MAX);
	add_line(&lines, "subject ", certificate->subject);
	add_line(&lines, "issuer ", certificate->issuer);
	add_line(&lines, "organization ", certificate->issuer_organization);
	for (size_t i = 0; i < certificate->name_count; i++)
		add_line(&lines, "name ", certificate->names[i]);
	lines_to_text(arena, buffer_text(&lines), lines.len, false, text);
	buffer_clear(&lines);
}
