/*
 * Reads the value of each keyword of a rule. A new keyword is a function and
 * a row of the table at the end.
 */
#include <assert.h>
#include <libpsl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/utf8.h"
#include "rules/field.h"

#define STRENGTH_MAX 100

static const struct {
	const char *name;
	double precision; /* where a rule declares none */
} stages[] = {
	[STAGE_BANNER] = { "banner", 0.97 },
	[STAGE_EHLO] = { "ehlo", 0.92 },
	[STAGE_HELP] = { "help", 0.97 },
	[STAGE_UNKNOWN] = { "unknown", 0.90 },
	[STAGE_NUL] = { "nul", 0.90 },
	[STAGE_MAIL] = { "mail", 0.90 },
	[STAGE_REPLY] = { "reply", 0.90 },
	[STAGE_QUIT] = { "quit", 0.90 },
	[STAGE_MX_NAME] = { "mx-name", 0.98 },
	[STAGE_CERTIFICATE] = { "certificate", 0.97 },
};
_Static_assert(
    sizeof(stages) / sizeof(*stages) == STAGE_COUNT, "a row for every stage");

const char *rule_stage_name(enum rule_stage stage)
{
	assert(stage < STAGE_COUNT);
	return stages[stage].name;
}

enum rule_stage rule_stage_parse(const char *name)
{
	int s = 0;

	while (s < STAGE_COUNT && strcmp(name, stages[s].name) != 0)
		s++;
	return (enum rule_stage)s;
}

double rule_stage_precision(enum rule_stage stage)
{
	assert(stage < STAGE_COUNT);
	return stages[stage].precision;
}

enum status rule_fault_at(
    struct rule_reader *r, int line, int column, const char *format, ...)
{
	char sentence[ERROR_TEXT_MAX / 2];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	return error_set(r->err, STATUS_DATA, "%s:%d:%d: %s", r->name, line,
	    column, sentence);
}

char *rule_next_word(struct rule_reader *r, char **rest)
{
	char *start = *rest + strspn(*rest, " \t");
	char *end = start + strcspn(start, " \t");

	r->column += (int)(start - *rest);
	*rest = end;
	if (*end != '\0') {
		*end = '\0';
		*rest = end + 1;
	}
	return start;
}

void rule_pass_word(struct rule_reader *r, const char *word, const char *rest)
{
	r->column += (int)(rest - word);
}

static enum status read_stage(struct rule_reader *r, char *value)
{
	struct rule *rule = &r->spec->rule;

	for (char *rest = value, *word;;) {
		enum rule_stage stage;

		word = rule_next_word(r, &rest);
		if (*word == '\0')
			return STATUS_OK;
		stage = rule_stage_parse(word);
		if (stage == STAGE_COUNT)
			return rule_fault(r,
			    "unknown stage %.32s; there are banner, ehlo, "
			    "help, unknown, nul, mail, reply, quit, mx-name, "
			    "certificate",
			    word);
		if (rule->stages == 0)
			rule->stage = stage;
		rule->stages |= 1u << stage;
		rule_pass_word(r, word, rest);
	}
}

static enum status add_pattern(
    struct rule_reader *r, const char *value, struct rule_pattern pattern)
{
	struct rule_spec *spec = r->spec;

	if (spec->pattern_count == PATTERNS_MAX)
		return rule_fault(
		    r, "more than %d patterns in one rule", PATTERNS_MAX);
	pattern.text = arena_strdup(r->set->arena, value);
	pattern.line = r->line;
	pattern.column = r->column;
	if (!pattern.negated && spec->rule.pattern == NULL)
		spec->rule.pattern = pattern.text;
	spec->patterns[spec->pattern_count++] = pattern;
	return STATUS_OK;
}

static enum status read_match(struct rule_reader *r, char *value)
{
	return add_pattern(r, value, (struct rule_pattern){ 0 });
}

static enum status read_match_case(struct rule_reader *r, char *value)
{
	return add_pattern(
	    r, value, (struct rule_pattern){ .match_case = true });
}

static enum status read_unless(struct rule_reader *r, char *value)
{
	return add_pattern(r, value, (struct rule_pattern){ .negated = true });
}

/* Under a public suffix (co.uk) strangers have their names. */
static enum status read_suffix(struct rule_reader *r, char *value)
{
	enum status status =
	    add_pattern(r, value, (struct rule_pattern){ .is_suffix = true });

	for (char *rest = value, *word; status == STATUS_OK;) {
		word = rule_next_word(r, &rest);
		if (*word == '\0')
			break;
		if (word[0] == '.' || word[strlen(word) - 1] == '.' ||
		    strpbrk(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != NULL)
			return rule_fault(r,
			    "a suffix is a name in lower case without a dot at "
			    "its ends");
		if (psl_is_public_suffix2(psl_builtin(), word, PSL_TYPE_ICANN))
			return rule_fault(r,
			    "anybody can have a name under %.64s; a suffix is "
			    "the registered domain of one operator, or a name "
			    "below it",
			    word);
		rule_pass_word(r, word, rest);
	}
	return status;
}

static enum status read_code(struct rule_reader *r, char *value)
{
	for (char *rest = value, *word;;) {
		size_t len;

		word = rule_next_word(r, &rest);
		len = strlen(word);
		if (len == 0)
			return STATUS_OK;
		if (len > 3 || strspn(word, "0123456789") != len ||
		    word[0] < '2' || word[0] > '5')
			return rule_fault(
			    r, "a reply code (502) or its first digits (5)");
		if (r->spec->code_count == CODES_MAX)
			return rule_fault(r, "more than %d codes", CODES_MAX);
		memcpy(r->spec->codes[r->spec->code_count++], word, len + 1);
		rule_pass_word(r, word, rest);
	}
}

static enum status read_product_id(
    struct rule_reader *r, const char *value, const char **id)
{
	product_id found = catalog_find(r->catalog, value);

	if (found == PRODUCT_NONE)
		return rule_fault(
		    r, "%.64s is not an id of catalog/products.tsv", value);
	*id = catalog_product(r->catalog, found)->id;
	return STATUS_OK;
}

static enum status read_product(struct rule_reader *r, char *value)
{
	return read_product_id(r, value, &r->spec->rule.product);
}

static enum status read_operator(struct rule_reader *r, char *value)
{
	return read_product_id(r, value, &r->spec->rule.operator_id);
}

static enum status read_front(struct rule_reader *r, char *value)
{
	return read_product_id(r, value, &r->spec->rule.front);
}

static enum status read_before(struct rule_reader *r, char *value)
{
	return read_product_id(r, value, &r->spec->rule.before);
}

static enum status read_os(struct rule_reader *r, char *value)
{
	r->spec->rule.os = arena_strdup(r->set->arena, value);
	return STATUS_OK;
}

static enum status read_version(struct rule_reader *r, char *value)
{
	r->spec->rule.version = arena_strdup(r->set->arena, value);
	return STATUS_OK;
}

/* It is shown to people, in JSON: valid UTF-8 (RFC 3629). */
static enum status read_source(struct rule_reader *r, char *value)
{
	size_t good = utf8_length(value, strlen(value));

	if (value[good] != '\0') {
		r->column += (int)good;
		return rule_fault(r, "a source is written in UTF-8");
	}
	r->spec->rule.source = arena_strdup(r->set->arena, value);
	return STATUS_OK;
}

/* The value says why, for people. */
static enum status read_whole(struct rule_reader *r, char *value)
{
	(void)value;
	r->spec->whole = true;
	return STATUS_OK;
}

static enum status read_precision(struct rule_reader *r, char *value)
{
	char *end;
	double p = strtod(value, &end);

	if (*end != '\0' || !(p > 0.0 && p <= 1.0))
		return rule_fault(r, "a precision is over 0 and at most 1");
	r->spec->rule.precision = p;
	return STATUS_OK;
}

static enum status read_strength(struct rule_reader *r, char *value)
{
	char *end;
	long s = strtol(value, &end, 10);

	if (*end != '\0' || s < 1 || s > STRENGTH_MAX)
		return rule_fault(
		    r, "a strength is a number from 1 to %d", STRENGTH_MAX);
	r->spec->rule.strength = (int)s;
	return STATUS_OK;
}

static enum status read_over(struct rule_reader *r, char *value)
{
	struct rule_spec *spec = r->spec;

	for (char *rest = value, *word;;) {
		word = rule_next_word(r, &rest);
		if (*word == '\0')
			return STATUS_OK;
		if (spec->over_count == OVER_MAX)
			return rule_fault(
			    r, "over more than %d rules", OVER_MAX);
		spec->over[spec->over_count++] = (struct rule_over){
			.id = arena_strdup(r->set->arena, word),
			.line = r->line,
			.column = r->column,
		};
		rule_pass_word(r, word, rest);
	}
}

static const struct field {
	const char *name;
	bool repeats;
	enum status (*read)(struct rule_reader *r, char *value);
} fields[] = {
	{ "stage", false, read_stage },
	{ "match", true, read_match },
	{ "match-case", true, read_match_case },
	{ "unless", true, read_unless },
	{ "suffix", true, read_suffix },
	{ "code", false, read_code },
	{ "product", false, read_product },
	{ "operator", false, read_operator },
	{ "front", false, read_front },
	{ "before", false, read_before },
	{ "os", false, read_os },
	{ "version", false, read_version },
	{ "strength", false, read_strength },
	{ "precision", false, read_precision },
	{ "over", true, read_over },
	{ "whole", false, read_whole },
	{ "source", false, read_source },
	{ "example", true, rule_read_example },
	{ "not", true, rule_read_not },
};
#define FIELD_COUNT (sizeof(fields) / sizeof(*fields))
_Static_assert(FIELD_COUNT <= 32, "struct rule_reader.seen has a bit for each");

enum status rule_field_read(
    struct rule_reader *r, const char *keyword, int keyword_column, char *value)
{
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		if (strcmp(keyword, fields[i].name) != 0)
			continue;
		if (r->spec == NULL)
			return rule_fault_at(r, r->line, keyword_column,
			    "%s stands before the first `rule ID` line",
			    keyword);
		if (!fields[i].repeats && (r->seen & 1u << i) != 0)
			return rule_fault_at(r, r->line, keyword_column,
			    "a second %s in rule %s", keyword,
			    r->spec->rule.id);
		r->seen |= 1u << i;
		return fields[i].read(r, value);
	}
	return rule_fault_at(r, r->line, keyword_column,
	    "unknown word %.32s; see mxprint-rules(5)", keyword);
}
