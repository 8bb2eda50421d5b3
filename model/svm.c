#include "model/svm.h"

#include <libsvm/svm.h>
#include <math.h>
#include <stdlib.h>

#include "common/arena.h"

#define POSITIVE_WEIGHT_MAX 10.0
#define CACHE_MB	    200.0
#define EPSILON		    1e-4

/*
 * libsvm's form of a precomputed kernel: a row is {0, number of the item},
 * {1, K(i, 1)} ... {count, K(i, count)}.
 */
struct gram {
	const struct vector *vectors;
	size_t count;
	size_t dimension;
	struct svm_node *cells; /* count rows of count + 2 */
	struct svm_node **rows;
};

static void silent(const char *text)
{
	(void)text;
}

static double dot_dense(const struct vector *v, const double *dense)
{
	double sum = 0;

	for (size_t k = 0; k < v->count; k++)
		sum += v->value[k] * dense[v->index[k]];
	return sum;
}

/* The inner products of order[at] with all that come after it in order. */
static void fill_row(
    struct gram *g, const size_t *order, size_t at, double *dense)
{
	size_t i = order[at];
	const struct vector *v = &g->vectors[i];

	for (size_t k = 0; k < v->count; k++)
		dense[v->index[k]] = v->value[k];
	for (size_t next = at; next < g->count; next++) {
		size_t j = order[next];
		double value = dot_dense(&g->vectors[j], dense);

		g->rows[i][j + 1].value = value;
		g->rows[j][i + 1].value = value;
	}
	for (size_t k = 0; k < v->count; k++)
		dense[v->index[k]] = 0;
}

struct sized {
	size_t size;
	size_t item;
};

static int by_size(const void *a, const void *b)
{
	const struct sized *x = a;
	const struct sized *y = b;

	if (x->size != y->size)
		return x->size < y->size ? 1 : -1;
	return (x->item > y->item) - (x->item < y->item);
}

/* Longest first: the walk is always along the shorter of two vectors. */
static size_t *longest_first(const struct vector *vectors, size_t count)
{
	struct sized *sized = xcalloc(count + 1, sizeof(*sized));
	size_t *order = xcalloc(count + 1, sizeof(*order));

	for (size_t i = 0; i < count; i++)
		sized[i] = (struct sized){ vectors[i].count, i };
	qsort(sized, count, sizeof(*sized), by_size);
	for (size_t i = 0; i < count; i++)
		order[i] = sized[i].item;
	free(sized);
	return order;
}

struct gram *gram_new(
    const struct vector *vectors, size_t count, size_t dimension)
{
	struct gram *g = xcalloc(1, sizeof(*g));
	double *dense = xcalloc(dimension + 1, sizeof(*dense));
	size_t *order = longest_first(vectors, count);

	g->vectors = vectors;
	g->count = count;
	g->dimension = dimension;
	g->cells = xcalloc((count + 2) * (count + 1), sizeof(*g->cells));
	g->rows = xcalloc(count + 1, sizeof(*g->rows));
	for (size_t i = 0; i < count; i++) {
		g->rows[i] = g->cells + i * (count + 2);
		g->rows[i][0].value = (double)(i + 1);
		for (size_t j = 0; j < count; j++)
			g->rows[i][j + 1].index = (int)(j + 1);
		g->rows[i][count + 1].index = -1;
	}
	for (size_t at = 0; at < count; at++)
		fill_row(g, order, at, dense);
	free(order);
	free(dense);
	return g;
}

void gram_free(struct gram *gram)
{
	if (!gram)
		return;
	free(gram->cells);
	free(gram->rows);
	free(gram);
}

double gram_value(const struct gram *gram, size_t i, size_t j)
{
	return gram->rows[i][j + 1].value;
}

/* y = +1/-1; the weight of a label is multiplied into its cost. */
static struct svm_model *solve(const struct gram *g, double *y, double cost,
    double positive_weight, struct error *err)
{
	int label = 1;
	struct svm_problem problem = {
		.l = (int)g->count, .y = y, .x = g->rows
	};
	struct svm_parameter parameter = { .svm_type = C_SVC,
		.kernel_type = PRECOMPUTED,
		.cache_size = CACHE_MB,
		.eps = EPSILON,
		.C = cost,
		.nr_weight = 1,
		.weight_label = &label,
		.weight = &positive_weight,
		.shrinking = 1 };
	const char *wrong = svm_check_parameter(&problem, &parameter);

	if (wrong) {
		error_set(err, STATUS_SOFTWARE, "libsvm refuses: %s", wrong);
		return NULL;
	}
	svm_set_print_string_function(silent);
	return svm_train(&problem, &parameter);
}

/*
 * libsvm's decision value is positive for the label that came first in the
 * data, so the sign follows model->label[0].
 */
static void collapse(const struct gram *g, const struct svm_model *model,
    double *weights, size_t stride, double *bias)
{
	double sign = model->label[0] == 1 ? 1.0 : -1.0;

	for (int s = 0; s < model->l; s++) {
		const struct vector *v = &g->vectors[model->sv_indices[s] - 1];
		double coefficient = sign * model->sv_coef[0][s];

		for (size_t k = 0; k < v->count; k++)
			weights[v->index[k] * stride] +=
			    coefficient * v->value[k];
	}
	*bias = -sign * model->rho[0];
}

static enum status verify(const struct gram *g, const struct svm_model *model,
    const double *weights, size_t stride, double bias, struct error *err)
{
	double sign = model->label[0] == 1 ? 1.0 : -1.0;

	for (size_t i = 0; i < g->count; i++) {
		const struct vector *v = &g->vectors[i];
		double ours = bias;
		double theirs;

		for (size_t k = 0; k < v->count; k++)
			ours += v->value[k] * weights[v->index[k] * stride];
		svm_predict_values(model, g->rows[i], &theirs);
		if (!(fabs(ours - sign * theirs) <= SVM_TOLERANCE))
			return error_set(err, STATUS_SOFTWARE,
			    "collapsed weights give %.12g where libsvm gives "
			    "%.12g (training vector %zu); nothing was saved",
			    ours, sign * theirs, i);
	}
	return STATUS_OK;
}

static double positive_weight_of(size_t positives, size_t negatives)
{
	double weight = sqrt((double)negatives / (double)positives);

	return weight < POSITIVE_WEIGHT_MAX ? weight : POSITIVE_WEIGHT_MAX;
}

enum status svm_fit(const struct gram *gram, const bool *positive, double cost,
    double *weights, size_t stride, double *bias, struct error *err)
{
	double *y = xcalloc(gram->count + 1, sizeof(*y));
	enum status status = STATUS_SOFTWARE;
	struct svm_model *model;
	size_t positives = 0;

	for (size_t f = 0; f < gram->dimension; f++)
		weights[f * stride] = 0;
	for (size_t i = 0; i < gram->count; i++) {
		y[i] = positive[i] ? 1 : -1;
		positives += positive[i];
	}
	if (positives == 0 || positives == gram->count) {
		*bias = positives == 0 ? -1 : 1;
		free(y);
		return STATUS_OK;
	}
	model = solve(gram, y, cost,
	    positive_weight_of(positives, gram->count - positives), err);
	if (model) {
		collapse(gram, model, weights, stride, bias);
		status = verify(gram, model, weights, stride, *bias, err);
		svm_free_and_destroy_model(&model);
	}
	free(y);
	return status;
}
