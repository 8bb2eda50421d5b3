#include "evaluation/figures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------- figures */

struct accuracy figures_accuracy(
    const struct judgements *j, size_t classes, uint64_t seed)
{
	return (struct accuracy){ j->count,
		metrics_interval(
		    &metric_micro, j->items, j->count, classes, seed),
		metrics_interval(
		    &metric_macro, j->items, j->count, classes, seed) };
}

struct plan_figures figures_plan(
    const struct judgements *j, size_t classes, uint64_t seed)
{
	struct plan_figures f = { .items = j->count,
		.versions_right = { NAN, NAN, NAN } };
	const struct {
		const struct metric *m;
		struct figure *to;
	} rows[] = {
		{ &metric_micro, &f.micro },
		{ &metric_macro, &f.macro },
		{ &metric_coverage_95, &f.coverage_95 },
		{ &metric_coverage_98, &f.coverage_98 },
		{ &metric_coverage_99, &f.coverage_99 },
		{ &metric_risk_area, &f.risk_area },
		{ &metric_log_loss, &f.log_loss },
		{ &metric_brier, &f.brier },
		{ &metric_ece, &f.ece },
		{ &metric_ece_rest, &f.ece_rest },
	};

	for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++)
		*rows[r].to = metrics_interval(
		    rows[r].m, j->items, j->count, classes, seed);
	return f;
}

/* Share of right ones among items of that truth, or of that answer. */
static struct figure class_share(const struct judgements *j, size_t class_index,
    bool answered, size_t classes, uint64_t seed)
{
	struct judged *of_class = xcalloc(j->count + 1, sizeof(*of_class));
	size_t count = 0;
	struct figure f;

	for (size_t i = 0; i < j->count; i++)
		if ((answered ? j->items[i].answer : j->items[i].truth) ==
		    class_index)
			of_class[count++] = j->items[i];
	f = metrics_interval(&metric_micro, of_class, count, classes, seed);
	free(of_class);
	return f;
}

struct detail_figures figures_detail(const struct judgements *j,
    const char *const *names, size_t classes, uint64_t seed,
    struct arena *arena)
{
	struct detail_figures d = { .class_count = classes,
		.ece_classes = { NAN, NAN, NAN } };

	d.classes = arena_array(arena, classes + 1, sizeof(*d.classes));
	d.pairs = arena_array(arena, j->count + 1, sizeof(*d.pairs));
	for (size_t c = 0; c < classes; c++)
		d.classes[c] = (struct class_figures){ names[c], 0,
			class_share(j, c, false, classes, seed),
			class_share(j, c, true, classes, seed) };
	for (size_t i = 0; i < j->count; i++) {
		const struct judged *one = &j->items[i];

		d.classes[one->truth].deployments += one->weight;
		if (one->truth != one->answer)
			figures_add_pair(d.pairs, &d.pair_count, j->count,
			    names[one->truth], names[one->answer], one->weight);
	}
	figures_sort_pairs(d.pairs, d.pair_count);
	if (d.pair_count > FIGURES_PAIRS)
		d.pair_count = FIGURES_PAIRS;
	d.bin_count = metrics_bins(j->items, j->count, d.bins);
	return d;
}

void figures_add_pair(struct pair *list, size_t *count, size_t room,
    const char *truth, const char *answer, double weight)
{
	size_t at = 0;

	while (at < *count && (strcmp(list[at].truth, truth) != 0 ||
				  strcmp(list[at].answer, answer) != 0))
		at++;
	if (at == room)
		return;
	if (at == *count)
		list[(*count)++] = (struct pair){ truth, answer, 0 };
	list[at].deployments += weight;
}

static int by_deployments(const void *a, const void *b)
{
	const struct pair *x = a;
	const struct pair *y = b;
	int order;

	if (x->deployments != y->deployments)
		return x->deployments < y->deployments ? 1 : -1;
	order = strcmp(x->truth, y->truth);
	return order ? order : strcmp(x->answer, y->answer);
}

void figures_sort_pairs(struct pair *list, size_t count)
{
	qsort(list, count, sizeof(*list), by_deployments);
}
