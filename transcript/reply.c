/*
 * Two readers of the same grammar: reply_length finds the end cheaply while
 * bytes arrive, reply_parse takes a whole reply apart.
 *
 * A reply starts with a line "ddd", a separator and text. Lines go on while
 * the newest coded line has '-' after its code; a line without a code in
 * between belongs to the reply as well. The first line with a code and
 * another separator (or none) ends it.
 */
#include "transcript/reply.h"

#include <string.h>

/* The code at the start of a line, 0 if there is none. */
static int line_code(const char *line, size_t len)
{
	if (len < 3 || line[0] < '2' || line[0] > '5' || line[1] < '0' ||
	    line[1] > '9' || line[2] < '0' || line[2] > '9')
		return 0;
	if (len > 3 && line[3] >= '0' && line[3] <= '9')
		return 0; /* "2200 items": a number, not a code */
	return (line[0] - '0') * 100 + (line[1] - '0') * 10 + line[2] - '0';
}

/* Could these first bytes of a reply still become a code? */
static bool may_be_code(const char *bytes, size_t len)
{
	if (len >= 1 && (bytes[0] < '2' || bytes[0] > '5'))
		return false;
	for (size_t i = 1; i < len && i < 3; i++) {
		if (bytes[i] < '0' || bytes[i] > '9')
			return false;
	}
	return len < 4 || bytes[3] < '0' || bytes[3] > '9';
}

long reply_length(
    const char *bytes, size_t len, bool closed, size_t *scanned, int *code)
{
	size_t start = *scanned; /* of a line: whole lines were scanned */

	if (len == 0)
		return REPLY_PARTIAL;
	if (!may_be_code(bytes, len))
		return REPLY_NOT_SMTP;
	while (start < len) {
		const char *end = memchr(bytes + start, '\n', len - start);
		size_t line = end ? (size_t)(end - bytes) - start : len - start;
		int c;

		if (!end && !closed)
			break;
		c = line_code(bytes + start, line);
		if (!c && start == 0)
			return REPLY_NOT_SMTP;
		if (c && (line == 3 || bytes[start + 3] != '-')) {
			*code = c;
			return (long)(start + line + (end != NULL));
		}
		if (c)
			*code = c;
		start += line + (end != NULL);
		*scanned = start;
	}
	/* Closed in the middle of a multi-line reply: what came is all. */
	return closed && start >= len ? (long)len : REPLY_PARTIAL;
}

static bool take_number(
    const char **p, const char *end, int max_digits, int *value)
{
	int digits = 0;

	*value = 0;
	while (*p < end && **p >= '0' && **p <= '9' && digits < max_digits) {
		*value = *value * 10 + **p - '0';
		++*p;
		digits++;
	}
	return digits > 0;
}

/* RFC 2034: class "." subject "." detail, then a blank or the end. */
static bool enhanced_code(const struct reply_line *line, int out[3])
{
	const char *p = line->text, *end = line->text + line->len;
	int v[3];

	if (!take_number(&p, end, 1, &v[0]) || p == end || *p++ != '.' ||
	    !take_number(&p, end, 3, &v[1]) || p == end || *p++ != '.' ||
	    !take_number(&p, end, 3, &v[2]))
		return false;
	if ((p < end && *p != ' ' && *p != '\t') ||
	    (v[0] != 2 && v[0] != 4 && v[0] != 5))
		return false;
	memcpy(out, v, sizeof(v));
	return true;
}

static unsigned byte_departures(const char *line, size_t len)
{
	unsigned found = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)line[i];

		if (c == 0)
			found |= REPLY_NUL;
		else if (c >= 0x80)
			found |= REPLY_EIGHT_BIT;
		else if (c == '\r')
			found |= REPLY_BARE_CR;
	}
	return found;
}

static void add_line(
    struct reply *reply, const char *line, size_t len, bool has_eol)
{
	struct reply_line *out = NULL;
	int code;

	if (!has_eol)
		reply->departures |= REPLY_NO_EOL;
	if (len && line[len - 1] == '\r')
		len--;
	else if (has_eol)
		reply->departures |= REPLY_BARE_LF;
	if (len > 510)
		reply->departures |= REPLY_LONG_LINE;
	reply->departures |= byte_departures(line, len);
	code = line_code(line, len);
	if (!code)
		reply->departures |= REPLY_NO_CODE_LINE;
	else if (len == 3)
		reply->departures |= REPLY_NO_SEPARATOR;
	else if (line[3] != ' ' && line[3] != '-')
		reply->departures |= REPLY_ODD_SEPARATOR;
	if (len && (line[len - 1] == ' ' || line[len - 1] == '\t') && len > 4)
		reply->departures |= REPLY_TRAILING_BLANK;
	if (reply->code && code && code != reply->code)
		reply->departures |= REPLY_MIXED_CODES;
	if (code)
		reply->code = code;
	if (reply->line_count++ < REPLY_LINES_MAX)
		out = &reply->lines[reply->kept++];
	if (out) {
		size_t skip = !code ? 0 : len == 3 ? 3 : 4;

		if (code && len > 3 && line[3] != ' ' && line[3] != '-')
			skip = 3; /* an odd separator is text */
		out->code = code;
		out->text = line + skip;
		out->len = len - skip;
	}
}

long reply_parse(
    const char *bytes, size_t len, bool closed, struct reply *reply)
{
	size_t scanned = 0, at = 0;
	int code = 0;
	long used = reply_length(bytes, len, closed, &scanned, &code);

	reply->code = 0;
	memset(reply->enhanced, 0, sizeof(reply->enhanced));
	reply->line_count = reply->kept = 0;
	reply->departures = 0;
	if (used < 0)
		return used;
	while (at < (size_t)used) {
		const char *end = memchr(bytes + at, '\n', (size_t)used - at);
		size_t line =
		    end ? (size_t)(end - bytes) - at : (size_t)used - at;

		add_line(reply, bytes + at, line, end != NULL);
		at += line + (end != NULL);
	}
	if (reply->kept &&
	    !enhanced_code(&reply->lines[reply->kept - 1], reply->enhanced))
		enhanced_code(&reply->lines[0], reply->enhanced);
	return used;
}

long reply_parse_all(const char *bytes, size_t len, struct reply *reply)
{
	long used = reply_parse(bytes, len, true, reply);

	if (used >= 0 && (size_t)used < len)
		reply->departures |= REPLY_SURPLUS;
	return used;
}
