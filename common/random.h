/*
 * A small seeded generator (splitmix64 / xoshiro256**): the same seed gives
 * the same sequence on every machine. Not for secrets.
 */
#ifndef MXPRINT_COMMON_RANDOM_H
#define MXPRINT_COMMON_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct random {
	uint64_t s[4];
};

void random_init(struct random *r, uint64_t seed);
uint64_t random_next(struct random *r);
/* Uniform in 0..bound-1, without bias; bound > 0. */
uint64_t random_below(struct random *r, uint64_t bound);
/* Fisher-Yates over an index array. */
void random_shuffle(struct random *r, size_t *items, size_t count);
/* A seed from the kernel. */
uint64_t random_seed(void);

#endif
