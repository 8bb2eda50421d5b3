/* The greeting: what a server says about itself before it is asked. */
#include "features/answer.h"
#include "features/extractor.h"
#include "features/layout.h"
#include "features/ngram.h"

/*
 * A server that turns us away says so in its own words, or in its blocklist's,
 * and has no name to hide there.
 */
static void add_refusal(
    struct feature_sink *sink, const struct evidence_item *item)
{
	if (!item->reply || !greeting_refuses(item->reply->code))
		return;
	answer_add(sink, GROUP_CODES, REFUSAL, item);
	ngram_words(sink, GROUP_WORDS, REFUSAL, item->text, item->len);
	ngram_chars(sink, GROUP_CHARS, REFUSAL, item->text, item->len);
}

static void extract(const struct evidence *evidence, struct feature_sink *sink)
{
	const struct evidence_item *item =
	    evidence_find(evidence, PROBE_GREETING);

	answer_add(sink, GROUP_BANNER, PROBE_GREETING, item);
	if (!item)
		return;
	layout_add(sink, GROUP_BANNER, PROBE_GREETING, item);
	ngram_words(sink, GROUP_BANNER, PROBE_GREETING, item->text, item->len);
	ngram_chars(sink, GROUP_BANNER, PROBE_GREETING, item->text, item->len);
	add_refusal(sink, item);
}

const struct extractor extractor_banner = { "banner", extract };
