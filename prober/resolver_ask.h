/*
 * Questions to name servers, many at once. Runs on the caller's libevent loop.
 *
 * A question goes to one server after the other: a silent or broken one is
 * left for the next, at most max(tries, servers) times in all. A server that
 * did not answer lately is asked last. A question that leads to an alias
 * without the records asked for is asked again for the alias.
 *
 * No callback runs inside asker_ask(), so callers may ask from callbacks.
 */
#ifndef MXPRINT_PROBER_RESOLVER_ASK_H
#define MXPRINT_PROBER_RESOLVER_ASK_H

#include <event2/event.h>

#include "common/error.h"
#include "prober/dns_answer.h"
#include "prober/resolver.h"

struct asker;

enum ask_outcome {
	ASK_ANSWER,    /* rcode is NOERROR or NXDOMAIN */
	ASK_FAILED,    /* SERVFAIL, REFUSED, FORMERR, malformed, lame ... */
	ASK_TIMEOUT,   /* no answer from any server */
	ASK_CANCELLED, /* asker_free() */
};

/* answer lives until the callback returns; NULL unless ASK_ANSWER. */
typedef void (*ask_done)(
    void *user, enum ask_outcome outcome, const struct dns_answer *answer);

enum status asker_new(const struct resolver_options *options,
    struct event_base *base, struct asker **asker, struct error *err);
void asker_free(struct asker *asker); /* cancels first */

/*
 * Called when a question more could be in flight and none waits: ask one (or
 * finish something without asking) and return true; false: nothing to do now.
 */
void asker_set_source(
    struct asker *asker, bool (*more)(void *user), void *user);

/* name: lower-case A-labels, copied. */
void asker_ask(struct asker *asker, const char *name, enum dns_type type,
    ask_done done, void *user);
/* Sends what may be sent. Call once after the first questions. */
void asker_pump(struct asker *asker);

size_t asker_open(const struct asker *asker);	   /* not done yet */
size_t asker_questions(const struct asker *asker); /* asked so far */
/* Replies of any kind, and questions that ended without one. */
size_t asker_replies(const struct asker *asker);
size_t asker_unanswered(const struct asker *asker);
/* "127.0.0.1:53, [::1]:53" */
const char *asker_servers(const struct asker *asker);

#endif
