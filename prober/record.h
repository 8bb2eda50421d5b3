/*
 * Builds a transcript while it happens: connections and their exchanges.
 *
 * Memory: everything goes to the arena of the transcript; record_finish()
 *         hands it over.
 * Units:  ms of the monotonic clock.
 */
#ifndef MXPRINT_PROBER_RECORD_H
#define MXPRINT_PROBER_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buffer.h"
#include "transcript/transcript.h"

struct record;

/* ehlo, plan, host, name are copied. */
struct record *record_new(const char *host, int port, const char *name,
    const char *plan, const char *ehlo);
void record_free(struct record *record); /* with its transcript */
/* Frees record, not what it returns. */
struct transcript *record_finish(
    struct record *record, enum outcome outcome, const char *detail);

struct arena *record_arena(struct record *record);

/* A connection is about to be opened. The pointer holds until the next. */
struct connection *record_connection(struct record *record, int64_t now_ms);
/* The next exchange of the newest connection; sent is copied. */
struct exchange *record_exchange(
    struct record *record, const char *probe, struct bytes sent, bool secure);
/* Copies what was received into the newest exchange. */
void record_received(struct record *record, const struct buffer *received);

#endif
