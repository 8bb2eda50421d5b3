/*
 * Networks and names never to contact. The same file format serves --may-test
 * (networks that may be tested more deeply).
 *
 *   # comment            192.0.2.0/24  reason=...  expires=2027-01-01
 *   2001:db8::/32        mail.example.com        domain:example.com
 *
 * A CIDR or address blocks addresses; a host name blocks that host; "domain:"
 * (or a leading dot) blocks a domain and everything below it. A line that
 * cannot be understood fails the load with file and line: fail closed.
 */
#ifndef MXPRINT_PROBER_BLOCKLIST_H
#define MXPRINT_PROBER_BLOCKLIST_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "common/error.h"

struct blocklist;

struct blocklist *blocklist_new(void);
void blocklist_free(struct blocklist *list);
/* Adds a file's entries; several files may be loaded into one list. */
enum status blocklist_load(
    struct blocklist *list, const char *path, struct error *err);
size_t blocklist_count(const struct blocklist *list);

/* reason (may be NULL) points to the entry's text: "FILE:LINE: entry". */
bool blocklist_has_address(const struct blocklist *list,
    const struct sockaddr *address, const char **reason);
bool blocklist_has_name(
    const struct blocklist *list, const char *name, const char **reason);

enum address_class {
	ADDRESS_PUBLIC,
	ADDRESS_LOOPBACK,
	ADDRESS_PRIVATE,       /* RFC 1918, ULA, link-local */
	ADDRESS_OTHER_SPECIAL, /* IANA special-purpose, multicast, 0/8 ... */
};

/* By the IANA special-purpose registries for v4 and v6 (mapped v4 too). */
enum address_class address_classify(const struct sockaddr *address);

/* Text to address with port; false unless it is a literal. */
bool address_parse(
    const char *text, int port, struct sockaddr_storage *out, socklen_t *len);

#endif
