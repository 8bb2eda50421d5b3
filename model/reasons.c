#include "model/reasons.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/quote.h"
#include "transcript/reply.h"

#define CONTRIBUTIONS_MAX  512
#define TOPICS_MAX	   64
#define TOPIC_FEATURES_MAX 24
#define KEYWORDS_MAX	   5
#define EXTENSIONS_MAX	   12
#define SENT_QUOTE_MAX	   40

void reasons_init(struct reason_list *list, struct arena *arena, size_t max)
{
	list->items = arena_array(arena, max, sizeof(*list->items));
	list->count = 0;
	list->max = max;
}

void reasons_add(
    struct reason_list *list, struct arena *arena, const char *format, ...)
{
	char text[REASON_TEXT_MAX + 1];
	va_list args;
	int len;

	if (list->count >= list->max)
		return;
	va_start(args, format);
	len = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (len > REASON_TEXT_MAX)
		memcpy(text + REASON_TEXT_MAX - 3, "...", 3);
	for (char *c = text; *c; c++) {
		if (*c < 0x20 || *c > 0x7e)
			*c = '?'; /* a name of the catalogue in UTF-8 */
	}
	list->items[list->count++] = arena_strdup(arena, text);
}

const char *reasons_product_name(const struct catalog *catalog, const char *id)
{
	product_id at = catalog_find(catalog, id);

	return at == PRODUCT_NONE ? id : catalog_product(catalog, at)->name;
}

const char *reasons_short_name(
    struct arena *arena, const struct catalog *catalog, const char *id)
{
	const char *name = reasons_product_name(catalog, id);
	const char *aside = strstr(name, " (");

	return aside ? arena_copy(arena, name, (size_t)(aside - name)) : name;
}

/* --------------------------------------------------------------- probes */

static const struct {
	const char *probe;
	const char *words;
} probes_known[] = {
	{ PROBE_GREETING, "a new connection" },
	{ PROBE_EHLO, "EHLO" },
	{ PROBE_HELO, "HELO" },
	{ PROBE_NOOP, "NOOP" },
	{ PROBE_HELP, "HELP" },
	{ PROBE_STARTTLS, "STARTTLS" },
	{ PROBE_TLS_EHLO, "EHLO inside TLS" },
	{ PROBE_QUIT, "QUIT" },
	{ PROBE_MAIL_NOARG, "MAIL without an argument" },
	{ PROBE_NUL, "a NUL byte inside a verb" },
	{ PROBE_UNKNOWN_VERB, "an unknown verb" },
};

static const char *words_of_probe(
    struct arena *arena, const struct transcript *t, const char *probe)
{
	const struct exchange *x = transcript_find(t, probe);

	for (size_t i = 0; i < sizeof(probes_known) / sizeof(*probes_known);
	     i++) {
		if (strcmp(probes_known[i].probe, probe) == 0)
			return probes_known[i].words;
	}
	if (!x || x->sent.len == 0)
		return arena_printf(arena, "the probe %s", probe);
	return quote_reply(arena, x->sent.data, x->sent.len, SENT_QUOTE_MAX);
}

/* The last exchange of a connection that the peer ended. */
static bool hangs_up(const struct transcript *t, const struct exchange *x)
{
	for (size_t i = 0; i < t->connection_count; i++) {
		const struct connection *c = &t->connections[i];

		if (c->exchange_count > 0 &&
		    x == &c->exchanges[c->exchange_count - 1])
			return c->end == END_CLOSED || c->end == END_RESET;
	}
	return false;
}

const char *reasons_reply(
    struct arena *arena, const struct transcript *t, const char *probe)
{
	const struct exchange *x = transcript_find(t, probe);
	const char *words;

	if (!x)
		return NULL;
	words = words_of_probe(arena, t, probe);
	if (x->received.len > 0 && strcmp(probe, PROBE_GREETING) == 0)
		return arena_printf(arena, "greets with %s",
		    quote_reply(arena, x->received.data, x->received.len,
			REASON_QUOTE_MAX));
	if (x->received.len > 0)
		return arena_printf(arena, "answers %s with %s%s", words,
		    quote_reply(arena, x->received.data, x->received.len,
			REASON_QUOTE_MAX),
		    hangs_up(t, x) ? " and hangs up" : "");
	switch (x->end) {
	case EXCHANGE_TIMEOUT:
		return arena_printf(arena, "does not answer %s", words);
	case EXCHANGE_CLOSED:
	case EXCHANGE_RESET:
		return arena_printf(
		    arena, "closes the connection on %s", words);
	default:
		return NULL;
	}
}

/* --------------------------------------------------------------- topics */

struct topic { /* while they are collected */
	const char *name;
	size_t name_len;
	const char *features[TOPIC_FEATURES_MAX]; /* strongest first */
	size_t feature_count;
	double weight;
};

static size_t topic_len(const char *feature)
{
	return strcspn(feature, ".");
}

static struct topic *topic_of(
    struct topic *topics, size_t *count, const char *name, size_t len)
{
	for (size_t i = 0; i < *count; i++) {
		if (topics[i].name_len == len &&
		    memcmp(topics[i].name, name, len) == 0)
			return &topics[i];
	}
	if (*count == TOPICS_MAX)
		return NULL;
	topics[*count].name = name;
	topics[*count].name_len = len;
	return &topics[(*count)++];
}

static void credit(struct topic *topics, size_t *count, const char *name,
    size_t len, const char *feature, double weight)
{
	struct topic *topic = topic_of(topics, count, name, len);

	if (!topic)
		return;
	topic->weight += weight;
	if (topic->feature_count < TOPIC_FEATURES_MAX)
		topic->features[topic->feature_count++] = feature;
}

/* "pair.code:mail-noarg=501,nul=500": each probe has half of it. */
static bool credit_pair(
    struct topic *topics, size_t *count, const struct contribution *part)
{
	static const char prefix[] = "pair.code:";
	const char *a = part->feature + sizeof(prefix) - 1, *b;

	if (strncmp(part->feature, prefix, sizeof(prefix) - 1) != 0 ||
	    (b = strchr(a, ',')) == NULL)
		return false;
	b++;
	credit(
	    topics, count, a, strcspn(a, "="), part->feature, part->weight / 2);
	credit(
	    topics, count, b, strcspn(b, "="), part->feature, part->weight / 2);
	return true;
}

static size_t collect(
    const struct contribution *parts, size_t part_count, struct topic *topics)
{
	size_t count = 0;

	for (size_t i = 0; i < part_count; i++) {
		const char *feature = parts[i].feature;

		if (!credit_pair(topics, &count, &parts[i]))
			credit(topics, &count, feature, topic_len(feature),
			    feature, parts[i].weight);
	}
	return count;
}

static int compare_topics(const void *a, const void *b)
{
	const struct topic *x = a, *y = b;

	if (fabs(x->weight) != fabs(y->weight))
		return fabs(x->weight) > fabs(y->weight) ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* "ehlo.keyword:SIZE" -> "SIZE"; NULL for another kind. */
static const char *value_of(const char *feature, const char *kind)
{
	const char *at = feature + topic_len(feature);
	size_t len = strlen(kind);

	if (strncmp(at, kind, len) != 0)
		return NULL;
	return at + len;
}

/* Length of the extension's name on a line of an EHLO reply. */
static size_t keyword_len(const struct reply_line *line)
{
	size_t len = 0;

	while (len < line->len && line->text[len] > ' ' &&
	       line->text[len] < 0x7f && line->text[len] != '=')
		len++;
	return len;
}

/* All extensions in the order of the reply; NULL when there are none. */
static const char *extensions_of(struct arena *arena, const struct exchange *x)
{
	struct reply *reply = arena_alloc(arena, sizeof(*reply));
	const char *list = NULL;

	if (reply_parse_all(x->received.data, x->received.len, reply) <= 0)
		return NULL;
	for (size_t i = 1; i < reply->kept && i <= EXTENSIONS_MAX; i++) {
		size_t len = keyword_len(&reply->lines[i]);
		const char *word = arena_copy(arena, reply->lines[i].text, len);

		list = list ? arena_printf(arena, "%s, %s", list, word) : word;
	}
	if (list && reply->kept > EXTENSIONS_MAX + 1)
		list = arena_printf(arena, "%s, ...", list);
	return list;
}

/* The strongest of these features is about extensions, not about words. */
static bool is_about_extensions(const struct topic *topic)
{
	static const char *const kinds[] = {
		".keyword:", ".order:", ".opens:", ".closes:", ".arg"
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (value_of(topic->features[0], kinds[i]))
			return true;
	}
	return false;
}

/* The extensions that mattered; or all, for their order; or the reply. */
static const char *ehlo_sentence(struct arena *arena,
    const struct transcript *t, const struct topic *topic, const char *probe)
{
	const struct exchange *x = transcript_find(t, probe);
	const char *list = NULL;
	size_t n = 0;

	if (!x || !is_about_extensions(topic))
		return reasons_reply(arena, t, probe);
	for (size_t i = 0; i < topic->feature_count && n < KEYWORDS_MAX; i++) {
		const char *word = value_of(topic->features[i], ".keyword:");

		if (!word || !*word || strcmp(word, "none") == 0)
			continue;
		word = arena_copy(arena, word, strcspn(word, "="));
		list = list ? arena_printf(arena, "%s, %s", list, word) : word;
		n++;
	}
	if (n >= 2 && value_of(topic->features[0], ".keyword:"))
		return arena_printf(arena, "offers %s after %s", list,
		    words_of_probe(arena, t, probe));
	list = extensions_of(arena, x);
	if (!list)
		return reasons_reply(arena, t, probe);
	return arena_printf(
	    arena, "lists its extensions in the order %s", list);
}

static const char *tls_sentence(struct arena *arena, const struct transcript *t)
{
	for (size_t i = 0; i < t->connection_count; i++) {
		const struct tls_info *tls = t->connections[i].tls;

		if (tls && tls->version && tls->cipher)
			return arena_printf(arena, "negotiates %s with %s",
			    tls->version, tls->cipher);
	}
	return NULL;
}

/* Features that say it all, whatever the replies are. */
static const struct {
	const char *feature;
	const char *sentence;
} plain[] = {
	{ "wire.end:quit-closed",
	    "closes the connection after answering QUIT" },
	{ "wire.end:quit-open", "answers QUIT, but leaves closing to us" },
	{ "wire.end:quit-silent", "does not answer QUIT" },
	{ "wire.end:closed", "closes the connection before QUIT" },
	{ "wire.end:reset", "resets the connection" },
	{ "wire.eol:bare-lf", "ends lines with a bare line feed" },
	{ "wire.eol:bare-cr", "has a carriage return inside a line" },
	{ "wire.eol:missing", "leaves its last line without an end" },
	{ "wire.eol:nul", "sends NUL bytes" },
	{ "wire.eol:eight-bit", "sends bytes over 0x7f" },
	{ "wire.eol:line-without-code", "leaves lines of a reply uncoded" },
	{ "pattern.enhanced:always",
	    "gives an enhanced status code with every refusal" },
	{ "pattern.enhanced:never",
	    "gives no enhanced status codes with its refusals" },
	{ "pattern.enhanced:sometimes",
	    "gives enhanced status codes with some refusals only" },
	{ "pattern.codes:all-same", "refuses everything with one code" },
	{ "pattern.texts:all-same", "refuses everything in the same words" },
	{ "time.greeting:3s-10s", "lets 3 s or more pass before it greets" },
	{ "time.greeting:10s-30s", "lets 10 s or more pass before it greets" },
	{ "time.greeting:30s+", "lets 30 s or more pass before it greets" },
	{ "time.slowest:3s-10s", "takes 3 s or more for an answer" },
	{ "time.slowest:10s-30s", "takes 10 s or more for an answer" },
	{ "time.slowest:30s+", "takes 30 s or more for an answer" },
};

/* The first of the topic's features that says something. */
static const char *plain_sentence(const struct topic *topic)
{
	for (size_t i = 0; i < topic->feature_count; i++) {
		for (size_t k = 0; k < sizeof(plain) / sizeof(*plain); k++) {
			if (strcmp(plain[k].feature, topic->features[i]) == 0)
				return plain[k].sentence;
		}
	}
	return NULL;
}

static const char *topic_sentence(
    struct arena *arena, const struct transcript *t, const struct topic *topic)
{
	const char *name = arena_copy(arena, topic->name, topic->name_len);

	if (strcmp(name, PROBE_EHLO) == 0 || strcmp(name, PROBE_TLS_EHLO) == 0)
		return ehlo_sentence(arena, t, topic, name);
	if (strcmp(name, "tls") == 0)
		return tls_sentence(arena, t);
	if (strcmp(name, "time") == 0 || strcmp(name, "wire") == 0 ||
	    strcmp(name, "pattern") == 0)
		return plain_sentence(topic);
	return reasons_reply(arena, t, name);
}

size_t reasons_topics(struct arena *arena, const struct model *model,
    enum model_view view, const struct model_answer *answer,
    const struct transcript *t, size_t class_a, size_t class_b,
    struct reason_topic *out, size_t max)
{
	struct contribution *parts =
	    arena_array(arena, CONTRIBUTIONS_MAX, sizeof(*parts));
	struct topic *topics = arena_array(arena, TOPICS_MAX, sizeof(*topics));
	size_t part_count = model_contributions(model, view, answer, class_a,
	    class_b, arena, parts, CONTRIBUTIONS_MAX);
	size_t topic_count = collect(parts, part_count, topics);
	size_t count = 0;

	qsort(topics, topic_count, sizeof(*topics), compare_topics);
	for (size_t i = 0; i < topic_count && count < max; i++) {
		const char *sentence = topic_sentence(arena, t, &topics[i]);

		if (!sentence)
			continue;
		out[count].topic =
		    arena_copy(arena, topics[i].name, topics[i].name_len);
		out[count].feature = topics[i].features[0];
		out[count].weight = topics[i].weight;
		out[count++].sentence = sentence;
	}
	return count;
}

/* ----------------------------------------------------------------- rules */

const char *reasons_evidence(struct arena *arena, const struct rule_hit *hit)
{
	size_t len = strlen(hit->evidence), used = 0;
	char *out = arena_alloc(arena, len * 3 + 1);

	/* The engine has made it printable; its lines are joined by \n. */
	for (size_t i = 0; i < len; i++) {
		if (hit->evidence[i] == '\\' && hit->evidence[i + 1] == 'n') {
			memcpy(out + used, " / ", 3);
			used += 3;
			i++;
		} else
			out[used++] = hit->evidence[i];
	}
	while (used > 0 && strchr(" /", out[used - 1]))
		out[--used] = '\0';
	while (*out == ' ' || *out == '/')
		out++;
	return out;
}

const char *reasons_of_hit(struct arena *arena, const struct catalog *catalog,
    const struct rule_hit *hit, const char *id)
{
	static const char *const place[STAGE_COUNT] = {
		[STAGE_BANNER] = "greets in the words of",
		[STAGE_EHLO] = "answers EHLO in the words of",
		[STAGE_HELP] = "answers HELP in the words of",
		[STAGE_UNKNOWN] = "refuses an unknown verb in the words of",
		[STAGE_NUL] = "answers a NUL byte in the words of",
		[STAGE_MAIL] =
		    "answers MAIL without an argument in the words of",
		[STAGE_REPLY] = "answers in the words of",
		[STAGE_QUIT] = "answers QUIT in the words of",
		[STAGE_MX_NAME] = "has an MX name of",
		[STAGE_CERTIFICATE] = "has a certificate of",
	};

	return arena_printf(arena, "%s %s: \"%s\" (rule %s)", place[hit->stage],
	    reasons_short_name(arena, catalog, id),
	    reasons_evidence(arena, hit), hit->rule->id);
}
