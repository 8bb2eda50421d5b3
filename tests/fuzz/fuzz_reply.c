/* Any bytes as a reply: same answer at once and byte by byte. */
#include <stdlib.h>

#include "tests/fuzz/fuzz.h"
#include "transcript/reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static struct reply reply;
	const char *text = (const char *)bytes;
	size_t once = 0, step = 0;
	int code_once = 0, code_step = 0;
	long whole = reply_length(text, len, false, &once, &code_once);
	long cut = REPLY_PARTIAL;

	for (size_t n = 1; n <= len && cut == REPLY_PARTIAL; n++)
		cut = reply_length(text, n, false, &step, &code_step);
	if (len && (whole != cut || (whole > 0 && code_once != code_step)))
		abort();
	if (reply_parse_all(text, len, &reply) > (long)len)
		abort();
	for (size_t i = 0; i < reply.kept && whole > 0; i++) {
		if (reply.lines[i].text < text ||
		    reply.lines[i].text + reply.lines[i].len > text + len)
			abort();
	}
	return 0;
}
