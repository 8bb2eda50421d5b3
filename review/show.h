/*
 * The review queue for people (a block an entry) and programs (a sheet
 * "review" with the candidates, reasons and evidence as JSON).
 */
#ifndef MXPRINT_REVIEW_SHOW_H
#define MXPRINT_REVIEW_SHOW_H

#include <stdbool.h>
#include <stddef.h>

#include "catalog/catalog.h"
#include "common/error.h"
#include "common/lines.h"
#include "report/writer.h"
#include "review/queue.h"
#include "survey/store.h"

struct show_options {
	const char *folder; /* of the run, for the command that answers */
	size_t limit;	    /* entries; 0: all */
	bool brief;	    /* people: no evidence */
};

enum status show_blocks(const struct queue *queue, struct store *store,
    const struct catalog *catalog, const struct show_options *options,
    struct line_writer *out, struct error *err);
enum status show_sheet(const struct queue *queue, struct store *store,
    const struct show_options *options, struct writer *w, struct error *err);

#endif
