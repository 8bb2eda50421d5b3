/*
 * How it is said rather than what: layout of replies, line ends, answers that
 * nobody asked for, how connections end, and long silences.
 *
 * Delays are looked at in steps of seconds only, so that a distance of 150 ms
 * between us and a server changes nothing.
 */
#include <string.h>

#include "features/extractor.h"
#include "features/layout.h"

#define SURPLUS_FROM(item) \
	((item)->exchange->received.data + (size_t)(item)->used)

static const struct {
	unsigned bit;
	const char *name;
} line_ends[] = {
	{ REPLY_BARE_LF, "bare-lf" },
	{ REPLY_BARE_CR, "bare-cr" },
	{ REPLY_NO_EOL, "missing" },
	{ REPLY_NUL, "nul" },
	{ REPLY_EIGHT_BIT, "eight-bit" },
	{ REPLY_NO_CODE_LINE, "line-without-code" },
	{ REPLY_LONG_LINE, "long-line" },
};

/* Plans differ in length; these are in all that matter. */
static bool is_common(const struct evidence_item *item)
{
	static const char *const probes[] = { PROBE_EHLO, PROBE_NOOP,
		PROBE_HELP, PROBE_MAIL_NOARG, PROBE_NUL, PROBE_UNKNOWN_VERB,
		PROBE_QUIT };

	for (size_t i = 0; i < sizeof(probes) / sizeof(*probes); i++) {
		if (strcmp(item->exchange->probe, probes[i]) == 0)
			return true;
	}
	return false;
}

static void add_line_ends(
    const struct evidence *evidence, struct feature_sink *sink)
{
	unsigned seen = 0;

	for (size_t i = 0; i < evidence->count; i++) {
		const struct evidence_item *item = &evidence->items[i];

		if (item->reply && item->first && is_common(item))
			seen |= item->reply->departures;
	}
	for (size_t i = 0; i < sizeof(line_ends) / sizeof(*line_ends); i++) {
		if (seen & line_ends[i].bit)
			feature_add(
			    sink, GROUP_WIRE, "wire.eol:%s", line_ends[i].name);
	}
	if (!(seen & (REPLY_BARE_LF | REPLY_NO_EOL)))
		feature_add(sink, GROUP_WIRE, "wire.eol:crlf");
}

/* A reply after the reply: an error counter's last word, a split answer. */
static void add_surplus(
    const struct evidence_item *item, struct feature_sink *sink)
{
	const char *p;
	size_t left;

	if (!item->reply || !(item->reply->departures & REPLY_SURPLUS))
		return;
	p = SURPLUS_FROM(item);
	left = item->exchange->received.len - (size_t)item->used;
	if (left >= 3 && p[0] >= '2' && p[0] <= '5')
		feature_add(sink, GROUP_WIRE, "%.40s.surplus:%.3s",
		    item->exchange->probe, p);
	else
		feature_add(sink, GROUP_WIRE, "%.40s.surplus:text",
		    item->exchange->probe);
}

/* Its answer was the last thing on a connection that the peer ended. */
static void add_close(const struct evidence *evidence,
    const struct evidence_item *item, struct feature_sink *sink)
{
	enum connection_end end =
	    evidence->transcript->connections[item->connection].end;

	if (item->last && item->reply &&
	    strcmp(item->exchange->probe, PROBE_QUIT) != 0 &&
	    (end == END_CLOSED || end == END_RESET))
		feature_add(sink, GROUP_WIRE, "%.40s.then:closed",
		    item->exchange->probe);
}

static const char *end_name(enum connection_end end)
{
	switch (end) {
	case END_QUIT_CLOSED:
	case END_QUIT_OPEN:
	case END_QUIT_SILENT:
	case END_CLOSED:
	case END_RESET:
	case END_TIMEOUT:
	case END_CAP:
		return connection_end_name(end);
	default:
		return NULL; /* ours, not the server's */
	}
}

/* Of the first connection that got as far as QUIT, else of the first. */
static void add_end(const struct evidence *evidence, struct feature_sink *sink)
{
	const struct evidence_item *quit = evidence_find(evidence, PROBE_QUIT);
	size_t which = quit ? quit->connection : 0;
	const char *name;

	if (which >= evidence->transcript->connection_count)
		return;
	name = end_name(evidence->transcript->connections[which].end);
	if (name)
		feature_add(sink, GROUP_WIRE, "wire.end:%s", name);
}

static const char *errors_bucket(size_t errors)
{
	return errors <= 1   ? "1"
	       : errors == 2 ? "2"
	       : errors == 3 ? "3"
	       : errors == 4 ? "4"
	       : errors < 10 ? "5-9"
	       : errors < 20 ? "10-19"
	       : errors < 26 ? "20-25"
			     : "26+";
}

/* Other connections of a long plan end for what their one probe is. */
static bool counts_errors(const struct evidence_item *item)
{
	return item->connection == 0 ||
	       strcmp(item->exchange->probe, "errors-until-close") == 0;
}

/* How many refusals a server takes before it hangs up. */
static void add_error_limit(
    const struct evidence *evidence, struct feature_sink *sink)
{
	size_t errors = 0;

	for (size_t i = 0; i < evidence->count; i++) {
		const struct evidence_item *item = &evidence->items[i];
		enum connection_end end =
		    evidence->transcript->connections[item->connection].end;

		if (i && item->connection != evidence->items[i - 1].connection)
			errors = 0;
		errors += item->reply && item->reply->code >= 400;
		if (item->last && errors && end == END_CLOSED &&
		    counts_errors(item))
			feature_add(sink, GROUP_WIRE,
			    "wire.errors-until-close:%s",
			    errors_bucket(errors));
	}
}

static const char *delay_bucket(int64_t ms)
{
	return ms < 1000    ? "0s-1s"
	       : ms < 3000  ? "1s-3s"
	       : ms < 10000 ? "3s-10s"
	       : ms < 30000 ? "10s-30s"
			    : "30s+";
}

static void add_delays(
    const struct evidence *evidence, struct feature_sink *sink)
{
	const struct evidence_item *greeting =
	    evidence_find(evidence, PROBE_GREETING);
	int64_t slowest = -1;

	if (greeting && greeting->exchange->first_ms >= 0)
		feature_add(sink, GROUP_TIME, "time.greeting:%s",
		    delay_bucket(greeting->exchange->first_ms));
	for (size_t i = 0; i < evidence->count; i++) {
		const struct evidence_item *item = &evidence->items[i];

		if (item->first && is_common(item) &&
		    item->exchange->first_ms > slowest)
			slowest = item->exchange->first_ms;
	}
	if (slowest >= 0)
		feature_add(
		    sink, GROUP_TIME, "time.slowest:%s", delay_bucket(slowest));
}

static void extract(const struct evidence *evidence, struct feature_sink *sink)
{
	add_end(evidence, sink);
	add_line_ends(evidence, sink);
	add_error_limit(evidence, sink);
	add_delays(evidence, sink);
	for (size_t i = 0; i < evidence->count; i++) {
		const struct evidence_item *item = &evidence->items[i];
		const char *probe = item->exchange->probe;

		if (!item->first)
			continue;
		add_surplus(item, sink);
		add_close(evidence, item, sink);
		if (strcmp(probe, PROBE_GREETING) != 0 &&
		    strcmp(probe, PROBE_EHLO) != 0 &&
		    strcmp(probe, PROBE_TLS_EHLO) != 0 &&
		    strcmp(probe, PROBE_HELO) != 0)
			layout_add(sink,
			    strcmp(probe, PROBE_HELP) == 0 ? GROUP_HELP
							   : GROUP_WIRE,
			    probe, item);
	}
}

const struct extractor extractor_wire = { "wire", extract };
