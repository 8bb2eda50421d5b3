/*
 * Reads the examples of a rule: a reply in double quotes with C escapes, and
 * what it promises behind "=>".
 */
#include <string.h>

#include "rules/field.h"

#define EXAMPLES_MAX 64

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The byte of the escape at text[*at] (behind the backslash), or -1. */
static int unescape_one(const char *text, size_t len, size_t *at)
{
	static const char from[] = "rnt0\\\"'";
	static const char to[] = "\r\n\t\0\\\"'";
	char c = *at < len ? text[(*at)++] : '\0';
	const char *found = c == '\0' ? NULL : strchr(from, c);
	int value;

	if (found != NULL)
		return (unsigned char)to[found - from];
	if (c != 'x' || *at == len || hex_value(text[*at]) < 0)
		return -1;
	value = hex_value(text[(*at)++]);
	if (*at < len && hex_value(text[*at]) >= 0)
		value = value * 16 + hex_value(text[(*at)++]);
	return value;
}

bool rule_unescape(struct arena *arena, const char *text, size_t len,
    char **bytes, size_t *bytes_len, size_t *fault_offset)
{
	char *out = arena_alloc(arena, len + 1);
	size_t at = 0;
	size_t n = 0;

	while (at < len) {
		int byte;

		*fault_offset = at;
		if (text[at] != '\\') {
			out[n++] = text[at++];
			continue;
		}
		at++;
		byte = unescape_one(text, len, &at);
		if (byte < 0)
			return false;
		out[n++] = (char)byte;
	}
	*bytes = out;
	*bytes_len = n;
	return true;
}

/*
 * Takes the quotes off the value that begins at quote and may end in *rest, and
 * leaves it at quote. false where they are not closed or not followed by a
 * blank.
 */
static bool unquote(char *quote, char **rest)
{
	char *end = strchr(quote + 1, '"');

	if (end != NULL && end[1] != '\0')
		return false;
	if (end == NULL) {
		end = strchr(*rest, '"');
		if (end == NULL)
			return false;
		if (end[1] != '\0' && end[1] != ' ' && end[1] != '\t')
			return false;
		(*rest)[-1] = ' ';
		*rest = end + 1;
	}
	*end = '\0';
	memmove(quote, quote + 1, (size_t)(end - quote));
	return true;
}

/* The values promised behind "=>": version=X or version="X Y", rule=ID. */
static enum status read_promises(
    struct rule_reader *r, char *rest, struct rule_example *example)
{
	for (;;) {
		char *word = rule_next_word(r, &rest);
		char *equals = strchr(word, '=');
		const char **slot = NULL;

		if (*word == '\0')
			return STATUS_OK;
		if (equals != NULL) {
			*equals = '\0';
			if (strcmp(word, "version") == 0)
				slot = &example->version;
			else if (strcmp(word, "rule") == 0)
				slot = &example->winner;
		}
		if (slot == NULL ||
		    (equals[1] == '"' && !unquote(equals + 1, &rest)) ||
		    equals[1] == '\0')
			return rule_fault(
			    r, "after => stand version=VERSION and rule=ID");
		*slot = arena_strdup(r->set->arena, equals + 1);
		rule_pass_word(r, word, rest);
	}
}

static struct rule_example *add_example(struct rule_reader *r)
{
	struct rule_spec *spec = r->spec;

	if (spec->example_count == spec->example_capacity) {
		size_t capacity = spec->example_capacity * 2 + 4;
		struct rule_example *items =
		    arena_array(r->set->arena, capacity, sizeof(*items));

		if (spec->example_count > 0)
			memcpy(items, spec->examples,
			    spec->example_count * sizeof(*items));
		spec->examples = items;
		spec->example_capacity = capacity;
	}
	return &spec->examples[spec->example_count++];
}

static enum status read_quoted(
    struct rule_reader *r, char *value, bool positive)
{
	struct rule_example *example;
	size_t len;
	size_t offset;
	size_t end = 1;
	char *bytes;
	char *rest;

	if (r->spec->example_count == EXAMPLES_MAX)
		return rule_fault(r, "more than %d examples", EXAMPLES_MAX);
	if (value[0] != '"')
		return rule_fault(r, "the reply stands in double quotes");
	while (value[end] != '\0' && value[end] != '"')
		end += value[end] == '\\' && value[end + 1] != '\0' ? 2 : 1;
	if (value[end] != '"')
		return rule_fault(r, "the closing double quote is missing");
	if (!rule_unescape(
		r->set->arena, value + 1, end - 1, &bytes, &len, &offset)) {
		r->column += (int)offset + 1;
		return rule_fault(r,
		    "unknown escape; there are \\r \\n \\t \\0 \\\\ \\\" "
		    "and \\xHH");
	}
	example = add_example(r);
	*example = (struct rule_example){ .text = bytes,
		.len = len,
		.positive = positive,
		.line = r->line,
		.column = r->column };
	rest = value + end + 1;
	rest += strspn(rest, " \t");
	r->column += (int)(rest - value);
	if (*rest == '\0')
		return STATUS_OK;
	if (!positive || strncmp(rest, "=>", 2) != 0)
		return rule_fault(r, positive
					 ? "=> or the end of the line belongs "
					   "here"
					 : "the end of the line belongs here");
	r->column += 2;
	return read_promises(r, rest + 2, example);
}

enum status rule_read_example(struct rule_reader *r, char *value)
{
	return read_quoted(r, value, true);
}

enum status rule_read_not(struct rule_reader *r, char *value)
{
	return read_quoted(r, value, false);
}
