/* Any line as a record: what can be read is written and read back equal. */
#include <stdlib.h>
#include <string.h>

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

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct transcript *t = NULL;
	struct route *route = NULL;

	if (transcript_read((const char *)bytes, len, &t, NULL) == STATUS_OK) {
		same_again(t);
		transcript_free(t);
	}
	if (route_read((const char *)bytes, len, &route, NULL) == STATUS_OK)
		route_free(route);
	return 0;
}
