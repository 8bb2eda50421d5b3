/*
 * Counts hosts by a key: domains (by weight), hosts, sure and unsure answers,
 * and each key's share with its interval (report/share.h).
 *
 * Memory: the tally copies keys. Rows come largest first, then by key.
 */
#ifndef MXPRINT_REPORT_TALLY_H
#define MXPRINT_REPORT_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tally_row {
	const char *key;
	size_t key_len; /* keys may hold NULs */
	double domains; /* sum of weights */
	size_t hosts;
	size_t sure, unsure; /* sum to hosts */
	size_t persons;	     /* hosts answered by a person */
	double share;	     /* of domains, 0..1 */
	bool has_interval;   /* enough hosts to tell one */
	double low, high;
};

struct tally;

struct tally *tally_new(void);
void tally_free(struct tally *tally);

/* One host. weight 0 is fine: it counts as a host only. */
void tally_add(struct tally *tally, const void *key, size_t key_len,
    double weight, bool sure, bool person);

/* Sorts, and fills shares and intervals; once, after the last add. */
void tally_finish(struct tally *tally, size_t resamples, uint64_t seed);
size_t tally_count(const struct tally *tally);
const struct tally_row *tally_row(const struct tally *tally, size_t i);
/* All rows together; without an interval. */
const struct tally_row *tally_total(const struct tally *tally);

#endif
