/* Any packet as a DNS answer: every name and count stays within bounds. */
#include <stdlib.h>
#include <string.h>

#include "prober/dns_answer.h"
#include "tests/fuzz/fuzz.h"

static void check_name(const struct dns_name *name)
{
	if (!memchr(name->text, '\0', sizeof(name->text)))
		abort();
	for (const char *p = name->text; *p; p++) {
		if (*p < 0x21 || *p > 0x7e)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const enum dns_type types[] = { DNS_A, DNS_AAAA, DNS_MX,
		DNS_PTR };
	static struct dns_answer answer;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (!dns_answer_parse(bytes, len, "a.b", types[i], &answer))
			continue;
		if (answer.mx_count > DNS_MX_MAX ||
		    answer.address_count > DNS_ADDRESSES_MAX ||
		    answer.name_count > DNS_NAMES_MAX)
			abort();
		for (size_t k = 0; k < answer.mx_count; k++)
			check_name(&answer.mx[k].name);
		for (size_t k = 0; k < answer.name_count; k++)
			check_name(&answer.names[k]);
		if (answer.alias)
			check_name(&answer.canonical);
	}
	return 0;
}
