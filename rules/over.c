/*
 * Strengths are raised, pass after pass, until every rule is stronger than
 * those it names. In a ring that never ends: one that has grown beyond what a
 * rule can say and a chain can add is traced back to the ring it grows from.
 */
#include "rules/over.h"

#define STRENGTH_RAISED 1000 /* what `over` may lead to */

static enum status over_fault(struct rule_reader *r,
    const struct rule_spec *spec, const struct rule_over *over,
    const char *sentence)
{
	r->name = spec->rule.file;
	return rule_fault_at(r, over->line, over->column,
	    "rule %s is over %.80s, %s", spec->rule.id, over->id, sentence);
}

static struct rule_spec *named(
    const struct rule_reader *r, const struct rule_over *over)
{
	const int64_t *index = strmap_get_text(r->ids, over->id);

	return index == NULL ? NULL : r->set->specs[*index];
}

static enum status check_named(struct rule_reader *r)
{
	for (size_t i = 0; i < r->set->count; i++) {
		const struct rule_spec *spec = r->set->specs[i];

		for (size_t k = 0; k < spec->over_count; k++)
			if (named(r, &spec->over[k]) == NULL)
				return over_fault(r, spec, &spec->over[k],
				    "which does not exist");
	}
	return STATUS_OK;
}

/* The strongest that it names, NULL where it names none. */
static const struct rule_over *strongest(
    const struct rule_reader *r, const struct rule_spec *spec)
{
	const struct rule_over *best = NULL;

	for (size_t k = 0; k < spec->over_count; k++)
		if (best == NULL || named(r, &spec->over[k])->rule.strength >
					named(r, best)->rule.strength)
			best = &spec->over[k];
	return best;
}

/* spec is too strong: as many steps down as there are rules end in a ring. */
static enum status ring_fault(
    struct rule_reader *r, const struct rule_spec *spec)
{
	const struct rule_over *over = strongest(r, spec);

	for (size_t i = 0; i < r->set->count; i++) {
		const struct rule_spec *lower = named(r, over);
		const struct rule_over *next = strongest(r, lower);

		if (next == NULL)
			return over_fault(
			    r, spec, over, "at the end of too long a chain");
		spec = lower;
		over = next;
	}
	return over_fault(r, spec, over, "and by that over itself");
}

/* Raises every rule over those it names; the one that is too strong, or NULL */
static const struct rule_spec *raise_once(struct rule_reader *r, bool *changed)
{
	for (size_t i = 0; i < r->set->count; i++) {
		struct rule_spec *spec = r->set->specs[i];
		const struct rule_over *over = strongest(r, spec);
		int least;

		if (over == NULL)
			continue;
		least = named(r, over)->rule.strength + 1;
		if (spec->rule.strength >= least)
			continue;
		if (least > STRENGTH_RAISED)
			return spec;
		spec->rule.strength = least;
		*changed = true;
	}
	return NULL;
}

enum status rules_raise_over(struct rule_reader *r)
{
	enum status status = check_named(r);
	bool changed = true;

	while (changed && status == STATUS_OK) {
		const struct rule_spec *spec;

		changed = false;
		spec = raise_once(r, &changed);
		if (spec != NULL)
			status = ring_fault(r, spec);
	}
	return status;
}
