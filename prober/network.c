#include "prober/network.h"

#include <stdlib.h>

#include "common/arena.h"

#define SETTLE_MS    250  /* what else belongs to a reply */
#define LEAVE_MS     2000 /* for the peer to close */
#define SPLIT_GAP_MS 20

static const struct timeval *new_queue(struct event_base *base, int ms)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	return event_base_init_common_timeout(base, &tv);
}

enum status network_new(struct event_base *base,
    const struct network_options *options, struct network **network,
    struct error *err)
{
	struct network *n = xcalloc(1, sizeof(*n));
	enum status status = STATUS_OK;

	*network = NULL;
	n->base = base;
	n->options = *options;
	n->ms[QUEUE_GREETING] = options->greeting_timeout_ms;
	n->ms[QUEUE_REPLY] = options->reply_timeout_ms;
	n->ms[QUEUE_CONNECT] = options->connect_timeout_ms;
	n->ms[QUEUE_SETTLE] = SETTLE_MS;
	n->ms[QUEUE_LEAVE] = LEAVE_MS;
	n->ms[QUEUE_SPLIT] = SPLIT_GAP_MS;
	for (int i = 0; i < QUEUE_COUNT; i++) {
		n->queue[i] = new_queue(base, n->ms[i]);
		if (!n->queue[i])
			status = error_set(err, STATUS_SOFTWARE,
			    "libevent cannot make its time-out queues");
	}
	if (status == STATUS_OK && options->tls)
		status = tls_context_new(&n->tls, err);
	if (status == STATUS_OK)
		*network = n;
	else
		network_free(n);
	return status;
}

void network_free(struct network *network)
{
	if (!network)
		return;
	tls_context_free(network->tls);
	free(network);
}
