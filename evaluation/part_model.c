#include "evaluation/part_model.h"

#include <stdlib.h>
#include <string.h>

#include "evaluation/evaluating.h"
#include "evaluation/learned.h"
#include "evaluation/print.h"
#include "evaluation/round.h"
#include "evaluation/told.h"
#include "model/card.h"
#include "model/parts.h"
#include "model/version.h"

struct judging {
	struct evaluating *v;
	const struct model *model;
	struct arena *scratch;
	struct judgements greetings[GREETINGS];
	struct judgements known, strange, versions;
	struct telling_list told, told_forged, told_strange;
};

static size_t class_of(const struct model *model, const char *product)
{
	for (size_t c = 0; c < model_class_count(model); c++)
		if (strcmp(model_class(model, c), product) == 0)
			return c;
	return CLASS_OTHER;
}

static struct model_answer ask(
    const struct judging *j, size_t i, enum greeting greeting)
{
	struct feature_list list = j->v->d->items[i].features;
	struct model_answer answer;

	if (greeting == GREETING_FORGED)
		list = round_forge(j->v, j->scratch, i);
	model_score(j->model,
	    greeting == GREETING_MASKED ? VIEW_NO_BANNER : VIEW_ALL,
	    j->v->options->plan, &list, j->scratch, &answer);
	return answer;
}

static void judge_version(struct judging *j, const struct item *item,
    size_t truth, const struct model_answer *hidden)
{
	double confidence;
	const char *range = model_version(
	    j->model, truth, &item->features, hidden, j->scratch, &confidence);

	if (range && item->version)
		judgements_add(&j->versions,
		    judged_share(item,
			version_within(range, item->version, j->scratch)));
}

static void tell(const struct judging *j, const struct item *item,
    const struct answer *all, const struct answer *behaviour,
    struct telling_list *list)
{
	const struct answer *views[VIEW_COUNT] = {
		[VIEW_ALL] = all, [VIEW_NO_BANNER] = behaviour
	};

	telling_add(list, item, item->group,
	    told_of(j->v, j->model->classes, model_class_count(j->model), views,
		item));
}

static void judge_strange(struct judging *j, size_t i)
{
	const struct item *item = &j->v->d->items[i];
	struct model_answer all = ask(j, i, GREETING_AS_IS);
	struct model_answer behaviour = ask(j, i, GREETING_MASKED);
	struct answer a = answer_of(&all, j->scratch);
	struct answer b = answer_of(&behaviour, j->scratch);

	judgements_add(&j->strange, judged_share(item, all.novel));
	tell(j, item, &a, &b, &j->told_strange);
}

static void judge_known(struct judging *j, size_t i, size_t truth)
{
	const struct item *item = &j->v->d->items[i];
	struct model_answer said[GREETINGS];
	struct answer a[GREETINGS];

	for (int g = 0; g < GREETINGS; g++) {
		said[g] = ask(j, i, (enum greeting)g);
		a[g] = answer_of(&said[g], j->scratch);
		judgements_add(
		    &j->greetings[g], answer_judged(item, truth, &a[g],
					  model_class_count(j->model)));
	}
	tell(j, item, &a[GREETING_AS_IS], &a[GREETING_MASKED], &j->told);
	tell(
	    j, item, &a[GREETING_FORGED], &a[GREETING_MASKED], &j->told_forged);
	judgements_add(
	    &j->known, judged_share(item, said[GREETING_AS_IS].novel));
	if (said[GREETING_AS_IS].scores[0].class_index == truth)
		judge_version(j, item, truth, &said[GREETING_MASKED]);
}

static void judge_items(struct judging *j)
{
	const struct dataset *d = j->v->d;

	for (size_t i = 0; i < d->count; i++) {
		const struct item *item = &d->items[i];
		size_t truth = class_of(j->model, item->product);

		if (item->tier != evaluating_tier(j->v))
			continue;
		if (truth == CLASS_OTHER)
			judge_strange(j, i);
		else
			judge_known(j, i, truth);
		arena_reset(j->scratch);
	}
}

static void note_seen(struct evaluating *v, struct arena *scratch)
{
	const char *card = model_card(v->options->model);
	struct json *parsed;

	if (json_parse(scratch, card, strlen(card), &parsed, NULL) != STATUS_OK)
		return;
	for (size_t i = 0; i < v->d->count; i++) {
		const struct item *item = &v->d->items[i];

		if (item->tier == evaluating_tier(v) && item->deployment &&
		    card_has_deployment(parsed, item->deployment))
			v->e->model.seen++;
	}
}

static void take_figures(struct judging *j)
{
	struct evaluating *v = j->v;
	struct model_figures *f = &v->e->model;
	size_t classes = model_class_count(j->model);
	uint64_t seed = v->options->seed;
	const char **names =
	    arena_array(v->e->arena, classes + 1, sizeof(*names));

	for (size_t c = 0; c < classes; c++)
		names[c] = arena_strdup(v->e->arena, model_class(j->model, c));
	f->plan = figures_plan(&j->greetings[GREETING_AS_IS], classes, seed);
	f->plan.plan = v->e->plan;
	f->plan.versions_told = j->versions.count;
	f->plan.versions_right = metrics_interval(
	    &metric_micro, j->versions.items, j->versions.count, 1, seed);
	f->plan.told = told_take(&j->told, seed);
	f->plan.told_forged = told_take(&j->told_forged, seed);
	f->told_strange = told_take(&j->told_strange, seed);
	f->detail = figures_detail(
	    &j->greetings[GREETING_AS_IS], names, classes, seed, v->e->arena);
	for (int g = 0; g < GREETINGS; g++)
		f->greetings[g] =
		    figures_accuracy(&j->greetings[g], classes, seed);
	f->strangers = j->strange.count;
	f->strange_novel = metrics_interval(
	    &metric_micro, j->strange.items, j->strange.count, 1, seed);
	f->known_novel = metrics_interval(
	    &metric_micro, j->known.items, j->known.count, 1, seed);
}

enum status evaluate_model(struct evaluating *v, struct error *err)
{
	struct judging j = { .v = v,
		.model = v->options->model,
		.scratch = arena_new(),
		.known = evaluating_judgements(v),
		.strange = evaluating_judgements(v),
		.versions = evaluating_judgements(v),
		.told = telling_list_new(v),
		.told_forged = telling_list_new(v),
		.told_strange = telling_list_new(v) };
	enum status status = STATUS_OK;

	for (int g = 0; g < GREETINGS; g++)
		j.greetings[g] = evaluating_judgements(v);
	note_seen(v, j.scratch);
	judge_items(&j);
	if (j.known.count + j.strange.count == 0)
		status = error_set(err, STATUS_DATA,
		    "no transcript of the plan '%s' or a larger one",
		    v->options->plan);
	else
		take_figures(&j);
	arena_free(j.scratch);
	return status;
}

/* ------------------------------------------------------------- output */

void model_table(const struct evaluation *e, struct buffer *out)
{
	const struct model_figures *f = &e->model;

	buffer_printf(
	    out, "plan %s: %zu items judged\n", f->plan.plan, f->plan.items);
	print_plan(out, &f->plan);
	print_detail(out, &f->detail);
	buffer_add_text(out, "\n");
	print_figure(out, "greeting masked (micro)",
	    &f->greetings[GREETING_MASKED].micro);
	print_figure(out, "greeting forged (micro)",
	    &f->greetings[GREETING_FORGED].micro);
	print_figure(out, "known called novel", &f->known_novel);
	if (f->strangers > 0)
		buffer_printf(
		    out, "items of unknown products: %zu\n", f->strangers);
	print_figure(out, "unknown called novel", &f->strange_novel);
	print_told(out, "unknown products", &f->told_strange);
}

void model_json(
    const struct evaluation *e, struct json_writer *w, const char *key)
{
	const struct model_figures *f = &e->model;

	json_open_object(w, key);
	json_write_int(w, "seen_in_training", (int64_t)f->seen);
	json_open_object(w, f->plan.plan);
	json_plan(w, &f->plan);
	json_detail(w, &f->detail);
	json_close_object(w);
	json_open_object(w, "greetings");
	for (int g = 0; g < GREETINGS; g++)
		json_accuracy(
		    w, greeting_name((enum greeting)g), &f->greetings[g]);
	json_close_object(w);
	json_open_object(w, "unknown");
	json_write_int(w, "items", (int64_t)f->strangers);
	json_figure(w, "called_novel", &f->strange_novel);
	json_figure(w, "known_called_novel", &f->known_novel);
	json_told(w, "told", &f->told_strange);
	json_close_object(w);
	json_close_object(w);
}
