/*
 * One DNS answer as it came over the wire (RFC 1035, 4), reduced to what the
 * resolver asks for. Follows the aliases in the answer section; a record whose
 * owner is neither the question nor what it is an alias of is ignored, and so
 * are the other sections: nobody may answer what was not asked.
 *
 * Bounds: 64 MX (the best preferences), 16 addresses, 8 names, 16 aliases.
 * Memory: no pointers into the packet.
 * Threads: no state, safe anywhere.
 */
#ifndef MXPRINT_PROBER_DNS_ANSWER_H
#define MXPRINT_PROBER_DNS_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DNS_NAME_SIZE	  256 /* text with NUL */
#define DNS_MX_MAX	  64
#define DNS_ADDRESSES_MAX 16
#define DNS_NAMES_MAX	  8

enum dns_type {
	DNS_A = 1,
	DNS_NS = 2,
	DNS_CNAME = 5,
	DNS_PTR = 12,
	DNS_MX = 15,
	DNS_AAAA = 28
};

enum dns_rcode { DNS_NOERROR = 0, DNS_NXDOMAIN = 3 };

/* Lower-case, no final dot, "" for the root. Bytes that no host name has are
 * shown as \DDD, and clean is false. */
struct dns_name {
	char text[DNS_NAME_SIZE];
	bool clean;
};

struct dns_mx {
	int preference;
	struct dns_name name;
};

struct dns_address {
	uint8_t size; /* 4 or 16 */
	uint8_t bytes[16];
};

struct dns_answer {
	int rcode;
	bool alias; /* canonical is what the question is an alias of */
	struct dns_name canonical;
	int64_t ttl; /* smallest of the records used, -1: none */
	struct dns_mx mx[DNS_MX_MAX];
	size_t mx_count;
	struct dns_address addresses[DNS_ADDRESSES_MAX];
	size_t address_count;
	struct dns_name names[DNS_NAMES_MAX]; /* PTR */
	size_t name_count;
};

/* name: lower-case, no final dot. false: not an answer, or malformed. */
bool dns_answer_parse(const uint8_t *packet, size_t len, const char *name,
    enum dns_type type, struct dns_answer *answer);

/* Records of the type asked for. */
size_t dns_answer_records(const struct dns_answer *answer);

#endif
