/*
 * The keywords inside a rule: a table of readers (private to rules/).
 *
 * Each reader fills its part of the rule being read from the rest of the line
 * and reports through rule_fault() at the column where it stands.
 */
#ifndef MXPRINT_RULES_FIELD_H
#define MXPRINT_RULES_FIELD_H

#include "common/strmap.h"
#include "rules/rulefile.h"

struct rule_reader {
	const char *name; /* of the file, in the arena of the set */
	struct rule_set *set;
	struct strmap *ids; /* rule id -> index in set */
	const struct catalog *catalog;
	struct rule_spec *spec; /* being read, NULL before the first */
	unsigned seen;		/* bits of fields the spec has */
	int line;
	int column; /* of the value being read */
	struct error *err;
};

/* Fills reader->err with "FILE:LINE:COL: sentence"; gives STATUS_DATA. */
enum status rule_fault_at(struct rule_reader *r, int line, int column,
    const char *format, ...) __attribute__((format(printf, 4, 5)));
#define rule_fault(r, ...) \
	rule_fault_at((r), (r)->line, (r)->column, __VA_ARGS__)

/* Cuts the next word off *rest; "" at the end. Keeps r->column on it. */
char *rule_next_word(struct rule_reader *r, char **rest);

/* Moves r->column past a word that rule_next_word gave. */
void rule_pass_word(struct rule_reader *r, const char *word, const char *rest);

/* The readers of "example" and "not": a reply it must match, or must not. */
enum status rule_read_example(struct rule_reader *r, char *value);
enum status rule_read_not(struct rule_reader *r, char *value);

/* value is NUL-terminated, not empty and may be changed. */
enum status rule_field_read(struct rule_reader *r, const char *keyword,
    int keyword_column, char *value);

/* What a rule that declares no precision has. */
double rule_stage_precision(enum rule_stage stage);

#endif
