/* Any line as a record: what can be read is written and read back equal. */
#include <stdlib.h>
#include <string.h>

#include "model/prediction.h"
#include "tests/fuzz/fuzz.h"
#include "transcript/format.h"

static void same_again(const struct transcript *t)
{
	struct buffer a, b;
	struct transcript *back = NULL;

	buffer_init(&a, FORMAT_LINE_MAX);
	buffer_init(&b, FORMAT_LINE_MAX);
	transcript_write(&a, t);
	if (a.overflow ||
	    transcript_read(a.data, a.len, &back, NULL) != STATUS_OK)
		abort();
	transcript_write(&b, back);
	if (a.len != b.len || memcmp(a.data, b.data, a.len) != 0)
		abort();
	transcript_free(back);
	buffer_clear(&a);
	buffer_clear(&b);
}

static void try_prediction(const char *line, size_t len)
{
	struct arena *arena = arena_new();
	struct prediction *p, *back;
	struct buffer a, b;

	buffer_init(&a, FORMAT_LINE_MAX);
	buffer_init(&b, FORMAT_LINE_MAX);
	if (prediction_read(arena, line, len, &p, NULL) == STATUS_OK) {
		prediction_write(&a, p);
		if (prediction_read(arena, a.data, a.len, &back, NULL) !=
		    STATUS_OK)
			abort();
		prediction_write(&b, back);
		if (a.len != b.len || memcmp(a.data, b.data, a.len) != 0)
			abort();
	}
	buffer_clear(&a);
	buffer_clear(&b);
	arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct transcript *t = NULL;
	struct route *route = NULL;

	if (transcript_read((const char *)bytes, len, &t, NULL) == STATUS_OK) {
		same_again(t);
		transcript_free(t);
	} else if (transcript_read_strict((const char *)bytes, len, &t, NULL) ==
		   STATUS_OK) {
		abort(); /* the strict reader takes nothing more */
	}
	if (transcript_read_strict((const char *)bytes, len, &t, NULL) ==
	    STATUS_OK)
		transcript_free(t);
	if (route_read((const char *)bytes, len, &route, NULL) == STATUS_OK)
		route_free(route);
	try_prediction((const char *)bytes, len);
	return 0;
}
