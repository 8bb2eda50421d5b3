/*
 * Finds our own input in a reply: the whole line, what stands before its NUL,
 * a long enough beginning of it, its verb, one of its arguments; unchanged, in
 * upper or lower case, or with its control bytes escaped or replaced.
 *
 * A verb that every server knows ("MAIL") proves nothing when it turns up in
 * a text; it counts only between quotes.
 *
 * Memory: points into the bytes sent. Cost: linear in the reply.
 */
#ifndef MXPRINT_FEATURES_REPEAT_H
#define MXPRINT_FEATURES_REPEAT_H

#include <stdbool.h>
#include <stddef.h>

#include "transcript/transcript.h"

#define REPEAT_ARGS_MAX	 8
#define REPEAT_NAME_SIZE 32
#define REPEAT_FORM_MAX	 256
#define REPEAT_FORMS	 6

struct repeat {
	struct bytes line; /* what was sent, without its end */
	struct bytes verb;
	struct bytes args[REPEAT_ARGS_MAX];
	size_t arg_count;
	size_t nul_at; /* position of the first NUL, or line.len */
	bool known_verb;
	bool control; /* holds control or eight-bit bytes */
	/* The line with such bytes written in another way; len 0: not. */
	struct {
		char data[REPEAT_FORM_MAX];
		size_t len;
		const char *how;
	} forms[REPEAT_FORMS];
};

void repeat_init(struct repeat *repeat, const struct bytes *sent);

/*
 * Does our input stand at text[at]? Returns the bytes it takes, 0 if not, and
 * names it: "line", "line-upper", "cut-nul", "verb-lower", "line-hex", ...
 */
size_t repeat_match(const struct repeat *repeat, const char *text, size_t len,
    size_t at, char name[REPEAT_NAME_SIZE]);

#endif
