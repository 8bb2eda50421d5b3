/*
 * What a transcript's host is known to be, by whom and how sure.
 *
 * Memory: every string lives in the arena of the transcript it belongs to.
 */
#ifndef MXPRINT_CATALOG_LABEL_H
#define MXPRINT_CATALOG_LABEL_H

enum label_source {	 /* by trust, lowest first */
	LABEL_BANNER,	 /* the banner says so */
	LABEL_BEHAVIOUR, /* banner and behaviour agree */
	LABEL_PERSON,	 /* mxprint review */
	LABEL_OPERATOR,	 /* its operator said so */
	LABEL_LAB,	 /* we started it ourselves */
	LABEL_SOURCE_COUNT
};

struct label {
	const char *product; /* catalogue id; NULL: no label */
	const char *version; /* "3.7.11", NULL: not known */
	const char *front;   /* catalogue id of what answers first, or NULL */
	enum label_source source;
	const char *annotator; /* NULL for the lab */
	const char *date;      /* "2026-11-24" or NULL */
	const char *comment;   /* or NULL */
};

const char *label_source_name(enum label_source source);
/* LABEL_SOURCE_COUNT when unknown. */
enum label_source label_source_parse(const char *name);

#endif
