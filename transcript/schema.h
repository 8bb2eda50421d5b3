/*
 * What docs/schema/transcript.schema.json says of a transcript, as a table:
 * every member known and given once, of the right type and range, none
 * missing. transcript_read() forgives more, so that a newer writer's records
 * can still be read; a corpus must not.
 *
 * Enumerations, lengths of arrays and bytes are not looked at: whoever reads
 * the record refuses wrong ones anyway. tests/cli/corpus.sh holds both
 * together against the schema.
 */
#ifndef MXPRINT_TRANSCRIPT_SCHEMA_H
#define MXPRINT_TRANSCRIPT_SCHEMA_H

#include "common/error.h"
#include "common/json.h"

/* STATUS_DATA with the first fault: "\"sent\" of an exchange is missing". */
enum status schema_check_transcript(
    const struct json *record, struct error *err);

#endif
