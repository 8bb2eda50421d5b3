/*
 * What we finally say about one host: its prediction, unless a person has
 * looked at it; then the person's answer.
 *
 * Memory: everything points into the host, the catalogue or constants.
 */
#ifndef MXPRINT_REPORT_FINDING_H
#define MXPRINT_REPORT_FINDING_H

#include <stdbool.h>

#include "catalog/catalog.h"
#include "survey/store.h"

struct finding {
	const char *product; /* id, "unknown", or NULL: not scored */
	const char *name;    /* of the product, for people; never NULL */
	const char *version; /* NULL: not known */
	const char *family;  /* NULL: not known */
	const char *vendor;  /* NULL: not known */
	const char *cpe;     /* for cpe_name(), NULL: none */
	const char *kind;    /* "mta", "hosted" ..., NULL: not known */
	const char *operator_id;
	const char *front;
	double confidence;  /* 0..1 */
	const char *source; /* "svm", "rule", "person", NULL: none */
	bool known;	    /* a product, not "unknown" */
	bool sure;	    /* known, and confidence >= sure */
	bool person;
};

void finding_of(const struct catalog *catalog, const struct survey_host *host,
    double sure, struct finding *finding);

/* The name of a product id for people: the id itself when not listed. */
const char *finding_name(const struct catalog *catalog, const char *id);

#endif
