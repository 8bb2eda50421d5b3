#include "model/deciding.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "features/extract.h"

#define CANDIDATES_MAX	   5
#define FLAGS_MAX	   8
#define REASONS_MAX	   8
#define VERSION_CONFIDENCE 0.5
#define SUPPORT_PARTS_MAX  64

static double rounded(double confidence)
{
	if (!(confidence > 0))
		return 0;
	return confidence < 1 ? round(confidence * 1e4) / 1e4 : 1;
}

/* ---------------------------------------------------------------- input */

/* What the memo knows lives until its next memo_put(), after this host. */
static void score(struct decision *d)
{
	struct memo *memo = d->classifier->memo;
	const struct model_answer *known = NULL;
	struct memo_key key;

	if (memo) {
		key = memo_key_of(d->t->plan, &d->features);
		known = memo_get(memo, &key);
	}
	for (int v = 0; v < VIEW_COUNT; v++) {
		if (known)
			d->answers[v] = known[v];
		else
			model_score(d->classifier->model, (enum model_view)v,
			    d->t->plan, &d->features, d->arena, &d->answers[v]);
	}
	if (memo && !known)
		memo_put(memo, &key, d->answers);
}

static struct opinion opinion_of(struct decision *d, enum model_view view)
{
	const struct model *model = d->classifier->model;
	const struct model_answer *answer = &d->answers[view];
	struct opinion opinion = { 0 };
	struct candidate *ranked;

	ranked = arena_array(d->arena, answer->count, sizeof(*ranked));
	for (size_t i = 0; i < answer->count; i++) {
		ranked[i].product =
		    model_class(model, answer->scores[i].class_index);
		ranked[i].confidence = answer->scores[i].confidence;
	}
	opinion.ranked = ranked;
	opinion.count = answer->count;
	opinion.novel = answer->novel;
	opinion.novelty = answer->novelty;
	return opinion;
}

size_t decision_rival(
    const struct decision *d, enum model_view view, const char *family)
{
	const struct model_answer *answer = &d->answers[view];
	const struct model *model = d->classifier->model;
	const char *best = model_class(model, answer->scores[0].class_index);

	for (size_t i = 1; family && i < answer->count; i++) {
		size_t at = answer->scores[i].class_index;

		if (catalog_same_family(
			d->classifier->catalog, model_class(model, at), family))
			return at;
	}
	for (size_t i = 1; i < answer->count; i++) {
		size_t at = answer->scores[i].class_index;

		if (!catalog_same_family(
			d->classifier->catalog, model_class(model, at), best))
			return at;
	}
	return answer->scores[answer->count > 1 ? 1 : 0].class_index;
}

/*
 * How many independent kinds of evidence stand behind behaviour's product
 * against the greeting's. Words and characters are one kind: both are the
 * text of the same replies.
 */
static int count_support(const struct decision *d, const char *claimed)
{
	static const unsigned kinds[GROUP_COUNT] = {
		[GROUP_EHLO] = 1,
		[GROUP_HELP] = 2,
		[GROUP_CODES] = 4,
		[GROUP_WORDS] = 8,
		[GROUP_CHARS] = 8,
		[GROUP_ECHO] = 16,
		[GROUP_WIRE] = 32,
		[GROUP_TLS] = 64,
	};
	struct contribution *parts =
	    arena_array(d->arena, SUPPORT_PARTS_MAX, sizeof(*parts));
	const struct model_answer *answer = &d->answers[VIEW_NO_BANNER];
	size_t count = model_contributions(d->classifier->model, VIEW_NO_BANNER,
	    answer, answer->scores[0].class_index,
	    decision_rival(d, VIEW_NO_BANNER, claimed), d->arena, parts,
	    SUPPORT_PARTS_MAX);
	unsigned seen = 0;

	for (size_t i = 0; i < count; i++) {
		if (parts[i].weight > 0)
			seen |= kinds[parts[i].group];
	}
	return __builtin_popcount(seen);
}

bool decide_is_thin(const struct transcript *t)
{
	const struct exchange *ehlo = transcript_find(t, PROBE_EHLO);

	return t->outcome != OUTCOME_GREETED || !ehlo ||
	       ehlo->received.len == 0;
}

static bool ends_as_planned(enum connection_end end)
{
	return end == END_QUIT_CLOSED || end == END_QUIT_OPEN ||
	       end == END_QUIT_SILENT || end == END_DROPPED ||
	       end == END_TLS_FAILED;
}

/* No connection got as far as QUIT, or to what we end ourselves. */
static bool is_cut_short(const struct transcript *t)
{
	for (size_t i = 0; i < t->connection_count; i++) {
		if (ends_as_planned(t->connections[i].end))
			return false;
	}
	return true;
}

static void ask(struct decision *d)
{
	struct verdict_input *in = &d->input;

	in->catalog = d->classifier->catalog;
	in->hits = &d->hits;
	in->support = -1;
	in->thin = decide_is_thin(d->t);
	in->cut_short = is_cut_short(d->t);
	in->answered = rule_stages_answered(d->t);
	if (verdict_claim(in))
		in->worded = rule_stages_known(
		    d->classifier->rules, verdict_claim(in)->rule->product);
	if (d->classifier->model) {
		features_extract(d->arena, d->t, &d->features);
		score(d);
		in->all = opinion_of(d, VIEW_ALL);
		in->behaviour = opinion_of(d, VIEW_NO_BANNER);
	}
	if (verdict_suspects_banner(in)) {
		verdict_reach(in, &d->verdict);
		in->support =
		    count_support(d, d->verdict.banner->rule->product);
	}
	verdict_reach(in, &d->verdict);
}

/* ----------------------------------------------------------- prediction */

static void add_flag(struct decision *d, bool set, const char *flag)
{
	if (set && d->p->flag_count < FLAGS_MAX)
		d->p->flags[d->p->flag_count++] = flag;
}

static void add_candidate(
    struct prediction *p, const char *product, double confidence)
{
	if (p->candidate_count == CANDIDATES_MAX)
		return;
	for (size_t i = 0; i < p->candidate_count; i++) {
		if (strcmp(p->candidates[i].product, product) == 0)
			return;
	}
	p->candidates[p->candidate_count].product = product;
	p->candidates[p->candidate_count++].confidence = rounded(confidence);
}

/* The answer, then what the deciding view holds possible. */
static void list_candidates(struct decision *d)
{
	const struct opinion *o =
	    d->verdict.view == VIEW_ALL ? &d->input.all : &d->input.behaviour;
	struct prediction *p = d->p;

	p->candidates =
	    arena_array(d->arena, CANDIDATES_MAX, sizeof(*p->candidates));
	if (d->verdict.source != SOURCE_NONE)
		add_candidate(p, d->verdict.product, d->verdict.confidence);
	for (size_t i = 0; i < o->count && o->ranked[i].confidence >= 0.0005;
	     i++)
		add_candidate(p, o->ranked[i].product, o->ranked[i].confidence);
}

static size_t class_of(const struct model *model, const char *product)
{
	size_t i = 0;

	while (i < model_class_count(model) &&
	       strcmp(model_class(model, i), product) != 0)
		i++;
	return i;
}

/*
 * What HELP says goes first. A greeting's version is a claim: where behaviour
 * proves another one, behaviour's range is the answer.
 */
static const char *find_version(struct decision *d)
{
	const struct model *model = d->classifier->model;
	const struct rule_hit *hit = d->verdict.version;
	const char *stated = hit ? hit->version : NULL;
	double confidence = 0;
	const char *version;
	size_t at;

	if (!model || d->verdict.source != SOURCE_SVM ||
	    (hit && verdict_stage_is_behaviour(hit->stage)))
		return stated;
	if (d->verdict.front_hit)
		return stated; /* whose behaviour it is nobody knows */
	at = class_of(model, d->verdict.product);
	if (at == model_class_count(model))
		return stated; /* a family's root without a class of its own */
	version = model_version(model, at, &d->features,
	    &d->answers[VIEW_NO_BANNER], d->arena, &confidence);
	if (confidence < VERSION_CONFIDENCE)
		return stated;
	if (stated && (!version || model_version_agrees(
				       model, at, version, stated, d->arena)))
		return stated;
	return version;
}

static void fill_flags(struct decision *d)
{
	const struct verdict *v = &d->verdict;

	d->p->flags = arena_array(d->arena, FLAGS_MAX, sizeof(*d->p->flags));
	add_flag(d, v->disputed, "banner-disputed");
	add_flag(d, v->novel, "novel");
	add_flag(d, v->honeypot, "honeypot");
	add_flag(d, v->operator_rival != NULL, "operator-disputed");
	add_flag(d, d->input.cut_short || d->input.thin, "short-dialogue");
}

static void fill(struct decision *d)
{
	const struct verdict *v = &d->verdict;
	struct prediction *p = d->p;

	p->product = v->product;
	p->confidence = rounded(v->confidence);
	p->source = v->source;
	if (v->source != SOURCE_NONE) {
		p->family = catalog_family(d->classifier->catalog, v->product);
		p->version = find_version(d);
	}
	list_candidates(d);
	decision_explain(d);
}

void decide(const struct classifier *classifier, struct arena *arena,
    const struct transcript *t, struct prediction **prediction)
{
	struct prediction *p = arena_alloc(arena, sizeof(*p));
	struct decision d = {
		.classifier = classifier, .arena = arena, .t = t, .p = p
	};

	*prediction = p;
	p->host = arena_strdup(arena, t->host);
	p->port = t->port;
	p->name = t->name ? arena_strdup(arena, t->name) : NULL;
	p->outcome = t->outcome;
	p->plan = arena_strdup(arena, t->plan);
	if (classifier->model)
		p->model = model_name(classifier->model);
	reasons_init(&d.reasons, arena, REASONS_MAX);
	if (classifier->rules)
		rule_engine_match(classifier->rules, arena, t, &d.hits);
	if (outcome_spoke(t->outcome)) {
		ask(&d);
		fill(&d);
	} else {
		d.input.catalog = classifier->catalog;
		d.input.hits = &d.hits;
		verdict_reach(&d.input, &d.verdict);
		decision_explain_silent(&d);
	}
	fill_flags(&d);
	decision_list_evidence(&d);
	if (d.verdict.operator_hit)
		p->operator_id = d.verdict.operator_hit->rule->operator_id;
	if (d.verdict.front_hit)
		p->front = d.verdict.front_hit->rule->front;
	p->reasons = d.reasons.items;
	p->reason_count = d.reasons.count;
}
