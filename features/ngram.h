/*
 * Word 1-3-grams and character 3-5-grams of a normalised text.
 *
 * Words are in lower case without the punctuation around them, and joined by
 * one blank; grams do not cross lines. Characters keep case and punctuation.
 * A placeholder ("<NUM>") is one word, and one character.
 *
 * Names: <probe>.word:recognized  <probe>.words:command not recognized
 *        <probe>.char:gniz
 */
#ifndef MXPRINT_FEATURES_NGRAM_H
#define MXPRINT_FEATURES_NGRAM_H

#include <stddef.h>

#include "features/extractor.h"

#define NGRAM_WORDS_MAX 400 /* words looked at in one text */
#define NGRAM_CHARS_MAX 600 /* characters looked at in one text */

void ngram_words(struct feature_sink *sink, enum feature_group group,
    const char *probe, const char *text, size_t len);
void ngram_chars(struct feature_sink *sink, enum feature_group group,
    const char *probe, const char *text, size_t len);

#endif
