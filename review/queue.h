/*
 * What a person should look at, most valuable first: hosts without a sure
 * answer, those that look alike as one entry (review/cluster.h).
 *
 * value = domains behind the cluster x mean doubt x density, where the doubt
 * of a host is 1 - confidence; 1 when it is unknown; at least 0.5 when its
 * greeting and its behaviour name different software.
 *
 * Memory: everything lives in the queue. Threads: one queue, one thread.
 */
#ifndef MXPRINT_REVIEW_QUEUE_H
#define MXPRINT_REVIEW_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

#include "catalog/catalog.h"
#include "survey/store.h"

struct queue_options {
	double sure; /* confidence from which an answer needs no look */
	bool all;    /* also hosts with a sure answer or a person's */
};

struct queue_entry {
	const char *host; /* the heaviest host of the cluster */
	int port;
	const char *name;	/* MX name, or NULL */
	const char *label;	/* a person's answer, or NULL */
	const char *prediction; /* JSON record of that host */
	size_t hosts;		/* in the cluster */
	double domains;		/* behind them */
	double doubt;		/* 0..1, mean over the domains */
	double density;		/* 0..1 */
	double value;
	const char *why; /* "unknown", "unsure", "disputed", "sure" or
			    "answered" */
};

struct queue;

struct queue *queue_new(const struct queue_options *options);
void queue_free(struct queue *queue);

/* Does the host belong here at all? */
bool queue_wants(const struct queue *queue, const struct survey_host *host);
/* A host that does, with its normal form; heaviest hosts first. */
void queue_add(struct queue *queue, const struct survey_host *host,
    const char *normal_form);
/* Once, after the last host. */
void queue_rank(struct queue *queue);

/* All three for a survey. */
enum status queue_build(struct store *store,
    const struct queue_options *options, struct queue **queue,
    struct error *err);

size_t queue_count(const struct queue *queue); /* entries */
const struct queue_entry *queue_entry(const struct queue *queue, size_t i);
size_t queue_hosts(const struct queue *queue); /* hosts in all entries */

#endif
