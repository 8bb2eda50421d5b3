/*
 * Which words name whose service it is, what stands in front, and what is
 * behind that.
 *
 * Behind a front is the product found, where that is not the front itself. Of
 * a front that was found as the product, whatever else was said: a proxy
 * passes on some of the words of what it protects. Of a host where nothing is
 * believed, nothing.
 */
#include "model/deciding.h"

#include <string.h>

#define WITNESSES_MAX 8
#define OPERATORS_MAX 4

/* hit NULL: the model says so. */
static void add(struct decision *d, enum evidence_about about, const char *id,
    const struct rule_hit *hit)
{
	struct prediction *p = d->p;
	struct witness *e;

	if (p->evidence_count == WITNESSES_MAX)
		return;
	e = &p->evidence[p->evidence_count++];
	e->about = about;
	e->id = id;
	if (!hit)
		return;
	e->stage = rule_stage_name(hit->stage);
	e->rule = hit->rule->id;
	e->words = reasons_evidence(d->arena, hit);
}

/* ------------------------------------------------------------- operators */

static bool is_listed(const struct decision *d, const char *operator_id)
{
	for (size_t i = 0; i < d->p->evidence_count; i++) {
		if (catalog_same_family(d->classifier->catalog,
			d->p->evidence[i].id, operator_id))
			return true;
	}
	return false;
}

/* The one found, then everybody else who is named, once. */
static void list_operators(struct decision *d)
{
	const struct rule_hit *chosen = d->verdict.operator_hit;

	if (!chosen)
		return;
	add(d, ABOUT_OPERATOR, chosen->rule->operator_id, chosen);
	for (size_t i = 0;
	     i < d->hits.count && d->p->evidence_count < OPERATORS_MAX; i++) {
		const struct rule_hit *hit = &d->hits.items[i];

		if (hit->rule->operator_id &&
		    !is_listed(d, hit->rule->operator_id))
			add(d, ABOUT_OPERATOR, hit->rule->operator_id, hit);
	}
}

/* ----------------------------------------------------------------- front */

/* Two names of one thing: a fork of a tarpit, but not Postfix's postscreen. */
static bool is_itself(
    const struct catalog *catalog, const char *product, const char *front)
{
	product_id a = catalog_find(catalog, product);
	product_id b = catalog_find(catalog, front);

	if (strcmp(product, front) == 0)
		return true;
	return a != PRODUCT_NONE && b != PRODUCT_NONE &&
	       catalog_same_family(catalog, product, front) &&
	       catalog_product(catalog, a)->kind ==
		   catalog_product(catalog, b)->kind;
}

/*
 * Best evidence for that product's family (NULL: for any) that is not the
 * front itself: behaviour before a claim.
 */
static const struct rule_hit *naming(
    const struct decision *d, const char *product, const char *front)
{
	const struct catalog *catalog = d->classifier->catalog;
	const struct rule_hit *best = NULL;

	for (size_t i = 0; i < d->hits.count; i++) {
		const struct rule_hit *hit = &d->hits.items[i];
		const char *named = hit->rule->product;

		if (!named || is_itself(catalog, named, front) ||
		    (product && !catalog_same_family(catalog, named, product)))
			continue;
		if (!best || (verdict_stage_is_behaviour(hit->stage) &&
				 !verdict_stage_is_behaviour(best->stage)))
			best = hit;
	}
	return best;
}

static void list_behind(struct decision *d, const struct rule *rule)
{
	const struct catalog *catalog = d->classifier->catalog;
	const char *product = d->verdict.product;
	const struct rule_hit *hit;

	if (strcmp(product, PRODUCT_UNKNOWN) == 0)
		return;
	if (is_itself(catalog, product, rule->front)) {
		hit = naming(d, NULL, rule->front);
		if (hit)
			add(d, ABOUT_BEHIND, hit->rule->product, hit);
		return;
	}
	hit = d->verdict.source == SOURCE_RULE
		  ? d->verdict.rule
		  : naming(d, product, rule->front);
	/* The model may take a front for the family that it is written for. */
	if (hit || rule->before ||
	    !catalog_same_family(catalog, product, rule->front))
		add(d, ABOUT_BEHIND, product, hit);
}

void decision_list_evidence(struct decision *d)
{
	const struct rule_hit *front = d->verdict.front_hit;

	d->p->evidence =
	    arena_array(d->arena, WITNESSES_MAX, sizeof(*d->p->evidence));
	list_operators(d);
	if (!front)
		return;
	add(d, ABOUT_FRONT, front->rule->front, front);
	list_behind(d, front->rule);
}
