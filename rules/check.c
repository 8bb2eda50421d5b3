/*
 * Runs the examples of all rules against all rules. What is asked of each:
 *   - enough examples: two that match and one that does not;
 *   - an example matches its rule, with the version it promises and no other;
 *   - it is won by its rule, by one declared `over` it, or by the rule that
 *     `=> rule=ID` names;
 *   - no rule that says another product, operator or front matches it, unless
 *     that other is what this one is built on (zimbra: postfix);
 *   - a `not` does not match its rule.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "rules/engine.h"
#include "rules/rulefile.h"

#define POSITIVE_LEAST 2
#define NEGATIVE_LEAST 1

struct check {
	struct rule_engine *engine;
	const struct rule_set *set;
	const struct catalog *catalog;
	struct arena *arena;
	void (*report)(void *user, const char *sentence);
	void *user;
	size_t failures;
};

static void fail(struct check *c, const struct rule_spec *spec, int line,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

static void fail(struct check *c, const struct rule_spec *spec, int line,
    const char *format, ...)
{
	char sentence[600];
	char whole[900];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	snprintf(whole, sizeof(whole), "%s:%d:1: rule %s: %s", spec->rule.file,
	    line, spec->rule.id, sentence);
	c->failures++;
	c->report(c->user, whole);
}

static const struct rule_hit *hit_of(
    const struct rule_hits *hits, const struct rule *rule)
{
	for (size_t i = 0; i < hits->count; i++)
		if (hits->items[i].rule == rule)
			return &hits->items[i];
	return NULL;
}

/* Whether upper says, directly or by way of others, that it is over lower. */
static bool is_over(
    const struct check *c, const char *upper, const char *lower, int depth)
{
	const struct rule_spec *spec = rule_set_find(c->set, upper);

	if (spec == NULL || depth > 8)
		return false;
	for (size_t i = 0; i < spec->over_count; i++)
		if (strcmp(spec->over[i].id, lower) == 0 ||
		    is_over(c, spec->over[i].id, lower, depth + 1))
			return true;
	return false;
}

/* Whether `later` is built on `earlier`, or the same. NULL says nothing. */
static bool agrees(
    const struct catalog *catalog, const char *later, const char *earlier)
{
	product_id at;

	if (later == NULL || earlier == NULL)
		return true;
	for (at = catalog_find(catalog, later); at != PRODUCT_NONE;
	     at = catalog_product(catalog, at)->lineage)
		if (strcmp(catalog_product(catalog, at)->id, earlier) == 0)
			return true;
	return false;
}

/* Whether both answer one of the questions what, whose, behind what. */
static bool compete(const struct rule *a, const struct rule *b)
{
	return (a->product != NULL && b->product != NULL) ||
	       (a->operator_id != NULL && b->operator_id != NULL) ||
	       (a->front != NULL && b->front != NULL);
}

static void check_others(struct check *c, const struct rule_spec *spec,
    const struct rule_example *example, enum rule_stage stage,
    const struct rule_hits *hits)
{
	const struct rule *own = &spec->rule;
	bool before = true; /* better than our rule */

	for (size_t i = 0; i < hits->count; i++) {
		const struct rule *other = hits->items[i].rule;
		bool named = (example->winner != NULL &&
				 strcmp(example->winner, other->id) == 0) ||
			     is_over(c, other->id, own->id, 0);

		if (other == own) {
			before = false;
			continue;
		}
		if (!compete(own, other) || named)
			continue;
		if (before)
			fail(c, spec, example->line,
			    "its example (stage %s) is won by rule %s; say "
			    "`over` there, or make one of them stricter",
			    rule_stage_name(stage), other->id);
		else if (!is_over(c, own->id, other->id, 0) &&
			 (!agrees(c->catalog, own->product, other->product) ||
			     !agrees(c->catalog, own->operator_id,
				 other->operator_id) ||
			     !agrees(c->catalog, own->front, other->front)))
			fail(c, spec, example->line,
			    "its example (stage %s) is matched by rule %s, "
			    "which says something else",
			    rule_stage_name(stage), other->id);
	}
}

static void check_positive(struct check *c, const struct rule_spec *spec,
    const struct rule_example *example, enum rule_stage stage,
    const struct rule_hits *hits)
{
	const struct rule_hit *own = hit_of(hits, &spec->rule);
	const char *wanted =
	    example->version ? example->version : spec->rule.version;

	if (own == NULL) {
		fail(c, spec, example->line,
		    "does not match its example (stage %s)",
		    rule_stage_name(stage));
		return;
	}
	if (wanted == NULL && own->version != NULL)
		fail(c, spec, example->line,
		    "yields version %s, which the example does not promise",
		    own->version);
	else if (wanted != NULL &&
		 (own->version == NULL || strcmp(wanted, own->version) != 0))
		fail(c, spec, example->line,
		    "yields version %s where the example promises %s",
		    own->version ? own->version : "(none)", wanted);
	if (example->winner != NULL &&
	    (hits->count == 0 ||
		strcmp(hits->items[0].rule->id, example->winner) != 0))
		fail(c, spec, example->line,
		    "its example is not won by %s as it says", example->winner);
	check_others(c, spec, example, stage, hits);
}

static void check_rule(struct check *c, const struct rule_spec *spec)
{
	size_t positive = 0;

	for (size_t i = 0; i < spec->example_count; i++) {
		const struct rule_example *example = &spec->examples[i];

		positive += example->positive;
		for (int s = 0; s < STAGE_COUNT; s++) {
			struct rule_hits hits;

			if ((spec->rule.stages & 1u << s) == 0)
				continue;
			rule_engine_match_text(c->engine, c->arena,
			    (enum rule_stage)s, example->text, example->len,
			    &hits);
			if (example->positive)
				check_positive(c, spec, example,
				    (enum rule_stage)s, &hits);
			else if (hit_of(&hits, &spec->rule) != NULL)
				fail(c, spec, example->line,
				    "matches what it must not match");
			arena_reset(c->arena);
		}
	}
	if (positive < POSITIVE_LEAST ||
	    spec->example_count - positive < NEGATIVE_LEAST)
		fail(c, spec, spec->rule.line,
		    "%zu `example` and %zu `not`; at least %d and %d are "
		    "needed",
		    positive, spec->example_count - positive, POSITIVE_LEAST,
		    NEGATIVE_LEAST);
}

size_t rule_engine_check(struct rule_engine *engine,
    void (*report)(void *user, const char *sentence), void *user)
{
	struct check c = { .engine = engine,
		.set = rule_engine_set(engine),
		.catalog = rule_engine_catalog(engine),
		.arena = arena_new(),
		.report = report,
		.user = user };

	for (size_t i = 0; i < c.set->count; i++)
		check_rule(&c, c.set->specs[i]);
	arena_free(c.arena);
	return c.failures;
}
