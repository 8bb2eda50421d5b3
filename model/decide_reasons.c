/*
 * Why a decision is what it is, in sentences.
 */
#include "model/deciding.h"

#include <string.h>

#define TOPICS_MAX   24
#define TOPICS_SHOWN 4

static const char *name_of(const struct decision *d, const char *product)
{
	return reasons_short_name(d->arena, d->classifier->catalog, product);
}

static const struct model_answer *deciding(const struct decision *d)
{
	return &d->answers[d->verdict.view];
}

/* What the dialogue has in common with the best class, in its own words. */
static void explain_behaviour(struct decision *d, size_t shown)
{
	struct reason_topic topics[TOPICS_MAX];
	const struct model *model = d->classifier->model;
	const char *best;
	size_t count;

	if (!model || deciding(d)->count == 0)
		return;
	best = model_class(model, deciding(d)->scores[0].class_index);
	count = reasons_topics(d->arena, model, d->verdict.view, deciding(d),
	    d->t, deciding(d)->scores[0].class_index,
	    decision_rival(d, d->verdict.view, NULL), topics, TOPICS_MAX);
	for (size_t i = 0; i < count && shown > 0; i++) {
		if (topics[i].weight <= 0)
			continue;
		reasons_add(&d->reasons, d->arena, "%s, as %s does",
		    topics[i].sentence, name_of(d, best));
		shown--;
	}
}

static void explain_dispute(struct decision *d)
{
	const struct rule_hit *banner = d->verdict.banner;

	reasons_add(&d->reasons, d->arena,
	    "greets as %s (\"%s\"), but the rest of the dialogue is %s's",
	    name_of(d, banner->rule->product),
	    reasons_evidence(d->arena, banner), name_of(d, d->verdict.product));
}

static void explain_hit(
    struct decision *d, const struct rule_hit *hit, const char *id)
{
	const char *sentence;

	if (!hit || !id)
		return;
	sentence = reasons_of_hit(d->arena, d->classifier->catalog, hit, id);
	for (size_t i = 0; i < d->reasons.count; i++) {
		if (strcmp(d->reasons.items[i], sentence) == 0)
			return; /* the same words name two of its answers */
	}
	reasons_add(&d->reasons, d->arena, "%s", sentence);
}

/* Whose service it is, and what says that it is another's. */
static void explain_operator(struct decision *d)
{
	const struct verdict *v = &d->verdict;

	if (v->operator_hit)
		explain_hit(
		    d, v->operator_hit, v->operator_hit->rule->operator_id);
	if (v->operator_rival)
		explain_hit(
		    d, v->operator_rival, v->operator_rival->rule->operator_id);
}

static void explain_doubt(struct decision *d)
{
	const struct opinion *o =
	    d->verdict.view == VIEW_ALL ? &d->input.all : &d->input.behaviour;

	if (o->count == 0)
		return;
	reasons_add(&d->reasons, d->arena,
	    "comes closest to %s (probability %.2f)%s%s",
	    name_of(d, o->ranked[0].product), o->ranked[0].confidence,
	    o->count > 1 ? ", then " : "",
	    o->count > 1 ? name_of(d, o->ranked[1].product) : "");
}

static void explain_alone(struct decision *d)
{
	const struct verdict *v = &d->verdict;

	if (v->novel && v->rule->stage == STAGE_BANNER &&
	    v->confidence <= VERDICT_ALONE_MAX)
		reasons_add(&d->reasons, d->arena,
		    "only its greeting says so; it behaves like no product "
		    "that the model knows");
}

/* For a person to look at: like nobody's, so nobody is named. */
static void show_replies(struct decision *d)
{
	static const char *const probes[] = { PROBE_UNKNOWN_VERB, PROBE_HELP,
		PROBE_MAIL_NOARG };

	for (size_t i = 0; i < sizeof(probes) / sizeof(*probes); i++) {
		const char *reply = reasons_reply(d->arena, d->t, probes[i]);

		if (reply)
			reasons_add(&d->reasons, d->arena, "%s", reply);
	}
}

static void explain_unknown(struct decision *d)
{
	const struct verdict *v = &d->verdict;
	const char *novel = deciding(d)->novelty_reason;

	if (v->novel && novel)
		reasons_add(&d->reasons, d->arena, "%s", novel);
	else if (v->novel)
		reasons_add(&d->reasons, d->arena,
		    "does not behave like any product the model knows");
	explain_doubt(d);
	if (v->banner)
		reasons_add(&d->reasons, d->arena,
		    "greets as %s (\"%s\"), which its behaviour does not bear "
		    "out",
		    name_of(d, v->banner->rule->product),
		    reasons_evidence(d->arena, v->banner));
	if (v->novel)
		show_replies(d);
	else
		explain_behaviour(d, 2);
	if (d->reasons.count == 0)
		reasons_add(&d->reasons, d->arena,
		    "says nothing that a rule knows%s",
		    d->classifier->model ? "" : ", and no model was asked");
}

static void explain_version(struct decision *d)
{
	const struct rule_hit *hit = d->verdict.version;

	if (hit && d->p->version != hit->version)
		reasons_add(&d->reasons, d->arena,
		    "gives its version as %s (\"%s\"), but behaves like %s",
		    hit->version, reasons_evidence(d->arena, hit),
		    d->p->version);
	else if (hit && hit != d->verdict.rule)
		reasons_add(&d->reasons, d->arena,
		    "gives its version as %s: \"%s\"", hit->version,
		    reasons_evidence(d->arena, hit));
	else if (!hit && d->p->version)
		reasons_add(&d->reasons, d->arena,
		    "behaves like version %s of %s", d->p->version,
		    name_of(d, d->p->product));
}

void decision_explain(struct decision *d)
{
	const struct verdict *v = &d->verdict;

	if (v->source == SOURCE_NONE)
		explain_unknown(d);
	else if (v->disputed)
		explain_dispute(d);
	if (v->source == SOURCE_SVM)
		explain_behaviour(d, TOPICS_SHOWN);
	if (v->source != SOURCE_NONE && v->rule)
		explain_hit(d, v->rule, v->rule->rule->product);
	if (v->source == SOURCE_RULE) {
		explain_alone(d);
		explain_doubt(d);
	}
	explain_version(d);
	explain_operator(d);
	if (v->front_hit)
		explain_hit(d, v->front_hit, v->front_hit->rule->front);
	if (d->input.thin)
		reasons_add(&d->reasons, d->arena, "%s: little to judge by",
		    d->t->outcome == OUTCOME_GREETED
			? "did not answer EHLO"
			: outcome_sentence(d->t->outcome));
	else if (d->input.cut_short)
		reasons_add(&d->reasons, d->arena,
		    "ended the dialogue before QUIT: less to judge by");
}

/* Names alone may still tell whose host it is. */
void decision_explain_silent(struct decision *d)
{
	reasons_add(
	    &d->reasons, d->arena, "%s", outcome_sentence(d->t->outcome));
	explain_operator(d);
}
