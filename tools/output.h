/*
 * Where a command writes its data: "-" or a file. A file appears whole or not
 * at all: it is written beside its place and renamed, so that a mistake or a
 * full disk never costs an older one. What is no regular file (a pipe,
 * /dev/null) is written as it is.
 */
#ifndef MXPRINT_TOOLS_OUTPUT_H
#define MXPRINT_TOOLS_OUTPUT_H

#include "common/error.h"
#include "common/lines.h"

struct output {
	const char *path;
	char *temporary; /* NULL: written in place */
	struct line_writer *lines;
};

enum status output_open(
    const char *path, struct output *output, struct error *err);
/* status: how writing went; gives it, or what finishing made of it. err is
 * filled only when status was STATUS_OK. */
enum status output_close(
    struct output *output, enum status status, struct error *err);

#endif
