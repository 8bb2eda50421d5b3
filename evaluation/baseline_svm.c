/*
 * Support vector machines as others would use them, and ours with a kernel.
 *
 * libsvm: what `svm-scale` and `svm-train -b 1` do when left alone. A feature
 * is 1 where it is seen and 0 where not; scaling takes what varies in the
 * training part to [-1, 1] and drops the rest; RBF, gamma 1/features, C 1,
 * every pair of classes, probabilities out of libsvm's own cross-validation.
 *
 * rbf: our own vectors, one class against the rest; gamma by inner folds, and
 * so is the calibration of its confidence.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evaluation/baseline.h"
#include "evaluation/inner.h"
#include "model/calibration.h"
#include "model/folds.h"
#include "model/svm_matrix.h"

#define RBF_COST    10.0
#define INNER_FOLDS 3

static const double gammas_tried[] = { 0.25, 1, 4 };

#define GAMMAS_TRIED (sizeof(gammas_tried) / sizeof(gammas_tried[0]))

/* exp(-gamma * squared distance), all positions against all. */
static void fill_rbf(
    struct svm_matrix *kernel, const double *inner, size_t count, double gamma)
{
	for (size_t i = 0; i < count; i++)
		for (size_t j = i; j < count; j++) {
			double d = inner[i * count + i] + inner[j * count + j] -
				   2 * inner[i * count + j];

			svm_matrix_set(
			    kernel, i, j, exp(-gamma * (d > 0 ? d : 0)));
		}
}

/* ------------------------------------------------------------- libsvm */

/* Twice 1 for what is in some, but not all, of those trained on; else 0. */
static double *scales_of(
    const struct contest *c, const size_t *items, size_t count, size_t *seen)
{
	size_t dimension = vocabulary_count(c->vocabulary);
	double *scale = xcalloc(dimension + 1, sizeof(*scale));

	*seen = 0;
	for (size_t i = 0; i < count; i++) {
		const struct vector *v = &c->vectors[items[i]];

		for (size_t k = 0; k < v->count; k++)
			scale[v->index[k]]++;
	}
	for (size_t f = 0; f < dimension; f++) {
		*seen += scale[f] > 0;
		scale[f] = scale[f] > 0 && scale[f] < (double)count ? 2 : 0;
	}
	return scale;
}

/*
 * Squared distances do not know where 0 is: what is not seen may stay 0
 * instead of -1, and the vectors stay sparse.
 */
static struct vector *scaled_vectors(
    const struct contest *c, const double *scale, struct arena *arena)
{
	struct vector *out = arena_array(arena, c->count + 1, sizeof(*out));

	for (size_t i = 0; i < c->count; i++) {
		const struct vector *v = &c->vectors[i];

		out[i].index =
		    arena_array(arena, v->count + 1, sizeof(feature_id));
		out[i].value = arena_array(arena, v->count + 1, sizeof(double));
		for (size_t k = 0; k < v->count; k++) {
			if (scale[v->index[k]] == 0)
				continue;
			out[i].index[out[i].count] = v->index[k];
			out[i].value[out[i].count++] = scale[v->index[k]];
		}
	}
	return out;
}

/* Positions to train on; with the others where `others` is set. */
static size_t positions(const struct contest *c, bool others, size_t *out)
{
	size_t count = 0;

	for (size_t k = 0; k < c->count; k++)
		if (c->train[k] &&
		    (others || contest_item(c, k)->class_index != CLASS_OTHER))
			out[count++] = k;
	return count;
}

static struct svm_matrix *default_kernel(
    const struct contest *c, const size_t *items, size_t count)
{
	struct arena *scratch = arena_new();
	struct svm_matrix *kernel = svm_matrix_new(c->count);
	size_t seen;
	double *scale = scales_of(c, items, count, &seen);
	double *inner = inner_products(scaled_vectors(c, scale, scratch),
	    c->count, vocabulary_count(c->vocabulary));

	fill_rbf(kernel, inner, c->count, 1.0 / (double)(seen ? seen : 1));
	free(inner);
	free(scale);
	arena_free(scratch);
	return kernel;
}

static enum status judge_libsvm(
    const struct contest *c, struct said *said, struct error *err)
{
	size_t classes = c->d->class_count;
	size_t *items = xcalloc(c->count + 1, sizeof(*items));
	size_t *label = xcalloc(c->count + 1, sizeof(*label));
	double *probability = xcalloc(classes + 1, sizeof(*probability));
	size_t count = positions(c, false, items);
	struct svm_matrix *kernel = default_kernel(c, items, count);
	struct svm_pairs *pairs;
	enum status status;

	for (size_t i = 0; i < count; i++)
		label[i] = contest_item(c, items[i])->class_index;
	status = svm_pairs_train(kernel, items, label, count, SVM_DEFAULT_COST,
	    (unsigned)c->seed, &pairs, err);
	for (size_t k = 0; status == STATUS_OK && k < c->count; k++) {
		if (!c->test[k])
			continue;
		said[k].answer =
		    svm_pairs_predict(pairs, k, classes, probability);
		said[k].confidence = probability[said[k].answer];
		said[k].novel = false;
	}
	svm_pairs_free(pairs);
	svm_matrix_free(kernel);
	free(probability);
	free(label);
	free(items);
	return status;
}

const struct baseline baseline_libsvm = {
	.name = "libsvm",
	.text = "svm-train -b 1, defaults, RBF",
	.judge = judge_libsvm,
};

/* ------------------------------------------------------------- rbf */

struct rest { /* one class against the rest, all classes */
	const struct contest *c;
	struct svm_matrix *kernel;
	size_t *items;
	size_t count;
	double *coefficient; /* [class * count + item] */
	double *bias;
};

static enum status rest_train(struct rest *r, struct error *err)
{
	size_t classes = r->c->d->class_count;
	bool *positive = xcalloc(r->count + 1, sizeof(*positive));
	enum status status = STATUS_OK;

	for (size_t k = 0; status == STATUS_OK && k < classes; k++) {
		for (size_t i = 0; i < r->count; i++)
			positive[i] =
			    contest_item(r->c, r->items[i])->class_index == k;
		status = svm_rest_train(r->kernel, r->items, positive, r->count,
		    RBF_COST, r->coefficient + k * r->count, &r->bias[k], err);
	}
	free(positive);
	return status;
}

static void rest_margins(const struct rest *r, size_t row, double *margins)
{
	for (size_t k = 0; k < r->c->d->class_count; k++)
		margins[k] = svm_rest_decide(r->kernel, r->items,
		    r->coefficient + k * r->count, r->count, r->bias[k], row);
}

/* Margins of positions held out in inner folds, with their truth. */
struct inner {
	struct calibration_item *items;
	size_t count;
	double *margins;
};

static bool has_class(const struct rest *r, size_t class_index)
{
	for (size_t i = 0; i < r->count; i++)
		if (contest_item(r->c, r->items[i])->class_index == class_index)
			return true;
	return false;
}

static enum status inner_fold(struct rest *r, const size_t *all, size_t count,
    const size_t *fold, size_t f, struct inner *inner, struct error *err)
{
	const struct contest *c = r->c;
	size_t classes = c->d->class_count;
	enum status status;

	r->count = 0;
	for (size_t i = 0; i < count; i++)
		if (fold[contest_item(c, all[i])->group] != f)
			r->items[r->count++] = all[i];
	status = rest_train(r, err);
	for (size_t i = 0; status == STATUS_OK && i < count; i++) {
		const struct item *item = contest_item(c, all[i]);
		double *margins = inner->margins + inner->count * classes;

		if (fold[item->group] != f ||
		    item->class_index == CLASS_OTHER ||
		    !has_class(r, item->class_index))
			continue;
		rest_margins(r, all[i], margins);
		inner->items[inner->count++] =
		    (struct calibration_item){ margins, item->class_index,
			    item->weight };
	}
	return status;
}

/* The weights of one deployment sum to 1. */
static size_t deployments_of(const struct inner *inner)
{
	double sum = 0;

	for (size_t i = 0; i < inner->count; i++)
		sum += inner->items[i].weight;
	return (size_t)(sum + 0.5);
}

/* Calibrates on inner folds; *loss says how well this gamma does. */
static enum status try_gamma(struct rest *r, const size_t *all, size_t count,
    double gamma, struct calibration *calibration, double *loss,
    struct error *err)
{
	const struct contest *c = r->c;
	size_t classes = c->d->class_count;
	size_t *fold = xcalloc(c->d->group_count + 1, sizeof(*fold));
	struct inner inner = {
		.items = xcalloc(count + 1, sizeof(*inner.items)),
		.margins = xcalloc(count * classes + 1, sizeof(double)),
	};
	enum status status = STATUS_OK;

	folds_assign(c->d, INNER_FOLDS, c->seed, fold);
	fill_rbf(r->kernel, c->cosine, c->count, gamma);
	for (size_t f = 0; status == STATUS_OK && f < INNER_FOLDS; f++)
		status = inner_fold(r, all, count, fold, f, &inner, err);
	if (status == STATUS_OK) {
		calibration_fit(inner.items, inner.count, classes,
		    deployments_of(&inner), calibration);
		*loss = calibration_loss(
		    calibration, inner.items, inner.count, classes);
	}
	free(inner.margins);
	free(inner.items);
	free(fold);
	return status;
}

static enum status choose_gamma(struct rest *r, const size_t *all, size_t count,
    struct calibration *best, double *gamma, struct error *err)
{
	size_t classes = r->c->d->class_count;
	double *bias = xcalloc(classes + 1, sizeof(*bias));
	double best_loss = INFINITY;
	enum status status = STATUS_OK;

	for (size_t g = 0; status == STATUS_OK && g < GAMMAS_TRIED; g++) {
		struct calibration calibration = { .bias = bias };
		double loss = INFINITY;

		status = try_gamma(
		    r, all, count, gammas_tried[g], &calibration, &loss, err);
		if (g > 0 && !(loss < best_loss))
			continue;
		best_loss = loss;
		*gamma = gammas_tried[g];
		best->scale = calibration.scale;
		best->none = calibration.none;
		memcpy(best->bias, bias, classes * sizeof(*bias));
	}
	free(bias);
	return status;
}

static void say_rest(
    const struct rest *r, const struct calibration *how, struct said *said)
{
	size_t classes = r->c->d->class_count;
	double *margins = xcalloc(classes + 1, sizeof(*margins));
	double *probability = xcalloc(classes + 1, sizeof(*probability));

	for (size_t k = 0; k < r->c->count; k++) {
		size_t best = 0;

		if (!r->c->test[k])
			continue;
		rest_margins(r, k, margins);
		calibration_apply(how, margins, classes, probability);
		for (size_t i = 1; i < classes; i++)
			if (probability[i] > probability[best])
				best = i;
		said[k] = (struct said){ best, probability[best], false };
	}
	free(probability);
	free(margins);
}

static enum status judge_rbf(
    const struct contest *c, struct said *said, struct error *err)
{
	size_t classes = c->d->class_count;
	size_t *all = xcalloc(c->count + 1, sizeof(*all));
	size_t count = positions(c, true, all);
	struct rest r = { .c = c,
		.kernel = svm_matrix_new(c->count),
		.items = xcalloc(c->count + 1, sizeof(*r.items)),
		.coefficient = xcalloc(classes * count + 1, sizeof(double)),
		.bias = xcalloc(classes + 1, sizeof(double)) };
	struct calibration how = { .bias =
				       xcalloc(classes + 1, sizeof(double)) };
	double gamma = 0;
	enum status status = choose_gamma(&r, all, count, &how, &gamma, err);

	if (status == STATUS_OK) {
		fill_rbf(r.kernel, c->cosine, c->count, gamma);
		memcpy(r.items, all, count * sizeof(*all));
		r.count = count;
		status = rest_train(&r, err);
	}
	if (status == STATUS_OK)
		say_rest(&r, &how, said);
	free(how.bias);
	free(r.bias);
	free(r.coefficient);
	free(r.items);
	svm_matrix_free(r.kernel);
	free(all);
	return status;
}

const struct baseline baseline_rbf = {
	.name = "rbf",
	.text = "our features, RBF, one-vs-rest",
	.judge = judge_rbf,
};
