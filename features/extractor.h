/*
 * The contract of an extractor, and the names and groups of features.
 *
 * A feature is a name and a weight (nearly always 1). Names read
 *     <probe>.<kind>:<value>          unknown-verb.code:500
 *     <probe>.word:<w> .words:<a b>   unknown-verb.words:command not
 *     <probe>.char:<3-5 characters> .enhanced:5.5.2 .lines:2
 *     <probe>.echo:line-quoted
 *     ehlo.keyword:SIZE  ehlo.order:SIZE>DSN  ehlo.arg:SIZE=<NUM>
 *     wire.end:quit-closed  wire.eol:bare-lf  tls.version:TLSv1.3
 *     time.greeting:1s-3s
 * and never hold anything that identifies one deployment: every value comes
 * out of features/normalize. A probe that was not sent, got no answer, or
 * lost its connection says so in its code feature (".code:none",
 * ".code:closed",
 * ".code:timeout", ".code:unsent"); nothing is ever imputed.
 *
 * A group can be masked and has its own weight. The ladder of an evaluation
 * (banner, + EHLO, + HELP, + negative replies, + TLS) is made of groups.
 */
#ifndef MXPRINT_FEATURES_EXTRACTOR_H
#define MXPRINT_FEATURES_EXTRACTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "transcript/reply.h"
#include "transcript/transcript.h"

/* Opens the names of words of any refusal, the greeting's included. */
#define NEGATIVE "negative"

/* By the reply's code; that is 0 where there is no reply. */
static inline bool code_refuses(int code)
{
	return code >= 400;
}

enum feature_group {
	GROUP_BANNER, /* greeting: text and codes */
	GROUP_EHLO,   /* keywords, order, arguments, own greeting line */
	GROUP_HELP,   /* HELP: text and codes */
	GROUP_CODES,  /* reply and enhanced codes of every other probe */
	GROUP_WORDS,  /* word n-grams of every other reply */
	GROUP_CHARS,  /* character n-grams of the same */
	GROUP_ECHO,   /* what of our input comes back, and how */
	GROUP_WIRE,   /* layout, line ends, close behaviour */
	GROUP_TLS,    /* handshake, certificate shape, EHLO after TLS */
	GROUP_TIME,   /* coarse delays */
	GROUP_COUNT
};

#define GROUP_BIT(group) (1u << (group))
#define GROUPS_ALL	 (GROUP_BIT(GROUP_COUNT) - 1)

/* Steps of the ladder, cumulative masks. */
#define GROUPS_LADDER_BANNER GROUP_BIT(GROUP_BANNER)
#define GROUPS_LADDER_EHLO   (GROUPS_LADDER_BANNER | GROUP_BIT(GROUP_EHLO))
#define GROUPS_LADDER_HELP   (GROUPS_LADDER_EHLO | GROUP_BIT(GROUP_HELP))
#define GROUPS_LADDER_NEGATIVE                                \
	(GROUPS_LADDER_HELP | GROUP_BIT(GROUP_CODES) |        \
	    GROUP_BIT(GROUP_WORDS) | GROUP_BIT(GROUP_CHARS) | \
	    GROUP_BIT(GROUP_ECHO) | GROUP_BIT(GROUP_WIRE) |   \
	    GROUP_BIT(GROUP_TIME))
#define GROUPS_LADDER_TLS (GROUPS_LADDER_NEGATIVE | GROUP_BIT(GROUP_TLS))

/* One exchange, parsed and normalised once for all extractors. */
struct evidence_item {
	const struct exchange *exchange;
	size_t connection; /* index */
	long used;	   /* of reply_parse_all */
	struct reply
	    *reply;	  /* NULL: none could be parsed; lines[kept..] absent */
	const char *text; /* all lines normalised, joined with '\n', without
			     their codes */
	size_t len;
	bool first; /* of this probe: the one content features look at */
	bool last;  /* of its connection */
};

struct evidence {
	const struct transcript *transcript;
	struct arena *arena;
	struct evidence_item *items; /* in the order things happened */
	size_t count;
};

#define EVIDENCE_MAX	   512	 /* exchanges looked at */
#define EVIDENCE_BYTES_MAX 65536 /* received bytes of one parsed */

/* First exchange of that probe, or NULL: it was not sent. */
const struct evidence_item *evidence_find(
    const struct evidence *evidence, const char *probe);
/* Every probe but the dialogue's own (greeting, EHLO, NOOP, HELP, ...). */
bool evidence_is_negative(const struct evidence_item *item);

struct feature_sink; /* features/sink */

/* Adds a feature; adding the same name again changes nothing. */
void feature_add(struct feature_sink *sink, enum feature_group group,
    const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Name of counted bytes: prefix + bytes (may hold anything). */
void feature_add_bytes(struct feature_sink *sink, enum feature_group group,
    const char *prefix, const void *bytes, size_t len);

struct extractor {
	const char *name;
	void (*extract)(
	    const struct evidence *evidence, struct feature_sink *sink);
};

extern const struct extractor extractor_banner; /* one file each */
extern const struct extractor extractor_ehlo;
extern const struct extractor extractor_replies;
extern const struct extractor extractor_echo;
extern const struct extractor extractor_wire;
extern const struct extractor extractor_handshake;

#endif
