/*
 * One pass over the pattern as written, copying to both forms. Only a
 * backslash, a brace, a class and a group need a look; the rest is copied.
 * Every byte of the exact form remembers where it came from, so that PCRE2's
 * error offsets can be told in columns of the rule file.
 */
#include <assert.h>
#include <ctype.h>
#include <string.h>

#include "common/buffer.h"
#include "rules/pattern.h"

#define FORM_MAX 16384

/* Not inside a word, a host name (mail.NAME, my-NAME) or an address. */
#define WORD_START "(?<![\\w.@-])"
#define WORD_END   "(?![\\w@]|[.-]\\w)"

/* A date or a time of day behind a name is no version of it. */
#define NO_DATE                                   \
	"(?!\\d{4}-\\d\\d-\\d\\d|\\d{1,2}:\\d\\d" \
	"|\\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec))"

static const struct {
	const char *name;
	const char *exact;
	const char *loose;
} macros[] = {
	{ "{version}",
	    "(?<version>" NO_DATE "[0-9][0-9A-Za-z]*(?:[._-][0-9A-Za-z]+)*)",
	    "[0-9][0-9A-Za-z._-]*" },
	{ "{host}", "[^\\s]+", "[^\\s]+" },
};

struct expansion {
	const char *text;
	size_t len;
	size_t at; /* next byte of text */
	struct buffer exact;
	struct buffer loose;
	struct buffer columns; /* of int */
	int literals;
	bool prefilter;
};

static void add_exact(struct expansion *x, const char *bytes, size_t len)
{
	int offset = (int)x->at;

	buffer_add(&x->exact, bytes, len);
	for (size_t i = 0; i < len; i++)
		buffer_add(&x->columns, &offset, sizeof(offset));
}

/* Copies n bytes of the text to both forms. */
static void copy(struct expansion *x, size_t n)
{
	add_exact(x, x->text + x->at, n);
	buffer_add(&x->loose, x->text + x->at, n);
	x->at += n;
}

static void expand_escape(struct expansion *x)
{
	char next = x->at + 1 < x->len ? x->text[x->at + 1] : '\0';

	if (next == '<' || next == '>') {
		const char *edge = next == '<' ? WORD_START : WORD_END;

		add_exact(x, edge, strlen(edge));
		x->at += 2;
		return;
	}
	if (next >= '1' && next <= '9')
		x->prefilter = true; /* a back reference */
	if (next != '\0' && !isalnum((unsigned char)next))
		x->literals++;
	copy(x, next == '\0' ? 1 : 2);
}

/* From '[' to its ']', in which nothing is expanded. */
static void copy_class(struct expansion *x)
{
	size_t end = x->at + 1;

	if (end < x->len && x->text[end] == '^')
		end++;
	if (end < x->len && x->text[end] == ']')
		end++;
	while (end < x->len && x->text[end] != ']') {
		if (x->text[end] == '\\' && end + 1 < x->len)
			end++;
		else if (x->text[end] == '[' && end + 1 < x->len &&
			 x->text[end + 1] == ':') {
			const char *close =
			    memmem(x->text + end, x->len - end, ":]", 2);

			if (close != NULL)
				end = (size_t)(close - x->text) + 1;
		}
		end++;
	}
	copy(x, (end < x->len ? end + 1 : x->len) - x->at);
}

static const char *expand_brace(struct expansion *x)
{
	const char *rest = x->text + x->at;
	size_t left = x->len - x->at;

	if (left < 2 || !isalpha((unsigned char)rest[1])) {
		const char *close = memchr(rest, '}', left);

		/* A repetition, {2,5}: digits, not literals. */
		copy(x, close == NULL ? 1 : (size_t)(close - rest) + 1);
		return NULL;
	}
	for (size_t i = 0; i < sizeof(macros) / sizeof(*macros); i++) {
		size_t n = strlen(macros[i].name);

		if (left >= n && memcmp(rest, macros[i].name, n) == 0) {
			add_exact(x, macros[i].exact, strlen(macros[i].exact));
			buffer_add_text(&x->loose, macros[i].loose);
			x->at += n;
			return NULL;
		}
	}
	return "unknown word in braces; there are {version} and {host}, and a "
	       "brace itself is written \\{";
}

static void copy_group(struct expansion *x)
{
	const char *rest = x->text + x->at;
	size_t left = x->len - x->at;

	if (left < 3 || rest[1] != '?') {
		copy(x, 1);
		return;
	}
	if (rest[2] == '=' || rest[2] == '!' || rest[2] == '>' ||
	    rest[2] == '(' ||
	    (rest[2] == '<' && left > 3 && (rest[3] == '=' || rest[3] == '!')))
		x->prefilter = true;
	if (rest[2] == '<' && left > 3 && isalpha((unsigned char)rest[3])) {
		const char *close = memchr(rest, '>', left);

		copy(x, close == NULL ? 3 : (size_t)(close - rest) + 1);
		return;
	}
	/* (?: (?i) (?-i: and the like: letters here are no literals. */
	copy(x, 2);
	while (x->at < x->len && strchr("imsx-^:=!<>", x->text[x->at]) != NULL)
		copy(x, 1);
}

static const char *expand_regex(struct expansion *x)
{
	while (x->at < x->len) {
		const char *fault = NULL;
		char c = x->text[x->at];

		if (c == '\\')
			expand_escape(x);
		else if (c == '[')
			copy_class(x);
		else if (c == '{')
			fault = expand_brace(x);
		else if (c == '(')
			copy_group(x);
		else {
			if (strchr(").^$*+?|", c) == NULL)
				x->literals++;
			copy(x, 1);
		}
		if (fault != NULL)
			return fault;
	}
	return NULL;
}

/*
 * The name at the start of a line (behind the word a certificate's line
 * starts with) is one of the suffixes, or ends in '.' and one of them.
 */
static const char *expand_suffix(struct expansion *x)
{
	static const char before[] =
	    "^(?:(?:subject|name) )?(?:[\\w*.-]*\\.)?(?:";
	static const char after[] = ")(?![\\w@-]|\\.\\w)";

	add_exact(x, before, sizeof(before) - 1);
	buffer_add_text(&x->loose, "(?:");
	while (x->at < x->len) {
		char c = x->text[x->at];

		if (c == ' ' || c == '\t') {
			add_exact(x, "|", 1);
			buffer_add_char(&x->loose, '|');
			x->at += strspn(x->text + x->at, " \t");
			continue;
		}
		if (!isalnum((unsigned char)c) && c != '.' && c != '-')
			return "a suffix is a host name: letters, digits, "
			       "dots and hyphens";
		if (c == '.') {
			add_exact(x, "\\", 1);
			buffer_add_char(&x->loose, '\\');
		}
		x->literals++;
		copy(x, 1);
	}
	add_exact(x, after, sizeof(after) - 1);
	buffer_add_text(&x->loose, ")");
	return NULL;
}

const char *pattern_expand(struct arena *arena,
    const struct rule_pattern *pattern, struct pattern_form *form, int *offset)
{
	struct expansion x = { .text = pattern->text };
	const char *fault;
	int *columns;

	x.len = strlen(pattern->text);
	buffer_init(&x.exact, FORM_MAX);
	buffer_init(&x.loose, FORM_MAX);
	buffer_init(&x.columns, FORM_MAX * sizeof(int));
	fault = pattern->is_suffix ? expand_suffix(&x) : expand_regex(&x);
	*offset = (int)x.at;
	if (fault == NULL && (x.exact.overflow || x.loose.overflow)) {
		fault = "the pattern is too long";
		*offset = 0;
	}
	if (fault == NULL) {
		form->exact =
		    arena_copy(arena, buffer_text(&x.exact), x.exact.len);
		form->loose =
		    arena_copy(arena, buffer_text(&x.loose), x.loose.len);
		columns = arena_array(arena, x.exact.len + 1, sizeof(int));
		if (x.columns.len > 0)
			memcpy(columns, x.columns.data, x.columns.len);
		form->columns = columns;
		form->literals = x.literals;
		form->prefilter = x.prefilter;
	}
	buffer_clear(&x.exact);
	buffer_clear(&x.loose);
	buffer_clear(&x.columns);
	return fault;
}
