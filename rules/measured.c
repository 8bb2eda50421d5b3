#include "rules/measured.h"

#include <stdio.h>
#include <string.h>

#define COUNT_MAX 1000000

static struct rule_spec *find(struct rule_set *set, const char *id, size_t len)
{
	for (size_t i = 0; i < set->count; i++) {
		const char *other = set->specs[i]->rule.id;

		if (strlen(other) == len && memcmp(other, id, len) == 0)
			return set->specs[i];
	}
	return NULL;
}

static bool apply_row(struct rule_set *set, const char *line)
{
	size_t id = strcspn(line, "\t\n");
	struct rule_spec *spec;
	unsigned right, wrong;

	if (line[id] != '\t' ||
	    sscanf(line + id, "\t%7u\t%7u\t", &right, &wrong) != 2 ||
	    right > COUNT_MAX || wrong > COUNT_MAX)
		return false;
	spec = find(set, line, id);
	if (spec != NULL)
		spec->rule.precision =
		    (right + MEASURED_PRIOR * spec->rule.declared) /
		    ((double)right + wrong + MEASURED_PRIOR);
	return true;
}

enum status measured_apply(
    const char *name, const char *text, struct rule_set *set, struct error *err)
{
	int number = 0;

	while (*text != '\0') {
		number++;
		if (number > 1 && !apply_row(set, text))
			return error_set(err, STATUS_DATA,
			    "%s:%d:1: a row is rule, right, wrong and lower "
			    "bound, separated by tabs; `mxprint rules "
			    "measure` writes them",
			    name, number);
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return STATUS_OK;
}
