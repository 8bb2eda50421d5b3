/*
 * Codes and wording of every probe but the greeting and EHLO: how a server
 * helps, refuses, and says good-bye.
 */
#include <string.h>

#include "features/answer.h"
#include "features/extractor.h"
#include "features/ngram.h"

/* Of every plan's middle: those whose absence says something. */
static const char *const core[] = { PROBE_NOOP, PROBE_HELP, PROBE_MAIL_NOARG,
	PROBE_NUL, PROBE_UNKNOWN_VERB };

#define CORE_COUNT (sizeof(core) / sizeof(*core))

static bool is_elsewhere(const struct evidence_item *item)
{
	static const char *const others[] = { PROBE_GREETING, PROBE_EHLO,
		PROBE_HELO, PROBE_TLS_EHLO, PROBE_HELP };

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		if (strcmp(item->exchange->probe, others[i]) == 0)
			return true;
	}
	return false;
}

static void add_codes(
    const struct evidence *evidence, struct feature_sink *sink)
{
	char a[ANSWER_SIZE], b[ANSWER_SIZE];

	for (size_t i = 0; i < evidence->count; i++) {
		const struct evidence_item *item = &evidence->items[i];

		if (item->first && !is_elsewhere(item))
			answer_add(
			    sink, GROUP_CODES, item->exchange->probe, item);
	}
	for (size_t i = 0; i < CORE_COUNT; i++) {
		const struct evidence_item *x =
		    evidence_find(evidence, core[i]);

		if (strcmp(core[i], PROBE_HELP) == 0)
			answer_add(sink, GROUP_HELP, PROBE_HELP, x);
		else if (!x)
			answer_add(sink, GROUP_CODES, core[i], NULL);
		for (size_t j = i + 1; x && j < CORE_COUNT; j++) {
			const struct evidence_item *y =
			    evidence_find(evidence, core[j]);

			if (y)
				feature_add(sink, GROUP_CODES,
				    "pair.code:%s=%s,%s=%s", core[i],
				    answer_code(x, a), core[j],
				    answer_code(y, b));
		}
	}
}

/*
 * Over the core's refusals only, so that a longer plan says the same: the
 * form that stays when a middle box rewrites the words.
 */
static void add_pattern(
    const struct evidence *evidence, struct feature_sink *sink)
{
	const struct evidence_item *refused[CORE_COUNT];
	size_t count = 0, enhanced = 0, same_code = 0, same_text = 0;

	for (size_t i = 2; i < CORE_COUNT; i++) {
		const struct evidence_item *x =
		    evidence_find(evidence, core[i]);

		if (!x || !x->reply)
			continue;
		enhanced += x->reply->enhanced[0] != 0;
		if (count) {
			same_code += x->reply->code == refused[0]->reply->code;
			same_text +=
			    x->len == refused[0]->len &&
			    memcmp(x->text, refused[0]->text, x->len) == 0;
		}
		refused[count++] = x;
	}
	if (!count)
		return;
	feature_add(sink, GROUP_CODES, "pattern.enhanced:%s",
	    !enhanced		? "never"
	    : enhanced == count ? "always"
				: "sometimes");
	if (count < 2)
		return;
	feature_add(sink, GROUP_CODES, "pattern.codes:%s",
	    same_code == count - 1 ? "all-same" : "differ");
	feature_add(sink, GROUP_CODES, "pattern.texts:%s",
	    same_text == count - 1 ? "all-same" : "differ");
}

/*
 * The words of every refusal, whichever command drew it: a short plan, or a
 * box in front, changes which commands a server refuses, but not its words. A
 * greeting that refuses us answers our connection, and claims no product.
 */
static void add_negative(
    const struct evidence *evidence, struct feature_sink *sink)
{
	for (size_t i = 0; i < evidence->count; i++) {
		const struct evidence_item *item = &evidence->items[i];

		if (item->first && item->reply &&
		    code_refuses(item->reply->code))
			ngram_words(
			    sink, GROUP_WORDS, NEGATIVE, item->text, item->len);
	}
}

static void extract(const struct evidence *evidence, struct feature_sink *sink)
{
	const struct evidence_item *help = evidence_find(evidence, PROBE_HELP);

	add_codes(evidence, sink);
	add_pattern(evidence, sink);
	add_negative(evidence, sink);
	if (help) {
		ngram_words(
		    sink, GROUP_HELP, PROBE_HELP, help->text, help->len);
		ngram_chars(
		    sink, GROUP_HELP, PROBE_HELP, help->text, help->len);
	}
	for (size_t i = 0; i < evidence->count; i++) {
		const struct evidence_item *item = &evidence->items[i];

		if (item->first && !is_elsewhere(item))
			ngram_words(sink, GROUP_WORDS, item->exchange->probe,
			    item->text, item->len);
	}
	for (size_t i = 0; i < evidence->count; i++) {
		const struct evidence_item *item = &evidence->items[i];

		if (item->first && !is_elsewhere(item))
			ngram_chars(sink, GROUP_CHARS, item->exchange->probe,
			    item->text, item->len);
	}
}

const struct extractor extractor_replies = { "replies", extract };
