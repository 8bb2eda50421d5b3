/*
 * Takes parts ("atoms") as long as the next one is of a kind not seen yet,
 * then asks whether what was taken amounts to a date.
 */
#include "features/date.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "features/token.h"

#define DATE_BYTES_MAX 80

enum atom {
	ATOM_NONE = 0,
	ATOM_WEEKDAY = 1 << 0,
	ATOM_DAY = 1 << 1,
	ATOM_MONTH = 1 << 2,
	ATOM_YEAR = 1 << 3,
	ATOM_TIME = 1 << 4,
	ATOM_ZONE = 1 << 5,
	ATOM_HALF = 1 << 6,    /* AM, PM */
	ATOM_ISO = 1 << 7,     /* 2026-11-24, 2026/11/24 */
	ATOM_NUMERIC = 1 << 8, /* 11/24/2026, 24.11.2026 */
};

static const struct {
	enum atom atom;
	const char *letters;
} shapes[] = {
	{ ATOM_WEEKDAY, "w" },
	{ ATOM_DAY, "d" },
	{ ATOM_MONTH, "m" },
	{ ATOM_YEAR, "y" },
	{ ATOM_TIME, "t" },
	{ ATOM_ISO, "ymd" },
	{ ATOM_NUMERIC, "n" },
};

static const char *const weekdays[] = { "Mon", "Tue", "Wed", "Thu", "Fri",
	"Sat", "Sun", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday",
	"Saturday", "Sunday" };
static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
	"Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "January", "February",
	"March", "April", "June", "July", "August", "September", "October",
	"November", "December", "Sept" };
static const char *const zones[] = { "UTC", "GMT", "Z", "UT", "EST", "EDT",
	"CST", "CDT", "MST", "MDT", "PST", "PDT", "CET", "CEST", "WET", "WEST",
	"EET", "EEST", "MSK", "BST", "IST", "JST", "KST", "HKT", "SGT", "AEST",
	"AEDT", "ACST", "AWST", "NZST", "NZDT", "BRT", "BRST", "ART", "CLT",
	"SAST", "EAT", "WIB", "PKT", "AKST", "AKDT", "HST", "AST", "ADT", "NST",
	"NDT", "IDT", "TRT" };

struct scan {
	const char *p, *end;
};

static size_t digits(const char *p, const char *end)
{
	size_t n = 0;

	while (p + n < end && isdigit((unsigned char)p[n]))
		n++;
	return n;
}

static enum atom take_word(struct scan *s)
{
	const char *p = s->p;
	enum atom atom;
	size_t len;

	while (p < s->end && isalpha((unsigned char)*p))
		p++;
	len = (size_t)(p - s->p);
	if (p < s->end && isdigit((unsigned char)*p))
		return ATOM_NONE;
	if (TOKEN_IS_LISTED(weekdays, s->p, len))
		atom = ATOM_WEEKDAY;
	else if (TOKEN_IS_LISTED(months, s->p, len))
		atom = ATOM_MONTH;
	else if (len == 2 && (strncasecmp(s->p, "AM", 2) == 0 ||
				 strncasecmp(s->p, "PM", 2) == 0))
		atom = ATOM_HALF;
	else if (TOKEN_IS_LISTED(zones, s->p, len))
		atom = ATOM_ZONE;
	else
		return ATOM_NONE;
	s->p = p;
	return atom;
}

/* 22:48, 22:48:13, 22:48:13.123 */
static bool take_time(struct scan *s, size_t hour)
{
	const char *p = s->p + hour;

	if (hour > 2 || p + 2 >= s->end || *p != ':' ||
	    digits(p + 1, s->end) != 2)
		return false;
	p += 3;
	if (p < s->end && *p == ':' && digits(p + 1, s->end) == 2) {
		p += 3;
		if (p + 1 < s->end && (*p == '.' || *p == ',') &&
		    isdigit((unsigned char)p[1]))
			p += 1 + digits(p + 1, s->end);
	}
	if (p < s->end && (*p == ':' || isdigit((unsigned char)*p)))
		return false;
	s->p = p;
	return true;
}

static unsigned value_of(const char *p, size_t n)
{
	unsigned value = 0;

	for (size_t i = 0; i < n; i++)
		value = value * 10 + (unsigned)(p[i] - '0');
	return value;
}

/* Day and month in whatever order, and a year of four digits or two. */
static bool plausible(
    unsigned a, unsigned b, unsigned year, size_t digits_of_year)
{
	return a >= 1 && b >= 1 && a <= 31 && b <= 31 && (a <= 12 || b <= 12) &&
	       (digits_of_year == 2 || (year >= 1970 && year <= 2100));
}

/* Three numbers with the same '-', '/' or '.' between them, one the year. */
static enum atom take_numeric(struct scan *s, size_t first)
{
	const char *p = s->p + first;
	size_t second, third;
	unsigned a, b, c;
	char sep;

	if (first > 4 || p >= s->end || !strchr("-/.", *p) || !*p)
		return ATOM_NONE;
	sep = *p++;
	second = digits(p, s->end);
	p += second;
	if (second < 1 || second > 2 || p >= s->end || *p != sep)
		return ATOM_NONE;
	p++;
	third = digits(p, s->end);
	p += third;
	if (third > 4 ||
	    (p + 1 < s->end && *p == sep && isdigit((unsigned char)p[1])))
		return ATOM_NONE; /* a version with more parts */
	a = value_of(s->p, first);
	b = value_of(p - third - 1 - second, second);
	c = value_of(p - third, third);
	if (first == 4 && third >= 1 && third <= 2 && plausible(b, c, a, 4)) {
		s->p = p;
		return ATOM_ISO;
	}
	if (first <= 2 && (third == 4 || (third == 2 && sep == '/')) &&
	    plausible(a, b, c, third)) {
		s->p = p;
		return ATOM_NUMERIC;
	}
	return ATOM_NONE;
}

static enum atom take_number(struct scan *s)
{
	size_t n = digits(s->p, s->end);
	enum atom atom;

	if (take_time(s, n))
		return ATOM_TIME;
	atom = take_numeric(s, n);
	if (atom != ATOM_NONE)
		return atom;
	if (s->p + n < s->end &&
	    (isalpha((unsigned char)s->p[n]) || strchr(".:_", s->p[n])) &&
	    s->p[n])
		return ATOM_NONE;
	if (n == 4 && value_of(s->p, n) >= 1970 && value_of(s->p, n) <= 2100)
		atom = ATOM_YEAR;
	else if (n == 1 || n == 2)
		atom = ATOM_DAY;
	else
		return ATOM_NONE;
	s->p += n;
	return atom;
}

/* +0100, -05:00, (CET), (Central European Time) */
static bool take_zone(struct scan *s)
{
	const char *p = s->p;
	size_t n;

	if (p < s->end && *p == '(') {
		for (n = 1; n < 48 && p + n < s->end && p[n] != ')'; n++) {
			if (!isalpha((unsigned char)p[n]) && p[n] != ' ' &&
			    p[n] != '+' && p[n] != '-')
				return false;
		}
		if (p + n >= s->end || p[n] != ')')
			return false;
		s->p = p + n + 1;
		return true;
	}
	if (p >= s->end || (*p != '+' && *p != '-'))
		return false;
	n = digits(p + 1, s->end);
	if (n == 2 && p + 3 < s->end && p[3] == ':' &&
	    digits(p + 4, s->end) == 2)
		n = 5;
	if (n != 4 && n != 5 && n != 2)
		return false;
	s->p = p + 1 + n;
	return true;
}

static void skip_separators(struct scan *s, unsigned seen)
{
	if ((seen & ATOM_ISO) && !(seen & ATOM_TIME) && s->p + 1 < s->end &&
	    *s->p == 'T' && isdigit((unsigned char)s->p[1])) {
		s->p++;
		return;
	}
	for (int i = 0;
	     i < 3 && s->p < s->end && strchr(" ,\t-", *s->p) && *s->p; i++) {
		if (*s->p == '-' && (seen & ATOM_TIME))
			return; /* a zone west of Greenwich */
		s->p++;
	}
}

static enum atom take_atom(struct scan *s, unsigned seen)
{
	if (s->p >= s->end)
		return ATOM_NONE;
	if ((seen & ATOM_TIME) && take_zone(s))
		return ATOM_ZONE;
	if (isdigit((unsigned char)*s->p))
		return take_number(s);
	if (isalpha((unsigned char)*s->p))
		return take_word(s);
	return ATOM_NONE;
}

static bool is_date(unsigned seen, const char *text, size_t len)
{
	if (seen & (ATOM_ISO | ATOM_NUMERIC))
		return true;
	if ((seen & ATOM_MONTH) && (seen & ATOM_DAY))
		return seen & (ATOM_YEAR | ATOM_TIME);
	/* A time alone: with seconds, else "12:30" may be anything. */
	return (seen & ATOM_TIME) && len >= 7 && memchr(text + 3, ':', len - 3);
}

static void add_shape(char shape[DATE_SHAPE_MAX], enum atom atom)
{
	size_t at = strlen(shape);

	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
		size_t len = strlen(shapes[i].letters);

		if (shapes[i].atom != atom || at + len >= DATE_SHAPE_MAX)
			continue;
		memcpy(shape + at, shapes[i].letters, len + 1);
	}
}

/* Keeps numbers that only stand beside a date out of it. */
static bool follows(unsigned seen, enum atom atom)
{
	if (seen == ATOM_DAY || seen == ATOM_YEAR)
		return atom == ATOM_MONTH;
	if (!seen)
		return true;
	if (atom == ATOM_YEAR)
		return seen & ATOM_MONTH;
	if (atom == ATOM_DAY)
		return seen & (ATOM_MONTH | ATOM_WEEKDAY);
	return true;
}

size_t date_match(const char *text, size_t len, char shape[DATE_SHAPE_MAX])
{
	struct scan s = { text,
		text + (len < DATE_BYTES_MAX ? len : DATE_BYTES_MAX) };
	const char *used = text;
	unsigned seen = 0;

	shape[0] = '\0';
	if (!len || !isalnum((unsigned char)*text))
		return 0;
	for (;;) {
		enum atom atom = take_atom(&s, seen);

		if (!follows(seen, atom))
			break;
		/* "+0100 (CET)": two zones are one. */
		if (atom == ATOM_NONE || (seen & atom & ~ATOM_ZONE))
			break;
		if (!seen && (atom & (ATOM_ZONE | ATOM_HALF)))
			break;
		seen |= atom;
		used = s.p;
		add_shape(shape, atom);
		skip_separators(&s, seen);
	}
	return is_date(seen, text, (size_t)(used - text))
		   ? (size_t)(used - text)
		   : 0;
}
