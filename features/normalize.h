/*
 * Reply text -> the same text without anything that identifies one
 * deployment, or us. Features describe software, never a host.
 *
 *   <ECHO:line>    our input, see features/repeat for the kinds
 *   <ME>           our name, a bracketed address or a name before one: which
 *                  of them a server says depends on our DNS
 *   <SRV> <HOST>   the server's own names; any other host name
 *   <IP>           any other address, ours or not, of either family; a
 *                  bracketed one that opens a line is the server's: [<IP>]
 *   <DATE:wdmyt>   a date, with the order of its parts
 *   <VER> <NUM>    dotted version, plain number
 *   <ID>           letters and digits in one word: queue and session ids
 *   <ADDR> <URL>   mail address, link
 *   ****           any longer run of stars
 * Numbers of RFCs and enhanced codes after '#' stay: they are wording.
 *
 * Bounds: reads at most NORMALIZE_IN_MAX bytes of a text, writes at most
 * NORMALIZE_OUT_MAX; linear time on any bytes. Same input, same output.
 */
#ifndef MXPRINT_FEATURES_NORMALIZE_H
#define MXPRINT_FEATURES_NORMALIZE_H

#include <stddef.h>

#include "features/identity.h"
#include "features/repeat.h"

#define NORMALIZE_IN_MAX  8192
#define NORMALIZE_OUT_MAX 16384

struct normal_text {
	char data[NORMALIZE_OUT_MAX];
	size_t len;
};

/*
 * Appends one line (no line end in it) to out. repeat may be NULL: nothing
 * was sent. Call repeatedly with '\n' added between lines.
 */
void normalize_line(const struct identity *identity,
    const struct repeat *repeat, const char *line, size_t len,
    struct normal_text *out);

void normal_text_add(struct normal_text *out, const char *bytes, size_t len);

/*
 * Length of the placeholder that text starts with, 0 if it starts with none:
 * "<ECHO:line>" is one symbol, not eleven characters.
 */
size_t normalize_placeholder(const char *text, size_t len);

#endif
