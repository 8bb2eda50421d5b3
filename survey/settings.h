/*
 * What of a survey's options run.json pins: everything that decides what is
 * sent to whom, or what the results mean. Pace, resolvers and our own address
 * may change between two attempts; so may the content of a blocklist, but not
 * that there is one.
 */
#ifndef MXPRINT_SURVEY_SETTINGS_H
#define MXPRINT_SURVEY_SETTINGS_H

#include "common/buffer.h"
#include "survey/pipeline.h"

/* A flat JSON object, for run_open. */
void settings_write(struct buffer *out, const struct survey_options *options);

#endif
