/*
 * Forward-confirmed reverse DNS of our own name: its addresses, then the PTR
 * of each, until one names us.
 */
#include <arpa/inet.h>
#include <event2/event.h>
#include <stdio.h>
#include <string.h>

#include "common/arena.h"
#include "prober/resolver.h"
#include "prober/resolver_ask.h"

#define REVERSE_SIZE 80
#define FOUND_MAX    (2 * DNS_ADDRESSES_MAX)

struct check {
	struct event_base *base;
	struct asker *asker;
	const char *name;
	bool silent, failed;
	struct dns_address found[FOUND_MAX];
	size_t found_count;
	size_t at; /* address whose PTR is asked for */
	bool confirmed;
	char other[DNS_NAME_SIZE]; /* what a PTR says instead */
};

/* "1.2.0.192.in-addr.arpa", or nibbles under ip6.arpa */
static void reverse_name(const struct dns_address *a, char out[REVERSE_SIZE])
{
	size_t used = 0;

	if (a->size == 4) {
		snprintf(out, REVERSE_SIZE, "%d.%d.%d.%d.in-addr.arpa",
		    a->bytes[3], a->bytes[2], a->bytes[1], a->bytes[0]);
		return;
	}
	for (size_t i = 16; i-- > 0;)
		used += (size_t)snprintf(out + used, REVERSE_SIZE - used,
		    "%x.%x.", a->bytes[i] & 15, a->bytes[i] >> 4);
	snprintf(out + used, REVERSE_SIZE - used, "ip6.arpa");
}

static void address_text(const struct dns_address *a, char out[46])
{
	inet_ntop(a->size == 4 ? AF_INET : AF_INET6, a->bytes, out, 46);
}

/* The loop ends when no question is left. */
static void end_when_done(struct check *c)
{
	if (asker_open(c->asker) == 0)
		event_base_loopbreak(c->base);
}

static void note_outcome(struct check *c, enum ask_outcome outcome)
{
	c->silent = c->silent || outcome == ASK_TIMEOUT;
	c->failed = c->failed || outcome == ASK_FAILED;
}

static void on_address(
    void *user, enum ask_outcome outcome, const struct dns_answer *answer)
{
	struct check *c = user;

	note_outcome(c, outcome);
	for (size_t i = 0; answer && i < answer->address_count; i++) {
		if (c->found_count < FOUND_MAX)
			c->found[c->found_count++] = answer->addresses[i];
	}
	end_when_done(c);
}

static void on_pointer(
    void *user, enum ask_outcome outcome, const struct dns_answer *answer)
{
	struct check *c = user;

	note_outcome(c, outcome);
	for (size_t i = 0; answer && i < answer->name_count; i++) {
		const struct dns_name *name = &answer->names[i];

		if (strcmp(name->text, c->name) == 0)
			c->confirmed = true;
		else
			memcpy(c->other, name->text, sizeof(c->other));
	}
	end_when_done(c);
}

static void ask_and_wait(struct check *c)
{
	asker_pump(c->asker);
	if (asker_open(c->asker) > 0)
		event_base_loop(c->base, 0);
}

/* With a source address, only that one counts. */
static void keep_source(struct check *c, const char *source)
{
	size_t kept = 0;

	for (size_t i = 0; i < c->found_count; i++) {
		char text[46];

		address_text(&c->found[i], text);
		if (strcmp(text, source) == 0)
			c->found[kept++] = c->found[i];
	}
	c->found_count = kept;
}

static enum status explain(
    const struct check *c, const char *source, struct error *err)
{
	char address[46] = "";

	if (asker_replies(c->asker) == 0)
		return error_set(err, STATUS_UNAVAILABLE,
		    "no answer from any resolver (%s) about %s; check the "
		    "network, or name one that answers with --resolver "
		    "ADDR[:PORT]",
		    asker_servers(c->asker), c->name);
	if (c->found_count == 0 && (c->silent || c->failed))
		return error_set(err, STATUS_UNAVAILABLE,
		    "the name servers of %s failed, so it cannot be checked; "
		    "try again later",
		    c->name);
	if (c->found_count == 0 && source)
		return error_set(err, STATUS_CONFIG,
		    "%s does not resolve to %s, the source address; give it "
		    "an address record",
		    c->name, source);
	if (c->found_count == 0)
		return error_set(err, STATUS_CONFIG,
		    "%s has no address; use a name that resolves to this "
		    "machine and back",
		    c->name);
	address_text(&c->found[0], address);
	if (c->other[0])
		return error_set(err, STATUS_CONFIG,
		    "%s resolves to %s, but its PTR record says %s; make them "
		    "agree",
		    c->name, address, c->other);
	return error_set(err, STATUS_CONFIG,
	    "%s resolves to %s, which has no PTR record back; ask who "
	    "provides the address for one",
	    c->name, address);
}

static enum status check(
    struct check *c, const char *source, char address[46], struct error *err)
{
	asker_ask(c->asker, c->name, DNS_A, on_address, c);
	asker_ask(c->asker, c->name, DNS_AAAA, on_address, c);
	ask_and_wait(c);
	if (source)
		keep_source(c, source);
	for (size_t i = 0; i < c->found_count && !c->confirmed; i++) {
		char reverse[REVERSE_SIZE];

		reverse_name(&c->found[i], reverse);
		asker_ask(c->asker, reverse, DNS_PTR, on_pointer, c);
		ask_and_wait(c);
		if (c->confirmed)
			address_text(&c->found[i], address);
	}
	return c->confirmed ? STATUS_OK : explain(c, source, err);
}

enum status resolver_check_name(const struct resolver_options *options,
    const char *name, const char *source, char address[46], struct error *err)
{
	const char *wrong = resolver_options_check(options);
	struct arena *arena = arena_new();
	struct check c = { 0 };
	enum status status;

	memset(address, 0, 46);
	c.name = wrong ? NULL : target_domain(arena, name, &wrong);
	if (!c.name) {
		status =
		    error_set(err, STATUS_USAGE, "name '%s': %s", name, wrong);
		arena_free(arena);
		return status;
	}
	c.base = event_base_new();
	status = asker_new(options, c.base, &c.asker, err);
	if (status == STATUS_OK)
		status = check(&c, source, address, err);
	asker_free(c.asker);
	event_base_free(c.base);
	arena_free(arena);
	return status;
}
