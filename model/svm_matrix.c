#include "model/svm_matrix.h"

#include <libsvm/svm.h>
#include <math.h>
#include <stdlib.h>

#include "common/arena.h"

#define CACHE_MB	    100.0
#define POSITIVE_WEIGHT_MAX 10.0 /* as in model/svm */

/*
 * libsvm's form of a precomputed kernel: a row is {0, number of the item},
 * {1, K(i, 1)} ... A machine trained on some rows looks up columns by the
 * numbers of these, so that every subset shares the matrix.
 */
struct svm_matrix {
	size_t count;
	struct svm_node *cells; /* count rows of count + 2 */
};

struct svm_pairs {
	const struct svm_matrix *kernel;
	struct svm_model *model;
	struct svm_node **rows; /* the model points at what they point at */
	int *labels;		/* in libsvm's order */
	double *probability;
};

static struct svm_node *row_of(const struct svm_matrix *k, size_t i)
{
	return k->cells + i * (k->count + 2);
}

struct svm_matrix *svm_matrix_new(size_t count)
{
	struct svm_matrix *k = xcalloc(1, sizeof(*k));

	k->count = count;
	k->cells = xcalloc((count + 2) * (count + 1), sizeof(*k->cells));
	for (size_t i = 0; i < count; i++) {
		struct svm_node *row = row_of(k, i);

		row[0].value = (double)(i + 1);
		for (size_t j = 0; j < count; j++)
			row[j + 1].index = (int)(j + 1);
		row[count + 1].index = -1;
	}
	return k;
}

void svm_matrix_free(struct svm_matrix *kernel)
{
	if (!kernel)
		return;
	free(kernel->cells);
	free(kernel);
}

void svm_matrix_set(struct svm_matrix *kernel, size_t i, size_t j, double value)
{
	row_of(kernel, i)[j + 1].value = value;
	row_of(kernel, j)[i + 1].value = value;
}

static void silent(const char *text)
{
	(void)text;
}

static struct svm_model *solve(const struct svm_problem *problem,
    const struct svm_parameter *parameter, struct error *err)
{
	const char *wrong = svm_check_parameter(problem, parameter);

	if (wrong) {
		error_set(err, STATUS_SOFTWARE, "libsvm refuses: %s", wrong);
		return NULL;
	}
	svm_set_print_string_function(silent);
	return svm_train(problem, parameter);
}

static struct svm_node **rows_of(
    const struct svm_matrix *k, const size_t *items, size_t count)
{
	struct svm_node **rows = xcalloc(count + 1, sizeof(struct svm_node *));

	for (size_t i = 0; i < count; i++)
		rows[i] = row_of(k, items[i]);
	return rows;
}

/* ------------------------------------------------------------- pairs */

enum status svm_pairs_train(const struct svm_matrix *kernel,
    const size_t *items, const size_t *label, size_t count, double cost,
    unsigned seed, struct svm_pairs **pairs, struct error *err)
{
	struct svm_parameter parameter = { .svm_type = C_SVC,
		.kernel_type = PRECOMPUTED,
		.cache_size = CACHE_MB,
		.eps = SVM_DEFAULT_EPSILON,
		.C = cost,
		.shrinking = 1,
		.probability = 1 };
	struct svm_pairs *p = xcalloc(1, sizeof(*p));
	double *y = xcalloc(count + 1, sizeof(*y));
	struct svm_problem problem = { .l = (int)count, .y = y };

	for (size_t i = 0; i < count; i++)
		y[i] = (double)label[i];
	p->kernel = kernel;
	p->rows = problem.x = rows_of(kernel, items, count);
	srand(seed);
	p->model = solve(&problem, &parameter, err);
	free(y);
	*pairs = NULL;
	if (!p->model) {
		svm_pairs_free(p);
		return STATUS_SOFTWARE;
	}
	p->labels = xcalloc((size_t)p->model->nr_class + 1, sizeof(*p->labels));
	p->probability =
	    xcalloc((size_t)p->model->nr_class + 1, sizeof(*p->probability));
	svm_get_labels(p->model, p->labels);
	*pairs = p;
	return STATUS_OK;
}

void svm_pairs_free(struct svm_pairs *pairs)
{
	if (!pairs)
		return;
	if (pairs->model)
		svm_free_and_destroy_model(&pairs->model);
	free(pairs->rows);
	free(pairs->labels);
	free(pairs->probability);
	free(pairs);
}

size_t svm_pairs_predict(const struct svm_pairs *pairs, size_t item,
    size_t classes, double *probability)
{
	size_t best = 0;

	svm_predict_probability(
	    pairs->model, row_of(pairs->kernel, item), pairs->probability);
	for (size_t c = 0; c < classes; c++)
		probability[c] = 0;
	for (int k = 0; k < pairs->model->nr_class; k++)
		probability[pairs->labels[k]] = pairs->probability[k];
	for (size_t c = 1; c < classes; c++)
		if (probability[c] > probability[best])
			best = c;
	return best;
}

/* ------------------------------------------------------------- rest */

static double positive_weight_of(size_t positives, size_t negatives)
{
	double weight = sqrt((double)negatives / (double)positives);

	return weight < POSITIVE_WEIGHT_MAX ? weight : POSITIVE_WEIGHT_MAX;
}

/* libsvm's decision value is positive for the label that came first. */
static void take_machine(
    const struct svm_model *model, double *coefficient, double *bias)
{
	double sign = model->label[0] == 1 ? 1.0 : -1.0;

	for (int s = 0; s < model->l; s++)
		coefficient[model->sv_indices[s] - 1] =
		    sign * model->sv_coef[0][s];
	*bias = -sign * model->rho[0];
}

enum status svm_rest_train(const struct svm_matrix *kernel, const size_t *items,
    const bool *positive, size_t count, double cost, double *coefficient,
    double *bias, struct error *err)
{
	int label = 1;
	double weight = 1;
	struct svm_parameter parameter = { .svm_type = C_SVC,
		.kernel_type = PRECOMPUTED,
		.cache_size = CACHE_MB,
		.eps = SVM_DEFAULT_EPSILON,
		.C = cost,
		.nr_weight = 1,
		.weight_label = &label,
		.weight = &weight,
		.shrinking = 1 };
	double *y = xcalloc(count + 1, sizeof(*y));
	struct svm_problem problem = { .l = (int)count, .y = y };
	struct svm_model *model = NULL;
	enum status status = STATUS_OK;
	size_t positives = 0;

	for (size_t i = 0; i < count; i++) {
		y[i] = positive[i] ? 1 : -1;
		positives += positive[i];
		coefficient[i] = 0;
	}
	*bias = positives == 0 ? -1 : 1;
	if (positives > 0 && positives < count) {
		weight = positive_weight_of(positives, count - positives);
		problem.x = rows_of(kernel, items, count);
		model = solve(&problem, &parameter, err);
		if (model)
			take_machine(model, coefficient, bias);
		else
			status = STATUS_SOFTWARE;
		svm_free_and_destroy_model(&model);
		free(problem.x);
	}
	free(y);
	return status;
}

double svm_rest_decide(const struct svm_matrix *kernel, const size_t *items,
    const double *coefficient, size_t count, double bias, size_t row)
{
	const struct svm_node *values = row_of(kernel, row) + 1;
	double sum = bias;

	for (size_t k = 0; k < count; k++)
		if (coefficient[k] != 0)
			sum += coefficient[k] * values[items[k]].value;
	return sum;
}
