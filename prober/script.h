/*
 * A plan made ready for a scan: every probe with our name put in.
 *
 * Memory: shared by all dialogs of a scan, outlives them; the plan must
 *         outlive the script.
 */
#ifndef MXPRINT_PROBER_SCRIPT_H
#define MXPRINT_PROBER_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

#include "prober/plan.h"
#include "transcript/transcript.h"

enum frame { /* what every connection is made of, besides the plan's probes */
	FRAME_GREETING,
	FRAME_EHLO,
	FRAME_HELO,
	FRAME_CANCEL,
	FRAME_RESET,
	FRAME_MAIL,
	FRAME_STARTTLS,
	FRAME_TLS_EHLO,
	FRAME_QUIT,
	FRAME_COUNT
};

struct line {
	const struct probe *probe;
	struct bytes bytes;
	bool left_out; /* by --no-help */
};

struct script {
	struct arena *arena; /* owns the bytes */
	const struct plan *plan;
	struct line *lines; /* plan->probe_count of them, in order */
	struct line frame[FRAME_COUNT];
	bool tls; /* STARTTLS where offered */
};

struct script *script_new(
    const struct plan *plan, const char *ehlo, bool no_help, bool no_tls);
void script_free(struct script *script);

#endif
