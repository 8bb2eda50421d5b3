/*
 * Text form of routes and transcripts: one JSON object a line
 * (docs/mxprint-transcript.5, docs/schema/).
 *
 *   {"type":"transcript","v":1,"host":"192.0.2.1","port":25,...}
 *   {"type":"route","v":1,"domain":"example.com",...}
 *
 * Reading is strict about types and bounds, and forgiving about unknown keys
 * (a newer writer) except "v", which must be 1.
 */
#ifndef MXPRINT_TRANSCRIPT_FORMAT_H
#define MXPRINT_TRANSCRIPT_FORMAT_H

#include <stddef.h>

#include "common/buffer.h"
#include "common/error.h"
#include "common/lines.h"
#include "transcript/route.h"
#include "transcript/transcript.h"

#define FORMAT_LINE_MAX (32u << 20) /* a longer line is no record */

/* Without a newline. */
void transcript_write(struct buffer *out, const struct transcript *t);
void route_write(struct buffer *out, const struct route *route);

enum status transcript_read(
    const char *line, size_t len, struct transcript **t, struct error *err);
/* Refuses also what the schema does (transcript/schema). */
enum status transcript_read_strict(
    const char *line, size_t len, struct transcript **t, struct error *err);
enum status route_read(
    const char *line, size_t len, struct route **route, struct error *err);

#endif
