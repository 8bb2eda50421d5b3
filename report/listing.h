/*
 * The tables row by row: every domain with its hosts (the leads), every host.
 * A domain has a row for each host that was asked for it, or one row with its
 * own outcome when there was none. Both stream: no table is held in memory.
 */
#ifndef MXPRINT_REPORT_LISTING_H
#define MXPRINT_REPORT_LISTING_H

#include <stddef.h>

#include "catalog/catalog.h"
#include "common/error.h"
#include "report/writer.h"
#include "survey/store.h"

struct listing_options {
	double sure;  /* confidence from which an answer is called sure */
	size_t limit; /* rows; 0: all */
};

/* A sheet "domain": also the user's own columns, each under its own name
 * ("list.NAME" where the table has one of that name) in table and csv, as one
 * object "columns" in json and jsonl. */
enum status listing_domains(struct store *store, const struct catalog *catalog,
    const struct listing_options *options, struct writer *w, struct error *err);

/* A sheet "host", in order of weight. */
enum status listing_hosts(struct store *store, const struct catalog *catalog,
    const struct listing_options *options, struct writer *w, struct error *err);

#endif
