/*
 * An example as lines that can be rearranged: what the alterations of
 * `rules test --altered` work on (private to rules/).
 *
 * Memory: lines point into the example, or into the caller's arena.
 * Bounds: EXAMPLE_LINES_MAX lines; more are left out.
 */
#ifndef MXPRINT_RULES_EXAMPLE_LINES_H
#define MXPRINT_RULES_EXAMPLE_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buffer.h"

#define EXAMPLE_LINES_MAX 64

struct example_line {
	const char *text; /* behind the code */
	size_t len;
};

struct example_lines {
	char code[4]; /* of the first line that has one, else "" */
	struct example_line lines[EXAMPLE_LINES_MAX];
	size_t count;
};

void example_lines_cut(struct example_lines *l, const char *text, size_t len);
/* At its front, else at its end. */
void example_lines_add(
    struct example_lines *l, const char *text, size_t len, bool in_front);
/* A reply with this code ("": none) and these ends of lines. */
void example_lines_join(const struct example_lines *l, const char *code,
    const char *end, struct buffer *out);
/*
 * Bytes of a host name, or an address, with which the first line begins and
 * behind which more words stand; 0: there is none.
 */
size_t example_lines_host(const struct example_lines *l);

#endif
