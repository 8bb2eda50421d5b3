/*
 * Reads domains (and hosts), normalises, drops duplicates.
 *
 * Input lines: a domain, a mail address (the local part is dropped), CSV with
 * a header or further columns (kept; also with semicolons or tabs), '#'
 * comments, blank lines. The domain's column is the one a header calls
 * domain, host, email or alike, else the first that holds a domain. IDN
 * becomes A-labels (libidn2). Bad lines are told as "FILE:LINE: why" (the
 * first 20) and counted (all).
 */
#ifndef MXPRINT_PROBER_TARGET_H
#define MXPRINT_PROBER_TARGET_H

#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/error.h"

struct target {
	const char *domain;  /* lower-case A-label, no final dot */
	const char *input;   /* as written, without a local part */
	const char *columns; /* JSON object of further columns, or NULL */
};

struct target_list {
	struct arena *arena;
	struct target *items; /* in input order, without duplicates */
	size_t count;
	size_t lines; /* that held something */
	size_t duplicates;
	size_t rejected;
	char sha256[65]; /* of the whole input, decompressed, lines ending in LF
			  */
};

/* path "-": standard input. An empty list is STATUS_DATA. */
enum status target_list_read(
    const char *path, struct target_list **list, struct error *err);
void target_list_free(struct target_list *list);

/* One name as the user wrote it, to lower-case A-labels in arena; a single
 * label will do. NULL and a reason when it is none. */
const char *target_name(
    struct arena *arena, const char *text, const char **reason);

/* One domain name as the user wrote it, to its A-label in arena: at least
 * two labels. NULL and a reason when it is none. */
const char *target_domain(
    struct arena *arena, const char *text, const char **reason);

/*
 * "ADDRESS", "NAME", "ADDRESS:PORT", "NAME:PORT", "[V6]:PORT": *name is set
 * for a name, *address for an address; port stays as given by the caller
 * unless the text has one.
 */
enum status target_host(struct arena *arena, const char *text,
    const char **name, const char **address, int *port, struct error *err);

#endif
