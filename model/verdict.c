#include "model/verdict.h"

#include <string.h>

bool verdict_stage_is_behaviour(enum rule_stage stage)
{
	return stage != STAGE_BANNER && stage != STAGE_MX_NAME &&
	       stage != STAGE_CERTIFICATE;
}

static bool same(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static const char *best_of(const struct opinion *o)
{
	return o->count > 0 ? o->ranked[0].product : NULL;
}

static double best_confidence(const struct opinion *o)
{
	return o->count > 0 ? o->ranked[0].confidence : 0;
}

/* All classes of that product's family together. */
static double family_confidence(
    const struct catalog *catalog, const struct opinion *o, const char *product)
{
	double sum = 0;

	for (size_t i = 0; i < o->count; i++) {
		if (catalog_same_family(catalog, o->ranked[i].product, product))
			sum += o->ranked[i].confidence;
	}
	return sum < 1 ? sum : 1;
}

static bool is_trained(const struct verdict_input *in, const char *product)
{
	for (size_t i = 0; i < in->behaviour.count; i++) {
		if (catalog_same_family(
			in->catalog, in->behaviour.ranked[i].product, product))
			return true;
	}
	return false;
}

/* Family of the best class of a view that is sure enough, or NULL. */
static const char *sure_of(
    const struct verdict_input *in, const struct opinion *o, double threshold)
{
	const char *best = best_of(o);

	if (in->thin || !best || o->novel ||
	    family_confidence(in->catalog, o, best) < threshold)
		return NULL;
	return catalog_family(in->catalog, best);
}

/* Whether it is known at all is one question, which of the known another. */
static const char *sure_behaviour(const struct verdict_input *in)
{
	const struct opinion *o = &in->behaviour;
	double known = 0;

	for (size_t i = 0; i < o->count; i++)
		known += o->ranked[i].confidence;
	if (o->count == 0 || family_confidence(in->catalog, o, best_of(o)) <
				 VERDICT_SURE_BEHAVIOUR * known)
		return NULL;
	return sure_of(in, o, VERDICT_SURE);
}

static bool same_family(
    const struct verdict_input *in, const char *a, const char *b)
{
	return catalog_same_family(in->catalog, a, b);
}

/* --------------------------------------------------------------- rules */

const struct rule_hit *verdict_claim(const struct verdict_input *in)
{
	for (size_t i = 0; i < in->hits->count; i++) {
		const struct rule_hit *hit = &in->hits->items[i];

		if (hit->stage == STAGE_BANNER && hit->rule->product)
			return hit;
	}
	return NULL;
}

bool verdict_suspects_banner(const struct verdict_input *in)
{
	const struct rule_hit *claim = verdict_claim(in);
	const char *family = sure_behaviour(in);

	return claim && family &&
	       !same_family(in, claim->rule->product, family);
}

/* What is answered to everybody alike, and worded by the product. */
#define TELLING                                                     \
	(1u << STAGE_HELP | 1u << STAGE_UNKNOWN | 1u << STAGE_NUL | \
	    1u << STAGE_MAIL)

/* Does anything but the greeting say so too? */
static bool is_borne_out(const struct verdict_input *in, const char *product)
{
	for (size_t i = 0; i < in->hits->count; i++) {
		const struct rule_hit *hit = &in->hits->items[i];

		if (hit->rule->product && hit->stage != STAGE_BANNER &&
		    same_family(in, hit->rule->product, product))
			return true;
	}
	return false;
}

bool verdict_claim_unborne(const struct verdict_input *in)
{
	const struct rule_hit *claim = verdict_claim(in);
	unsigned asked = in->answered & in->worded & TELLING;

	return claim && __builtin_popcount(asked) >= VERDICT_WORDS_MIN &&
	       !is_borne_out(in, claim->rule->product);
}

static bool is_novel(const struct verdict_input *in)
{
	if (in->thin || in->all.count == 0)
		return false; /* too little was seen to call it strange */
	/* An odd greeting alone makes no novel product. */
	return in->behaviour.novel || (in->all.novel && !sure_behaviour(in));
}

/*
 * How sure a rule makes us. A claim is worth less when behaviour leans to
 * another family, though it is not sure of it; the stranger the host, the less
 * that leaning counts. A greeting alone makes nobody sure of a strange host.
 */
static double rule_confidence(
    const struct verdict_input *in, const struct rule_hit *hit)
{
	double confidence = hit->rule->precision;
	const char *best = best_of(&in->behaviour);

	if (best && !in->thin && !verdict_stage_is_behaviour(hit->stage) &&
	    !same_family(in, best, hit->rule->product)) {
		double other =
		    family_confidence(in->catalog, &in->behaviour, best);

		if (in->behaviour.novelty > 1)
			other /= in->behaviour.novelty;
		if (other >= 0.5 && confidence > 1 - other)
			confidence = 1 - other;
	}
	if (hit->stage == STAGE_BANNER && is_novel(in) &&
	    confidence > VERDICT_ALONE_MAX &&
	    !is_borne_out(in, hit->rule->product))
		confidence = VERDICT_ALONE_MAX;
	if (in->thin && confidence > VERDICT_THIN_MAX)
		confidence = VERDICT_THIN_MAX;
	return confidence;
}

static bool may_speak(
    const struct verdict_input *in, const struct rule_hit *hit, bool novel)
{
	const char *family = sure_behaviour(in);
	const char *product = hit->rule->product;

	if (!product || (family && !same_family(in, family, product)))
		return false;
	if (verdict_stage_is_behaviour(hit->stage))
		return true;
	if (novel && is_trained(in, product))
		return false;
	if (hit->stage == STAGE_BANNER &&
	    (verdict_claim_unborne(in) || (in->cut_short && novel)))
		return false;
	return rule_confidence(in, hit) >= VERDICT_CLAIM_MIN;
}

static bool descends(
    const struct catalog *catalog, const char *child, const char *parent)
{
	product_id at = catalog_find(catalog, child);
	product_id goal = catalog_find(catalog, parent);

	while (at != PRODUCT_NONE && at != goal)
		at = catalog_product(catalog, at)->lineage;
	return at != PRODUCT_NONE && !same(child, parent);
}

/* Behaviour before claims; then precision; then the engine's own order. */
static bool outranks(const struct rule_hit *a, const struct rule_hit *b)
{
	bool behaves = verdict_stage_is_behaviour(a->stage);

	if (behaves != verdict_stage_is_behaviour(b->stage))
		return behaves;
	return a->stage != b->stage && a->rule->precision > b->rule->precision;
}

/* The best hit that may speak, made as specific as its family allows. */
static const struct rule_hit *best_rule(
    const struct verdict_input *in, bool novel)
{
	const struct rule_hit *best = NULL;

	for (size_t i = 0; i < in->hits->count; i++) {
		const struct rule_hit *hit = &in->hits->items[i];

		if (may_speak(in, hit, novel) && (!best || outranks(hit, best)))
			best = hit;
	}
	for (size_t i = 0; best && i < in->hits->count; i++) {
		const struct rule_hit *hit = &in->hits->items[i];

		if (may_speak(in, hit, novel) &&
		    descends(
			in->catalog, hit->rule->product, best->rule->product))
			best = hit;
	}
	return best;
}

/* A hit with a version of that product; behaviour before a claim. */
static const struct rule_hit *version_hit(
    const struct verdict_input *in, const char *product, bool disputed)
{
	const struct rule_hit *found = NULL;

	for (size_t i = 0; i < in->hits->count; i++) {
		const struct rule_hit *hit = &in->hits->items[i];

		if (!hit->version || !hit->rule->product ||
		    !same(hit->rule->product, product) ||
		    (disputed && hit->stage == STAGE_BANNER))
			continue;
		if (!found || (verdict_stage_is_behaviour(hit->stage) &&
				  !verdict_stage_is_behaviour(found->stage)))
			found = hit;
	}
	return found;
}

/* A rule that says the same as the model does, for the reasons. */
static const struct rule_hit *supporting(
    const struct verdict_input *in, const char *product)
{
	for (size_t i = 0; i < in->hits->count; i++) {
		const struct rule_hit *hit = &in->hits->items[i];

		if (hit->rule->product &&
		    same_family(in, hit->rule->product, product))
			return hit;
	}
	return NULL;
}

/* A greeting alone proves no honeypot: real servers send the same. */
static bool is_honeypot(const struct verdict_input *in)
{
	unsigned stages = 0;

	for (size_t i = 0; i < in->hits->count; i++) {
		const struct rule_hit *hit = &in->hits->items[i];
		product_id id = hit->rule->product ? catalog_find(in->catalog,
							 hit->rule->product)
						   : PRODUCT_NONE;

		if (id != PRODUCT_NONE &&
		    catalog_product(in->catalog, id)->kind == KIND_HONEYPOT)
			stages |= 1u << hit->stage;
	}
	return (stages & (stages - 1)) != 0;
}

/* Who writes a false greeting does not own the service that it names. */
static const struct rule_hit *operator_hit(
    const struct verdict_input *in, const struct verdict *v)
{
	for (size_t i = 0; i < in->hits->count; i++) {
		const struct rule_hit *hit = &in->hits->items[i];
		const char *product = hit->rule->product;

		if (!hit->rule->operator_id)
			continue;
		if (hit->stage != STAGE_BANNER || !product ||
		    same_family(in, product, v->product))
			return hit;
	}
	return NULL;
}

/* Other evidence for another operator, believed or not. */
static const struct rule_hit *operator_rival(
    const struct verdict_input *in, const struct rule_hit *chosen)
{
	for (size_t i = 0; chosen && i < in->hits->count; i++) {
		const struct rule_hit *hit = &in->hits->items[i];

		if (hit->rule->operator_id &&
		    !same_family(
			in, hit->rule->operator_id, chosen->rule->operator_id))
			return hit;
	}
	return NULL;
}

/*
 * What answers first. A greeting is easily written by hand: of a host that
 * otherwise behaves like a product we know, the front must show elsewhere too.
 */
static const struct rule_hit *front_hit(
    const struct verdict_input *in, const char *product)
{
	const struct rule_hit *claim = NULL;

	for (size_t i = 0; i < in->hits->count; i++) {
		const struct rule_hit *hit = &in->hits->items[i];
		const char *before = hit->rule->before;

		if (!hit->rule->front ||
		    (before && !same_family(in, product, before)))
			continue;
		if (before || hit->stage != STAGE_BANNER)
			return hit;
		claim = claim ? claim : hit;
	}
	return sure_behaviour(in) ? NULL : claim;
}

/* ------------------------------------------------------------- verdict */

/* The best class, or its family's root where only the family is sure. */
static void answer_svm(
    const struct verdict_input *in, struct verdict *v, enum model_view view)
{
	const struct opinion *o = view == VIEW_ALL ? &in->all : &in->behaviour;

	v->view = view;
	v->source = SOURCE_SVM;
	v->product = best_of(o);
	v->confidence = best_confidence(o);
	if (v->confidence < VERDICT_SURE) {
		v->confidence = family_confidence(in->catalog, o, v->product);
		v->product = catalog_family(in->catalog, v->product);
	}
	v->rule = supporting(in, v->product);
}

/* What behaviour gives to the family of the rule's product; 0 when novel. */
static double agreement(
    const struct verdict_input *in, const struct rule_hit *hit)
{
	if (in->thin || in->behaviour.novel || in->behaviour.count == 0)
		return 0;
	return family_confidence(
	    in->catalog, &in->behaviour, hit->rule->product);
}

static void answer_rule(const struct verdict_input *in, struct verdict *v,
    const struct rule_hit *hit)
{
	double agreed = agreement(in, hit);

	v->source = SOURCE_RULE;
	v->rule = hit;
	v->product = hit->rule->product;
	v->confidence = rule_confidence(in, hit);
	if (v->confidence < agreed)
		v->confidence = agreed; /* unsure, but of the same */
}

static void answer_unknown(const struct verdict_input *in, struct verdict *v)
{
	const struct opinion *o =
	    v->view == VIEW_ALL ? &in->all : &in->behaviour;
	double strange = o->novelty / (1 + o->novelty);

	v->source = SOURCE_NONE;
	v->product = PRODUCT_UNKNOWN;
	if (o->count == 0)
		return; /* nobody was asked: 0 */
	v->confidence = 1 - best_confidence(o);
	if (v->novel && v->confidence < strange)
		v->confidence = strange;
}

static bool is_disputed(const struct verdict_input *in)
{
	return verdict_suspects_banner(in) &&
	       (in->support < 0 || in->support >= VERDICT_SUPPORT_MIN);
}

/*
 * Without sure behaviour: what a rule on behaviour proves against a claim,
 * together with what the model holds of the same family.
 */
static bool rules_dispute(
    const struct verdict_input *in, const struct verdict *v)
{
	double doubt;

	if (v->source != SOURCE_RULE || !v->banner ||
	    !verdict_stage_is_behaviour(v->rule->stage) ||
	    same_family(in, v->rule->rule->product, v->banner->rule->product))
		return false;
	doubt = (1 - v->rule->rule->precision) * (1 - agreement(in, v->rule));
	return 1 - doubt >= VERDICT_SURE_BEHAVIOUR;
}

void verdict_reach(const struct verdict_input *in, struct verdict *v)
{
	const char *behaves = sure_behaviour(in);
	const char *sure = sure_of(in, &in->all, VERDICT_SURE);
	const struct rule_hit *rule;

	memset(v, 0, sizeof(*v));
	v->banner = verdict_claim(in);
	v->honeypot = is_honeypot(in);
	v->novel = is_novel(in);
	v->disputed = is_disputed(in);
	rule = best_rule(in, v->novel);
	if (v->novel && in->behaviour.novel)
		v->view = VIEW_NO_BANNER;
	if (sure && !v->novel && (!behaves || same_family(in, sure, behaves)))
		answer_svm(in, v, VIEW_ALL);
	else if (behaves)
		answer_svm(in, v, VIEW_NO_BANNER);
	else if (rule)
		answer_rule(in, v, rule);
	else
		answer_unknown(in, v);
	v->disputed = v->disputed || rules_dispute(in, v);
	v->version = version_hit(in, v->product, v->disputed);
	v->operator_hit = operator_hit(in, v);
	v->operator_rival = operator_rival(in, v->operator_hit);
	v->front_hit = front_hit(in, v->product);
}
