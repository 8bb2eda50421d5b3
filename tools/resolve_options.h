/*
 * The options of every command that resolves names (resolve, survey,
 * identify): their table entries and how they are read.
 *
 * Use: put RESOLVE_OPTIONS("dns-") into the command's table (the prefix tells
 * its --dns-timeout, -tries and -window from others; resolve needs none);
 * resolve_options_init(); for each option of options_next() that is none of the
 * command's own, call resolve_options_take(); pass &o.resolver on;
 * resolve_options_clear().
 */
#ifndef MXPRINT_TOOLS_RESOLVE_OPTIONS_H
#define MXPRINT_TOOLS_RESOLVE_OPTIONS_H

#include "prober/resolver.h"
#include "tools/options.h"

#define RESOLVE_SERVERS_MAX 16

struct resolve_options {
	struct resolver_options resolver; /* points into the other fields */
	const char *servers[RESOLVE_SERVERS_MAX];
	struct blocklist *blocklist; /* empty without --blocklist */
};

/* clang-format off */
#define RESOLVE_OPTIONS(prefix)                                                \
	{ "resolver", 'r', "ADDR[:PORT]", "name server to ask; may be given "  \
	    "several times\n(default: those of /etc/resolv.conf)" },           \
	{ "ipv6", '6', NULL, "also look for IPv6 addresses" },                 \
	{ "allow-private", 0, NULL, "also use private, loopback and special "  \
	    "addresses\n(default: never contacted)" },                         \
	{ "blocklist", 'b', "FILE", "networks and names never to contact; "    \
	    "may be given several\ntimes" },                                   \
	{ prefix "timeout", 0, "TIME", "wait for one DNS answer (default 5s)" },\
	{ prefix "tries", 0, "N", "how often to ask, over all resolvers "      \
	    "(default 3)" },                                                   \
	{ prefix "window", 0, "N", "DNS questions in flight (default 500)" }
/* clang-format on */

void resolve_options_init(struct resolve_options *o);
void resolve_options_clear(struct resolve_options *o);

/*
 * true when spec was one of RESOLVE_OPTIONS; a wrong value prints a sentence
 * and sets *status. Blocklists are loaded at once.
 */
bool resolve_options_take(struct resolve_options *o,
    const struct option_reader *reader, const struct option_spec *spec,
    enum status *status);

#endif
