/*
 * One SMTP reply as the server sent it (RFC 5321, 4.2).
 * Notes departures from the grammar instead of refusing them: they are
 * evidence.
 *
 * Memory:  a struct reply points into the caller's bytes; keep those alive.
 * Units:   lengths in bytes; codes 200-599, 0 when there is none.
 * Returns: bytes used, REPLY_PARTIAL (come back with more) or REPLY_NOT_SMTP.
 * Threads: no state, safe anywhere.
 *
 * Same result for every way of cutting the bytes into reads:
 * REPLY_PARTIAL is given until the reply is complete, so only whole replies
 * are ever looked at.
 */
#ifndef MXPRINT_TRANSCRIPT_REPLY_H
#define MXPRINT_TRANSCRIPT_REPLY_H

#include <stdbool.h>
#include <stddef.h>

#define REPLY_PARTIAL  (-1L)
#define REPLY_NOT_SMTP (-2L)

#define REPLY_LINES_MAX 512 /* lines kept apart; later ones only counted */

enum reply_departure {		       /* bits of struct reply.departures */
	REPLY_BARE_LF = 1 << 0,	       /* a line ended with LF alone */
	REPLY_BARE_CR = 1 << 1,	       /* CR inside a line */
	REPLY_NO_EOL = 1 << 2,	       /* the last line had no end */
	REPLY_MIXED_CODES = 1 << 3,    /* lines with different codes */
	REPLY_NO_SEPARATOR = 1 << 4,   /* code directly followed by the end */
	REPLY_ODD_SEPARATOR = 1 << 5,  /* neither ' ' nor '-' after the code */
	REPLY_NUL = 1 << 6,	       /* a NUL byte */
	REPLY_EIGHT_BIT = 1 << 7,      /* a byte over 0x7f */
	REPLY_NO_CODE_LINE = 1 << 8,   /* a continuation line without a code */
	REPLY_TRAILING_BLANK = 1 << 9, /* blank before a line's end */
	REPLY_LONG_LINE = 1 << 10,     /* a line over 512 bytes */
	REPLY_SURPLUS = 1 << 11, /* bytes after the reply (see parse_all) */
};

struct reply_line {
	const char *text; /* after code and separator */
	size_t len;	  /* without the line's end */
	int code;	  /* of this line, 0 if none */
};

struct reply {
	int code;	   /* of the final line */
	int enhanced[3];   /* RFC 2034 code of the final line (else the first);
			      enhanced[0] is 0 when there is none */
	size_t line_count; /* all lines, also those over the maximum */
	size_t kept;	   /* min(line_count, REPLY_LINES_MAX) */
	unsigned departures;
	struct reply_line lines[REPLY_LINES_MAX]; /* last: may be cut to kept */
};

/*
 * Parses the reply at the start of bytes. closed: nothing more will come, so
 * a last line without an end is taken as one. A final line is a code followed
 * by anything but '-'. Continuation lines without a code are allowed once a
 * coded "250-" line opened the reply. The first line decides REPLY_NOT_SMTP:
 * three digits 200-599 must open it.
 * The enhanced code stays part of lines[].text.
 */
long reply_parse(
    const char *bytes, size_t len, bool closed, struct reply *reply);

/*
 * Cheap form for the network loop: bytes used by the reply at the start, with
 * its final code, or REPLY_PARTIAL / REPLY_NOT_SMTP. *scanned carries the
 * progress between calls on a growing buffer (start with 0), so a reply that
 * comes byte by byte costs linear time.
 */
long reply_length(
    const char *bytes, size_t len, bool closed, size_t *scanned, int *code);

/*
 * A finished exchange's received bytes: the first reply, with REPLY_SURPLUS
 * set when more bytes follow it. Returns as reply_parse (with closed = true).
 */
long reply_parse_all(const char *bytes, size_t len, struct reply *reply);

#endif
