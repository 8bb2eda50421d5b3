#include "model/svm.h"

#include <libsvm/svm.h>
#include <math.h>
#include <stdlib.h>

#include "common/arena.h"
#include "common/parallel.h"

#define POSITIVE_WEIGHT_MAX 10.0
#define CACHE_MB	    200.0
#define EPSILON		    1e-4
#define TILE		    16 /* rows: what a core keeps near */

/*
 * libsvm's form of a precomputed kernel: a row is {0, number of the item},
 * {1, K(i, 1)} ... {count, K(i, count)}, {-1}.
 */
struct gram {
	size_t count;
	struct svm_node *cells; /* count rows of count + 2 */
	size_t room;		/* cells there are */
	struct svm_node **rows;
};

static void silent(const char *text)
{
	(void)text;
}

struct gram *gram_new(size_t count, struct gram *old)
{
	struct gram *g = xcalloc(1, sizeof(*g));
	size_t cells = (count + 2) * (count + 1);

	svm_set_print_string_function(silent); /* global, so not in a thread */
	g->count = count;
	if (old && old->room >= cells) {
		g->cells = old->cells;
		g->room = old->room;
		old->cells = NULL;
	} else {
		g->cells = xlarge(cells * sizeof(*g->cells));
		g->room = cells;
	}
	gram_free(old);
	g->rows = xcalloc(count + 1, sizeof(*g->rows));
	for (size_t i = 0; i < count; i++)
		g->rows[i] = g->cells + i * (count + 2);
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

void gram_set(struct gram *gram, size_t i, const double *products)
{
	struct svm_node *cell = gram->rows[i] + 1;

	gram->rows[i][0] = (struct svm_node){ 0, (double)(i + 1) };
	cell[gram->count].index = -1;
	for (size_t j = 0; j < gram->count; j++)
		cell[j].index = (int)(j + 1);
	for (size_t j = 0; j <= i; j++)
		cell[j].value = products[j];
}

/* The tiles of one column of tiles, each turned over. */
static enum status mirror_tiles(void *user, size_t tile, struct error *err)
{
	struct gram *gram = user;
	size_t first = tile * TILE;

	(void)err;
	for (size_t row = first; row < gram->count; row++)
		for (size_t j = first; j < row && j < first + TILE; j++)
			gram->rows[j][row + 1].value =
			    gram->rows[row][j + 1].value;
	return STATUS_OK;
}

void gram_mirror(struct gram *gram)
{
	parallel_for(gram->count / TILE + 1, mirror_tiles, gram, NULL);
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
	return svm_train(&problem, &parameter);
}

/*
 * libsvm's value is positive for the label that came first in the data, so
 * the sign follows model->label[0].
 */
static void take(const struct gram *g, const struct svm_model *model,
    struct svm_result *result)
{
	double sign = model->label[0] == 1 ? 1.0 : -1.0;

	for (int s = 0; s < model->l; s++) {
		size_t i = (size_t)model->sv_indices[s] - 1;

		result->coefficient[i * result->stride] =
		    sign * model->sv_coef[0][s];
	}
	result->bias = -sign * model->rho[0];
	for (size_t i = 0; i < g->count; i += result->check) {
		double value;

		svm_predict_values(model, g->rows[i], &value);
		result->checked[i / result->check] = sign * value;
	}
}

static void one_sided(
    const struct gram *g, double bias, struct svm_result *result)
{
	result->bias = bias;
	for (size_t i = 0; i < g->count; i += result->check)
		result->checked[i / result->check] = bias;
}

static double positive_weight_of(size_t positives, size_t negatives)
{
	double weight = sqrt((double)negatives / (double)positives);

	return weight < POSITIVE_WEIGHT_MAX ? weight : POSITIVE_WEIGHT_MAX;
}

enum status svm_fit(const struct gram *gram, const bool *positive, double cost,
    struct svm_result *result, struct error *err)
{
	double *y = xcalloc(gram->count + 1, sizeof(*y));
	enum status status = STATUS_OK;
	struct svm_model *model;
	size_t positives = 0;

	for (size_t i = 0; i < gram->count; i++) {
		y[i] = positive[i] ? 1 : -1;
		positives += positive[i];
		result->coefficient[i * result->stride] = 0;
	}
	if (positives == 0 || positives == gram->count) {
		one_sided(gram, positives == 0 ? -1 : 1, result);
		free(y);
		return STATUS_OK;
	}
	model = solve(gram, y, cost,
	    positive_weight_of(positives, gram->count - positives), err);
	if (model) {
		take(gram, model, result);
		svm_free_and_destroy_model(&model);
	} else {
		status = STATUS_SOFTWARE;
	}
	free(y);
	return status;
}
