#include "catalog/label.h"

#include <string.h>

static const char *const names[] = {
	[LABEL_BANNER] = "banner",
	[LABEL_BEHAVIOUR] = "behaviour",
	[LABEL_PERSON] = "person",
	[LABEL_OPERATOR] = "operator",
	[LABEL_LAB] = "lab",
};

_Static_assert(sizeof(names) / sizeof(names[0]) == LABEL_SOURCE_COUNT,
    "a name for every label source");

const char *label_source_name(enum label_source source)
{
	return source < LABEL_SOURCE_COUNT ? names[source] : "unknown";
}

enum label_source label_source_parse(const char *name)
{
	int i = 0;

	while (i < LABEL_SOURCE_COUNT && strcmp(names[i], name) != 0)
		i++;
	return (enum label_source)i;
}
