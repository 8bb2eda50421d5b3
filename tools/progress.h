/*
 * The progress of a scan on stderr: one line drawn again and again on a
 * terminal, a plain line about every ten seconds elsewhere.
 */
#ifndef MXPRINT_TOOLS_PROGRESS_H
#define MXPRINT_TOOLS_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "prober/scan.h"

struct progress {
	const char *what; /* "hosts" */
	bool terminal;
	bool quiet;
	bool drawn;	  /* a line stands on the terminal, unfinished */
	int64_t shown_ms; /* elapsed_ms of the last plain line */
};

void progress_init(struct progress *progress, const char *what, bool quiet);
void progress_scan(struct progress *progress, const struct scan_stats *stats);
/* Any other line with the same manners. */
void progress_line(
    struct progress *progress, int64_t elapsed_ms, const char *text);
/* Ends the line on a terminal, so that other output starts on its own. */
void progress_end(struct progress *progress);

#endif
