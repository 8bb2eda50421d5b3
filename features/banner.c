/* The greeting: what a server says about itself before it is asked. */
#include "features/answer.h"
#include "features/extractor.h"
#include "features/layout.h"
#include "features/ngram.h"

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
}

const struct extractor extractor_banner = { "banner", extract };
