/*
 * What a server's country changes of a greeting: how its date is written, and
 * into which language the fixed words at its end are translated.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "features/date.h"
#include "rules/alteration.h"

#define DATE_PARTS_LEAST 4 /* fewer may be a version */

/* Bytes of a date at text[at], 0: none starts there. */
static size_t date_at(const struct example_line *line, size_t at)
{
	char shape[DATE_SHAPE_MAX];
	size_t used;

	if (at > 0 && isalnum((unsigned char)line->text[at - 1]))
		return 0;
	used = date_match(line->text + at, line->len - at, shape);
	return used > 0 && strlen(shape) >= DATE_PARTS_LEAST ? used : 0;
}

static void take(
    struct altering *a, struct example_line *line, struct buffer *text)
{
	line->text = arena_copy(a->arena, buffer_text(text), text->len);
	line->len = text->len;
	buffer_clear(text);
}

bool alter_dates(struct altering *a, const struct alteration *how)
{
	bool found = false;

	for (size_t i = 0; i < a->reply.count; i++) {
		struct example_line *line = &a->reply.lines[i];
		struct buffer text;

		buffer_init(&text, ALTERED_MAX);
		for (size_t at = 0; at < line->len;) {
			size_t used = date_at(line, at);

			if (used > 0) {
				found = true;
				buffer_add_text(&text, how->date);
				at += used;
			} else
				buffer_add_char(&text, line->text[at++]);
		}
		take(a, line, &text);
	}
	example_lines_join(&a->reply, a->reply.code, "\r\n", &a->out);
	return found;
}

static bool has_word(
    const struct example_line *line, size_t at, const char *word)
{
	size_t len = strlen(word);

	return at + len <= line->len &&
	       strncasecmp(line->text + at, word, len) == 0 &&
	       (at == 0 || line->text[at - 1] == ' ') &&
	       (at + len == line->len ||
		   !isalnum((unsigned char)line->text[at + len]));
}

static size_t pass(const struct example_line *line, size_t at, const char *set)
{
	while (at < line->len && line->text[at] != '\0' &&
	       strchr(set, line->text[at]) != NULL)
		at++;
	return at;
}

/* Whether nothing but a date and marks stands from `at` on. */
static bool ends(const struct example_line *line, size_t at)
{
	at = pass(line, at, " ,;:-([");
	at += date_at(line, at);
	return pass(line, at, " .!)]") == line->len;
}

/* false: the line has no such words at its end. */
static bool translate(
    struct altering *a, struct example_line *line, const struct language *words)
{
	static const char service[] = "service ";
	size_t before = sizeof(service) - 1;
	size_t at = 1;
	size_t start, rest;
	struct buffer text;
	bool has_at;

	while (at < line->len && !has_word(line, at, "ready"))
		at++;
	if (at >= line->len)
		return false;
	start = at;
	if (at > before &&
	    strncasecmp(line->text + at - before, service, before) == 0)
		start -= before;
	rest = at + strlen("ready");
	has_at = has_word(line, rest + 1, "at");
	if (has_at)
		rest += strlen(" at");
	if (!ends(line, rest))
		return false;
	buffer_init(&text, ALTERED_MAX);
	buffer_add(&text, line->text, start);
	buffer_add_text(
	    &text, start < at ? words->service_ready : words->ready);
	if (has_at)
		buffer_printf(&text, " %s", words->at);
	buffer_add(&text, line->text + rest, line->len - rest);
	take(a, line, &text);
	return true;
}

bool alter_words(struct altering *a, const struct alteration *how)
{
	bool found = false;

	/* A first word may be a host's own name: "axigen ESMTP bereit". */
	if (example_lines_host(&a->reply) == 0)
		return false;
	for (size_t i = 0; i < a->reply.count; i++)
		found |= translate(a, &a->reply.lines[i], &how->words);
	example_lines_join(&a->reply, a->reply.code, "\r\n", &a->out);
	return found;
}
