/*
 * Probes, plans and what each may provoke: a table (plan.c is the only list;
 * --help, docs and checks are derived from it).
 *
 * A plan is an ordered set of probes with an error budget. A provoked error is
 * a command of ours answered by 4xx or 5xx, whatever it was.
 */
#ifndef MXPRINT_PROBER_PLAN_H
#define MXPRINT_PROBER_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "common/error.h"

enum plan_tier { PLAN_POLITE, PLAN_STANDARD, PLAN_DEEP, PLAN_LAB, PLAN_TIERS };

enum probe_state {     /* what must have happened before on the connection */
	STATE_GREETED, /* nothing but the greeting: needs its own connection */
	STATE_HELLO,   /* after EHLO/HELO */
	STATE_MAIL,    /* inside MAIL FROM:<> (lab only) */
};

struct probe {
	const char *id;
	const char *bytes; /* exact, with "{ehlo}" where our name goes */
	size_t len;
	unsigned tiers; /* bit 1 << enum plan_tier; 0: of a file, verbatim */
	enum probe_state state;
	bool split;	  /* bytes are written one at a time */
	int repeat;	  /* sent again up to so often until the peer closes */
	bool by_itself;	  /* last probe of its connection (may end it) */
	const char *help; /* what it is and what may be refused */
};

struct plan {
	const char *name;    /* "standard", or the file's name */
	enum plan_tier tier; /* whose limits bind it; PLAN_LAB for a file */
	const struct probe *
	    *probes; /* in order, EHLO, STARTTLS, QUIT implied */
	size_t probe_count;
	int errors_per_connection; /* -1: no limit */
	int errors_per_host;
	int connections_max;
	int connection_gap_ms; /* between two connections of one host */
	bool private_only;     /* refuses public addresses */
	bool starttls;	       /* STARTTLS where offered */
};

#define PLAN_PROBES_MAX 200 /* of one plan */

const struct plan *plan_find(const char *name); /* NULL when unknown */
/* The names of all plans, for messages: "polite, standard, deep, lab". */
const char *plan_names(void);
size_t plan_probe_count(void);
const struct probe *plan_probe(size_t i); /* the whole table */
/* One of the table by its id; NULL when unknown. */
const struct probe *plan_probe_find(const char *id);

/*
 * --plan FILE: "id<TAB>bytes with C escapes" a line, '#' comments; private
 * addresses only, one connection, no budget. Free with plan_free.
 */
enum status plan_read(const char *path, struct plan **plan, struct error *err);
void plan_free(struct plan *plan);

#endif
