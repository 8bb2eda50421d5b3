#include "features/answer.h"

#include <stdio.h>

const char *answer_code(const struct evidence_item *item, char out[ANSWER_SIZE])
{
	static const char *const ends[] = {
		[EXCHANGE_REPLY] = "none",
		[EXCHANGE_TIMEOUT] = "timeout",
		[EXCHANGE_CLOSED] = "closed",
		[EXCHANGE_RESET] = "closed",
		[EXCHANGE_CAP] = "none",
		[EXCHANGE_TLS_FAILED] = "none",
		[EXCHANGE_STOPPED] = "unsent",
	};

	_Static_assert(sizeof(ends) / sizeof(*ends) == EXCHANGE_END_COUNT,
	    "a word for each end");
	if (!item)
		return "unsent";
	if (item->reply && item->reply->code) {
		snprintf(out, ANSWER_SIZE, "%d", item->reply->code);
		return out;
	}
	if (item->exchange->received.len)
		return "not-smtp";
	return item->exchange->end < EXCHANGE_END_COUNT
		   ? ends[item->exchange->end]
		   : "none";
}

void answer_add(struct feature_sink *sink, enum feature_group group,
    const char *probe, const struct evidence_item *item)
{
	char code[ANSWER_SIZE];
	const struct reply *r = item ? item->reply : NULL;

	feature_add(
	    sink, group, "%.40s.code:%s", probe, answer_code(item, code));
	if (!r)
		return;
	feature_add(sink, group, "%.40s.class:%dxx", probe, r->code / 100);
	if (r->enhanced[0])
		feature_add(sink, group, "%.40s.enhanced:%d.%d.%d", probe,
		    r->enhanced[0], r->enhanced[1], r->enhanced[2]);
	else
		feature_add(sink, group, "%.40s.enhanced:none", probe);
}
