#include "evaluation/corpus_check.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/log.h"
#include "prober/blocklist.h"
#include "transcript/format.h"

/* Fewer than so many delays may be equal in two honest captures, to the ms: two
 * were, of servers that say no more than "451 later". */
#define TELLING_EXCHANGES 5

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)

/* The clock is not asked: a corpus is as good tomorrow as it is today. */
#define OLDEST "2000-01-01T00:00:00Z"
#define NEWEST "2100-01-01T00:00:00Z"

static void __attribute__((format(printf, 2, 3)))
tell(const struct corpus_checking *c, const char *format, ...)
{
	char sentence[512];
	va_list args;

	va_start(args, format);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	vsnprintf(sentence, sizeof(sentence), format, args);
#pragma GCC diagnostic pop
	va_end(args);
	c->tell(c->user, sentence);
}

static void check_id(
    const struct corpus_checking *c, const char *key, const char *id)
{
	if (catalog_find(c->catalog, id) == PRODUCT_NONE)
		tell(c,
		    "no %s '%.60s' in the catalogue; `mxprint catalog search "
		    "WORD` finds ids",
		    key, id);
}

static void check_address(
    const struct corpus_checking *c, const char *what, const char *text)
{
	struct sockaddr_storage address;
	char quoted[80];
	socklen_t len;

	log_quote(quoted, sizeof(quoted), text, strlen(text));
	if (!address_parse(text, 25, &address, &len))
		tell(c, "%s '%s' is no address", what, quoted);
	else if (address_classify((struct sockaddr *)&address) ==
		 ADDRESS_PUBLIC)
		tell(c,
		    "%s %s is a public address: only servers that were set up "
		    "to be recorded belong here",
		    what, quoted);
}

/* "2026-11-24" as ms, or -1. */
static int64_t day_of(const char *text)
{
	static const char form[] = "dddd-dd-dd";
	char time[32], again[CLOCK_TEXT_SIZE];
	int64_t ms;

	if (strlen(text) != sizeof(form) - 1)
		return -1;
	for (size_t i = 0; form[i]; i++)
		if (form[i] == 'd' ? !isdigit((unsigned char)text[i])
				   : text[i] != form[i])
			return -1;
	snprintf(time, sizeof(time), "%.10sT00:00:00Z", text);
	if (!clock_parse(time, &ms))
		return -1;
	/* the 30th of February is read as the 2nd of March */
	return strncmp(clock_format(ms, again), text, 10) == 0 ? ms : -1;
}

/* A day told beside the time of the capture must be that day, or a neighbour
 * (time zones, midnight); a person may look at it later. */
static void check_day(const struct corpus_checking *c, const char *key,
    const char *text, const struct transcript *t)
{
	bool later = t->label.source != LABEL_LAB;
	int64_t captured = t->start_utc_ms;
	int64_t day = day_of(text);
	char quoted[40];

	log_quote(quoted, sizeof(quoted), text, strlen(text));
	if (day < 0)
		tell(c, "%s '%s' is no date, as 2026-11-24", key, quoted);
	else if (captured < day - DAY_MS && later)
		return;
	else if (captured < day - DAY_MS || captured > day + 2 * DAY_MS)
		tell(c, "%s %s is not the day of its \"start\"", key, quoted);
}

static void check_start(const struct corpus_checking *c, int64_t start)
{
	int64_t oldest = 0, newest = 0;

	clock_parse(OLDEST, &oldest);
	clock_parse(NEWEST, &newest);
	if (start < oldest || start >= newest)
		tell(c, "\"start\" is not of this century");
}

static void check_version(
    const struct corpus_checking *c, const char *key, const char *version)
{
	size_t len = strlen(version), plain = 0;
	char quoted[80];

	log_quote(quoted, sizeof(quoted), version, len);
	while (plain < len && (isalnum((unsigned char)version[plain]) ||
				  strchr(".+~:_-", version[plain])))
		plain++;
	if (plain < len || len > 64 || !strpbrk(version, "0123456789"))
		tell(c, "%s '%s' is no version, as 3.7.11", key, quoted);
}

static const char *told(const struct corpus_checking *c, struct arena *arena,
    const struct json *provenance, const char *key)
{
	const char *text = json_get_text(provenance, key, "");

	if (*text == '\0')
		tell(c, "\"provenance\" does not tell \"%s\"", key);
	return arena_strdup(arena, text);
}

/* A middle box that lets nothing through is the product, and has no version. */
static bool box_alone(const struct json *provenance, const char *product)
{
	const struct json *behind = json_get(provenance, "behind");

	return behind && behind->type == JSON_STRING && product &&
	       strcmp(behind->text, product) != 0;
}

/*
 * Is it the upstream part of the package's? What follows it there is Debian's
 * revision, or what the packager did to the source (+dfsg1, ~pre20201020).
 */
static bool version_of(const char *version, const char *package_version)
{
	size_t digits = strspn(package_version, "0123456789");
	size_t len = strlen(version);

	if (digits > 0 && package_version[digits] == ':')
		package_version += digits + 1;
	return len > 0 && strncmp(package_version, version, len) == 0 &&
	       (package_version[len] == '\0' ||
		   strchr("-+~", package_version[len]));
}

/* Whoever wants to see the same again must be able to. */
static void check_lab(const struct corpus_checking *c,
    const struct transcript *t, struct corpus_origin *o)
{
	struct arena *scratch = arena_new();
	const char *text = t->provenance ? t->provenance : "{}";
	const struct json *seed;
	struct json *p = NULL;
	bool alone;

	json_parse(scratch, text, strlen(text), &p, NULL);
	o->package = told(c, t->arena, p, "package");
	o->package_version = told(c, t->arena, p, "package_version");
	o->suite = told(c, t->arena, p, "suite");
	o->recipe = told(c, t->arena, p, "recipe");
	o->config = told(c, t->arena, p, "config");
	o->date = told(c, t->arena, p, "date");
	seed = json_get(p, "seed");
	if (!seed || seed->type != JSON_NUMBER)
		tell(c, "\"provenance\" does not tell \"seed\", a number");
	alone = box_alone(p, t->label.product);
	arena_free(scratch);
	if (*o->date)
		check_day(c, "\"date\" of provenance", o->date, t);
	if (*o->package_version)
		check_version(c, "\"package_version\"", o->package_version);
	if (!t->label.version && !alone)
		tell(c, "a label of the lab without \"version\"");
	else if (t->label.version && *o->package_version &&
		 !version_of(t->label.version, o->package_version))
		tell(c, "the version of the label is not the package's");
}

static size_t exchanges_of(const struct transcript *t)
{
	size_t count = 0;

	for (size_t i = 0; i < t->connection_count; i++)
		count += t->connections[i].exchange_count;
	return count;
}

void corpus_recording(const struct transcript *t, char hex[SHA256_HEX_SIZE])
{
	struct connection *connections = arena_array(
	    t->arena, t->connection_count + 1, sizeof(*connections));
	struct transcript bare = { .host = "", .plan = "", .ehlo = "" };
	struct buffer text;

	for (size_t i = 0; i < t->connection_count; i++) {
		connections[i] = t->connections[i];
		connections[i].source = NULL;
	}
	if (exchanges_of(t) < TELLING_EXCHANGES) {
		bare.host = t->host;
		bare.start_utc_ms = t->start_utc_ms;
	}
	bare.connections = connections;
	bare.connection_count = t->connection_count;
	buffer_init(&text, 2 * (size_t)FORMAT_LINE_MAX);
	transcript_write(&text, &bare);
	sha256_of(buffer_text(&text), text.len, hex);
	buffer_clear(&text);
}

void corpus_check(const struct corpus_checking *checking,
    const struct transcript *t, struct corpus_origin *origin)
{
	*origin = (struct corpus_origin){ "", "", "", "", "", "" };
	check_id(checking, "product", t->label.product);
	if (t->label.front)
		check_id(checking, "front", t->label.front);
	if (*t->plan == '\0')
		tell(checking, "\"plan\" is empty");
	check_address(checking, "host", t->host);
	for (size_t i = 0; i < t->connection_count; i++)
		if (t->connections[i].source)
			check_address(
			    checking, "source", t->connections[i].source);
	check_start(checking, t->start_utc_ms);
	if (t->label.date)
		check_day(checking, "\"date\" of the label", t->label.date, t);
	if (t->label.version)
		check_version(
		    checking, "\"version\" of the label", t->label.version);
	if (t->label.source == LABEL_LAB)
		check_lab(checking, t, origin);
}
