/*
 * One pass over a line. At each place where a word may start: our own input,
 * links, dates, addresses, then the word itself is looked at. Anything else is
 * copied.
 */
#include "features/normalize.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "features/date.h"

#define ADDRESS_TEXT_MAX 45

/* Words with digits that are wording, not ids. */
static const char *const wording[] = { "8BITMIME", "SMTPUTF8", "UTF8", "UTF-8",
	"UTF8SMTP", "XEXCH50", "X-LINK2STATE", "base64", "MD5", "CRAM-MD5",
	"DIGEST-MD5", "SHA1", "SHA256", "SCRAM-SHA-1", "SCRAM-SHA-256", "IPv4",
	"IPv6", "7bit", "8bit", "7-bit", "8-bit", "XOAUTH2", "ISO-8859-1",
	"US-ASCII7", "SSLv2", "SSLv3", "TLS1", "X25519", "S25R", "I18N" };

/* Systems whose package numbers follow: the word stays. */
static const char *const systems[] = { "Debian", "Ubuntu", "RedHat", "FreeBSD",
	"Build", "Patch", "Win32", "Win64", "x86", "SunOS", "AIX", "HP-UX" };

struct place {
	const struct identity *identity;
	const struct repeat *repeat;
	const char *line;
	size_t len, at;
	bool opening; /* only enhanced codes and blanks before at */
	struct normal_text *out;
};

void normal_text_add(struct normal_text *out, const char *bytes, size_t len)
{
	if (len > sizeof(out->data) - out->len)
		len = sizeof(out->data) - out->len;
	memcpy(out->data + out->len, bytes, len);
	out->len += len;
}

static bool add_text(struct normal_text *out, const char *text)
{
	normal_text_add(out, text, strlen(text));
	return true;
}

static bool is_wording(const char *w, size_t len)
{
	for (size_t i = 0; i < sizeof(wording) / sizeof(*wording); i++) {
		if (strlen(wording[i]) == len &&
		    strncasecmp(wording[i], w, len) == 0)
			return true;
	}
	return false;
}

static bool is_token_byte(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '.' || c == '_';
}

static bool starts_with(const struct place *p, const char *word)
{
	size_t n = strlen(word);

	return p->len - p->at >= n &&
	       strncasecmp(p->line + p->at, word, n) == 0;
}

static bool take_repeat(struct place *p)
{
	char name[REPEAT_NAME_SIZE];
	size_t n;

	if (!p->repeat)
		return false;
	n = repeat_match(p->repeat, p->line, p->len, p->at, name);
	if (!n)
		return false;
	p->at += n;
	add_text(p->out, "<ECHO:");
	add_text(p->out, name);
	return add_text(p->out, ">");
}

static bool take_url(struct place *p)
{
	if (!starts_with(p, "http://") && !starts_with(p, "https://") &&
	    !starts_with(p, "mailto:") && !starts_with(p, "ftp://"))
		return false;
	while (p->at < p->len && p->line[p->at] > 0x20 &&
	       !strchr("<>\")]}", p->line[p->at]))
		p->at++;
	while (strchr(".,;", p->line[p->at - 1]))
		p->at--;
	return add_text(p->out, "<URL>");
}

static bool take_date(struct place *p)
{
	char shape[DATE_SHAPE_MAX];
	size_t n = date_match(p->line + p->at, p->len - p->at, shape);

	if (!n)
		return false;
	p->at += n;
	add_text(p->out, "<DATE:");
	add_text(p->out, shape);
	return add_text(p->out, ">");
}

/* IPv6, with or without the "IPv6:" of an address literal. */
static bool take_ipv6(struct place *p)
{
	char text[ADDRESS_TEXT_MAX + 1];
	unsigned char parsed[16];
	size_t at = p->at + (starts_with(p, "IPv6:") ? 5 : 0), n = 0;
	int colons = 0;

	while (at + n < p->len && n < ADDRESS_TEXT_MAX &&
	       (isxdigit((unsigned char)p->line[at + n]) ||
		   strchr(":.", p->line[at + n])) &&
	       p->line[at + n]) {
		colons += p->line[at + n] == ':';
		text[n] = p->line[at + n];
		n++;
	}
	while (n > 2 && (text[n - 1] == '.' ||
			    (text[n - 1] == ':' && text[n - 2] != ':')))
		n--;
	text[n] = '\0';
	if (colons < 2 || n < 3 || inet_pton(AF_INET6, text, parsed) != 1)
		return false;
	p->at = at + n;
	return add_text(p->out, "<IP>");
}

/* user@host, at the user. */
static bool take_address(struct place *p)
{
	size_t i = p->at, at_sign;

	while (i < p->len && i - p->at < 64 &&
	       (is_token_byte(p->line[i]) ||
		   strchr("+=/!#$%&'*?^`{|}~", p->line[i])) &&
	       p->line[i])
		i++;
	if (i == p->at || i >= p->len || p->line[i] != '@')
		return false;
	at_sign = i++;
	while (i < p->len &&
	       (is_token_byte(p->line[i]) || strchr("[]:", p->line[i])) &&
	       p->line[i])
		i++;
	while (i > at_sign && strchr(".:-", p->line[i - 1]))
		i--;
	if (i <= at_sign + 1)
		return false;
	p->at = i;
	return add_text(p->out, "<ADDR>");
}

struct shape { /* of a word */
	size_t digits, letters, dots, others, turns;
	bool ip;
};

static struct shape shape_of(const char *w, size_t len)
{
	struct shape s = { 0 };
	unsigned part = 0, parts_ok = 1;
	size_t part_len = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)w[i];

		s.digits += isdigit(c) != 0;
		s.letters += isalpha(c) != 0;
		s.dots += c == '.';
		s.others += c == '-' || c == '_';
		s.turns += i && isupper(c) && islower((unsigned char)w[i - 1]);
		if (isdigit(c) && part_len < 4) {
			part = part * 10 + c - '0';
			part_len++;
		} else if (c == '.') {
			parts_ok &= part_len >= 1 && part <= 255;
			part = 0;
			part_len = 0;
		}
	}
	parts_ok &= part_len >= 1 && part <= 255;
	s.ip = parts_ok && s.dots == 3 && s.digits + s.dots == len;
	return s;
}

/* Labels with a dot between them, the last one of letters. */
static bool is_host_name(const char *w, size_t len, const struct shape *s)
{
	const char *last = memrchr(w, '.', len);
	size_t top;

	if (!last || s->letters == 0 || w[0] == '.' || w[0] == '-')
		return false;
	for (size_t i = 1; i < len; i++) {
		if (w[i] == '.' && w[i - 1] == '.')
			return false;
	}
	top = len - (size_t)(last + 1 - w);
	if (top >= 4 && strncasecmp(last + 1, "xn--", 4) == 0)
		return true;
	for (size_t i = len - top; i < len; i++) {
		if (!isalpha((unsigned char)w[i]))
			return false;
	}
	return top >= 2;
}

static bool is_version(const char *w, size_t len)
{
	size_t i = w[0] == 'v' || w[0] == 'V';
	size_t start = i;

	while (i < len && isdigit((unsigned char)w[i]))
		i++;
	return i > start && i - start <= 4 && i + 1 < len && w[i] == '.' &&
	       isdigit((unsigned char)w[i + 1]);
}

static bool after_rfc(const struct place *p)
{
	size_t at = p->at;

	while (at && (p->line[at - 1] == ' ' || p->line[at - 1] == '-'))
		at--;
	return at >= 3 && strncasecmp(p->line + at - 3, "RFC", 3) == 0;
}

/* "RFC2821", "RFC-2821", "RFC5321bis" */
static bool is_rfc(const char *w, size_t len)
{
	size_t i = 3;

	if (len < 6 || len > 12 || strncasecmp(w, "RFC", 3) != 0)
		return false;
	i += w[i] == '-';
	return i < len && isdigit((unsigned char)w[i]) && len - i <= 7;
}

static bool is_enhanced(const char *w, size_t len)
{
	return len >= 5 && len <= 9 && strchr("245", w[0]) && w[1] == '.' &&
	       isdigit((unsigned char)w[2]);
}

static bool looks_random(const struct shape *s, size_t len)
{
	return (s->digits && s->letters) || (len >= 8 && s->turns >= 3) ||
	       (s->digits && s->others);
}

/* "Debian-22" keeps its first word. */
static size_t system_prefix(const char *w, size_t len)
{
	for (size_t i = 0; i < sizeof(systems) / sizeof(*systems); i++) {
		size_t n = strlen(systems[i]);

		if (len > n && strncasecmp(systems[i], w, n) == 0 &&
		    (w[n] == '-' || w[n] == '_' ||
			isdigit((unsigned char)w[n])))
			return n;
	}
	return 0;
}

static bool brackets_follow(const struct place *p, size_t at)
{
	while (at < p->len && p->line[at] == ' ')
		at++;
	if (at + 3 >= p->len || (p->line[at] != '[' && p->line[at] != '('))
		return false;
	at++;
	at += p->line[at] == '[';
	return isxdigit((unsigned char)p->line[at]) || p->line[at] == ':' ||
	       strncasecmp(p->line + at, "IPv6:", 5) == 0;
}

/* "Hello localhost [127.0.0.1]": how the server sees us. */
static bool is_our_name(
    const struct place *p, const char *w, size_t len, bool host)
{
	static const char *const unknown[] = { "localhost", "unknown",
		"Unknown", "localhost.localdomain", "NULL" };
	bool named = host;

	for (size_t i = 0; !named && i < sizeof(unknown) / sizeof(*unknown);
	     i++)
		named = strlen(unknown[i]) == len &&
			memcmp(unknown[i], w, len) == 0;
	return named && !p->opening && brackets_follow(p, p->at + len);
}

static bool keep(struct place *p, size_t len)
{
	normal_text_add(p->out, p->line + p->at, len);
	p->at += len;
	return true;
}

static bool mask(struct place *p, size_t len, const char *placeholder)
{
	p->at += len;
	return add_text(p->out, placeholder);
}

/* A word with a version's tail: "4.96-15+deb12u4~bpo1". */
static size_t version_end(const struct place *p, size_t len)
{
	size_t i = p->at + len;

	while (i < p->len &&
	       (is_token_byte(p->line[i]) || strchr("+~", p->line[i])) &&
	       p->line[i])
		i++;
	while (i > p->at + len && !isalnum((unsigned char)p->line[i - 1]))
		i--;
	return i - p->at;
}

static bool mask_digits(
    struct place *p, const char *w, size_t len, const struct shape *s)
{
	size_t prefix = system_prefix(w, len);

	if (s->ip)
		return mask(p, len, "<IP>");
	if (is_rfc(w, len) || is_wording(w, len))
		return keep(p, len);
	if (s->letters == 0 && s->dots == 0 && s->others == 0)
		return after_rfc(p) && len <= 4 ? keep(p, len)
						: mask(p, len, "<NUM>");
	if (is_enhanced(w, len) && s->letters == 0 && p->at &&
	    p->line[p->at - 1] == '#')
		return keep(p, len);
	if (prefix) {
		keep(p, prefix);
		return mask(p, version_end(p, len - prefix), "<VER>");
	}
	if (is_version(w, len))
		return mask(p, version_end(p, len), "<VER>");
	return mask(p, len, "<ID>");
}

static bool take_word(struct place *p)
{
	const char *w = p->line + p->at;
	size_t len = 0;
	struct shape s;
	bool host;

	while (p->at + len < p->len && is_token_byte(w[len]))
		len++;
	while (len &&
	       (w[len - 1] == '.' || w[len - 1] == '-' || w[len - 1] == '_'))
		len--;
	if (!len)
		return false;
	s = shape_of(w, len);
	host = is_host_name(w, len, &s);
	if (is_our_name(p, w, len, host))
		return mask(p, len, "<ME>");
	switch (identity_match(p->identity, w, len, p->opening)) {
	case IDENTITY_OURS:
		return mask(p, len, "<ME>");
	case IDENTITY_SERVER:
		return mask(p, len, "<SRV>");
	case IDENTITY_NONE:
		break;
	}
	if (host)
		return mask(p, len, "<HOST>");
	if (s.digits)
		return mask_digits(p, w, len, &s);
	if (looks_random(&s, len))
		return mask(p, len, "<ID>");
	return keep(p, len);
}

/* Several names of ours in a row, or the same address twice, are one. */
static bool take_special(struct place *p)
{
	return take_repeat(p) || take_url(p) || take_ipv6(p) || take_date(p) ||
	       take_address(p) || take_word(p);
}

void normalize_line(const struct identity *identity,
    const struct repeat *repeat, const char *line, size_t len,
    struct normal_text *out)
{
	struct place p = { identity, repeat, line, len, 0, true, out };
	bool start = true;

	while (p.at < p.len && out->len < sizeof(out->data)) {
		if (start && take_special(&p)) {
			start = false;
			p.opening = false;
			continue;
		}
		start = !isalnum((unsigned char)p.line[p.at]);
		p.opening &= p.line[p.at] == ' ' || p.line[p.at] == '\t';
		keep(&p, 1);
	}
}

size_t normalize_placeholder(const char *text, size_t len)
{
	size_t i = 1;

	if (len < 4 || text[0] != '<')
		return 0;
	while (i < len && i < 8 && isupper((unsigned char)text[i]))
		i++;
	if (i < 3)
		return 0;
	if (i < len && text[i] == ':') {
		while (++i < len && i < 40 &&
		       (islower((unsigned char)text[i]) || text[i] == '-'))
			;
	}
	return i < len && text[i] == '>' ? i + 1 : 0;
}
