/*
 * When the next connection to a host, network or provider may start.
 * Pure: time comes in as now_ms, nothing is sent or slept here.
 *
 *   add every host, then pacer_next() as long as it gives one;
 *   pacer_finished() for each one given; pacer_again() for one more connection
 *
 * Bound (public) hosts: random order over networks; a rate over all; one at a
 * time and a gap per network (/24, /48) and so per host; a rate per provider
 * (registrable domain of the MX name); a back-off that doubles while a
 * provider (or network) refuses us. Other hosts are given at once, shuffled.
 */
#ifndef MXPRINT_PROBER_PACER_H
#define MXPRINT_PROBER_PACER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "transcript/transcript.h"

struct pacer;

struct pacer_limits {
	double rate;	    /* starts per second in all */
	int network_gap_ms; /* between two starts in a network */
	int provider_per_minute;
	uint64_t seed;
};

struct pacer *pacer_new(const struct pacer_limits *limits);
void pacer_free(struct pacer *pacer);

/* Hosts are numbered 0, 1, ... in the order they are added, all before the
 * first pacer_next(). */
void pacer_add(struct pacer *pacer, const struct sockaddr *address,
    const char *name, bool bound);

/* The next host to connect to; false: none may start now. */
bool pacer_next(struct pacer *pacer, int64_t now_ms, size_t *host);
/* Until pacer_next() may give one; -1: not before one is finished. */
int64_t pacer_wait_ms(struct pacer *pacer, int64_t now_ms);
/* Its connection is over; the outcome decides about the back-off. */
void pacer_finished(
    struct pacer *pacer, size_t host, int64_t now_ms, enum outcome outcome);
/* It wants one more connection, not before that time. */
void pacer_again(struct pacer *pacer, size_t host, int64_t not_before_ms);

size_t pacer_waiting(const struct pacer *pacer);
size_t pacer_networks(const struct pacer *pacer);
size_t pacer_network_of(const struct pacer *pacer, size_t host);
/* The least time for all hosts added, by these limits. */
int64_t pacer_estimate_ms(const struct pacer *pacer);

#endif
