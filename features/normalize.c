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
#include "features/token.h"

#define STARS		 "****"
#define ADDRESS_TEXT_MAX 45

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
	/* Our own name in an argument is <ME>, as everywhere. */
	if (!n || (strncmp(name, "arg", 3) == 0 &&
		      identity_match(p->identity, p->line + p->at, n, false) ==
			  IDENTITY_OURS))
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

/* "Sendmail 8.17.1.9", "8.17.1.9/8.17.1.9": four parts, and no address. */
static bool is_long_version(const struct place *p, size_t len)
{
	static const char *const before[] = { "version", "version:", "release",
		"sendmail", "exim", "postfix", "haraka", "courier", "domino",
		"service,", "server", "qmail", "mdaemon", "mailenable" };
	const char *line = p->line;
	size_t end = p->at, start;

	if ((p->at && line[p->at - 1] == '/') ||
	    (p->at + len < p->len && line[p->at + len] == '/'))
		return true;
	while (end && line[end - 1] == ' ')
		end--;
	for (start = end; start && line[start - 1] != ' ' && end - start < 16;
	     start--)
		;
	for (size_t i = 0; i < sizeof(before) / sizeof(*before); i++) {
		if (strlen(before[i]) == end - start &&
		    strncasecmp(before[i], line + start, end - start) == 0)
			return true;
	}
	return false;
}

static bool after_rfc(const struct place *p)
{
	size_t at = p->at;

	while (at && (p->line[at - 1] == ' ' || p->line[at - 1] == '-'))
		at--;
	return at >= 3 && strncasecmp(p->line + at - 3, "RFC", 3) == 0;
}

/* An address in brackets, or Sendmail's "(OK)" and "(FAIL)". */
static bool brackets_follow(const struct place *p, size_t at)
{
	struct place q = *p;
	size_t digits = 0;

	while (at < p->len && p->line[at] == ' ')
		at++;
	if (at >= p->len || (p->line[at] != '[' && p->line[at] != '('))
		return false;
	q.at = at + 1;
	if (starts_with(&q, "OK)") || starts_with(&q, "FAIL)"))
		return true;
	q.at += q.at < q.len && q.line[q.at] == '[';
	if (starts_with(&q, "IPv6:"))
		return true;
	while (q.at < q.len && digits < 4 &&
	       isxdigit((unsigned char)q.line[q.at])) {
		q.at++;
		digits++;
	}
	return q.at < q.len &&
	       (q.line[q.at] == ':' || (digits && q.line[q.at] == '.'));
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

/* Length of "[192.0.2.1]" or "[IPv6:2001:db8::1]" at `at`; 0 if none. */
static size_t bracketed_address(const struct place *p, size_t at)
{
	char text[ADDRESS_TEXT_MAX + 1];
	unsigned char parsed[16];
	struct place q = *p;
	const char *end;
	size_t len, most;

	q.at = at + 1;
	if (q.at >= p->len || p->line[at] != '[')
		return 0;
	q.at += starts_with(&q, "IPv6:") ? 5 : 0;
	most = p->len - q.at; /* looked at: no further than one can reach */
	if (most > ADDRESS_TEXT_MAX + 1)
		most = ADDRESS_TEXT_MAX + 1;
	end = memchr(p->line + q.at, ']', most);
	len = end ? (size_t)(end - (p->line + q.at)) : 0;
	if (len == 0)
		return 0;
	memcpy(text, p->line + q.at, len);
	text[len] = '\0';
	if (inet_pton(AF_INET, text, parsed) != 1 &&
	    inet_pton(AF_INET6, text, parsed) != 1)
		return 0;
	return q.at + len + 1 - at;
}

/*
 * Us: by name, by address, or by both. Which of them a server says depends on
 * whether our address has a name in the DNS, so they are one.
 */
static bool mask_us(struct place *p, size_t len)
{
	size_t blank, address;

	p->at += len;
	blank = p->at < p->len && p->line[p->at] == ' ';
	address = bracketed_address(p, p->at + blank);
	if (address)
		p->at += blank + address;
	return add_text(p->out, "<ME>");
}

/* At the start of a line it is the server's own. */
static bool take_our_address(struct place *p)
{
	size_t len = p->opening ? 0 : bracketed_address(p, p->at);

	return len && mask_us(p, len);
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
    struct place *p, const char *w, size_t len, const struct token_shape *s)
{
	size_t prefix = token_system_prefix(w, len);

	if (s->ip)
		return mask(p, len, is_long_version(p, len) ? "<VER>" : "<IP>");
	if (token_is_wording(w, len))
		return keep(p, len);
	if (s->letters == 0 && s->dots == 0 && s->others == 0)
		return after_rfc(p) && len <= 4 ? keep(p, len)
						: mask(p, len, "<NUM>");
	if (token_is_enhanced(w, len) && s->letters == 0 && p->at &&
	    p->line[p->at - 1] == '#')
		return keep(p, len);
	if (prefix) {
		keep(p, prefix);
		return mask(p, version_end(p, len - prefix), "<VER>");
	}
	if (token_is_version(w, len))
		return mask(p, version_end(p, len), "<VER>");
	return mask(p, len, "<ID>");
}

static bool take_word(struct place *p)
{
	const char *w = p->line + p->at;
	size_t len = 0;
	struct token_shape s;
	bool host, named;

	if (!isalnum((unsigned char)*w))
		return false;
	while (p->at + len < p->len && is_token_byte(w[len]))
		len++;
	while (len &&
	       (w[len - 1] == '.' || w[len - 1] == '-' || w[len - 1] == '_'))
		len--;
	s = token_shape_of(w, len);
	host = token_is_host(w, len, &s);
	if (is_our_name(p, w, len, host))
		return mask_us(p, len);
	named = p->opening || (p->at && p->line[p->at - 1] == '[' &&
				  p->at + len < p->len && w[len] == ']');
	switch (identity_match(p->identity, w, len, named)) {
	case IDENTITY_OURS:
		return mask_us(p, len);
	case IDENTITY_SERVER:
		return mask(p, len, "<SRV>");
	case IDENTITY_NONE:
		break;
	}
	if (host)
		return mask(p, len, "<HOST>");
	if (s.digits)
		return mask_digits(p, w, len, &s);
	if (token_is_id(&s, len))
		return mask(p, len, "<ID>");
	return keep(p, len);
}

/*
 * "220 **2***0*": a middle box has put one for each byte of a greeting, names
 * and clock included, and left the digits of "220" wherever they stand.
 */
static bool take_stars(struct place *p)
{
	size_t len = 0, stars = 0;

	for (; p->at + len < p->len; len++) {
		char c = p->line[p->at + len];

		if (c != '*' && c != '2' && c != '0')
			break;
		stars += c == '*';
	}
	return stars > strlen(STARS) && mask(p, len, STARS);
}

/* Earlier ones win: a date before a number, an address before a name. */
static bool take_special(struct place *p)
{
	return take_repeat(p) || take_url(p) || take_our_address(p) ||
	       take_stars(p) || take_ipv6(p) || take_date(p) ||
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
