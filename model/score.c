/*
 * Scoring: one vector a view, one pass over its features for all classes.
 */
#include <math.h>
#include <stdlib.h>

#include "model/parts.h"

double *model_bundles(
    const struct model *model, const struct vector *v, struct arena *arena)
{
	double *point =
	    arena_array(arena, model->bundle_count + 1, sizeof(*point));

	for (size_t k = 0; k < v->count; k++)
		point[model->bundle[v->index[k]]] +=
		    v->value[k] *
		    vocabulary_scale(model->vocabulary, v->index[k]);
	return point;
}

static void margins_of(const struct model *model, const struct view_part *view,
    const double *point, double *margins)
{
	for (size_t c = 0; c < model->class_count; c++)
		margins[c] = view->bias[c];
	for (size_t b = 0; b < model->bundle_count; b++) {
		const double *row = view->weights + b * model->class_count;

		if (point[b] == 0)
			continue;
		for (size_t c = 0; c < model->class_count; c++)
			margins[c] += point[b] * row[c];
	}
}

/* The nearest stored vector of a class; SIZE_MAX: none is nearer than 1. */
static size_t nearest_of(const struct view_part *view, const double *point,
    size_t class_index, double *distance)
{
	size_t nearest = SIZE_MAX;

	*distance = 1;
	for (size_t i = 0; i < view->stored_count; i++) {
		double d;

		if (view->stored_class[i] != class_index)
			continue;
		d = novelty_distance(point, &view->stored[i]);
		if (d < *distance) {
			*distance = d;
			nearest = i;
		}
	}
	return nearest;
}

/* Best first; equal ones in order of class. */
static int by_margin(const void *a, const void *b)
{
	const struct class_score *x = a;
	const struct class_score *y = b;

	if (x->confidence != y->confidence)
		return x->confidence < y->confidence ? 1 : -1;
	return (x->class_index > y->class_index) -
	       (x->class_index < y->class_index);
}

static void judge_novelty(const struct view_part *view, enum tier tier,
    const double *point, const double *confidence, struct model_answer *answer)
{
	struct novelty_item item = { { 0 }, 1 };
	enum novelty_sign which = SIGN_MARGIN;
	double top = -INFINITY, distance;

	for (size_t i = 0; i < answer->count; i++)
		top = fmax(top, answer->scores[i].margin);
	item.sign[SIGN_MARGIN] = -top;
	item.sign[SIGN_UNSEEN] = novelty_unseen(&answer->vector);
	nearest_of(view, point, answer->scores[0].class_index, &distance);
	item.sign[SIGN_DISTANCE] =
	    novelty_stretch(distance, item.sign[SIGN_UNSEEN]);
	answer->novelty = novelty_with_none(
	    novelty_value(&view->novelty[tier], &item, &which), confidence,
	    answer->count, &which);
	answer->novel = answer->novelty > 1;
	answer->novelty_reason = answer->novel ? novelty_sentence(which) : NULL;
}

void model_score(const struct model *model, enum model_view view,
    const char *plan, const struct feature_list *features, struct arena *arena,
    struct model_answer *answer)
{
	const struct view_part *part = &model->views[view];
	size_t classes = model->class_count;
	enum tier tier = tier_of_plan(plan);
	double *margins = arena_array(arena, classes + 1, sizeof(*margins));
	double *p = arena_array(arena, classes + 1, sizeof(*p));
	const double *point;

	vocabulary_vector(model->vocabulary, features, model_view_mask(view),
	    arena, &answer->vector);
	point = model_bundles(model, &answer->vector, arena);
	margins_of(model, part, point, margins);
	calibration_apply(&part->calibration[tier], margins, classes, p);
	answer->count = classes;
	answer->scores =
	    arena_array(arena, classes + 1, sizeof(*answer->scores));
	for (size_t c = 0; c < classes; c++)
		answer->scores[c] = (struct class_score){ c, margins[c], p[c] };
	qsort(answer->scores, classes, sizeof(*answer->scores), by_margin);
	judge_novelty(part, tier, point, p, answer);
}

/* ------------------------------------------------------------- reasons */

struct part_of_sum {
	feature_id feature;
	double weight;
};

static int by_size(const void *a, const void *b)
{
	const struct part_of_sum *x = a;
	const struct part_of_sum *y = b;

	if (fabs(x->weight) != fabs(y->weight))
		return fabs(x->weight) < fabs(y->weight) ? 1 : -1;
	return (x->feature > y->feature) - (x->feature < y->feature);
}

size_t model_contributions(const struct model *model, enum model_view view,
    const struct model_answer *answer, size_t class_a, size_t class_b,
    struct arena *arena, struct contribution *out, size_t max)
{
	const double *weights = model->views[view].weights;
	const struct vector *v = &answer->vector;
	struct part_of_sum *parts =
	    arena_array(arena, v->count + 1, sizeof(*parts));
	size_t count = 0;

	for (size_t k = 0; k < v->count; k++) {
		feature_id f = v->index[k];
		const double *row =
		    weights + model->bundle[f] * model->class_count;
		double weight = v->value[k] *
				vocabulary_scale(model->vocabulary, f) *
				(row[class_a] - row[class_b]);

		if (weight == 0)
			continue;
		parts[count].feature = v->index[k];
		parts[count++].weight = weight;
	}
	qsort(parts, count, sizeof(*parts), by_size);
	if (count > max)
		count = max;
	for (size_t i = 0; i < count; i++) {
		out[i].feature =
		    vocabulary_name(model->vocabulary, parts[i].feature);
		out[i].group =
		    vocabulary_group(model->vocabulary, parts[i].feature);
		out[i].weight = parts[i].weight;
	}
	return count;
}

/* Does a front answer for the nearest training host of the class? */
static bool looks_fronted(const struct model *model, size_t class_index,
    const struct model_answer *hidden, struct arena *arena)
{
	const struct view_part *view = &model->views[VIEW_NO_BANNER];
	const double *point = model_bundles(model, &hidden->vector, arena);
	double distance;
	size_t nearest = nearest_of(view, point, class_index, &distance);

	return nearest != SIZE_MAX && view->stored_fronted[nearest];
}

const char *model_version(const struct model *model, size_t class_index,
    const struct feature_list *features, const struct model_answer *hidden,
    struct arena *arena, double *confidence)
{
	const struct version_table *table = &model->versions[class_index];
	const char *answer = NULL;

	*confidence = 0;
	if (table->confidence >= VERSION_CONFIDENCE_MIN)
		answer = version_answer(table, features, arena);
	if (answer && looks_fronted(model, class_index, hidden, arena))
		answer = NULL;
	if (answer)
		*confidence = table->confidence;
	return answer;
}

bool model_version_agrees(const struct model *model, size_t class_index,
    const char *answer, const char *stated, struct arena *arena)
{
	return version_agrees(
	    &model->versions[class_index], answer, stated, arena);
}
