/*
 * The extensions that a reply to EHLO lists: keyword in upper case, what
 * follows it, and where it stood. Of "AUTH=LOGIN" the keyword is "AUTH=".
 *
 * Memory: points into the normalised text of the evidence item; keywords are
 * copied. Bounds: KEYWORDS_MAX, longer keywords are cut.
 */
#ifndef MXPRINT_FEATURES_KEYWORDS_H
#define MXPRINT_FEATURES_KEYWORDS_H

#include "features/extractor.h"

#define KEYWORDS_MAX 48
#define KEYWORD_SIZE 40

struct keyword {
	char name[KEYWORD_SIZE];
	const char *args; /* normalised */
	size_t args_len;
	struct bytes raw; /* the argument as the server wrote it */
	bool lower;	  /* had a lower-case letter */
};

struct keywords {
	struct keyword items[KEYWORDS_MAX];
	size_t count;
	const char *greeting; /* first line, normalised */
	size_t greeting_len;
};

void keywords_read(const struct evidence_item *item, struct keywords *out);
bool keywords_has(const struct keywords *k, const char *name);

#endif
