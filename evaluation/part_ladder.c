#include "evaluation/part_ladder.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evaluation/evaluating.h"
#include "evaluation/learned.h"
#include "evaluation/print.h"
#include "evaluation/round.h"
#include "evaluation/temperature.h"

static const struct {
	const char *name;
	unsigned mask;
	/* Share of domains that a survey of 2007 put a name to with this much
	 * evidence, right or not; 0: it has no such figure. */
	double named_2007;
} steps[LADDER_RUNGS] = {
	{ "banner", GROUPS_LADDER_BANNER, 0.50 },
	{ "+ EHLO", GROUPS_LADDER_EHLO, 0.70 },
	{ "+ HELP", GROUPS_LADDER_HELP, 0 },
	{ "+ negative replies", GROUPS_LADDER_NEGATIVE, 0.85 },
	{ "+ TLS", GROUPS_LADDER_TLS, 0 },
};

_Static_assert(
    GROUPS_LADDER_TLS == GROUPS_ALL, "the last rung is all evidence");

static const char *const greetings[GREETINGS] = { "as-is", "masked", "forged" };

const char *greeting_name(enum greeting greeting)
{
	return greetings[greeting];
}

/* ------------------------------------------------------------- climbing */

struct climb { /* one rung, all folds */
	struct evaluating *v;
	bool *scored;
	double *margins[GREETINGS]; /* [item * classes + class] */
	enum greeting greeting;	    /* of the round that runs */
};

static void take(void *user, size_t item, bool forged, const double *margins)
{
	struct climb *c = user;
	size_t classes = c->v->d->class_count;

	c->scored[item] = true;
	memcpy(
	    c->margins[forged ? GREETING_FORGED : c->greeting] + item * classes,
	    margins, classes * sizeof(*margins));
}

static enum status climb_fold(
    struct climb *c, size_t step, size_t fold, double cost, struct error *err)
{
	struct evaluating *v = c->v;
	bool *train = xcalloc(v->d->count + 1, sizeof(*train));
	bool *test = xcalloc(v->d->count + 1, sizeof(*test));
	struct round round = { .train = train,
		.test = test,
		.mask = steps[step].mask,
		.cost = cost,
		.forged = true,
		.take = take,
		.user = c };
	enum status status;

	evaluating_split(v, fold, train, test);
	c->greeting = GREETING_AS_IS;
	status = round_run(v, &round, err);
	/* Masked, the first rung has nothing left. */
	if (status == STATUS_OK && step > 0) {
		c->greeting = GREETING_MASKED;
		round.mask &= ~GROUP_BIT(GROUP_BANNER);
		round.forged = false;
		status = round_run(v, &round, err);
	}
	free(train);
	free(test);
	return status;
}

static enum status climb_folds(
    struct climb *c, size_t step, const struct learned *l, struct error *err)
{
	enum status status = STATUS_OK;

	for (size_t k = 0; status == STATUS_OK && k < c->v->options->folds; k++)
		status = climb_fold(c, step, k, l->cost[k], err);
	return status;
}

/* With all evidence the models of the folds are these machines. */
static void climb_learned(struct climb *c, const struct learned *l)
{
	for (size_t i = 0; i < c->v->d->count; i++) {
		if (!l->scored[i])
			continue;
		c->greeting = GREETING_AS_IS;
		take(c, i, false, l->answers[VIEW_ALL][i].margins);
		take(c, i, true, l->forged[i].margins);
		c->greeting = GREETING_MASKED;
		take(c, i, false, l->answers[VIEW_NO_BANNER][i].margins);
	}
}

/* ------------------------------------------------------------- judging */

/* The scale for a fold's items of one tier, from those of all other folds. */
static double scale_for(
    const struct climb *c, const double *margins, enum tier tier, size_t fold)
{
	const struct dataset *d = c->v->d;
	struct temperature_item *items = xcalloc(d->count + 1, sizeof(*items));
	size_t count = 0;
	double scale;

	for (size_t i = 0; i < d->count; i++) {
		const struct item *item = &d->items[i];

		if (c->scored[i] && item->tier == tier &&
		    c->v->fold[item->group] != fold)
			items[count++] = (struct temperature_item){
				margins + i * d->class_count, item->class_index,
				item->weight
			};
	}
	scale = temperature_fit(items, count, d->class_count);
	free(items);
	return scale;
}

static void judge_fold(const struct climb *c, enum greeting greeting,
    enum tier tier, size_t fold, struct judgements *j)
{
	const struct dataset *d = c->v->d;
	/* A forged greeting is not known to be one. */
	const double *known =
	    c->margins[greeting == GREETING_FORGED ? GREETING_AS_IS : greeting];
	double scale = scale_for(c, known, tier, fold);

	for (size_t i = 0; i < d->count; i++) {
		const struct item *item = &d->items[i];
		const double *margins =
		    c->margins[greeting] + i * d->class_count;
		size_t best;

		if (!c->scored[i] || item->tier != tier ||
		    c->v->fold[item->group] != fold)
			continue;
		best = round_best(margins, d->class_count);
		judgements_add(j, (struct judged){ .group = item->group,
				      .truth = item->class_index,
				      .answer = best,
				      .confidence = temperature_confidence(
					  scale, margins, d->class_count, best),
				      .weight = item->weight });
	}
}

static void judge_rung(struct climb *c, size_t step)
{
	struct evaluating *v = c->v;
	struct ladder_figures *f = &v->e->ladder;
	size_t classes = v->d->class_count;

	for (size_t p = 0; p < f->plan_count; p++)
		for (int g = 0; g < GREETINGS; g++) {
			struct rung *rung = &f->rungs[p][step][g];
			struct judgements j = evaluating_judgements(v);

			for (size_t k = 0; k < v->options->folds; k++)
				if (step > 0 || g != GREETING_MASKED)
					judge_fold(c, (enum greeting)g,
					    tier_of_plan(f->plans[p]), k, &j);
			rung->accuracy =
			    figures_accuracy(&j, classes, v->options->seed);
			rung->coverage_98 =
			    metrics_interval(&metric_coverage_98, j.items,
				j.count, classes, v->options->seed);
		}
}

enum status evaluate_ladder(struct evaluating *v, struct error *err)
{
	struct ladder_figures *f = &v->e->ladder;
	size_t cells = v->d->count * v->d->class_count + 1;
	struct climb c = { .v = v };
	const struct learned *l;
	enum status status = learned_get(v, &l, err);
	const char *plan;

	while ((plan = evaluating_plan(v, f->plan_count)) != NULL)
		f->plans[f->plan_count++] = plan;
	c.scored = xcalloc(v->d->count + 1, sizeof(*c.scored));
	for (int g = 0; g < GREETINGS; g++)
		c.margins[g] = xcalloc(cells, sizeof(double));
	for (size_t s = 0; status == STATUS_OK && s < LADDER_RUNGS; s++) {
		evaluating_say(v, "ladder: %s", steps[s].name);
		if (steps[s].mask == GROUPS_ALL)
			climb_learned(&c, l);
		else
			status = climb_folds(&c, s, l, err);
		if (status == STATUS_OK)
			judge_rung(&c, s);
	}
	for (int g = 0; g < GREETINGS; g++)
		free(c.margins[g]);
	free(c.scored);
	return status;
}

/* ------------------------------------------------------------- output */

static void print_rung(struct buffer *out, const char *name, const char *what,
    const struct figure *figures[GREETINGS])
{
	buffer_printf(out, "%-20s %-10s", name, what);
	for (int g = 0; g < GREETINGS; g++) {
		if (isnan(figures[g]->value))
			buffer_printf(out, "%22s", "-");
		else
			buffer_printf(out, " %5.3f (%.3f - %.3f)",
			    figures[g]->value, figures[g]->low,
			    figures[g]->high);
	}
}

static void print_ladder(
    struct buffer *out, const struct rung rungs[LADDER_RUNGS][GREETINGS])
{
	for (size_t s = 0; s < LADDER_RUNGS; s++) {
		const struct figure *cells[3][GREETINGS];

		for (int g = 0; g < GREETINGS; g++) {
			cells[0][g] = &rungs[s][g].accuracy.micro;
			cells[1][g] = &rungs[s][g].accuracy.macro;
			cells[2][g] = &rungs[s][g].coverage_98;
		}
		print_rung(out, steps[s].name, "micro", cells[0]);
		if (steps[s].named_2007 > 0)
			buffer_printf(out, " %7.2f\n", steps[s].named_2007);
		else
			buffer_printf(out, " %7s\n", "-");
		print_rung(out, "", "macro", cells[1]);
		buffer_add_text(out, "\n");
		print_rung(out, "", "named 0.98", cells[2]);
		buffer_add_text(out, "\n");
	}
}

void ladder_table(const struct evaluation *e, struct buffer *out)
{
	const struct ladder_figures *f = &e->ladder;

	buffer_add_text(out,
	    "what each kind of evidence adds; beside it the share of domains "
	    "that the survey\nof 2007 put a name to, right or not\n");
	for (size_t p = 0; p < f->plan_count; p++) {
		buffer_printf(out, "\nplan %-15s %-10s %21s %21s %21s %7s\n",
		    f->plans[p], "", "greeting as it is", "masked", "forged",
		    "2007");
		print_ladder(out, f->rungs[p]);
	}
}

void ladder_json(
    const struct evaluation *e, struct json_writer *w, const char *key)
{
	const struct ladder_figures *f = &e->ladder;

	json_open_object(w, key);
	for (size_t p = 0; p < f->plan_count; p++) {
		json_open_array(w, f->plans[p]);
		for (size_t k = 0; k < LADDER_RUNGS * GREETINGS; k++) {
			size_t s = k / GREETINGS;
			const struct rung *rung =
			    &f->rungs[p][s][k % GREETINGS];

			json_open_object(w, NULL);
			json_write_text(w, "rung", steps[s].name);
			json_write_text(
			    w, "greeting", greetings[k % GREETINGS]);
			json_write_int(
			    w, "items", (int64_t)rung->accuracy.items);
			json_figure(w, "micro", &rung->accuracy.micro);
			json_figure(w, "macro", &rung->accuracy.macro);
			json_figure(
			    w, "coverage_at_precision_98", &rung->coverage_98);
			json_write_double(w, "named_2007",
			    steps[s].named_2007 > 0 ? steps[s].named_2007
						    : NAN);
			json_close_object(w);
		}
		json_close_array(w);
	}
	json_close_object(w);
}
