/*
 * Method: the answer section is walked once for every alias and once more for
 * the records. All reading goes through the bounds of struct packet.
 */
#include "prober/dns_answer.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define HEADER_SIZE   12
#define ALIASES_MAX   16
#define POINTERS_MAX  64
#define RECORDS_MAX   4096
#define CLASS_IN      1
#define FLAG_RESPONSE 0x80

struct packet {
	const uint8_t *bytes;
	size_t len;
};

struct record {
	struct dns_name owner;
	int type, class;
	int64_t ttl;
	size_t data, data_len; /* in the packet */
};

struct walk {
	size_t at, left;
};

static int read16(const struct packet *p, size_t at)
{
	return p->bytes[at] << 8 | p->bytes[at + 1];
}

/* One label to text; false when the text is full. */
static bool add_label(
    struct dns_name *name, size_t *used, const uint8_t *label, size_t len)
{
	if (*used > 0)
		name->text[(*used)++] = '.';
	for (size_t i = 0; i < len; i++) {
		bool plain =
		    isalnum(label[i]) || label[i] == '-' || label[i] == '_';

		if (*used + 6 > DNS_NAME_SIZE &&
		    !(plain && *used + 2 <= DNS_NAME_SIZE)) {
			name->clean = false;
			return false;
		}
		if (plain) {
			name->text[(*used)++] = (char)tolower(label[i]);
			continue;
		}
		name->clean = false;
		*used += (size_t)snprintf(name->text + *used,
		    DNS_NAME_SIZE - *used, "\\%03d", label[i]);
	}
	return *used + 2 <= DNS_NAME_SIZE;
}

/* The name at *at, which moves behind it. Pointers may only go backwards. */
static bool read_name(const struct packet *p, size_t *at, struct dns_name *name)
{
	size_t here = *at, used = 0, pointers = 0, wire = 0;
	bool full = false;

	name->clean = true;
	for (;;) {
		size_t len;

		if (here >= p->len)
			return false;
		len = p->bytes[here];
		if (len >= 0xc0) {
			size_t target;

			if (here + 1 >= p->len || ++pointers > POINTERS_MAX)
				return false;
			target = (size_t)read16(p, here) & 0x3fff;
			if (pointers == 1)
				*at = here + 2;
			if (target >= here)
				return false;
			here = target;
			continue;
		}
		wire += len + 1;
		if (len > 63 || here + 1 + len > p->len || wire > 255)
			return false;
		if (len == 0)
			break;
		full =
		    full || !add_label(name, &used, p->bytes + here + 1, len);
		here += 1 + len;
	}
	if (pointers == 0)
		*at = here + 1;
	if (full)
		name->clean = false;
	name->text[used < DNS_NAME_SIZE ? used : DNS_NAME_SIZE - 1] = '\0';
	return true;
}

/* false at the end, or (walk.left is not 0) where the packet is malformed. */
static bool next_record(
    const struct packet *p, struct walk *walk, struct record *r)
{
	if (walk->left == 0)
		return false;
	if (!read_name(p, &walk->at, &r->owner) || walk->at + 10 > p->len)
		return false;
	r->type = read16(p, walk->at);
	r->class = read16(p, walk->at + 2);
	r->ttl =
	    (int64_t)read16(p, walk->at + 4) << 16 | read16(p, walk->at + 6);
	if (r->ttl > INT32_MAX) /* RFC 2181, 8 */
		r->ttl = 0;
	r->data_len = (size_t)read16(p, walk->at + 8);
	r->data = walk->at + 10;
	if (r->data + r->data_len > p->len)
		return false;
	walk->at = r->data + r->data_len;
	walk->left--;
	return true;
}

static bool owned_by(const struct record *r, const char *name)
{
	return r->class == CLASS_IN && r->owner.clean &&
	       strcmp(r->owner.text, name) == 0;
}

static void note_ttl(struct dns_answer *answer, const struct record *r)
{
	if (answer->ttl < 0 || r->ttl < answer->ttl)
		answer->ttl = r->ttl;
}

/* One step along the aliases; *malformed when the walk does not end well. */
static bool follow_alias(const struct packet *p, struct walk walk,
    const char *name, struct dns_answer *answer, bool *malformed)
{
	struct dns_name target;
	struct record r;

	while (next_record(p, &walk, &r)) {
		if (r.type != DNS_CNAME || !owned_by(&r, name))
			continue;
		if (!read_name(p, &r.data, &target)) {
			*malformed = true;
			return false;
		}
		note_ttl(answer, &r);
		answer->alias = true;
		answer->canonical = target;
		return true;
	}
	*malformed = walk.left > 0;
	return false;
}

static void add_mx(struct dns_answer *answer, const struct dns_mx *mx)
{
	size_t worst = 0;

	if (answer->mx_count < DNS_MX_MAX) {
		answer->mx[answer->mx_count++] = *mx;
		return;
	}
	for (size_t i = 1; i < DNS_MX_MAX; i++) {
		if (answer->mx[i].preference > answer->mx[worst].preference)
			worst = i;
	}
	if (mx->preference < answer->mx[worst].preference)
		answer->mx[worst] = *mx;
}

static void add_address(
    struct dns_answer *answer, const uint8_t *bytes, size_t size)
{
	struct dns_address *a = &answer->addresses[answer->address_count];

	if (answer->address_count == DNS_ADDRESSES_MAX)
		return;
	for (size_t i = 0; i < answer->address_count; i++) {
		if (memcmp(answer->addresses[i].bytes, bytes, size) == 0)
			return;
	}
	a->size = (uint8_t)size;
	memcpy(a->bytes, bytes, size);
	answer->address_count++;
}

static bool add_record(
    const struct packet *p, const struct record *r, struct dns_answer *answer)
{
	size_t at = r->data;
	struct dns_mx mx;

	switch (r->type) {
	case DNS_A:
	case DNS_AAAA:
		if (r->data_len != (r->type == DNS_A ? 4u : 16u))
			return false;
		add_address(answer, p->bytes + at, r->data_len);
		break;
	case DNS_MX:
		if (r->data_len < 3)
			return false;
		mx.preference = read16(p, at);
		at += 2;
		if (!read_name(p, &at, &mx.name))
			return false;
		add_mx(answer, &mx);
		break;
	case DNS_PTR:
		if (answer->name_count == DNS_NAMES_MAX)
			return true;
		if (!read_name(p, &at, &answer->names[answer->name_count]))
			return false;
		answer->name_count++;
		break;
	default:
		return true;
	}
	note_ttl(answer, r);
	return at <= r->data + r->data_len;
}

static bool read_header(const struct packet *p, struct walk *walk, int *rcode)
{
	struct dns_name question;
	size_t questions;

	if (p->len < HEADER_SIZE || !(p->bytes[2] & FLAG_RESPONSE))
		return false;
	*rcode = p->bytes[3] & 15;
	questions = (size_t)read16(p, 4);
	walk->left = (size_t)read16(p, 6);
	walk->at = HEADER_SIZE;
	if (questions > 1 || walk->left > RECORDS_MAX)
		return false;
	if (questions == 1) {
		if (!read_name(p, &walk->at, &question))
			return false;
		walk->at += 4;
	}
	return true;
}

bool dns_answer_parse(const uint8_t *bytes, size_t len, const char *name,
    enum dns_type type, struct dns_answer *answer)
{
	const struct packet p = { bytes, len };
	bool malformed = false;
	struct record r;
	struct walk walk;
	int aliases = 0;

	answer->alias = false;
	answer->ttl = -1;
	answer->mx_count = answer->address_count = answer->name_count = 0;
	if (!read_header(&p, &walk, &answer->rcode))
		return false;
	while (follow_alias(&p, walk, name, answer, &malformed)) {
		name = answer->canonical.text;
		if (!answer->canonical.clean || ++aliases == ALIASES_MAX)
			return true; /* an alias of nothing that exists */
	}
	if (malformed)
		return false;
	while (next_record(&p, &walk, &r)) {
		if (r.type == (int)type && owned_by(&r, name) &&
		    !add_record(&p, &r, answer))
			return false;
	}
	return walk.left == 0;
}

size_t dns_answer_records(const struct dns_answer *answer)
{
	return answer->mx_count + answer->address_count + answer->name_count;
}
