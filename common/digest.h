/*
 * Hashes: SipHash-2-4 for sharding and tables, SHA-256 for identity of files.
 * Both have test vectors in tests/unit/test_digest.c; changing siphash here
 * would move hosts between shards of running surveys.
 */
#ifndef MXPRINT_COMMON_DIGEST_H
#define MXPRINT_COMMON_DIGEST_H

#include <stddef.h>
#include <stdint.h>

uint64_t siphash(const uint8_t key[16], const void *bytes, size_t len);

#define SHA256_HEX_SIZE 65 /* with the NUL */

struct sha256;
struct sha256 *sha256_new(void);
void sha256_add(struct sha256 *sha, const void *bytes, size_t len);
/* Finishes, frees, writes lower-case hex. */
void sha256_finish(struct sha256 *sha, char out[SHA256_HEX_SIZE]);
void sha256_of(const void *bytes, size_t len, char out[SHA256_HEX_SIZE]);

/* CRC-32 (the one of gzip), for sections of the model file. */
uint32_t crc32_of(const void *bytes, size_t len);

#endif
