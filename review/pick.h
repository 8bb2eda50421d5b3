/*
 * Which hosts of a survey a person means: ADDRESS, ADDRESS:PORT,
 * [ADDRESS]:PORT, or the NAME of an MX; and those that answered just alike.
 *
 * Memory: the picks live in the arena given.
 */
#ifndef MXPRINT_REVIEW_PICK_H
#define MXPRINT_REVIEW_PICK_H

#include <stdbool.h>
#include <stddef.h>

#include "common/arena.h"
#include "common/error.h"
#include "survey/store.h"

struct pick {
	const char *host;
	int port;
};

struct picks {
	struct pick *items;
	size_t count, room;
};

/*
 * The one host meant. None: STATUS_USAGE with what to do; several (a name with
 * more addresses, an address with more ports): STATUS_USAGE naming them.
 */
enum status pick_host(struct store *store, struct arena *arena,
    const char *wanted, struct pick *pick, struct error *err);

/* That host and every other whose normal form is equal. */
enum status pick_alike(struct store *store, struct arena *arena,
    const struct pick *pick, struct picks *picks, struct error *err);

#endif
