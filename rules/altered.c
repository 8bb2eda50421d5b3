/*
 * Runs every example again in the shapes in which strangers' servers say the
 * same (rules/alteration.h). The rules together must give the answer that they
 * give to the example itself.
 *
 * A rule whose words prove nothing, but their whole form does, says `whole`
 * and is asked only for what leaves the form alone.
 */
#include <string.h>

#include "rules/alteration.h"
#include "rules/engine.h"
#include "rules/rulefile.h"

struct answers { /* as ids, NULL: none */
	const char *product;
	const char *operator_id;
	const char *front;
	const char *version;
};

static struct answers ask(struct rule_engine *engine, struct arena *arena,
    enum rule_stage stage, const char *text, size_t len)
{
	struct rule_hits hits;
	struct rule_answer a;

	rule_engine_match_text(engine, arena, stage, text, len, &hits);
	a = rule_hits_answer(&hits);
	return (struct answers){ a.product ? a.product->rule->product : NULL,
		a.operator_id ? a.operator_id->rule->operator_id : NULL,
		a.front ? a.front->rule->front : NULL, a.version };
}

/* An operator's greeting is known by the operator's host. */
static bool needs_host(const struct rule_spec *spec)
{
	for (size_t i = 0; i < spec->pattern_count; i++)
		if (spec->patterns[i].is_suffix)
			return true;
	return spec->rule.operator_id != NULL;
}

static bool same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* The first answer that differs, as a sentence; NULL: none. */
static const char *difference(struct arena *arena, const struct answers *before,
    const struct answers *after)
{
	const struct {
		const char *name;
		const char *was;
		const char *is;
	} rows[] = {
		{ "product", before->product, after->product },
		{ "operator", before->operator_id, after->operator_id },
		{ "front", before->front, after->front },
		{ "version", before->version, after->version },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (!same(rows[i].was, rows[i].is))
			return arena_printf(arena, "%s becomes %s, was %s",
			    rows[i].name, rows[i].is ? rows[i].is : "(none)",
			    rows[i].was ? rows[i].was : "(none)");
	return NULL;
}

struct altered_check {
	struct rule_engine *engine;
	void (*report)(void *user, const char *sentence);
	void *user;
	size_t tried;
	size_t failures;
};

static void check_alteration(struct altered_check *c, struct altering *a,
    const struct rule_spec *spec, const struct rule_example *example,
    enum rule_stage stage, const struct alteration *how)
{
	struct answers before =
	    ask(c->engine, a->arena, stage, example->text, example->len);
	struct answers after;
	const char *differs;

	example_lines_cut(&a->reply, example->text, example->len);
	if (a->reply.count == 0 || !how->alter(a, how))
		return;
	c->tried++;
	after =
	    ask(c->engine, a->arena, stage, buffer_text(&a->out), a->out.len);
	differs = difference(a->arena, &before, &after);
	if (differs == NULL)
		return;
	c->failures++;
	c->report(c->user, arena_printf(a->arena,
			       "%s:%d:%d: rule %s: with %s, the example's %s",
			       spec->rule.file, example->line, example->column,
			       spec->rule.id, how->name, differs));
}

static void check_example(struct altered_check *c, const struct rule_spec *spec,
    const struct rule_example *example)
{
	struct altering a = { .arena = arena_new() };

	buffer_init(&a.out, ALTERED_MAX);
	for (const struct alteration *how = alterations; how->name; how++)
		for (int s = 0; s < STAGE_COUNT; s++) {
			if ((how->stages & spec->rule.stages & 1u << s) == 0 ||
			    (spec->whole && how->form) ||
			    (needs_host(spec) && how->parts_host))
				continue;
			check_alteration(
			    c, &a, spec, example, (enum rule_stage)s, how);
			arena_reset(a.arena);
		}
	buffer_clear(&a.out);
	arena_free(a.arena);
}

size_t rule_engine_check_altered(struct rule_engine *engine,
    void (*report)(void *user, const char *sentence), void *user, size_t *tried)
{
	struct altered_check c = { engine, report, user, 0, 0 };
	const struct rule_set *set = rule_engine_set(engine);

	for (size_t i = 0; i < set->count; i++) {
		const struct rule_spec *spec = set->specs[i];

		for (size_t k = 0; k < spec->example_count; k++)
			if (spec->examples[k].positive)
				check_example(&c, spec, &spec->examples[k]);
	}
	*tried = c.tried;
	return c.failures;
}
