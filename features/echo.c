/*
 * What of our input comes back in a refusal, and in which dress: the whole
 * line, its verb, an argument, cut at a NUL, in upper case, quoted, escaped.
 * normalize found it; here the place around it is looked at.
 */
#include <stdio.h>
#include <string.h>

#include "features/extractor.h"
#include "features/normalize.h"

static const char opening[] = "<ECHO:";

static const char *dress(const char *text, size_t len, size_t at, size_t used)
{
	char before = at ? text[at - 1] : ' ';
	char after = at + used < len ? text[at + used] : ' ';

	if (before == '"' && after == '"')
		return "-quoted";
	if ((before == '\'' || before == '`') && after == '\'')
		return "-quoted-single";
	if (before == '<' && after == '>')
		return "-angled";
	if ((before == '(' && after == ')') || (before == '[' && after == ']'))
		return "-bracketed";
	return "";
}

static bool add_echoes(
    const struct evidence_item *item, struct feature_sink *sink)
{
	const char *text = item->text;
	bool any = false;

	for (size_t at = 0; at < item->len;) {
		const char *p = memmem(
		    text + at, item->len - at, opening, sizeof(opening) - 1);
		size_t used;

		if (!p)
			break;
		at = (size_t)(p - text);
		used = normalize_placeholder(p, item->len - at);
		if (!used) {
			at++;
			continue;
		}
		feature_add(sink, GROUP_ECHO, "%.40s.echo:%.*s%s",
		    item->exchange->probe, (int)(used - sizeof(opening)),
		    p + sizeof(opening) - 1, dress(text, item->len, at, used));
		any = true;
		at += used;
	}
	return any;
}

static void extract(const struct evidence *evidence, struct feature_sink *sink)
{
	for (size_t i = 0; i < evidence->count; i++) {
		const struct evidence_item *item = &evidence->items[i];

		if (!item->first || !item->reply || !evidence_is_negative(item))
			continue;
		if (!add_echoes(item, sink))
			feature_add(sink, GROUP_ECHO, "%.40s.echo:none",
			    item->exchange->probe);
	}
}

const struct extractor extractor_echo = { "echo", extract };
