/*
 * What rules cost, as ratios of one run:
 *   loading      compiled anew against taken from the cache
 *   banners      all rules at once against a loop of PCRE2 (JIT) over the same
 *   transcripts  all rules against extracting the features
 *   hostile      the worst input's cost per byte against the average banner's:
 *                nonsense, examples, and every word of theirs, over and over
 * Exit status 1 when one of the last three is not what it must be.
 *   bench_rules [TRANSCRIPTS...]
 */
#include <ctype.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "common/strmap.h"
#include "features/extract.h"
#include "rules/pattern.h"
#include "rules/rulefile.h"
#include "rules/text.h"
#include "transcript/reader.h"

#define LOOP_LEAST	4.0  /* times cheaper than a loop */
#define HOSTILE_MOST	20.0 /* times a banner's cost per byte */
#define TRANSCRIPTS_MAX 400
#define PATTERNS_ALL	100000
#define HUGE_INPUT	(10u << 20)
#define WORD_BYTES	8192 /* of an input made of one word */
#define WORD_LEAST	3
#define WORD_MAX	64

static struct catalog *catalog;
static struct rule_engine *engine;
static int failed;

static double cpu_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void must(bool holds, const char *what)
{
	if (holds)
		return;
	printf("NOT SO: %s\n", what);
	failed = 1;
}

static void load(void)
{
	struct error err;
	double start;

	if (catalog_load("catalog/products.tsv", &catalog, &err) != STATUS_OK)
		exit(1);
	for (int round = 0; round < 2; round++) {
		rule_engine_free(engine);
		start = cpu_now();
		if (rule_engine_load("rules", catalog, &engine, &err) !=
		    STATUS_OK) {
			printf("%s\n", err.text);
			exit(1);
		}
		printf("loading %zu rules%s: %.0f ms\n",
		    rule_engine_count(engine), round ? " again" : "",
		    (cpu_now() - start) * 1e3);
	}
}

/* ------------------------------------------------------------- banners */

static const struct rule_example *banners[PATTERNS_ALL];
static size_t banner_count;

static void collect_banners(void)
{
	const struct rule_set *set = rule_engine_set(engine);

	for (size_t i = 0; i < set->count; i++)
		for (size_t k = 0; k < set->specs[i]->example_count; k++)
			if (set->specs[i]->rule.stages & 1u << STAGE_BANNER &&
			    banner_count < PATTERNS_ALL)
				banners[banner_count++] =
				    &set->specs[i]->examples[k];
}

static double match_banners(size_t *bytes)
{
	struct arena *arena = arena_new();
	double start;

	*bytes = 0;
	start = cpu_now();
	for (size_t i = 0; i < banner_count; i++) {
		struct rule_hits hits;

		rule_engine_match_text(engine, arena, STAGE_BANNER,
		    banners[i]->text, banners[i]->len, &hits);
		*bytes += banners[i]->len;
		arena_reset(arena);
	}
	start = cpu_now() - start;
	arena_free(arena);
	return start;
}

static size_t compile_loop(struct arena *arena, pcre2_code **codes)
{
	const struct rule_set *set = rule_engine_set(engine);
	size_t count = 0;

	for (size_t i = 0; i < set->count; i++) {
		const struct rule_spec *spec = set->specs[i];
		struct pattern_form form;
		PCRE2_SIZE at;
		int code;

		if ((spec->rule.stages & 1u << STAGE_BANNER) == 0 ||
		    pattern_expand(arena, &spec->patterns[0], &form, &code))
			continue;
		codes[count] =
		    pcre2_compile((PCRE2_SPTR)form.exact, PCRE2_ZERO_TERMINATED,
			PCRE2_MULTILINE | PCRE2_NEVER_UTF |
			    (spec->patterns[0].match_case ? 0 : PCRE2_CASELESS),
			&code, &at, NULL);
		if (codes[count] != NULL)
			pcre2_jit_compile(codes[count++], PCRE2_JIT_COMPLETE);
	}
	return count;
}

/* The first pattern of each rule of the stage, one after the other. */
static double match_loop(void)
{
	static pcre2_code *codes[PATTERNS_ALL];
	pcre2_match_data *data = pcre2_match_data_create(32, NULL);
	struct arena *patterns = arena_new();
	struct arena *arena = arena_new();
	size_t count = compile_loop(patterns, codes);
	double start = cpu_now();

	for (size_t i = 0; i < banner_count; i++) {
		struct rule_text text;

		rule_text_of_reply(
		    arena, banners[i]->text, banners[i]->len, &text);
		for (size_t k = 0; k < count; k++)
			pcre2_match(codes[k], (PCRE2_SPTR)text.bytes, text.len,
			    0, 0, data, NULL);
		arena_reset(arena);
	}
	start = cpu_now() - start;
	for (size_t k = 0; k < count; k++)
		pcre2_code_free(codes[k]);
	pcre2_match_data_free(data);
	arena_free(patterns);
	arena_free(arena);
	return start;
}

static double measure_banners(void)
{
	size_t bytes;
	double all = match_banners(&bytes); /* JIT happens here */
	double loop = match_loop();

	all = match_banners(&bytes);
	if (match_banners(&bytes) < all)
		all = match_banners(&bytes);
	printf("banners: %.1f us each, %.1f ns a byte; a loop of PCRE2 costs "
	       "%.1f times as much\n",
	    all / (double)banner_count * 1e6, all / (double)bytes * 1e9,
	    loop / all);
	must(loop / all >= LOOP_LEAST, "a loop costs 4 times as much");
	return all / (double)bytes;
}

/* --------------------------------------------------------- transcripts */

static void measure_transcripts(const char *const *paths, size_t count)
{
	struct transcript_reader *reader = transcript_reader_new(paths, count);
	struct arena *arena = arena_new();
	double rules = 0, features = 0;
	struct transcript *t;
	struct error err;
	size_t done = 0;

	while (done < TRANSCRIPTS_MAX &&
	       transcript_reader_next(reader, &t, &err) == STATUS_OK && t) {
		struct feature_list list;
		struct rule_hits hits;
		double start = cpu_now(), middle;

		rule_engine_match(engine, arena, t, &hits);
		middle = cpu_now();
		features_extract(arena, t, &list);
		features += cpu_now() - middle;
		rules += middle - start;
		done++;
		arena_reset(arena);
		transcript_free(t);
	}
	must(done > 0, "there are transcripts to measure with");
	if (done > 0) {
		printf("transcripts: %.1f us for the rules, %.2f of what "
		       "features cost\n",
		    rules / (double)done * 1e6, rules / features);
		must(rules < features, "rules cost less than features");
	}
	arena_free(arena);
	transcript_reader_free(reader);
}

/* ------------------------------------------------------------- hostile */

static char *input;
static double worst;
static size_t tried;
static char worst_what[200];

static double match_input(
    struct arena *arena, enum rule_stage stage, size_t len)
{
	struct rule_hits hits;
	double start = cpu_now();

	rule_engine_match_text(engine, arena, stage, input, len, &hits);
	start = cpu_now() - start;
	arena_reset(arena);
	return start;
}

/* The head once, then the unit up to len bytes, in each of the stages. */
static void hostile_stages(unsigned stages, const char *head, const char *unit,
    size_t unit_len, size_t len, double banner)
{
	struct arena *arena = arena_new();
	size_t start = strlen(head);

	memcpy(input, head, start);
	for (size_t at = start; at < len; at += unit_len)
		memcpy(input + at, unit,
		    len - at < unit_len ? len - at : unit_len);
	for (int s = 0; s < STAGE_COUNT; s++) {
		double ratio;

		if ((stages & 1u << s) == 0)
			continue;
		ratio = match_input(arena, (enum rule_stage)s, len) /
			(double)len / banner;
		tried++;
		/* A busy machine is no property of the input. */
		for (int round = 0; ratio > worst && round < 3; round++) {
			double again =
			    match_input(arena, (enum rule_stage)s, len) /
			    (double)len / banner;

			ratio = again < ratio ? again : ratio;
		}
		if (ratio <= worst)
			continue;
		worst = ratio;
		snprintf(worst_what, sizeof(worst_what),
		    "%zu bytes of \"%.40s\" and \"%.60s\" as %s", len, head,
		    unit, rule_stage_name((enum rule_stage)s));
	}
	arena_free(arena);
}

static void hostile(
    const char *unit, size_t unit_len, size_t len, double banner)
{
	hostile_stages(
	    (1u << STAGE_COUNT) - 1, "", unit, unit_len, len, banner);
}

/* Every example, and what almost is one, over and over. */
static void hostile_examples(double banner)
{
	const struct rule_set *set = rule_engine_set(engine);

	for (size_t i = 0; i < set->count; i++) {
		const struct rule_example *x = set->specs[i]->examples;

		if (set->specs[i]->example_count == 0 || x->len < 8)
			continue;
		hostile(x->text, x->len, 4096, banner);
		hostile(x->text, x->len - 3, 16384, banner);
	}
}

/* Something of everything: as many rules as can be to be confirmed. */
static void hostile_mixture(double banner)
{
	const struct rule_set *set = rule_engine_set(engine);
	struct buffer all;

	buffer_init(&all, 1 << 20);
	for (size_t i = 0; i < set->count; i++)
		if (set->specs[i]->example_count > 0) {
			buffer_add(&all, set->specs[i]->examples[0].text,
			    set->specs[i]->examples[0].len);
			buffer_add_text(&all, "\r\n");
		}
	hostile(buffer_text(&all), all.len, RULE_TEXT_MAX, banner);
	hostile(buffer_text(&all), all.len, 8192, banner);
	buffer_clear(&all);
}

/* A word alone, and before what versions, hosts and comments look like. */
static void hostile_word(unsigned stages, const char *word, double banner)
{
	static const char *const behind[] = { " ", " (", ".", " 1.", "-a.b " };
	static const char *const runs[] = { "1", "1.", "a", "a.", "(", "x " };
	char text[WORD_MAX + 16];

	for (size_t i = 0; i < sizeof(behind) / sizeof(*behind); i++) {
		snprintf(text, sizeof(text), "%s%s", word, behind[i]);
		hostile_stages(
		    stages, "", text, strlen(text), WORD_BYTES, banner);
	}
	for (size_t i = 0; i < sizeof(runs) / sizeof(*runs); i++) {
		snprintf(text, sizeof(text), "220 ESMTP %.40s ", word);
		hostile_stages(
		    stages, text, runs[i], strlen(runs[i]), WORD_BYTES, banner);
	}
}

static void hostile_words_of(const struct rule_example *x, unsigned stages,
    struct strmap *seen, double banner)
{
	for (size_t at = 0; at < x->len;) {
		char word[WORD_MAX + 1];
		size_t n = 0;
		bool added;

		while (at < x->len && n < WORD_MAX &&
		       isalnum((unsigned char)x->text[at]))
			word[n++] = x->text[at++];
		word[n] = '\0';
		if (n == 0)
			at++;
		if (n < WORD_LEAST)
			continue;
		strmap_put(seen, word, n, &added);
		if (added)
			hostile_word(stages, word, banner);
	}
}

/* Every word of the examples: rules demand some of them. */
static void hostile_words(double banner)
{
	const struct rule_set *set = rule_engine_set(engine);
	struct strmap *seen = strmap_new();

	for (size_t i = 0; i < set->count; i++)
		for (size_t k = 0; k < set->specs[i]->example_count; k++)
			hostile_words_of(&set->specs[i]->examples[k],
			    set->specs[i]->rule.stages, seen, banner);
	strmap_free(seen);
}

static void measure_hostile(double banner)
{
	static const char *const units[] = { "a", " ", "\n", "\r\n", "1.",
		"a.b-", "220-SMTP\r\n", "220 ESMTP ", "ESMTP Postfix (",
		"Exim 4.", "Sendmail 8.", "version 1.2.3 ", "mail.a.com ",
		"<0123456789abcdef@x> ", "((((", "SMTP ESMTP service ready ",
		"ESMTP ", "220 ", "220\r\n", "\xe3\x81\x82", "\1\2",
		"\x80\xff " };
	static const size_t lengths[] = { 4096, 65536, HUGE_INPUT };

	input = malloc(HUGE_INPUT);
	for (size_t n = 0; n < 3; n++)
		for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
			hostile(units[i], strlen(units[i]), lengths[n], banner);
	hostile_examples(banner);
	hostile_mixture(banner);
	hostile_words(banner);
	free(input);
	printf("hostile: of %zu inputs, at most %.1f times the average "
	       "banner's cost per "
	       "byte (%s)\n",
	    tried, worst, worst_what);
	must(worst <= HOSTILE_MOST, "nothing costs 20 times as much");
}

int main(int argc, char **argv)
{
	glob_t found = { 0 };
	double banner;

	load();
	collect_banners();
	banner = measure_banners();
	if (argc > 1) {
		measure_transcripts(
		    (const char *const *)argv + 1, (size_t)argc - 1);
	} else {
		glob("training-data/transcripts/*.jsonl*", 0, NULL, &found);
		measure_transcripts(
		    (const char *const *)found.gl_pathv, found.gl_pathc);
		globfree(&found);
	}
	measure_hostile(banner);
	rule_engine_free(engine);
	catalog_free(catalog);
	return failed;
}
