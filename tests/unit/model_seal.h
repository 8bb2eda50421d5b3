/*
 * Makes the checksums of a tampered model file fit again, so that what is
 * behind them is tried as well.
 */
#ifndef MXPRINT_TESTS_MODEL_SEAL_H
#define MXPRINT_TESTS_MODEL_SEAL_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "common/digest.h"

/* Of sections, as the file has it; what does not fit in it is left alone. */
static inline size_t model_seal_count(const char *data, size_t len)
{
	uint32_t count = 0;

	for (int i = 3; i >= 0; i--)
		count = count << 8 | (unsigned char)data[12 + i];
	return count < (len - 56) / 32 ? count : (len - 56) / 32;
}

static inline void model_seal(char *data, size_t len)
{
	char hex[SHA256_HEX_SIZE];
	size_t sections;

	if (len < 24 + 32)
		return;
	sections = model_seal_count(data, len);
	for (size_t s = 0; s < sections; s++) {
		unsigned char *entry = (unsigned char *)data + 24 + 32 * s;
		uint64_t offset = 0, length = 0;
		uint32_t crc;

		for (int i = 7; i >= 0; i--) {
			offset = offset << 8 | entry[8 + i];
			length = length << 8 | entry[16 + i];
		}
		if (offset > len || length > len - offset)
			continue;
		crc = crc32_of(data + offset, (size_t)length);
		for (int i = 0; i < 4; i++)
			entry[24 + i] = (unsigned char)(crc >> (8 * i));
	}
	sha256_of(data, len - 32, hex);
	for (size_t i = 0; i < 32; i++) {
		char digits[3] = { hex[2 * i], hex[2 * i + 1], 0 };

		data[len - 32 + i] = (char)strtoul(digits, NULL, 16);
	}
}

#endif
