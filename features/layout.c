#include "features/layout.h"

#include <ctype.h>
#include <string.h>

#include "features/normalize.h"

static const char *lines_bucket(size_t lines)
{
	return lines <= 1   ? "1"
	       : lines == 2 ? "2"
	       : lines == 3 ? "3"
	       : lines < 8  ? "4-7"
	       : lines < 16 ? "8-15"
			    : "16+";
}

/* Of the letters of the first line, placeholders left out. */
static const char *case_pattern(const char *text, size_t len)
{
	size_t upper = 0, lower = 0;
	bool first_upper = false;

	for (size_t i = 0; i < len && text[i] != '\n';) {
		size_t n = normalize_placeholder(text + i, len - i);
		unsigned char c = (unsigned char)text[i];

		if (!n && isalpha(c)) {
			if (!upper && !lower)
				first_upper = isupper(c);
			upper += isupper(c) != 0;
			lower += islower(c) != 0;
		}
		i += n ? n : 1;
	}
	if (!upper && !lower)
		return "no-letters";
	if (!lower)
		return "upper";
	if (!upper)
		return "lower";
	return upper == 1 && first_upper ? "first-upper" : "mixed";
}

static const char *final_mark(const char *text, size_t len)
{
	static const struct {
		char mark;
		const char *name;
	} marks[] = { { '.', "dot" }, { '!', "exclamation" }, { ':', "colon" },
		{ '"', "quote" }, { '\'', "apostrophe" }, { ')', "paren" },
		{ ']', "bracket" }, { '>', "angle" }, { ';', "semicolon" },
		{ '?', "question" }, { ',', "comma" }, { '-', "hyphen" } };

	while (len && (text[len - 1] == ' ' || text[len - 1] == '\t'))
		len--;
	if (!len)
		return "empty";
	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
		if (text[len - 1] == marks[i].mark)
			return marks[i].name;
	}
	return "none";
}

void layout_add(struct feature_sink *sink, enum feature_group group,
    const char *probe, const struct evidence_item *item)
{
	const struct reply *r = item->reply;

	if (!r)
		return;
	feature_add(
	    sink, group, "%.40s.lines:%s", probe, lines_bucket(r->line_count));
	feature_add(sink, group, "%.40s.case:%s", probe,
	    case_pattern(item->text, item->len));
	feature_add(sink, group, "%.40s.final:%s", probe,
	    final_mark(item->text, item->len));
	if (r->departures & REPLY_TRAILING_BLANK)
		feature_add(sink, group, "%.40s.blank:trailing", probe);
	if (item->len && (item->text[0] == ' ' || item->text[0] == '\t'))
		feature_add(sink, group, "%.40s.blank:leading", probe);
	if (item->len && memmem(item->text, item->len, "  ", 2))
		feature_add(sink, group, "%.40s.blank:double", probe);
	if (r->departures & REPLY_NO_SEPARATOR)
		feature_add(sink, group, "%.40s.separator:none", probe);
	if (r->departures & REPLY_ODD_SEPARATOR)
		feature_add(sink, group, "%.40s.separator:odd", probe);
	if (r->departures & REPLY_MIXED_CODES)
		feature_add(sink, group, "%.40s.codes:mixed", probe);
}
