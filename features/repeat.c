#include "features/repeat.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define CUT_MIN 16 /* a shorter beginning of our line may be chance */

static const char *const known_verbs[] = { "HELO", "EHLO", "LHLO", "MAIL",
	"RCPT", "DATA", "BDAT", "RSET", "NOOP", "QUIT", "HELP", "VRFY", "EXPN",
	"ETRN", "AUTH", "STARTTLS", "TURN", "SOML", "SAML", "SEND" };

enum { FORM_OCTAL, FORM_HEX, FORM_MARK, FORM_CARET, FORM_BLANK, FORM_GONE };

static const char *const form_names[] = { "line-octal", "line-hex", "line-mark",
	"line-caret", "line-blank", "line-removed" };

_Static_assert(sizeof(form_names) / sizeof(*form_names) == REPEAT_FORMS,
    "a name for each form");

static bool same(const char *a, const char *b, size_t len, int (*to)(int))
{
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)a[i] != to((unsigned char)b[i]))
			return false;
	}
	return true;
}

static bool is_known(const struct bytes *verb)
{
	for (size_t i = 0; i < sizeof(known_verbs) / sizeof(*known_verbs);
	     i++) {
		if (strlen(known_verbs[i]) == verb->len &&
		    strncasecmp(known_verbs[i], verb->data, verb->len) == 0)
			return true;
	}
	return false;
}

static bool plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f;
}

static void write_form(struct repeat *r, size_t form)
{
	char *out = r->forms[form].data;
	size_t at = 0;

	for (size_t i = 0; i < r->line.len && at + 8 < REPEAT_FORM_MAX; i++) {
		unsigned char c = (unsigned char)r->line.data[i];

		if (plain(c)) {
			out[at++] = (char)c;
			continue;
		}
		if (form == FORM_OCTAL)
			at += (size_t)snprintf(out + at, 8, "\\%03o", c);
		else if (form == FORM_HEX)
			at += (size_t)snprintf(out + at, 8, "\\x%02x", c);
		else if (form == FORM_CARET && c < 0x20)
			at += (size_t)snprintf(out + at, 8, "^%c", c + 64);
		else if (form == FORM_MARK || form == FORM_CARET)
			out[at++] = '?';
		else if (form == FORM_BLANK)
			out[at++] = ' ';
	}
	r->forms[form].len = at;
	r->forms[form].how = form_names[form];
}

static void split(struct repeat *r)
{
	const char *p = r->line.data, *end = p + r->line.len;

	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	r->verb.data = p;
	while (p < end && !isspace((unsigned char)*p))
		p++;
	r->verb.len = (size_t)(p - r->verb.data);
	while (p < end && r->arg_count < REPEAT_ARGS_MAX) {
		const char *start;

		while (p < end && (isspace((unsigned char)*p) || *p == '='))
			p++;
		start = p;
		while (p < end && !isspace((unsigned char)*p) && *p != '=')
			p++;
		if (p - start < 3)
			continue;
		r->args[r->arg_count].data = start;
		r->args[r->arg_count++].len = (size_t)(p - start);
	}
}

void repeat_init(struct repeat *r, const struct bytes *sent)
{
	const char *nul;

	r->line = *sent;
	r->arg_count = 0;
	r->control = false;
	for (size_t i = 0; i < REPEAT_FORMS; i++)
		r->forms[i].len = 0;
	while (r->line.len && (r->line.data[r->line.len - 1] == '\n' ||
				  r->line.data[r->line.len - 1] == '\r'))
		r->line.len--;
	nul = r->line.len ? memchr(r->line.data, 0, r->line.len) : NULL;
	r->nul_at = nul ? (size_t)(nul - r->line.data) : r->line.len;
	for (size_t i = 0; i < r->line.len && i < REPEAT_FORM_MAX; i++)
		r->control |= !plain((unsigned char)r->line.data[i]);
	r->verb.data = r->line.data;
	r->verb.len = 0;
	if (!r->line.len)
		return;
	split(r);
	r->known_verb = is_known(&r->verb);
	if (!r->control)
		return;
	for (size_t i = 0; i < REPEAT_FORMS; i++)
		write_form(r, i);
}

static bool ends_here(const char *text, size_t len, size_t at)
{
	return at >= len || !isalnum((unsigned char)text[at]);
}

static bool quoted(const char *text, size_t len, size_t at, size_t used)
{
	static const char open[] = "\"'`", close[] = "\"''";
	const char *q = at ? strchr(open, text[at - 1]) : NULL;

	return q && *q && at + used < len && text[at + used] == close[q - open];
}

/* needle at text[at], whole, in its own, upper or lower case: the suffix. */
static const char *match_case(
    const char *needle, size_t n, const char *text, size_t len, size_t at)
{
	if (!n || len - at < n || !ends_here(text, len, at + n))
		return NULL;
	if (memcmp(text + at, needle, n) == 0)
		return "";
	if (same(text + at, needle, n, toupper))
		return "-upper";
	return same(text + at, needle, n, tolower) ? "-lower" : NULL;
}

static size_t named(
    char name[REPEAT_NAME_SIZE], const char *what, const char *suffix, size_t n)
{
	snprintf(name, REPEAT_NAME_SIZE, "%s%s", what, suffix);
	return n;
}

/* The whole line, or a telling beginning of it. */
static size_t match_line(const struct repeat *r, const char *text, size_t len,
    size_t at, char name[REPEAT_NAME_SIZE])
{
	size_t n = r->line.len, same_to = 0;
	const char *suffix = match_case(r->line.data, n, text, len, at);

	if (suffix)
		return named(name, "line", suffix, n);
	for (size_t i = 0; r->control && i < REPEAT_FORMS; i++) {
		const struct bytes form = { r->forms[i].data, r->forms[i].len };

		/* HE<NUL>LO without its NUL is a word of many answers. */
		if (is_known(&form) && !quoted(text, len, at, form.len))
			continue;
		suffix = match_case(form.data, form.len, text, len, at);
		if (suffix)
			return named(name, r->forms[i].how, suffix, form.len);
	}
	if (r->nul_at < n &&
	    (r->nul_at > 3 || quoted(text, len, at, r->nul_at))) {
		suffix = match_case(r->line.data, r->nul_at, text, len, at);
		if (suffix)
			return named(name, "cut-nul", suffix, r->nul_at);
	}
	if (n <= CUT_MIN)
		return 0;
	while (same_to < n && at + same_to < len &&
	       toupper((unsigned char)text[at + same_to]) ==
		   toupper((unsigned char)r->line.data[same_to]))
		same_to++;
	return same_to >= CUT_MIN ? named(name, "cut", "", same_to) : 0;
}

size_t repeat_match(const struct repeat *r, const char *text, size_t len,
    size_t at, char name[REPEAT_NAME_SIZE])
{
	const char *suffix;
	size_t n;

	if (!r->line.len)
		return 0;
	/* A lone known verb is no echo unless it is quoted. */
	if (r->verb.len != r->line.len || !r->known_verb ||
	    quoted(text, len, at, r->line.len)) {
		n = match_line(r, text, len, at, name);
		if (n)
			return n;
	}
	if (r->verb.len >= 3 &&
	    (!r->known_verb || quoted(text, len, at, r->verb.len))) {
		suffix = match_case(r->verb.data, r->verb.len, text, len, at);
		if (suffix)
			return named(name, "verb", suffix, r->verb.len);
	}
	for (size_t i = 0; i < r->arg_count; i++) {
		suffix =
		    match_case(r->args[i].data, r->args[i].len, text, len, at);
		if (suffix)
			return named(name, "arg", suffix, r->args[i].len);
	}
	return 0;
}
