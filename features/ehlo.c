/*
 * The answer to EHLO: which extensions, in which order, how their arguments
 * look. Keywords come and go with the configuration; the order of those that
 * are there is the program's.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "features/answer.h"
#include "features/extractor.h"
#include "features/keywords.h"
#include "features/layout.h"
#include "features/ngram.h"

#define ORDER_DISTANCE 3 /* pairs of keywords this near to each other */
#define ARGS_MAX       16

/* Sizes that products have by default; any other is the operator's. */
static const char *const default_sizes[] = { "0", "10240000", "52428800",
	"36700160", "33554432", "37748736", "10485760", "35651584", "35882577",
	"157286400", "31457280", "20971520", "26214400" };

static void add_order(
    struct feature_sink *sink, const char *kind, const struct keywords *k)
{
	for (size_t i = 0; i < k->count; i++) {
		for (size_t j = i + 1; j < k->count && j <= i + ORDER_DISTANCE;
		     j++)
			feature_add(sink, GROUP_EHLO, "ehlo.%s:%s>%s", kind,
			    k->items[i].name, k->items[j].name);
	}
}

static void add_size(struct feature_sink *sink, const struct keyword *k)
{
	const char *kind = k->raw.len ? "other" : "none";

	for (size_t i = 0; i < sizeof(default_sizes) / sizeof(*default_sizes);
	     i++) {
		if (strlen(default_sizes[i]) == k->raw.len &&
		    memcmp(default_sizes[i], k->raw.data, k->raw.len) == 0)
			kind = default_sizes[i];
	}
	feature_add(sink, GROUP_EHLO, "ehlo.size:%s", kind);
}

/* Each word of the arguments, and each two in a row. */
static void add_args(struct feature_sink *sink, const struct keyword *k)
{
	const char *p = k->args, *end = p + k->args_len;
	char last[32] = "";

	if (p == end)
		feature_add(sink, GROUP_EHLO, "ehlo.arg:%s", k->name);
	for (size_t n = 0; p < end && n < ARGS_MAX; n++) {
		char word[32];
		size_t len = 0;

		while (p < end && isspace((unsigned char)*p))
			p++;
		for (; p < end && !isspace((unsigned char)*p); p++) {
			if (len + 1 < sizeof(word) && *p)
				word[len++] = *p;
		}
		word[len] = '\0';
		if (!len)
			break;
		feature_add(sink, GROUP_EHLO, "ehlo.arg:%s=%s", k->name, word);
		if (n)
			feature_add(sink, GROUP_EHLO, "ehlo.arg-order:%s=%s>%s",
			    k->name, last, word);
		snprintf(last, sizeof(last), "%s", word);
	}
}

static void add_keywords(struct feature_sink *sink, const struct keywords *k)
{
	bool lower = false;

	for (size_t i = 0; i < k->count; i++) {
		const struct keyword *item = &k->items[i];

		feature_add(sink, GROUP_EHLO, "ehlo.keyword:%s", item->name);
		add_args(sink, item);
		if (strcmp(item->name, "SIZE") == 0)
			add_size(sink, item);
		lower |= item->lower;
	}
	if (lower)
		feature_add(sink, GROUP_EHLO, "ehlo.keyword-case:lower");
	add_order(sink, "order", k);
	if (k->count) {
		feature_add(
		    sink, GROUP_EHLO, "ehlo.opens:%s", k->items[0].name);
		feature_add(sink, GROUP_EHLO, "ehlo.closes:%s",
		    k->items[k->count - 1].name);
	} else {
		feature_add(sink, GROUP_EHLO, "ehlo.keyword:none");
	}
	if (keywords_has(k, "AUTH") || keywords_has(k, "AUTH="))
		feature_add(sink, GROUP_EHLO, "ehlo.auth-form:%s",
		    !keywords_has(k, "AUTH=") ? "blank"
		    : keywords_has(k, "AUTH") ? "both"
					      : "equals");
}

static void extract(const struct evidence *evidence, struct feature_sink *sink)
{
	const struct evidence_item *item = evidence_find(evidence, PROBE_EHLO);
	const struct evidence_item *helo = evidence_find(evidence, PROBE_HELO);
	struct keywords k;

	answer_add(sink, GROUP_EHLO, PROBE_EHLO, item);
	if (item && item->reply) {
		keywords_read(item, &k);
		if (item->reply->code / 100 == 2)
			add_keywords(sink, &k);
		ngram_words(
		    sink, GROUP_EHLO, "ehlo", k.greeting, k.greeting_len);
		ngram_chars(
		    sink, GROUP_EHLO, "ehlo", k.greeting, k.greeting_len);
	}
	if (!helo)
		return; /* asked only where EHLO is refused */
	answer_add(sink, GROUP_EHLO, PROBE_HELO, helo);
	layout_add(sink, GROUP_EHLO, PROBE_HELO, helo);
	ngram_words(sink, GROUP_EHLO, PROBE_HELO, helo->text, helo->len);
	ngram_chars(sink, GROUP_EHLO, PROBE_HELO, helo->text, helo->len);
}

const struct extractor extractor_ehlo = { "ehlo", extract };
