/*
 * The options of every command that scans: their rows for its table, and
 * reading them into struct scan_options.
 *
 *   static const struct option_spec table[] = { SCAN_OPTIONS, ..., { 0 } };
 */
#ifndef MXPRINT_TOOLS_SCAN_OPTIONS_H
#define MXPRINT_TOOLS_SCAN_OPTIONS_H

#include "prober/resolver.h"
#include "prober/scan.h"
#include "tools/options.h"

/* clang-format off */
#define SCAN_OPTIONS \
	SCAN_OWN_OPTIONS, \
	{ "allow-private", 0, NULL, "also contact loopback, private and special\n" \
	    "addresses" }, \
	{ "blocklist", 'b', "FILE", "networks and names never to contact;\n" \
	    "may be given several times" }

/* Those that RESOLVE_OPTIONS has not: for commands that do both. */
#define SCAN_OWN_OPTIONS \
	{ "plan", 'p', "NAME|FILE", "polite, standard (default), deep or lab;\n" \
	    "a FILE of probes is for private addresses only" }, \
	{ "ehlo", 0, "NAME", "who asks: a name that resolves to this machine\n" \
	    "and back; needed for public addresses" }, \
	{ "port", 0, "PORT", "instead of 25" }, \
	{ "source", 0, "ADDR", "connect from this address of this machine" }, \
	{ "may-test", 0, "FILE", "networks the deep plan may touch, same format" }, \
	{ "concurrency", 'c', "N", "connections at a time at most (1000)" }, \
	{ "rate", 0, "N", "new connections a second to public addresses (20)" }, \
	{ "network-gap", 0, "TIME", "between two connections in one /24 or /48\n" \
	    "of public addresses (5s)" }, \
	{ "provider-rate", 0, "N", "connections a minute to one provider (6)" }, \
	{ "connect-timeout", 0, "TIME", "15s" }, \
	{ "greeting-timeout", 0, "TIME", "60s; some servers delay on purpose" }, \
	{ "reply-timeout", 0, "TIME", "60s" }, \
	{ "host-timeout", 0, "TIME", "for a host with all its connections (180s)" }, \
	{ "retry-deferred", 0, "TIME", "try a host that answered 4xx once more\n" \
	    "after this time, at least 1h; 0: never (default)" }, \
	{ "seed", 0, "N", "of the random order (default: a new one)" }, \
	{ "no-help", 0, NULL, "leave HELP out; with --plan polite nothing is\n" \
	    "sent that a sound server refuses" }, \
	{ "no-tls", 0, NULL, "no STARTTLS" }
/* clang-format on */

struct scan_settings {
	struct scan_options options;
	int port;		     /* of hosts that name none; 25 */
	struct plan *plan_file;	     /* owned, or NULL */
	struct blocklist *blocklist; /* owned, or NULL */
	struct blocklist *may_test;  /* owned, or NULL */
	struct error err;	     /* of an option that names a file */
};

enum option_taken {
	OPTION_TAKEN,
	OPTION_BAD,   /* its sentence was printed */
	OPTION_OTHER, /* not one of SCAN_OPTIONS */
};

void scan_settings_init(struct scan_settings *settings);
void scan_settings_clear(struct scan_settings *settings);
enum option_taken scan_settings_take(struct scan_settings *settings,
    const struct option_reader *reader, const struct option_spec *spec);

/*
 * After the last option, and before anything is sent: are the options sound,
 * may the plan go to these targets, and (with a public one among them) does
 * the EHLO name lead to this machine and back? Without public targets an
 * EHLO name is made up when none was given.
 */
enum status scan_settings_check(struct scan_settings *settings,
    const struct resolver_options *resolver, const struct scan_target *targets,
    size_t count, struct error *err);

/* Prints what would be sent, and how long it will take, to stdout. */
void scan_settings_show(const struct scan_settings *settings,
    const struct scan_target *targets, size_t count);

#endif
