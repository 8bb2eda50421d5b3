/*
 * One hash table holds everything: networks by (family, prefix, masked bytes),
 * names by their kind and text. An address is looked up once for every prefix
 * length that occurs, a name once for itself and once for each of its parents.
 */
#include "prober/blocklist.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/arena.h"
#include "common/lines.h"
#include "common/strmap.h"
#include "prober/target.h"

#define LINE_LIMIT 4096
#define KEY_SIZE   (2 + 16)

enum { KIND_V4 = '4', KIND_V6 = '6', KIND_HOST = 'h', KIND_DOMAIN = 'd' };

struct blocklist {
	struct arena *arena;
	struct strmap *map;   /* key -> index into entries */
	const char **entries; /* "FILE:LINE: entry" */
	size_t count, capacity;
	bool lengths4[33], lengths6[129];
};

struct blocklist *blocklist_new(void)
{
	struct blocklist *list = xcalloc(1, sizeof(*list));

	list->arena = arena_new();
	list->map = strmap_new();
	return list;
}

void blocklist_free(struct blocklist *list)
{
	if (!list)
		return;
	arena_free(list->arena);
	strmap_free(list->map);
	free(list->entries);
	free(list);
}

size_t blocklist_count(const struct blocklist *list)
{
	return list->count;
}

static void remember(
    struct blocklist *list, const void *key, size_t len, const char *entry)
{
	bool added;
	int64_t *slot = strmap_put(list->map, key, len, &added);

	if (!added)
		return; /* listed twice: the first line is the reason */
	if (list->count == list->capacity) {
		list->capacity = list->capacity ? list->capacity * 2 : 64;
		list->entries = xrealloc_array(
		    list->entries, list->capacity, sizeof(*list->entries));
	}
	*slot = (int64_t)list->count;
	list->entries[list->count++] = entry;
}

/* Keeps the first prefix bits; says whether others were set. */
static bool mask_bits(uint8_t *bytes, size_t size, int prefix)
{
	bool cut = false;

	for (size_t i = 0; i < size; i++) {
		int left = prefix - (int)i * 8;
		int mask = left >= 8   ? 0xff
			   : left <= 0 ? 0
				       : 0xff << (8 - left);

		cut = cut || (bytes[i] & ~mask & 0xff) != 0;
		bytes[i] = (uint8_t)(bytes[i] & mask);
	}
	return cut;
}

/* The bytes of an address; a v4 address mapped into v6 is the v4 address. */
static size_t address_bytes(const struct sockaddr *address, uint8_t bytes[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (address->sa_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, address, sizeof(in));
		memcpy(bytes, &in.sin_addr, 4);
		return 4;
	}
	if (address->sa_family == AF_INET6) {
		struct sockaddr_in6 in6;

		memcpy(&in6, address, sizeof(in6));
		memcpy(bytes, in6.sin6_addr.s6_addr, 16);
		if (memcmp(bytes, mapped, sizeof(mapped)) != 0)
			return 16;
		memmove(bytes, bytes + 12, 4);
		return 4;
	}
	return 0;
}

static size_t network_key(
    uint8_t key[KEY_SIZE], const uint8_t *bytes, size_t size, int prefix)
{
	key[0] = size == 4 ? KIND_V4 : KIND_V6;
	key[1] = (uint8_t)prefix;
	memcpy(key + 2, bytes, size);
	return 2 + size;
}

/* ------------------------------------------------------------- loading */

static bool digits_only(const char *text)
{
	return *text != '\0' && text[strspn(text, "0123456789")] == '\0';
}

/* "ADDRESS" or "ADDRESS/PREFIX"; NULL, or what is wrong. */
static const char *add_network(
    struct blocklist *list, char *text, const char *entry)
{
	struct sockaddr_storage address;
	uint8_t bytes[16], key[KEY_SIZE];
	char *slash = strchr(text, '/');
	socklen_t len;
	size_t size;
	int prefix, bits;

	if (slash)
		*slash = '\0';
	if (!address_parse(text, 0, &address, &len))
		return "not an IPv4 or IPv6 address; write all four parts, "
		       "without leading zeros";
	size = address_bytes((const struct sockaddr *)&address, bytes);
	bits = (int)size * 8;
	prefix = bits;
	if (slash) {
		if (!digits_only(slash + 1) || strlen(slash + 1) > 3)
			return "the prefix length after / is not a number";
		prefix = (int)strtol(slash + 1, NULL, 10);
		if (size == 4 && len == sizeof(struct sockaddr_in6))
			prefix -= 96; /* ::ffff:192.0.2.0/120 */
		if (prefix < 0 || prefix > bits)
			return "the prefix length is out of range";
	}
	if (mask_bits(bytes, size, prefix))
		return "the address has bits beyond its prefix length; write "
		       "the network's first address";
	if (size == 4)
		list->lengths4[prefix] = true;
	else
		list->lengths6[prefix] = true;
	remember(list, key, network_key(key, bytes, size, prefix), entry);
	return NULL;
}

static const char *add_name(
    struct blocklist *list, char kind, const char *text, const char *entry)
{
	struct arena *arena = arena_new();
	const char *reason = NULL;
	const char *name = target_name(arena, text, &reason);
	char key[1 + 256];

	if (name) {
		size_t len = strlen(name);

		key[0] = kind;
		memcpy(key + 1, name, len);
		remember(list, key, len + 1, entry);
	}
	arena_free(arena);
	return reason;
}

static const char *add_target(
    struct blocklist *list, char *text, const char *entry)
{
	if (strncasecmp(text, "domain:", 7) == 0)
		return add_name(list, KIND_DOMAIN, text + 7, entry);
	if (text[0] == '.')
		return add_name(list, KIND_DOMAIN, text + 1, entry);
	if (text[0] == '*')
		return "no wildcards; .example.com means the domain and all "
		       "below it";
	if (strpbrk(text, ":/") || text[strspn(text, "0123456789.")] == '\0')
		return add_network(list, text, entry);
	return add_name(list, KIND_HOST, text, entry);
}

static bool date_parse(const char *text, struct tm *tm)
{
	static const int days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };
	const char *end;

	memset(tm, 0, sizeof(*tm));
	if (strlen(text) != 10 || text[strspn(text, "0123456789-")] != '\0')
		return false;
	end = strptime(text, "%Y-%m-%d", tm);
	return end && *end == '\0' && tm->tm_mon >= 0 && tm->tm_mon < 12 &&
	       tm->tm_mday <= days[tm->tm_mon];
}

/*
 * "reason=words until the next key expires=2027-01-01 date=..."; NULL, or what
 * is wrong. An entry holds until the end of its day of expiry.
 */
static const char *read_notes(char *text, bool *expired)
{
	bool in_reason = false;
	char *word;

	while ((word = strsep(&text, " \t")) != NULL) {
		bool expires = strncmp(word, "expires=", 8) == 0;
		struct tm day;

		if (*word == '\0')
			continue;
		if (expires || strncmp(word, "date=", 5) == 0) {
			in_reason = false;
			if (!date_parse(strchr(word, '=') + 1, &day))
				return "a date must be like 2027-01-31";
			if (expires && timegm(&day) + 86400 <= time(NULL))
				*expired = true;
		} else if (strncmp(word, "reason=", 7) == 0) {
			in_reason = true;
		} else if (!in_reason) {
			return "one entry a line; after it only reason=, "
			       "date= and expires=";
		}
	}
	return NULL;
}

static void trim_right(char *text)
{
	size_t len = strlen(text);

	while (len > 0 && isspace((unsigned char)text[len - 1]))
		text[--len] = '\0';
}

/* A '#' at the start or after a blank begins a comment. */
static void cut_comment(char *text)
{
	for (char *p = text; *p; p++) {
		if (*p == '#' && (p == text || isspace((unsigned char)p[-1])))
			*p = '\0';
		if (*p == '\0')
			return;
	}
}

static const char *read_entry(
    struct blocklist *list, const char *path, long number, char *text)
{
	struct blocklist *scratch = NULL;
	const char *entry, *why;
	bool expired = false;
	size_t len;

	cut_comment(text);
	text += strspn(text, " \t");
	trim_right(text);
	if (*text == '\0')
		return NULL;
	entry = arena_printf(list->arena, "%s:%ld: %s", path, number, text);
	len = strcspn(text, " \t");
	if (text[len] != '\0') {
		text[len] = '\0';
		why = read_notes(text + len + 1, &expired);
		if (why)
			return why;
	}
	if (expired) /* must be well-formed all the same */
		scratch = blocklist_new();
	why = add_target(scratch ? scratch : list, text, entry);
	blocklist_free(scratch);
	return why;
}

enum status blocklist_load(
    struct blocklist *list, const char *path, struct error *err)
{
	struct line_reader *reader;
	enum status status = lines_open(path, LINE_LIMIT, &reader, err);
	enum lines_result result = LINES_LINE;
	struct error why = { 0 };
	const char *line;
	size_t len;

	if (status != STATUS_OK)
		return status;
	while (status == STATUS_OK && result != LINES_TRUNCATED) {
		const char *wrong = NULL;
		char copy[LINE_LIMIT + 1];

		result = lines_next(reader, &line, &len, &why);
		if (result == LINES_END)
			break;
		if (result == LINES_ERROR)
			wrong = why.text;
		else if (result == LINES_TOO_LONG || len > LINE_LIMIT)
			wrong = "the line is too long";
		else if (lines_ended_early(reader))
			wrong = "the compressed file ends early";
		else if (memchr(line, '\0', len))
			wrong = "the line holds a NUL byte";
		if (!wrong) {
			bool bom = lines_number(reader) == 1 && len >= 3 &&
				   memcmp(line, "\xef\xbb\xbf", 3) == 0;

			memcpy(copy, line, len);
			copy[len] = '\0';
			wrong = read_entry(list, path, lines_number(reader),
			    copy + (bom ? 3 : 0));
		}
		if (wrong)
			status = error_set(err, STATUS_CONFIG,
			    "%s:%ld: %s; correct the line or remove it", path,
			    lines_number(reader), wrong);
	}
	lines_free(reader);
	return status;
}

/* ------------------------------------------------------------- looking up */

static bool found(const struct blocklist *list, const void *key, size_t len,
    const char **reason)
{
	const int64_t *at = strmap_get(list->map, key, len);

	if (at && reason)
		*reason = list->entries[*at];
	return at != NULL;
}

bool blocklist_has_address(const struct blocklist *list,
    const struct sockaddr *address, const char **reason)
{
	uint8_t bytes[16], key[KEY_SIZE];
	size_t size = address_bytes(address, bytes);
	const bool *lengths = size == 4 ? list->lengths4 : list->lengths6;

	for (int prefix = (int)size * 8; size > 0 && prefix >= 0; prefix--) {
		if (!lengths[prefix])
			continue;
		mask_bits(bytes, size, prefix);
		if (found(list, key, network_key(key, bytes, size, prefix),
			reason))
			return true;
	}
	return false;
}

bool blocklist_has_name(
    const struct blocklist *list, const char *name, const char **reason)
{
	size_t len = strlen(name);
	char key[1 + 256];

	if (len > 0 && name[len - 1] == '.')
		len--;
	if (list->count == 0 || len == 0 || len > 255)
		return false;
	for (size_t i = 0; i < len; i++)
		key[1 + i] = (char)tolower((unsigned char)name[i]);
	key[0] = KIND_HOST;
	if (found(list, key, 1 + len, reason))
		return true;
	for (size_t at = 0; at < len; at++) {
		char kept = key[at];
		bool hit;

		if (at > 0 && kept != '.')
			continue;
		key[at] = KIND_DOMAIN;
		hit = found(list, key + at, 1 + len - at, reason);
		key[at] = kept;
		if (hit)
			return true;
	}
	return false;
}
