#include "features/ngram.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "features/normalize.h"

#define PREFIX_SIZE 64
#define WORD_MAX    40 /* a longer one is cut */
#define WORDS_BYTES ((WORD_MAX + 1) * 3)

static void make_prefix(
    char prefix[PREFIX_SIZE], const char *probe, const char *kind)
{
	snprintf(prefix, PREFIX_SIZE, "%.40s.%s:", probe, kind);
}

/* The last three words, one blank between them. */
struct window {
	char text[WORDS_BYTES + 1];
	size_t len;
	size_t starts[3]; /* of the last words, oldest first */
	size_t count;
};

static void drop_oldest(struct window *w)
{
	size_t n = w->starts[1];

	memmove(w->text, w->text + n, w->len - n);
	w->len -= n;
	w->starts[0] = 0;
	w->starts[1] = w->starts[2] - n;
	w->count = 2;
}

static void push(struct window *w, const char *word, size_t len)
{
	size_t i = 0;

	if (len > WORD_MAX)
		len = WORD_MAX;
	if (w->count == 3)
		drop_oldest(w);
	if (w->count)
		w->text[w->len++] = ' ';
	w->starts[w->count++] = w->len;
	while (i < len) {
		size_t n = normalize_placeholder(word + i, len - i);

		if (n) {
			memcpy(w->text + w->len, word + i, n);
			w->len += n;
			i += n;
		} else {
			w->text[w->len++] =
			    (char)tolower((unsigned char)word[i++]);
		}
	}
}

static void trim(const char **word, size_t *len)
{
	static const char edge[] = "\"'`([{}]),;:.!?*";

	while (*len && **word && strchr(edge, **word)) {
		++*word;
		--*len;
	}
	while (*len && (*word)[*len - 1] && strchr(edge, (*word)[*len - 1]))
		--*len;
}

void ngram_words(struct feature_sink *sink, enum feature_group group,
    const char *probe, const char *text, size_t len)
{
	char one[PREFIX_SIZE], more[PREFIX_SIZE];
	struct window w = { .count = 0 };
	size_t i = 0;

	make_prefix(one, probe, "word");
	make_prefix(more, probe, "words");
	for (size_t words = 0; i < len && words < NGRAM_WORDS_MAX;) {
		const char *word = text + i;
		size_t n = 0;

		if (isspace((unsigned char)text[i])) {
			if (text[i++] == '\n')
				w.len = w.count = 0;
			continue;
		}
		while (i + n < len && !isspace((unsigned char)word[n]))
			n++;
		i += n;
		trim(&word, &n);
		if (!n)
			continue;
		words++;
		push(&w, word, n);
		for (size_t k = 0; k < w.count; k++)
			feature_add_bytes(sink, group,
			    k + 1 == w.count ? one : more, w.text + w.starts[k],
			    w.len - w.starts[k]);
	}
}

void ngram_chars(struct feature_sink *sink, enum feature_group group,
    const char *probe, const char *text, size_t len)
{
	char prefix[PREFIX_SIZE];
	size_t starts[NGRAM_CHARS_MAX + 1]; /* of each character */
	size_t count = 0, i = 0;

	make_prefix(prefix, probe, "char");
	while (i < len && count < NGRAM_CHARS_MAX) {
		size_t n = normalize_placeholder(text + i, len - i);

		starts[count++] = i;
		i += n ? n : 1;
	}
	starts[count] = i;
	for (size_t size = 3; size <= 5; size++) {
		for (size_t k = 0; k + size <= count; k++)
			feature_add_bytes(sink, group, prefix, text + starts[k],
			    starts[k + size] - starts[k]);
	}
}
