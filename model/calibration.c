/*
 * The objective (cross-entropy against smoothed targets, ridges on biases and
 * scale) is convex in (scale, biases): damped
 * Newton steps find its only minimum, whatever the order of the items.
 */
#include "model/calibration.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"

#define ROUNDS	     60
#define RIDGE_BIAS   0.05
#define RIDGE_FIXED  1e9 /* of biases that are not to be fitted */
#define RIDGE_WEAK   1e-4
#define SCALE_START  2.0
#define SCALE_MIN    0.05
#define DECREASE_MIN 1e-12

/*
 * Parameters: the scale, a bias for each class, the bias of none. Columns are
 * the classes and none; without strangers there is no column for none.
 */
struct fitting {
	const struct calibration_item *items;
	size_t count;
	size_t classes;
	size_t columns;
	size_t size; /* 1 + columns */
	double smoothing;
	double *parameters;
	double *ridge;
	double *gradient;
	double *hessian; /* size x size, lower triangle */
	double *p;	 /* scratch: of each column */
};

void calibration_apply(const struct calibration *c, const double *margins,
    size_t classes, double *probabilities)
{
	double top = c->none;
	double sum = 0;

	for (size_t k = 0; k < classes; k++) {
		probabilities[k] = c->scale * margins[k] + c->bias[k];
		if (probabilities[k] > top)
			top = probabilities[k];
	}
	for (size_t k = 0; k < classes; k++) {
		probabilities[k] = exp(probabilities[k] - top);
		sum += probabilities[k];
	}
	sum += exp(c->none - top);
	for (size_t k = 0; k < classes; k++)
		probabilities[k] /= sum;
}

static double probability_of(const double *p, size_t classes, size_t truth)
{
	double none = 1;

	if (truth < classes)
		return p[truth];
	for (size_t k = 0; k < classes; k++)
		none -= p[k];
	return none;
}

double calibration_loss(const struct calibration *c,
    const struct calibration_item *items, size_t count, size_t classes)
{
	double *p = xcalloc(classes + 1, sizeof(*p));
	double loss = 0;
	double weight = 0;

	for (size_t i = 0; i < count; i++) {
		calibration_apply(c, items[i].margins, classes, p);
		loss -= items[i].weight *
			log(fmax(probability_of(p, classes, items[i].truth),
			    1e-300));
		weight += items[i].weight;
	}
	free(p);
	return weight > 0 ? loss / weight : 0;
}

static void probabilities(
    const struct fitting *f, const double *parameters, const double *margins)
{
	double sum = 0, top = -INFINITY;

	for (size_t k = 0; k < f->columns; k++) {
		f->p[k] = parameters[1 + k] +
			  (k < f->classes ? parameters[0] * margins[k] : 0);
		if (f->p[k] > top)
			top = f->p[k];
	}
	for (size_t k = 0; k < f->columns; k++) {
		f->p[k] = exp(f->p[k] - top);
		sum += f->p[k];
	}
	for (size_t k = 0; k < f->columns; k++)
		f->p[k] /= sum;
}

static double target(
    const struct fitting *f, const struct calibration_item *item, size_t k)
{
	if (f->columns < 2)
		return 1;
	return k == item->truth ? 1 - f->smoothing
				: f->smoothing / (double)(f->columns - 1);
}

static double objective(const struct fitting *f, const double *parameters)
{
	double value = 0;

	for (size_t k = 0; k < f->size; k++)
		value += f->ridge[k] * parameters[k] * parameters[k] / 2;
	for (size_t i = 0; i < f->count; i++) {
		const struct calibration_item *item = &f->items[i];

		probabilities(f, parameters, item->margins);
		for (size_t k = 0; k < f->columns; k++)
			value -= item->weight * target(f, item, k) *
				 log(fmax(f->p[k], 1e-300));
	}
	return value;
}

static double margin_of(
    const struct fitting *f, const struct calibration_item *item, size_t k)
{
	return k < f->classes ? item->margins[k] : 0;
}

/* Adds one item to gradient and Hessian. */
static void accumulate(struct fitting *f, const struct calibration_item *item)
{
	double mean = 0; /* of the margins under p */
	double square = 0;

	probabilities(f, f->parameters, item->margins);
	for (size_t k = 0; k < f->columns; k++) {
		double difference = f->p[k] - target(f, item, k);
		double margin = margin_of(f, item, k);

		mean += f->p[k] * margin;
		square += f->p[k] * margin * margin;
		f->gradient[0] += item->weight * difference * margin;
		f->gradient[1 + k] += item->weight * difference;
	}
	f->hessian[0] += item->weight * (square - mean * mean);
	for (size_t k = 0; k < f->columns; k++) {
		double *row = f->hessian + (1 + k) * f->size;

		row[0] +=
		    item->weight * f->p[k] * (margin_of(f, item, k) - mean);
		for (size_t j = 0; j <= k; j++)
			row[1 + j] += item->weight * ((j == k ? f->p[k] : 0) -
							 f->p[k] * f->p[j]);
	}
}

static void derive(struct fitting *f)
{
	memset(f->gradient, 0, f->size * sizeof(*f->gradient));
	memset(f->hessian, 0, f->size * f->size * sizeof(*f->hessian));
	for (size_t i = 0; i < f->count; i++)
		accumulate(f, &f->items[i]);
	for (size_t k = 0; k < f->size; k++) {
		f->gradient[k] += f->ridge[k] * f->parameters[k];
		f->hessian[k * f->size + k] += f->ridge[k];
	}
}

/* gradient := solution of hessian * x = gradient (Cholesky, in place). */
static void newton_step(struct fitting *f)
{
	double *a = f->hessian;
	double *x = f->gradient;
	size_t n = f->size;

	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j <= i; j++) {
			double sum = a[i * n + j];

			for (size_t k = 0; k < j; k++)
				sum -= a[i * n + k] * a[j * n + k];
			a[i * n + j] = i == j ? sqrt(fmax(sum, 1e-12))
					      : sum / a[j * n + j];
		}
	}
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < i; k++)
			x[i] -= a[i * n + k] * x[k];
		x[i] /= a[i * n + i];
	}
	for (size_t i = n; i-- > 0;) {
		for (size_t k = i + 1; k < n; k++)
			x[i] -= a[k * n + i] * x[k];
		x[i] /= a[i * n + i];
	}
}

/* Halves the step until the objective falls; false at the minimum. */
static bool advance(struct fitting *f, double *trial)
{
	double before = objective(f, f->parameters);

	for (double step = 1; step > 1e-6; step /= 2) {
		for (size_t k = 0; k < f->size; k++)
			trial[k] = f->parameters[k] - step * f->gradient[k];
		if (trial[0] < SCALE_MIN)
			trial[0] = SCALE_MIN;
		if (objective(f, trial) < before - DECREASE_MIN) {
			memcpy(f->parameters, trial, f->size * sizeof(*trial));
			return true;
		}
	}
	return false;
}

static bool any_stranger(
    const struct calibration_item *items, size_t count, size_t classes)
{
	for (size_t i = 0; i < count; i++)
		if (items[i].truth == classes)
			return true;
	return false;
}

static void begin(struct fitting *f, bool few)
{
	f->parameters = xcalloc(f->size, sizeof(double));
	f->ridge = xcalloc(f->size, sizeof(double));
	f->gradient = xcalloc(f->size, sizeof(double));
	f->hessian = xcalloc(f->size * f->size, sizeof(double));
	f->p = xcalloc(f->columns + 1, sizeof(double));
	f->parameters[0] = SCALE_START;
	for (size_t k = 0; k < f->size; k++)
		f->ridge[k] = few ? RIDGE_FIXED : RIDGE_BIAS;
	f->ridge[0] = RIDGE_WEAK;
	if (f->columns > f->classes)
		f->ridge[1 + f->classes] = RIDGE_WEAK;
}

static void end(struct fitting *f)
{
	free(f->parameters);
	free(f->ridge);
	free(f->gradient);
	free(f->hessian);
	free(f->p);
}

void calibration_fit(const struct calibration_item *items, size_t count,
    size_t classes, size_t deployments, struct calibration *out)
{
	bool strangers = any_stranger(items, count, classes);
	bool few = deployments < CALIBRATION_BIAS_MIN;
	struct fitting f = { .items = items,
		.count = count,
		.classes = classes,
		.columns = classes + strangers,
		.size = 1 + classes + strangers,
		.smoothing = 1.0 / (double)(deployments + 2) };
	double *trial = xcalloc(f.size, sizeof(*trial));

	begin(&f, few);
	for (int round = 0; count > 0 && round < ROUNDS; round++) {
		derive(&f);
		newton_step(&f);
		if (!advance(&f, trial))
			break;
	}
	out->scale = f.parameters[0];
	out->none = strangers ? f.parameters[1 + classes] : CALIBRATION_NEVER;
	for (size_t k = 0; k < classes; k++)
		out->bias[k] = few ? 0 : f.parameters[1 + k];
	free(trial);
	end(&f);
}
