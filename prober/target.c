/*
 * One name or host as a person wrote it (the only file that knows libidn2).
 * Names that are ASCII already, nearly all, never reach the library.
 */
#include "prober/target.h"

#include <ctype.h>
#include <idn2.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "prober/blocklist.h"

#define NAME_MAX_LEN  253
#define LABEL_MAX_LEN 63

static const char *check_label(const char *label, size_t len)
{
	if (len == 0)
		return "an empty label (two dots in a row, or one in front)";
	if (len > LABEL_MAX_LEN)
		return "a label of more than 63 characters";
	if (label[0] == '-' || label[len - 1] == '-')
		return "a label begins or ends with a hyphen";
	return NULL;
}

/* Lower-cases name in place; NULL, or what is wrong. No final dot here. */
static const char *check_name(char *name, size_t len)
{
	const char *why;
	size_t start = 0;

	if (len > NAME_MAX_LEN)
		return "longer than 253 characters";
	for (size_t i = 0; i <= len; i++) {
		unsigned char c = (unsigned char)name[i];

		if (i == len || c == '.') {
			why = check_label(name + start, i - start);
			if (why)
				return why;
			start = i + 1;
		} else if (!isalnum(c) && c != '-' && c != '_') {
			return c == ' ' ? "a blank inside the name"
					: "a character that no name can have";
		} else {
			name[i] = (char)tolower(c);
		}
	}
	return NULL;
}

/* What people paste instead of a name, and what to write. */
static const char *common_mistake(const char *text)
{
	struct sockaddr_storage address;
	socklen_t len;

	if (*text == '\0')
		return "an empty name";
	if (strstr(text, "://"))
		return "a URL; write the domain alone";
	if (text[0] == '*')
		return "no wildcards; write the domain itself";
	if (strchr(text, '/'))
		return "a path or a network; write the domain alone";
	if (address_parse(text, 0, &address, &len) || text[0] == '[')
		return "an address, not a domain";
	return NULL;
}

static bool is_ascii(const char *text)
{
	while (*text) {
		if ((unsigned char)*text++ >= 0x80)
			return false;
	}
	return true;
}

static const char *to_a_label(
    struct arena *arena, const char *text, const char **reason)
{
	uint8_t *out = NULL;
	const char *copy;
	int code;

	if (strlen(text) > 1000) {
		*reason = "longer than 253 characters";
		return NULL;
	}
	code = idn2_lookup_u8(
	    (const uint8_t *)text, &out, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
	if (code != IDN2_OK) {
		*reason = code == IDN2_ENCODING_ERROR ? "not UTF-8"
						      : idn2_strerror(code);
		return NULL;
	}
	copy = arena_strdup(arena, (const char *)out);
	idn2_free(out);
	return copy;
}

const char *target_name(
    struct arena *arena, const char *text, const char **reason)
{
	const char *ascii = text;
	char name[NAME_MAX_LEN + 2];
	size_t len;

	*reason = common_mistake(text);
	if (*reason)
		return NULL;
	if (!is_ascii(text)) {
		ascii = to_a_label(arena, text, reason);
		if (!ascii)
			return NULL;
	}
	len = strlen(ascii);
	if (len > 1 && ascii[len - 1] == '.')
		len--;
	if (len > NAME_MAX_LEN) {
		*reason = "longer than 253 characters";
		return NULL;
	}
	memcpy(name, ascii, len);
	name[len] = '\0';
	*reason = check_name(name, len);
	return *reason ? NULL : arena_copy(arena, name, len);
}

const char *target_domain(
    struct arena *arena, const char *text, const char **reason)
{
	const char *name = target_name(arena, text, reason);
	const char *top;

	if (!name)
		return NULL;
	top = strrchr(name, '.');
	if (!top) {
		*reason = "a single word; a domain has a dot, as in "
			  "example.com";
		return NULL;
	}
	if (top[1 + strspn(top + 1, "0123456789")] == '\0') {
		*reason = "ends in a number, so it is no domain";
		return NULL;
	}
	return name;
}

/* ---------------------------------------------------------------- hosts */

static bool port_parse(const char *text, int *port)
{
	long value;

	if (*text == '\0' || strlen(text) > 5 ||
	    text[strspn(text, "0123456789")] != '\0')
		return false;
	value = strtol(text, NULL, 10);
	if (value < 1 || value > 65535)
		return false;
	*port = (int)value;
	return true;
}

/* Splits "HOST:PORT" or "[V6]:PORT" in place; false on a bad port. */
static bool split_port(char *text, char **host, int *port)
{
	char *colon = strchr(text, ':');
	char *close;

	*host = text;
	if (text[0] == '[') {
		close = strchr(text, ']');
		if (!close)
			return false;
		*close = '\0';
		*host = text + 1;
		return close[1] == '\0' ||
		       (close[1] == ':' && port_parse(close + 2, port));
	}
	if (!colon || strchr(colon + 1, ':'))
		return true; /* no port, or a bare v6 address */
	*colon = '\0';
	return port_parse(colon + 1, port);
}

enum status target_host(struct arena *arena, const char *text,
    const char **name, const char **address, int *port, struct error *err)
{
	struct sockaddr_storage parsed;
	const char *reason = NULL;
	char quoted[120], *host;
	socklen_t len;

	*name = *address = NULL;
	log_quote(quoted, sizeof(quoted), text, strlen(text));
	if (!split_port(arena_strdup(arena, text), &host, port))
		return error_set(err, STATUS_USAGE,
		    "host %s: write NAME, ADDRESS, NAME:PORT or [V6]:PORT "
		    "with a port from 1 to 65535",
		    quoted);
	if (address_parse(host, *port, &parsed, &len)) {
		*address = host;
		return STATUS_OK;
	}
	*name = target_name(arena, host, &reason);
	if (*name && host[strspn(host, "0123456789.")] == '\0') {
		*name = NULL;
		reason = "an address needs four parts without leading zeros";
	}
	if (!*name)
		return error_set(
		    err, STATUS_USAGE, "host %s: %s", quoted, reason);
	return STATUS_OK;
}
