#include "transcript/schema.h"

#include <ctype.h>
#include <string.h>

#include "common/log.h"

enum shape_type { TEXT, INTEGER, BOOLEAN, OBJECT, OBJECTS, TEXTS };

struct shape;

struct member {
	const char *key;
	enum shape_type type;
	bool needed;
	int64_t min;			 /* INTEGER */
	bool (*valid)(const char *text); /* TEXT */
	const struct shape *shape;	 /* OBJECT, OBJECTS; NULL: any */
};

struct shape {
	const char *what;
	const struct member *members; /* ends with key NULL, at most 32 */
};

static bool is_address(const char *text)
{
	return *text && text[strspn(text, "0123456789abcdefABCDEF.:")] == '\0';
}

/* As clock_format writes it; the fraction may be shorter or missing. */
static bool is_time(const char *text)
{
	static const char form[] = "dddd-dd-ddTdd:dd:dd";
	size_t digits = 0;

	for (const char *f = form; *f; f++, text++)
		if (*f == 'd' ? !isdigit((unsigned char)*text) : *text != *f)
			return false;
	if (*text == '.') {
		digits = strspn(text + 1, "0123456789");
		if (digits < 1 || digits > 3)
			return false;
		text += 1 + digits;
	}
	return strcmp(text, "Z") == 0;
}

static bool is_product(const char *text)
{
	return *text && *text != '.' && *text != '-' &&
	       text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789.-")] ==
		   '\0';
}

static bool is_sha256(const char *text)
{
	return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

static const struct member certificate_members[] = {
	{ "subject", TEXT, .needed = false },
	{ "issuer", TEXT, .needed = false },
	{ "issuer_organization", TEXT, .needed = false },
	{ "names", TEXTS, .needed = true },
	{ "key", TEXT, .needed = false },
	{ "signature", TEXT, .needed = false },
	{ "not_before", TEXT, .needed = false },
	{ "not_after", TEXT, .needed = false },
	{ "sha256", TEXT, .valid = is_sha256 },
	{ 0 },
};
static const struct shape certificate = { "a certificate",
	certificate_members };

static const struct member tls_members[] = {
	{ "version", TEXT, .needed = false },
	{ "cipher", TEXT, .needed = false },
	{ "group", TEXT, .needed = false },
	{ "alpn", TEXT, .needed = false },
	{ "error", TEXT, .needed = false },
	{ "handshake_ms", INTEGER, .needed = true, .min = -1 },
	{ "session_ticket", BOOLEAN, .needed = true },
	{ "chain", OBJECTS, .needed = true, .shape = &certificate },
	{ 0 },
};
static const struct shape tls = { "a handshake", tls_members };

static const struct member exchange_members[] = {
	{ "probe", TEXT, .needed = true },
	{ "sent", TEXT, .needed = true },
	{ "received", TEXT, .needed = true },
	{ "first_ms", INTEGER, .needed = true, .min = -1 },
	{ "last_ms", INTEGER, .needed = true, .min = -1 },
	{ "end", TEXT, .needed = true },
	{ "secure", BOOLEAN, .needed = false },
	{ 0 },
};
static const struct shape exchange = { "an exchange", exchange_members };

static const struct member connection_members[] = {
	{ "source", TEXT, .needed = false },
	{ "start_ms", INTEGER, .needed = true, .min = 0 },
	{ "connect_ms", INTEGER, .needed = true, .min = -1 },
	{ "duration_ms", INTEGER, .needed = true, .min = -1 },
	{ "end", TEXT, .needed = true },
	{ "tls", OBJECT, .shape = &tls },
	{ "exchanges", OBJECTS, .needed = true, .shape = &exchange },
	{ 0 },
};
static const struct shape connection = { "a connection", connection_members };

static const struct member label_members[] = {
	{ "product", TEXT, .needed = true, .valid = is_product },
	{ "version", TEXT, .needed = false },
	{ "front", TEXT, .valid = is_product },
	{ "source", TEXT, .needed = true },
	{ "annotator", TEXT, .needed = false },
	{ "date", TEXT, .needed = false },
	{ "comment", TEXT, .needed = false },
	{ 0 },
};
static const struct shape label = { "a label", label_members };

static const struct member transcript_members[] = {
	{ "type", TEXT, .needed = true },
	{ "v", INTEGER, .needed = true, .min = 1 },
	{ "host", TEXT, .needed = true, .valid = is_address },
	{ "port", INTEGER, .needed = true, .min = 1 },
	{ "name", TEXT, .needed = false },
	{ "plan", TEXT, .needed = true },
	{ "ehlo", TEXT, .needed = true },
	{ "start", TEXT, .needed = true, .valid = is_time },
	{ "outcome", TEXT, .needed = true },
	{ "detail", TEXT, .needed = false },
	{ "connections", OBJECTS, .needed = true, .shape = &connection },
	{ "deployment", TEXT, .needed = false },
	{ "label", OBJECT, .shape = &label },
	{ "provenance", OBJECT, .needed = false },
	{ 0 },
};
static const struct shape transcript = { "a transcript", transcript_members };

static enum status fault(struct error *err, const struct shape *shape,
    const char *key, const char *wrong)
{
	char quoted[80];

	log_quote(quoted, sizeof(quoted), key, strlen(key));
	return error_set(
	    err, STATUS_DATA, "\"%s\" of %s %s", quoted, shape->what, wrong);
}

/* NULL, or what is wrong with the value itself. */
static const char *value_fault(const struct json *v, const struct member *m)
{
	static const enum json_type types[] = {
		[TEXT] = JSON_STRING,
		[INTEGER] = JSON_NUMBER,
		[BOOLEAN] = JSON_BOOL,
		[OBJECT] = JSON_OBJECT,
		[OBJECTS] = JSON_ARRAY,
		[TEXTS] = JSON_ARRAY,
	};
	static const char *const words[] = {
		[TEXT] = "must be text",
		[INTEGER] = "must be a whole number",
		[BOOLEAN] = "must be true or false",
		[OBJECT] = "must be an object",
		[OBJECTS] = "must be an array",
		[TEXTS] = "must be an array",
	};

	if (v->type != types[m->type])
		return words[m->type];
	if (m->type == INTEGER && v->number != (double)v->integer)
		return words[INTEGER];
	if (m->type == INTEGER && v->integer < m->min)
		return "is too small";
	if (m->valid && (strlen(v->text) != v->len || !m->valid(v->text)))
		return "is not of its form";
	return NULL;
}

static enum status check_object(
    const struct json *object, const struct shape *shape, struct error *err);

static enum status check_value(const struct json *v, const struct shape *shape,
    const struct member *m, struct error *err)
{
	const char *wrong = value_fault(v, m);
	enum status status = STATUS_OK;

	if (wrong)
		return fault(err, shape, m->key, wrong);
	if (m->type == OBJECT && m->shape)
		return check_object(v, m->shape, err);
	if (m->type == OBJECTS)
		for (v = v->first; v && status == STATUS_OK; v = v->next)
			status = check_object(v, m->shape, err);
	return status;
}

/* As deep as the tables, whatever the record. */
static enum status check_object(
    const struct json *object, const struct shape *shape, struct error *err)
{
	uint32_t seen = 0;

	if (object->type != JSON_OBJECT)
		return error_set(
		    err, STATUS_DATA, "%s must be an object", shape->what);
	for (const struct json *v = object->first; v; v = v->next) {
		const struct member *m = shape->members;
		enum status status;
		uint32_t bit;

		while (m->key && strcmp(m->key, v->key) != 0)
			m++;
		if (!m->key)
			return fault(err, shape, v->key, "is no known member");
		bit = UINT32_C(1) << (m - shape->members);
		if (seen & bit)
			return fault(err, shape, v->key, "is given twice");
		seen |= bit;
		status = check_value(v, shape, m, err);
		if (status != STATUS_OK)
			return status;
	}
	for (const struct member *m = shape->members; m->key; m++)
		if (m->needed && !(seen & UINT32_C(1) << (m - shape->members)))
			return fault(err, shape, m->key, "is missing");
	return STATUS_OK;
}

enum status schema_check_transcript(
    const struct json *record, struct error *err)
{
	return check_object(record, &transcript, err);
}
