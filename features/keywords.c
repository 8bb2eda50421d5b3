#include "features/keywords.h"

#include <ctype.h>
#include <string.h>

static void read_keyword(
    struct keyword *k, const char *line, size_t len, struct bytes raw)
{
	size_t i = 0, at = 0;

	while (i < len && (line[i] == ' ' || line[i] == '\t'))
		i++;
	while (i < len && !isspace((unsigned char)line[i])) {
		if (at + 1 < KEYWORD_SIZE) {
			k->lower |= islower((unsigned char)line[i]) != 0;
			k->name[at++] = (char)toupper((unsigned char)line[i]);
		}
		if (line[i++] == '=')
			break;
	}
	k->name[at] = '\0';
	while (i < len && (line[i] == ' ' || line[i] == '\t'))
		i++;
	k->args = line + i;
	k->args_len = len - i;
	at = 0;
	while (at < raw.len && raw.data[at] != ' ' && raw.data[at] != '=')
		at++;
	at += at < raw.len;
	k->raw.data = raw.data + at;
	k->raw.len = raw.len - at;
}

void keywords_read(const struct evidence_item *item, struct keywords *out)
{
	const char *p = item->text, *end = p + item->len;

	memset(out, 0, sizeof(*out));
	for (size_t line = 0; p <= end; line++) {
		const char *eol = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((eol ? eol : end) - p);
		struct bytes raw = { "", 0 };

		if (item->reply && line < item->reply->kept) {
			raw.data = item->reply->lines[line].text;
			raw.len = item->reply->lines[line].len;
		}
		if (line == 0) {
			out->greeting = p;
			out->greeting_len = len;
		} else if (len && out->count < KEYWORDS_MAX) {
			read_keyword(&out->items[out->count++], p, len, raw);
		}
		if (!eol)
			break;
		p = eol + 1;
	}
}

bool keywords_has(const struct keywords *k, const char *name)
{
	for (size_t i = 0; i < k->count; i++) {
		if (strcmp(k->items[i].name, name) == 0)
			return true;
	}
	return false;
}
