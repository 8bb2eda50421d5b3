/* Any bytes as a rule file, and as a reply that the shipped rules look at. */
#include <stdlib.h>

#include "rules/rulefile.h"
#include "tests/fuzz/fuzz.h"

static struct catalog *catalog;
static struct rule_engine *shipped;

static void set_up(void)
{
	struct error err;

	if (catalog_load("catalog/products.tsv", &catalog, &err) != STATUS_OK ||
	    rule_engine_load("rules", catalog, &shipped, &err) != STATUS_OK)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct arena *arena = arena_new();
	struct rule_set *set = NULL;
	struct rule_hits hits;

	if (!catalog)
		set_up();
	if (rulefile_parse("fuzz", (const char *)bytes, len, catalog, &set,
		NULL) == STATUS_OK)
		rule_set_free(set);
	for (int stage = 0; stage < STAGE_COUNT; stage++)
		rule_engine_match_text(shipped, arena, (enum rule_stage)stage,
		    (const char *)bytes, len, &hits);
	arena_free(arena);
	return 0;
}
