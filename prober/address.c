/*
 * Literal addresses: text to binary, and what kind of network they are in.
 * The tables are the IANA IPv4 and IPv6 Special-Purpose Address Registries,
 * multicast and reserved space. Entries that the registries call globally
 * reachable (AS112, AMT, NAT64, 6to4) are special here too: no mail host of
 * its own lives there.
 */
#include <arpa/inet.h>
#include <string.h>

#include "prober/blocklist.h"

struct special4 {
	uint32_t network;
	int prefix;
	enum address_class class;
};

#define V4(a, b, c, d) \
	((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (d))

static const struct special4 specials4[] = {
	{ V4(0, 0, 0, 0), 8, ADDRESS_OTHER_SPECIAL },	    /* this network */
	{ V4(10, 0, 0, 0), 8, ADDRESS_PRIVATE },	    /* RFC 1918 */
	{ V4(100, 64, 0, 0), 10, ADDRESS_OTHER_SPECIAL },   /* RFC 6598 */
	{ V4(127, 0, 0, 0), 8, ADDRESS_LOOPBACK },	    /* RFC 1122 */
	{ V4(169, 254, 0, 0), 16, ADDRESS_PRIVATE },	    /* link-local */
	{ V4(172, 16, 0, 0), 12, ADDRESS_PRIVATE },	    /* RFC 1918 */
	{ V4(192, 0, 0, 0), 24, ADDRESS_OTHER_SPECIAL },    /* RFC 6890 */
	{ V4(192, 0, 2, 0), 24, ADDRESS_OTHER_SPECIAL },    /* TEST-NET-1 */
	{ V4(192, 31, 196, 0), 24, ADDRESS_OTHER_SPECIAL }, /* AS112-v4 */
	{ V4(192, 52, 193, 0), 24, ADDRESS_OTHER_SPECIAL }, /* AMT */
	{ V4(192, 88, 99, 0), 24, ADDRESS_OTHER_SPECIAL },  /* 6to4 relays */
	{ V4(192, 168, 0, 0), 16, ADDRESS_PRIVATE },	    /* RFC 1918 */
	{ V4(192, 175, 48, 0), 24, ADDRESS_OTHER_SPECIAL }, /* AS112 */
	{ V4(198, 18, 0, 0), 15, ADDRESS_OTHER_SPECIAL },   /* benchmarking */
	{ V4(198, 51, 100, 0), 24, ADDRESS_OTHER_SPECIAL }, /* TEST-NET-2 */
	{ V4(203, 0, 113, 0), 24, ADDRESS_OTHER_SPECIAL },  /* TEST-NET-3 */
	{ V4(224, 0, 0, 0), 4, ADDRESS_OTHER_SPECIAL },	    /* multicast */
	{ V4(240, 0, 0, 0), 4,
	    ADDRESS_OTHER_SPECIAL }, /* reserved, broadcast */
};

struct special6 {
	uint8_t network[16];
	int prefix;
	enum address_class class;
	int embedded; /* byte where a v4 address sits, 0: none */
};

/* The most specific first: the first match counts. */
static const struct special6 specials6[] = {
	{ { [15] = 1 }, 128, ADDRESS_LOOPBACK, 0 },
	{ { [10] = 0xff, [11] = 0xff }, 96, ADDRESS_PUBLIC, 12 },   /* mapped */
	{ { 0, 0x64, 0xff, 0x9b }, 96, ADDRESS_OTHER_SPECIAL, 12 }, /* NAT64 */
	{ { 0x20, 0x01 }, 23, ADDRESS_OTHER_SPECIAL, 0 }, /* IETF, Teredo */
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32, ADDRESS_OTHER_SPECIAL, 0 },
	{ { 0x20, 0x02 }, 16, ADDRESS_OTHER_SPECIAL, 2 }, /* 6to4 */
	{ { 0x26, 0x20, 0, 0x4f, 0x80 }, 48, ADDRESS_OTHER_SPECIAL, 0 },
	{ { 0x3f, 0xff }, 20, ADDRESS_OTHER_SPECIAL, 0 }, /* documentation */
	{ { 0xfc }, 7, ADDRESS_PRIVATE, 0 },		  /* ULA */
	{ { 0xfe, 0x80 }, 10, ADDRESS_PRIVATE, 0 },	  /* link-local */
	{ { 0xfe, 0xc0 }, 10, ADDRESS_PRIVATE, 0 },	  /* site-local */
	{ { 0x20 }, 3, ADDRESS_PUBLIC, 0 }, /* all that was ever allocated */
};

static enum address_class classify4(const uint8_t bytes[4])
{
	uint32_t address = V4(bytes[0], bytes[1], bytes[2], bytes[3]);

	for (size_t i = 0; i < sizeof(specials4) / sizeof(specials4[0]); i++) {
		const struct special4 *s = &specials4[i];

		if ((address ^ s->network) >> (32 - s->prefix) == 0)
			return s->class;
	}
	return ADDRESS_PUBLIC;
}

static bool in_network(const uint8_t *a, const uint8_t *network, int prefix)
{
	size_t whole = (size_t)prefix / 8;
	int rest = prefix % 8;

	return memcmp(a, network, whole) == 0 &&
	       (rest == 0 || (a[whole] ^ network[whole]) >> (8 - rest) == 0);
}

static enum address_class classify6(const uint8_t bytes[16])
{
	for (size_t i = 0; i < sizeof(specials6) / sizeof(specials6[0]); i++) {
		const struct special6 *s = &specials6[i];
		enum address_class inner;

		if (!in_network(bytes, s->network, s->prefix))
			continue;
		if (s->embedded == 0)
			return s->class;
		/* A tunnel to a private network is a private network. */
		inner = classify4(bytes + s->embedded);
		return inner == ADDRESS_PUBLIC ? s->class : inner;
	}
	return ADDRESS_OTHER_SPECIAL; /* never allocated, or multicast */
}

enum address_class address_classify(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, address, sizeof(in));
		return classify4((const uint8_t *)&in.sin_addr);
	}
	if (address->sa_family == AF_INET6) {
		struct sockaddr_in6 in6;

		memcpy(&in6, address, sizeof(in6));
		return classify6(in6.sin6_addr.s6_addr);
	}
	return ADDRESS_OTHER_SPECIAL;
}

/* inet_pton is strict: four decimal parts, no leading zeros, no scope. */
bool address_parse(
    const char *text, int port, struct sockaddr_storage *out, socklen_t *len)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET, text, &in.sin_addr) == 1) {
		in.sin_port = htons((uint16_t)port);
		*len = sizeof(in);
		memcpy(out, &in, sizeof(in));
		return true;
	}
	if (inet_pton(AF_INET6, text, &in6.sin6_addr) == 1) {
		in6.sin6_port = htons((uint16_t)port);
		*len = sizeof(in6);
		memcpy(out, &in6, sizeof(in6));
		return true;
	}
	return false;
}
