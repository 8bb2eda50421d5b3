/*
 * What a host said, for the eye: one line a reply line, escaped, the middle of
 * long replies left out.
 *
 *   connection 1
 *     < 220 mx.example ESMTP\r\n
 *     > EHLO probe.example\r\n
 *     < 250-...
 *     - timeout            (how an exchange ended without a reply)
 */
#ifndef MXPRINT_REVIEW_EVIDENCE_H
#define MXPRINT_REVIEW_EVIDENCE_H

#include "common/buffer.h"
#include "transcript/transcript.h"

/* indent goes before every line. */
void evidence_write(
    struct buffer *out, const struct transcript *t, const char *indent);
/* The same as a JSON array of {connection, probe, sent, received, end}. */
void evidence_json(struct buffer *out, const struct transcript *t);

#endif
