#include "rules/alteration.h"

#include <ctype.h>
#include <string.h>

#include "rules/engine.h"

static const char notice[] =
    "*** NOTICE: unauthorized use of this system is prohibited. ***";
static const char *const terms[] = {
	"By connecting you agree that all activity may be monitored",
	"and that unsolicited bulk e-mail is not accepted here.",
};

static bool join(struct altering *a)
{
	example_lines_join(&a->reply, a->reply.code, "\r\n", &a->out);
	return true;
}

static void add_line(struct altering *a, const char *text, bool in_front)
{
	example_lines_add(&a->reply, text, strlen(text), in_front);
}

static bool no_host(struct altering *a, const struct alteration *how)
{
	size_t n = example_lines_host(&a->reply);

	(void)how;
	if (n == 0)
		return false;
	a->reply.lines[0].text += n + 1;
	a->reply.lines[0].len -= n + 1;
	return join(a);
}

static bool upper_host(struct altering *a, const struct alteration *how)
{
	size_t n = example_lines_host(&a->reply);
	struct example_line *line = &a->reply.lines[0];
	char *copy;

	(void)how;
	if (n == 0)
		return false;
	copy = arena_copy(a->arena, line->text, line->len);
	for (size_t i = 0; i < n; i++)
		copy[i] = (char)toupper((unsigned char)copy[i]);
	line->text = copy;
	return join(a);
}

/* Who refuses gives no notice, nor a long greeting. */
static bool refuses(const struct altering *a)
{
	return a->reply.code[0] == '4' || a->reply.code[0] == '5';
}

static bool notice_before(struct altering *a, const struct alteration *how)
{
	(void)how;
	if (refuses(a))
		return false;
	add_line(a, terms[1], true);
	add_line(a, terms[0], true);
	add_line(a, notice, true);
	return join(a);
}

static bool notice_behind(struct altering *a, const struct alteration *how)
{
	(void)how;
	if (refuses(a))
		return false;
	add_line(a, notice, false);
	add_line(a, terms[0], false);
	add_line(a, terms[1], false);
	return join(a);
}

static bool second_of_three(struct altering *a, const struct alteration *how)
{
	(void)how;
	if (refuses(a) || a->reply.count != 1)
		return false;
	add_line(a, notice, true);
	add_line(a, terms[0], false);
	return join(a);
}

static bool host_apart(struct altering *a, const struct alteration *how)
{
	size_t n = example_lines_host(&a->reply);
	struct example_line host = { a->reply.lines[0].text, n };

	(void)how;
	if (n == 0 || refuses(a) || a->reply.count != 1)
		return false;
	a->reply.lines[0].text += n + 1;
	a->reply.lines[0].len -= n + 1;
	example_lines_add(&a->reply, host.text, host.len, true);
	add_line(a, terms[0], false);
	return join(a);
}

static bool append(struct altering *a, const char *junk)
{
	struct example_line *line = &a->reply.lines[a->reply.count - 1];
	size_t len = strlen(junk);
	char *longer = arena_alloc(a->arena, line->len + len);

	memcpy(longer, line->text, line->len);
	memcpy(longer + line->len, junk, len);
	line->text = longer;
	line->len += len;
	return join(a);
}

static bool more_words(struct altering *a, const struct alteration *how)
{
	(void)how;
	return append(a, " -- node b, queue 0x1f");
}

static bool more_bytes(struct altering *a, const struct alteration *how)
{
	(void)how;
	return append(a, "\x01\x07\x1b[0m \xff\xfe\x80");
}

static bool bare_newlines(struct altering *a, const struct alteration *how)
{
	(void)how;
	example_lines_join(&a->reply, a->reply.code, "\n", &a->out);
	return true;
}

static bool no_codes(struct altering *a, const struct alteration *how)
{
	(void)how;
	example_lines_join(&a->reply, "", "\r\n", &a->out);
	return a->reply.code[0] != '\0';
}

#define REPLIES	   ((1u << STAGE_MX_NAME) - 1)
#define ALTER(f)   .stages = 1u << STAGE_BANNER, .alter = (f)
#define FORM(f)	   ALTER(f), .form = true
#define DATE(text) FORM(alter_dates), .date = (text)
#define WORDS(...) FORM(alter_words), .words = { __VA_ARGS__ }

const struct alteration alterations[] = {
	{ "no host name", FORM(no_host), .parts_host = true },
	{ "the host name in capitals", ALTER(upper_host) },
	{ "the host name in a line of its own", FORM(host_apart),
	    .parts_host = true },
	{ "a legal notice before", FORM(notice_before) },
	{ "a legal notice behind", FORM(notice_behind) },
	{ "its words in the second of three lines", FORM(second_of_three) },
	{ "words at the end", FORM(more_words) },
	{ "control and high bytes at the end", FORM(more_bytes) },
	{ "an RFC 5322 date", DATE("Thu, 7 Mar 2019 08:15:09 +0100") },
	{ "a ctime date", DATE("Thu Mar  7 08:15:09 2019") },
	{ "an ISO date", DATE("2019-03-07T08:15:09Z") },
	{ "a numeric date", DATE("07.03.2019 08:15") },
	{ "an American date", DATE("3/7/2019 8:15:09 AM") },
	{ "a VMS date", DATE("7-MAR-2019 08:15:09.12") },
	{ "a date in seconds", DATE("1551946509") },
	{ "a German date", DATE("Do, 7 M\xe4rz 2019 08:15:09 +0100 (MEZ)") },
	{ "a French date", DATE("jeu., 7 f\xc3\xa9vr. 2019 08:15:09 +0100") },
	{ "a Japanese date", DATE("2019\xe5\xb9\xb4"
				  "3\xe6\x9c\x88"
				  "7\xe6\x97\xa5 8:15:09") },
	{ "German words", WORDS("bereit", "Dienst bereit", "um") },
	{ "French words", WORDS("pr\xc3\xaat", "service pr\xc3\xaat", "le") },
	{ "Japanese words",
	    WORDS("\xe6\xba\x96\xe5\x82\x99\xe5\xae\x8c\xe4\xba\x86",
		"\xe3\x82\xb5\xe3\x83\xbc\xe3\x83\x93\xe3\x82\xb9"
		"\xe6\xba\x96\xe5\x82\x99\xe5\xae\x8c\xe4\xba\x86",
		"") },
	{ "bare newlines", .stages = REPLIES, .alter = bare_newlines },
	{ "no reply codes", .stages = REPLIES, .alter = no_codes },
	{ 0 },
};
