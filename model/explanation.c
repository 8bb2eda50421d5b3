#include "model/explanation.h"

#include <string.h>

static void explain_view(const struct classifier *c, struct arena *arena,
    const struct transcript *t, const struct feature_list *features,
    enum model_view view, struct explained_view *out)
{
	size_t best, rival;

	model_score(c->model, view, t->plan, features, arena, &out->answer);
	if (out->answer.count < 2)
		return;
	best = out->answer.scores[0].class_index;
	rival = out->answer.scores[1].class_index;
	out->best = model_class(c->model, best);
	out->rival = model_class(c->model, rival);
	out->topic_count = reasons_topics(arena, c->model, view, &out->answer,
	    t, best, rival, out->topics, EXPLANATION_TOPICS);
}

void explanation_make(const struct classifier *c, struct arena *arena,
    const struct transcript *t, struct explanation *e)
{
	const struct model_answer *answer = &e->views[VIEW_NO_BANNER].answer;
	struct feature_list features;

	memset(e, 0, sizeof(*e));
	decide(c, arena, t, &e->prediction);
	if (c->rules)
		rule_engine_match(c->rules, arena, t, &e->hits);
	if (!c->model || !outcome_spoke(t->outcome))
		return;
	e->asked_model = true;
	features_extract(arena, t, &features);
	for (int view = 0; view < VIEW_COUNT; view++)
		explain_view(c, arena, t, &features, (enum model_view)view,
		    &e->views[view]);
	if (answer->count >= 2)
		e->settle_count =
		    settle_probes(c->model, t, answer->scores[0].class_index,
			answer->scores[1].class_index, arena, e->settle,
			EXPLANATION_SETTLE);
}
