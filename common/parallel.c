#include "common/parallel.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

struct loop {
	size_t count;
	parallel_worker *worker;
	void *user;
	pthread_mutex_t lock; /* of what follows */
	size_t next;
	size_t failed_at;
	enum status status;
	struct error failure;
};

static _Thread_local bool inside;

size_t parallel_jobs(void)
{
	const char *wanted = getenv("MXPRINT_JOBS");
	char *end = NULL;
	long jobs = wanted ? strtol(wanted, &end, 10) : 0;

	if (!wanted || end == wanted || *end != '\0' || jobs < 1)
		jobs = sysconf(_SC_NPROCESSORS_ONLN);
	if (jobs < 1)
		return 1;
	return jobs < PARALLEL_JOBS_MAX ? (size_t)jobs : PARALLEL_JOBS_MAX;
}

static bool take(struct loop *l, size_t *i)
{
	bool more;

	pthread_mutex_lock(&l->lock);
	more = l->status == STATUS_OK && l->next < l->count;
	if (more)
		*i = l->next++;
	pthread_mutex_unlock(&l->lock);
	return more;
}

static void note_failure(
    struct loop *l, size_t i, enum status status, const struct error *failure)
{
	pthread_mutex_lock(&l->lock);
	if (l->status == STATUS_OK || i < l->failed_at) {
		l->status = status;
		l->failed_at = i;
		l->failure = *failure;
	}
	pthread_mutex_unlock(&l->lock);
}

static void *run(void *user)
{
	struct loop *l = user;
	bool outer = inside;
	size_t i;

	inside = true;
	while (take(l, &i)) {
		struct error failure = { 0 };
		enum status status = l->worker(l->user, i, &failure);

		if (status != STATUS_OK)
			note_failure(l, i, status, &failure);
	}
	inside = outer;
	return NULL;
}

enum status parallel_for(
    size_t count, parallel_worker *worker, void *user, struct error *err)
{
	struct loop l = { .count = count, .worker = worker, .user = user };
	size_t jobs = inside ? 1 : parallel_jobs();
	pthread_t threads[PARALLEL_JOBS_MAX];
	size_t started = 0;

	pthread_mutex_init(&l.lock, NULL);
	if (jobs > count)
		jobs = count;
	/* This thread works as well; a thread that cannot be had is no loss. */
	while (started + 1 < jobs &&
	       pthread_create(&threads[started], NULL, run, &l) == 0)
		started++;
	run(&l);
	for (size_t t = 0; t < started; t++)
		pthread_join(threads[t], NULL);
	pthread_mutex_destroy(&l.lock);
	if (l.status != STATUS_OK && err)
		*err = l.failure;
	return l.status;
}
