/*
 * Any bytes in place of compiled rules, and the same behind the key that is
 * asked for: only the very bytes that were written may come back as rules.
 */
#include <stdlib.h>
#include <string.h>

#include "common/buffer.h"
#include "rules/engine_cache.h"
#include "tests/fuzz/fuzz.h"

#define HEX (SHA256_HEX_SIZE - 1)

static struct engine_cache_key key;
static char *genuine; /* as vectorscan writes it */
static size_t genuine_len;

static void set_up(void)
{
	const char *texts[] = { "postfix", "exim [0-9.]{1,9}" };
	unsigned flags[] = { HS_FLAG_CASELESS, HS_FLAG_MULTILINE };
	unsigned ids[] = { 0, 1 };
	const struct engine_expressions x = { texts, flags, ids, 2 };
	hs_compile_error_t *fault = NULL;
	hs_database_t *database = NULL;

	if (hs_compile_multi(texts, flags, ids, 2, HS_MODE_BLOCK, NULL,
		&database, &fault) != HS_SUCCESS ||
	    hs_serialize_database(database, &genuine, &genuine_len) !=
		HS_SUCCESS)
		abort();
	hs_free_database(database);
	key = engine_cache_key(&x);
}

static bool is_read(const char *bytes, size_t len)
{
	hs_database_t *database = engine_cache_read(bytes, len, &key);

	hs_free_database(database);
	return database != NULL;
}

/* The genuine file with a byte wrong, or cut, where the input says. */
static void damage(struct buffer *file, const uint8_t *bytes, size_t len)
{
	uint32_t at = 0;

	memcpy(&at, bytes, len < sizeof(at) ? len : sizeof(at));
	at %= (uint32_t)file->len;
	if (len > 4 && bytes[4] != 0)
		file->data[at] = (char)(file->data[at] ^ bytes[4]);
	else
		file->len = at;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char checksum[SHA256_HEX_SIZE];
	struct buffer file;

	if (genuine == NULL)
		set_up();
	if (is_read((const char *)bytes, len))
		abort();
	buffer_init(&file, 1 << 20);
	buffer_add(&file, key.hex, HEX);
	buffer_add(&file, bytes, len);
	if (is_read(buffer_text(&file), file.len))
		abort();
	buffer_reset(&file);
	sha256_of(genuine, genuine_len, checksum);
	buffer_add(&file, key.hex, HEX);
	buffer_add(&file, checksum, HEX);
	buffer_add(&file, genuine, genuine_len);
	if (!is_read(buffer_text(&file), file.len))
		abort();
	damage(&file, bytes, len);
	if (is_read(buffer_text(&file), file.len))
		abort();
	buffer_clear(&file);
	return 0;
}
