/* CPE 2.3 names of the catalogue's products. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "catalog/cpe.h"

#define VERSION_LEN_MAX 64 /* of a version that is written */

/*
 * One component of a CPE 2.3 formatted string: lower case, and whatever is not
 * a letter, digit, '_', '-' or '.' stands behind a backslash. Returns its
 * length, 0 when it is none ("-" alone would mean "not applicable").
 */
static size_t cpe_component(const char *text)
{
	static const char quoted[] = "!\"#$%&'()+,/:;<=>@[]^`{|}~\\*?";
	size_t n = 0;

	while (text[n] != '\0' && text[n] != ':') {
		char c = text[n];

		if (c == '\\') {
			if (text[n + 1] == '\0' ||
			    strchr(quoted, text[n + 1]) == NULL)
				return 0;
			n += 2;
			continue;
		}
		if (!islower((unsigned char)c) && !isdigit((unsigned char)c) &&
		    strchr("_-.", c) == NULL)
			return 0;
		n++;
	}
	return n == 1 && text[0] == '-' ? 0 : n;
}

static bool has_part(const char *cell)
{
	return (cell[0] == 'a' || cell[0] == 'o' || cell[0] == 'h') &&
	       cell[1] == ':';
}

bool cpe_valid(const char *cell)
{
	size_t vendor;
	size_t product;

	if (has_part(cell))
		cell += 2;
	vendor = cpe_component(cell);
	if (vendor == 0 || cell[vendor] != ':')
		return false;
	product = cpe_component(cell + vendor + 1);
	return product > 0 && cell[vendor + 1 + product] == '\0';
}

static bool is_open(const char *version)
{
	return version[0] == '<' || version[strlen(version) - 1] == '+';
}

/* One version in the formatted string; "*" for what is no single version. */
static void write_version(
    const char *version, char out[2 * VERSION_LEN_MAX + 1])
{
	size_t n = 0;

	memcpy(out, "*", sizeof("*"));
	if (version == NULL || version[0] == '\0' ||
	    strlen(version) > VERSION_LEN_MAX || is_open(version))
		return;
	for (const char *p = version; *p != '\0'; p++) {
		unsigned char c = (unsigned char)tolower((unsigned char)*p);

		if (c == ' ')
			c = '_';
		else if (!isgraph(c) || c >= 0x80)
			continue;
		else if (ispunct(c) && strchr("_-.", c) == NULL)
			out[n++] = '\\';
		out[n++] = (char)c;
	}
	out[n] = '\0';
	if (n == 0 || strcmp(out, "-") == 0)
		memcpy(out, "*", sizeof("*"));
}

void cpe_name(const char *cell, const char *version, char name[CPE_SIZE])
{
	char escaped[2 * VERSION_LEN_MAX + 1];
	int n;

	name[0] = '\0';
	if (cell == NULL)
		return;
	write_version(version, escaped);
	n = snprintf(name, CPE_SIZE, "cpe:2.3:%s%s:%s:*:*:*:*:*:*:*",
	    has_part(cell) ? "" : "a:", cell, escaped);
	if (n < 0 || n >= CPE_SIZE)
		name[0] = '\0';
}
