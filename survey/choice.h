/*
 * Which hosts of a domain are asked, round by round:
 * round 0 is all names of the best preference, all their usable addresses, at
 * most CHOICE_HOSTS_MAX; round n the next preference, for domains none of
 * whose earlier hosts greeted.
 */
#ifndef MXPRINT_SURVEY_CHOICE_H
#define MXPRINT_SURVEY_CHOICE_H

#include <stdbool.h>
#include <stddef.h>

#include "transcript/route.h"

#define CHOICE_HOSTS_MAX  4 /* of one domain and round */
#define CHOICE_ROUNDS_MAX 8

struct choice {
	const char *address; /* both point into the route */
	const char *mx;
	int preference;
};

/* Count of hosts of that round; 0: no further preference is left. A round
 * whose hosts are all unusable is skipped, never empty. */
size_t choice_round(const struct route *route, unsigned round,
    struct choice out[CHOICE_HOSTS_MAX]);

#endif
