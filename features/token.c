#include "features/token.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* Words with digits that are wording, not ids. */
static const char *const wording[] = { "8BITMIME", "SMTPUTF8", "UTF8", "UTF-8",
	"UTF8SMTP", "XEXCH50", "X-LINK2STATE", "base64", "MD5", "CRAM-MD5",
	"DIGEST-MD5", "SHA1", "SHA256", "SCRAM-SHA-1", "SCRAM-SHA-256", "IPv4",
	"IPv6", "7bit", "8bit", "7-bit", "8-bit", "XOAUTH2", "ISO-8859-1",
	"US-ASCII7", "SSLv2", "SSLv3", "TLS1", "X25519", "S25R", "I18N" };

/* Systems whose package numbers follow: the word stays. */
static const char *const systems[] = { "Debian", "Ubuntu", "RedHat", "FreeBSD",
	"Build", "Patch", "Win32", "Win64", "x86", "SunOS", "AIX", "HP-UX" };

/* "RFC2821", "RFC-2821", "RFC5321bis" */
static bool is_rfc(const char *w, size_t len)
{
	size_t i = 3;

	if (len < 6 || len > 12 || strncasecmp(w, "RFC", 3) != 0)
		return false;
	i += w[i] == '-';
	return i < len && isdigit((unsigned char)w[i]) && len - i <= 7;
}

bool token_is_wording(const char *w, size_t len)
{
	if (TOKEN_IS_LISTED(wording, w, len))
		return true;
	return is_rfc(w, len);
}

struct token_shape token_shape_of(const char *w, size_t len)
{
	struct token_shape s = { 0 };
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
bool token_is_host(const char *w, size_t len, const struct token_shape *s)
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

bool token_is_version(const char *w, size_t len)
{
	size_t i = w[0] == 'v' || w[0] == 'V';
	size_t start = i;

	while (i < len && isdigit((unsigned char)w[i]))
		i++;
	return i > start && i - start <= 4 && i + 1 < len && w[i] == '.' &&
	       isdigit((unsigned char)w[i + 1]);
}

bool token_is_enhanced(const char *w, size_t len)
{
	return len >= 5 && len <= 9 && strchr("245", w[0]) && w[1] == '.' &&
	       isdigit((unsigned char)w[2]);
}

bool token_is_id(const struct token_shape *s, size_t len)
{
	return (s->digits && s->letters) || (len >= 8 && s->turns >= 3) ||
	       (s->digits && s->others);
}

/* "Debian-22" keeps its first word. */
size_t token_system_prefix(const char *w, size_t len)
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

bool token_is_listed(
    const char *const *list, size_t count, const char *word, size_t len)
{
	for (size_t i = 0; i < count; i++) {
		if (strlen(list[i]) == len &&
		    strncasecmp(list[i], word, len) == 0)
			return true;
	}
	return false;
}
