/*
 * SIGINT and SIGTERM while no event loop runs (the loops of prober/ have their
 * own handlers): noted, so that the survey can stop between two records.
 * The flag is global because a signal handler has nothing else.
 */
#ifndef MXPRINT_SURVEY_STOP_H
#define MXPRINT_SURVEY_STOP_H

#include <stdbool.h>

void stop_watch(void);	 /* from now on; forgets earlier signals */
void stop_unwatch(void); /* the handlers from before again */
bool stop_asked(void);

#endif
