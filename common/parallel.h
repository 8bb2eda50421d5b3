/*
 * A loop on all cores: the same work, in any order, on several threads.
 *
 * What the worker does for i may depend on i alone and go to a place of its
 * own, so that results are the same whatever the number of threads. Threads
 * live as long as the call; a call from inside a worker is a plain loop.
 *
 * Threads: as many as there are cores; the variable MXPRINT_JOBS sets another
 *          number, 1 for none.
 * Errors:  after a failure no further i is begun. The failure of the smallest
 *          i is returned, with its sentence, however the threads took turns.
 */
#ifndef MXPRINT_COMMON_PARALLEL_H
#define MXPRINT_COMMON_PARALLEL_H

#include <stddef.h>

#include "common/error.h"

#define PARALLEL_JOBS_MAX 256

typedef enum status parallel_worker(void *user, size_t i, struct error *err);

/* worker(user, i) for each i below count; err may be NULL. */
enum status parallel_for(
    size_t count, parallel_worker *worker, void *user, struct error *err);

/* How many threads a loop runs on. */
size_t parallel_jobs(void);

#endif
