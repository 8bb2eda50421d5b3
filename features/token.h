/*
 * What a word with dots, digits or odd letters is: host name, version, id, or
 * plain wording. Looks at the word alone, never at its neighbours.
 *
 * A word here is a run of letters, digits, '-', '.' and '_' that begins with a
 * letter or digit and does not end with a mark.
 */
#ifndef MXPRINT_FEATURES_TOKEN_H
#define MXPRINT_FEATURES_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

struct token_shape {
	size_t digits, letters, dots, others, turns; /* bytes of each
			kind; turns: from lower to upper case */
	bool ip; /* four numbers up to 255 */
};

struct token_shape token_shape_of(const char *word, size_t len);

/* Labels with a dot between them, the last one of letters. */
bool token_is_host(
    const char *word, size_t len, const struct token_shape *shape);
bool token_is_version(const char *word, size_t len);
/* "8BITMIME", "RFC2821": digits, but no id. */
bool token_is_wording(const char *word, size_t len);
/* 5.5.1 */
bool token_is_enhanced(const char *word, size_t len);
/* Letters and digits mixed, or case that no word has. */
bool token_is_id(const struct token_shape *shape, size_t len);
/* "Debian-22": the length of a system's name before its number, else 0. */
size_t token_system_prefix(const char *word, size_t len);

/* Is it one of these, whatever its case? */
bool token_is_listed(
    const char *const *list, size_t count, const char *word, size_t len);
#define TOKEN_IS_LISTED(list, word, len) \
	token_is_listed(list, sizeof(list) / sizeof(*(list)), word, len)

#endif
