/*
 * Who has which share: one table of products, operators, fronts, families or
 * kinds over the hosts that greeted. Each domain counts once, split evenly
 * over its hosts that greeted; "unknown" is a row of its own, and a person's
 * answer goes before the program's.
 */
#ifndef MXPRINT_REPORT_SHARES_H
#define MXPRINT_REPORT_SHARES_H

#include <stdbool.h>
#include <stddef.h>

#include "catalog/catalog.h"
#include "common/error.h"
#include "common/lines.h"
#include "report/writer.h"
#include "survey/store.h"

enum shares_by {
	SHARES_SOFTWARE,
	SHARES_OPERATOR,
	SHARES_FRONT,
	SHARES_FAMILY,
	SHARES_KIND,
	SHARES_BY_COUNT
};

struct shares_options {
	enum shares_by by;
	double sure;   /* confidence from which an answer is called sure */
	bool versions; /* of software: a row for each version */
	size_t limit;  /* rows shown; 0: all */
};

void shares_options_defaults(struct shares_options *options);
/* SHARES_BY_COUNT when unknown. */
enum shares_by shares_by_parse(const char *name);

/* The table, as a sheet of w. */
enum status shares_write(struct store *store, const struct catalog *catalog,
    const struct shares_options *options, struct writer *w, struct error *err);

/*
 * What `mxprint survey` ends with and `mxprint report` begins with: the table
 * of software and the loss table, for people.
 */
enum status report_print_shares(struct store *store,
    const struct catalog *catalog, const struct shares_options *options,
    struct line_writer *out, struct error *err);

#endif
