#include "common/digest.h"

#include <openssl/evp.h>
#include <stdint.h>
#include <string.h>

#include "common/arena.h"

static uint64_t rotl(uint64_t x, int b)
{
	return (x << b) | (x >> (64 - b));
}

static uint64_t read64(const uint8_t *p)
{
	uint64_t v = 0;

	for (int i = 7; i >= 0; i--)
		v = v << 8 | p[i];
	return v;
}

/* Inlined, so that v stays in registers: tables hash short keys by the million.
 */
static inline __attribute__((always_inline)) void round1(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotl(v[1], 13) ^ v[0];
	v[0] = rotl(v[0], 32);
	v[2] += v[3];
	v[3] = rotl(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotl(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotl(v[1], 17) ^ v[2];
	v[2] = rotl(v[2], 32);
}

/* SipHash-2-4 as its authors' paper has it. */
uint64_t siphash(const uint8_t key[16], const void *bytes, size_t len)
{
	const uint8_t *in = bytes;
	uint64_t k0 = read64(key), k1 = read64(key + 8);
	uint64_t v[4] = {
		k0 ^ 0x736f6d6570736575u,
		k1 ^ 0x646f72616e646f6du,
		k0 ^ 0x6c7967656e657261u,
		k1 ^ 0x7465646279746573u,
	};
	uint64_t m;
	size_t i;

	for (i = 0; i + 8 <= len; i += 8) {
		m = read64(in + i);
		v[3] ^= m;
		round1(v);
		round1(v);
		v[0] ^= m;
	}
	m = (uint64_t)len << 56;
	for (size_t j = 0; i + j < len; j++)
		m |= (uint64_t)in[i + j] << (8 * j);
	v[3] ^= m;
	round1(v);
	round1(v);
	v[0] ^= m;
	v[2] ^= 0xff;
	for (i = 0; i < 4; i++)
		round1(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

struct sha256 *sha256_new(void)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	if (!ctx || EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) != 1)
		xmalloc(SIZE_MAX); /* ends the program */
	return (struct sha256 *)ctx;
}

void sha256_add(struct sha256 *sha, const void *bytes, size_t len)
{
	EVP_DigestUpdate((EVP_MD_CTX *)sha, bytes, len);
}

void sha256_finish(struct sha256 *sha, char out[SHA256_HEX_SIZE])
{
	static const char hex[] = "0123456789abcdef";
	unsigned char digest[EVP_MAX_MD_SIZE] = { 0 };

	EVP_DigestFinal_ex((EVP_MD_CTX *)sha, digest, NULL);
	EVP_MD_CTX_free((EVP_MD_CTX *)sha);
	for (int i = 0; i < 32; i++) {
		out[2 * i] = hex[digest[i] >> 4];
		out[2 * i + 1] = hex[digest[i] & 15];
	}
	out[64] = '\0';
}

void sha256_of(const void *bytes, size_t len, char out[SHA256_HEX_SIZE])
{
	struct sha256 *sha = sha256_new();

	sha256_add(sha, bytes, len);
	sha256_finish(sha, out);
}

/* Bit by bit over a nibble table: small, and not on a hot path. */
uint32_t crc32_of(const void *bytes, size_t len)
{
	static const uint32_t table[16] = { 0x00000000, 0x1db71064, 0x3b6e20c8,
		0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
		0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0,
		0x86d3d2d4, 0xa00ae278, 0xbdbdf21c };
	const uint8_t *in = bytes;
	uint32_t crc = 0xffffffffu;

	for (size_t i = 0; i < len; i++) {
		crc = table[(crc ^ in[i]) & 15] ^ (crc >> 4);
		crc = table[(crc ^ (in[i] >> 4)) & 15] ^ (crc >> 4);
	}
	return ~crc;
}
