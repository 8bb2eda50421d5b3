#include "model/pack.h"

#include <math.h>
#include <string.h>

static void pack_bytes(struct buffer *out, uint64_t value, int size)
{
	unsigned char bytes[8];

	for (int i = 0; i < size; i++)
		bytes[i] = (unsigned char)(value >> (8 * i));
	buffer_add(out, bytes, (size_t)size);
}

void pack_u32(struct buffer *out, uint32_t value)
{
	pack_bytes(out, value, 4);
}

void pack_u64(struct buffer *out, uint64_t value)
{
	pack_bytes(out, value, 8);
}

void pack_double(struct buffer *out, double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	pack_u64(out, bits);
}

void pack_text(struct buffer *out, const char *text)
{
	size_t len = strlen(text);

	pack_u32(out, (uint32_t)len);
	buffer_add(out, text, len);
}

static uint64_t unpack_bytes(struct unpacking *u, size_t size)
{
	uint64_t value = 0;

	if (u->bad || u->left < size) {
		u->bad = true;
		return 0;
	}
	for (size_t i = 0; i < size; i++)
		value |= (uint64_t)u->at[i] << (8 * i);
	u->at += size;
	u->left -= size;
	return value;
}

uint32_t unpack_u32(struct unpacking *u)
{
	return (uint32_t)unpack_bytes(u, 4);
}

uint64_t unpack_u64(struct unpacking *u)
{
	return unpack_bytes(u, 8);
}

double unpack_double(struct unpacking *u)
{
	uint64_t bits = unpack_u64(u);
	double value;

	memcpy(&value, &bits, sizeof(value));
	if (!isfinite(value)) {
		u->bad = true;
		return 0;
	}
	return value;
}

const char *unpack_text(struct unpacking *u, struct arena *arena, size_t max)
{
	size_t len = unpack_u32(u);
	const char *text;

	if (u->bad || len > u->left || len > max ||
	    memchr(u->at, '\0', len) != NULL) {
		u->bad = true;
		return NULL;
	}
	text = arena_copy(arena, u->at, len);
	u->at += len;
	u->left -= len;
	return text;
}

size_t unpack_count(struct unpacking *u, size_t least, size_t max)
{
	size_t count = unpack_u32(u);

	if (u->bad || count > max || count > u->left / least) {
		u->bad = true;
		return 0;
	}
	return count;
}
