/*
 * Runs every example again in the shapes in which strangers' servers say the
 * same: without the host's name, or with it in capitals; behind and before the
 * lines of a legal notice; with the date written in another way, with more
 * words at the end, with other ends of lines, without the reply codes. The
 * rules together must give the answer that they give to the example itself.
 *
 * A rule whose words prove nothing, but their whole form does, says `whole`
 * and is asked only for what leaves the form alone.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "common/buffer.h"
#include "features/date.h"
#include "rules/engine.h"
#include "rules/rulefile.h"

#define ALTERED_MAX 65536
#define LINES_MAX   64

struct reply_line {
	const char *text; /* behind the code */
	size_t len;
};

struct reply { /* an example, cut into lines */
	char code[4];
	struct reply_line lines[LINES_MAX];
	size_t count;
};

static void add_line(
    struct reply *r, const char *text, size_t len, bool in_front)
{
	size_t at = in_front ? 0 : r->count;

	if (r->count == LINES_MAX)
		return;
	memmove(r->lines + at + 1, r->lines + at,
	    (r->count - at) * sizeof(*r->lines));
	r->lines[at] = (struct reply_line){ text, len };
	r->count++;
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

static void cut(struct reply *r, const char *text, size_t len)
{
	memset(r, 0, sizeof(*r));
	for (size_t at = 0; at < len;) {
		const char *newline = memchr(text + at, '\n', len - at);
		size_t stop = newline ? (size_t)(newline - text) : len;
		size_t n = stop - at;
		size_t skip;

		while (n > 0 && text[at + n - 1] == '\r')
			n--;
		skip = code_length(text + at, n);
		if (skip > 0 && r->code[0] == '\0')
			memcpy(r->code, text + at, 3);
		add_line(r, text + at + skip, n - skip, false);
		at = stop + 1;
	}
}

static void join(const struct reply *r, const char *code, const char *end,
    struct buffer *out)
{
	buffer_reset(out);
	for (size_t i = 0; i < r->count; i++) {
		if (code[0] != '\0')
			buffer_printf(
			    out, "%s%c", code, i + 1 < r->count ? '-' : ' ');
		buffer_add(out, r->lines[i].text, r->lines[i].len);
		buffer_add_text(out, end);
	}
}

/* Bytes of a host name, or an address, with which the first line begins. */
static size_t host_length(const struct reply *r)
{
	const char *text = r->count > 0 ? r->lines[0].text : "";
	size_t len = r->count > 0 ? r->lines[0].len : 0;
	size_t n = 0;
	bool dot = false;

	while (n < len && (isalnum((unsigned char)text[n]) ||
			      strchr(".-_[]", text[n]) != NULL)) {
		dot = dot || (text[n] == '.' && n > 0);
		n++;
	}
	return dot && n < len && text[n] == ' ' ? n : 0;
}

/* Each alteration writes to out; false: it has nothing to change. */
struct altering {
	struct reply reply;
	struct arena *arena;
	struct buffer out;
};

static bool no_host(struct altering *a)
{
	size_t n = host_length(&a->reply);

	if (n == 0)
		return false;
	a->reply.lines[0].text += n + 1;
	a->reply.lines[0].len -= n + 1;
	join(&a->reply, a->reply.code, "\r\n", &a->out);
	return true;
}

static bool upper_host(struct altering *a)
{
	size_t n = host_length(&a->reply);
	struct reply_line *line = &a->reply.lines[0];
	char *copy;

	if (n == 0)
		return false;
	copy = arena_copy(a->arena, line->text, line->len);
	for (size_t i = 0; i < n; i++)
		copy[i] = (char)toupper((unsigned char)copy[i]);
	line->text = copy;
	join(&a->reply, a->reply.code, "\r\n", &a->out);
	return true;
}

static bool add_notice(struct altering *a, bool in_front)
{
	static const char *const notice[] = {
		"*** NOTICE: unauthorized use of this system is prohibited. "
		"***",
		"By connecting you agree that all activity may be monitored",
		"and that unsolicited bulk e-mail is not accepted here.",
	};

	if (a->reply.code[0] == '4' || a->reply.code[0] == '5')
		return false; /* who refuses gives no notice */
	for (size_t i = 0; i < 3; i++)
		add_line(&a->reply, notice[in_front ? 2 - i : i],
		    strlen(notice[in_front ? 2 - i : i]), in_front);
	join(&a->reply, a->reply.code, "\r\n", &a->out);
	return true;
}

static bool notice_before(struct altering *a)
{
	return add_notice(a, true);
}

static bool notice_after(struct altering *a)
{
	return add_notice(a, false);
}

/* Replaces every date of four shapes or more by another way to write one. */
static bool other_dates(struct altering *a, const char *date)
{
	bool found = false;

	for (size_t i = 0; i < a->reply.count; i++) {
		struct reply_line *line = &a->reply.lines[i];
		struct buffer text;

		buffer_init(&text, ALTERED_MAX);
		for (size_t at = 0; at < line->len;) {
			char shape[DATE_SHAPE_MAX];
			size_t used = 0;

			if (at == 0 ||
			    !isalnum((unsigned char)line->text[at - 1]))
				used = date_match(
				    line->text + at, line->len - at, shape);
			if (used > 0 && strlen(shape) >= 4) {
				found = true;
				buffer_add_text(&text, date);
				at += used;
			} else
				buffer_add_char(&text, line->text[at++]);
		}
		line->text = arena_copy(a->arena, buffer_text(&text), text.len);
		line->len = text.len;
		buffer_clear(&text);
	}
	join(&a->reply, a->reply.code, "\r\n", &a->out);
	return found;
}

static bool iso_date(struct altering *a)
{
	return other_dates(a, "2019-03-07T08:15:09Z");
}

static bool numeric_date(struct altering *a)
{
	return other_dates(a, "07.03.2019 08:15");
}

static bool german_date(struct altering *a)
{
	return other_dates(a, "Do, 7 M\xe4rz 2019 08:15:09 +0100 (MEZ)");
}

static bool junk(struct altering *a)
{
	struct reply_line *line = &a->reply.lines[a->reply.count - 1];
	char *longer = arena_printf(
	    a->arena, "%.*s -- node b, queue 0x1f", (int)line->len, line->text);

	line->text = longer;
	line->len = strlen(longer);
	join(&a->reply, a->reply.code, "\r\n", &a->out);
	return true;
}

static bool bare_newlines(struct altering *a)
{
	join(&a->reply, a->reply.code, "\n", &a->out);
	return true;
}

static bool no_codes(struct altering *a)
{
	join(&a->reply, "", "\r\n", &a->out);
	return a->reply.code[0] != '\0';
}

#define BANNER	(1u << STAGE_BANNER)
#define REPLIES ((1u << STAGE_MX_NAME) - 1)

static const struct {
	const char *name;
	unsigned stages;
	bool form; /* changes the form of the whole */
	bool (*alter)(struct altering *a);
} alterations[] = {
	{ "no host name", BANNER, true, no_host },
	{ "the host name in capitals", BANNER, false, upper_host },
	{ "a legal notice before", BANNER, true, notice_before },
	{ "a legal notice behind", BANNER, true, notice_after },
	{ "an ISO date", BANNER, true, iso_date },
	{ "a numeric date", BANNER, true, numeric_date },
	{ "a German date", BANNER, true, german_date },
	{ "words at the end", BANNER, true, junk },
	{ "bare newlines", REPLIES, false, bare_newlines },
	{ "no reply codes", REPLIES, false, no_codes },
};

struct answers { /* as ids, NULL: none */
	const char *product;
	const char *operator_id;
	const char *front;
	const char *version;
};

static struct answers ask(struct rule_engine *engine, struct arena *arena,
    enum rule_stage stage, const char *text, size_t len)
{
	struct rule_hits hits;
	struct rule_answer a;

	rule_engine_match_text(engine, arena, stage, text, len, &hits);
	a = rule_hits_answer(&hits);
	return (struct answers){ a.product ? a.product->rule->product : NULL,
		a.operator_id ? a.operator_id->rule->operator_id : NULL,
		a.front ? a.front->rule->front : NULL, a.version };
}

/* An operator's greeting is known by the operator's host. */
static bool needs_host(const struct rule_spec *spec)
{
	for (size_t i = 0; i < spec->pattern_count; i++)
		if (spec->patterns[i].is_suffix)
			return true;
	return spec->rule.operator_id != NULL;
}

static bool same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* The first answer that differs, as a sentence; NULL: none. */
static const char *difference(struct arena *arena, const struct answers *before,
    const struct answers *after)
{
	const struct {
		const char *name;
		const char *was;
		const char *is;
	} rows[] = {
		{ "product", before->product, after->product },
		{ "operator", before->operator_id, after->operator_id },
		{ "front", before->front, after->front },
		{ "version", before->version, after->version },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (!same(rows[i].was, rows[i].is))
			return arena_printf(arena, "%s becomes %s, was %s",
			    rows[i].name, rows[i].is ? rows[i].is : "(none)",
			    rows[i].was ? rows[i].was : "(none)");
	return NULL;
}

struct altered_check {
	struct rule_engine *engine;
	void (*report)(void *user, const char *sentence);
	void *user;
	size_t tried;
	size_t failures;
};

static void check_example(struct altered_check *c, const struct rule_spec *spec,
    const struct rule_example *example, enum rule_stage stage)
{
	struct altering a = { .arena = arena_new() };
	struct answers before =
	    ask(c->engine, a.arena, stage, example->text, example->len);

	buffer_init(&a.out, ALTERED_MAX);
	for (size_t i = 0; i < sizeof(alterations) / sizeof(*alterations);
	     i++) {
		struct answers after;
		const char *differs;

		if ((alterations[i].stages & 1u << stage) == 0 ||
		    (spec->whole && alterations[i].form) ||
		    (alterations[i].alter == no_host && needs_host(spec)))
			continue;
		cut(&a.reply, example->text, example->len);
		if (a.reply.count == 0 || !alterations[i].alter(&a))
			continue;
		c->tried++;
		after = ask(
		    c->engine, a.arena, stage, buffer_text(&a.out), a.out.len);
		differs = difference(a.arena, &before, &after);
		if (differs == NULL)
			continue;
		c->failures++;
		c->report(c->user,
		    arena_printf(a.arena,
			"%s:%d:%d: rule %s: with %s, the example's %s",
			spec->rule.file, example->line, example->column,
			spec->rule.id, alterations[i].name, differs));
	}
	buffer_clear(&a.out);
	arena_free(a.arena);
}

size_t rule_engine_check_altered(struct rule_engine *engine,
    void (*report)(void *user, const char *sentence), void *user, size_t *tried)
{
	struct altered_check c = { engine, report, user, 0, 0 };
	const struct rule_set *set = rule_engine_set(engine);

	for (size_t i = 0; i < set->count; i++) {
		const struct rule_spec *spec = set->specs[i];

		for (size_t k = 0; k < spec->example_count; k++)
			for (int s = 0; s < STAGE_COUNT; s++)
				if (spec->examples[k].positive &&
				    (spec->rule.stages & REPLIES & 1u << s))
					check_example(&c, spec,
					    &spec->examples[k],
					    (enum rule_stage)s);
	}
	*tried = c.tried;
	return c.failures;
}
