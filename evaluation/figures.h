/*
 * From judged items to the figures that the folds and a given model report.
 */
#ifndef MXPRINT_EVALUATION_FIGURES_H
#define MXPRINT_EVALUATION_FIGURES_H

#include "common/arena.h"
#include "common/buffer.h"
#include "common/json.h"
#include "evaluation/metrics.h"

#define FIGURES_PAIRS 10 /* confusions shown */

struct judgements {
	struct judged *items;
	size_t count;
};

struct accuracy {
	size_t items;
	struct figure micro, macro;
};

/* What a survey would report: right, wrong, or left unknown. */
enum telling { TELLING_RIGHT, TELLING_WRONG, TELLING_UNKNOWN, TELLING_COUNT };

struct told_figures {
	size_t items;
	struct figure shares[TELLING_COUNT];
};

struct telling_list { /* of each telling: is it this one? */
	struct judgements shares[TELLING_COUNT];
};

struct plan_figures {
	const char *plan;
	size_t items;
	struct figure micro, macro;
	struct figure coverage_95, coverage_98, coverage_99;
	struct figure risk_area, log_loss, brier, ece, ece_rest;
	struct told_figures told, told_forged; /* greeting as it is, forged */
	size_t versions_told;
	struct figure versions_right; /* of those told */
};

struct class_figures {
	const char *product;
	double deployments;
	struct figure recall;
	struct figure precision; /* NAN: never answered */
};

struct pair { /* of truth and answer */
	const char *truth;
	const char *answer;
	double deployments;
};

struct detail_figures { /* of one plan */
	struct class_figures *classes;
	size_t class_count;
	struct figure ece_classes; /* NAN: not measured */
	struct reliability_bin bins[METRICS_BINS];
	size_t bin_count;
	struct pair *pairs; /* most frequent first */
	size_t pair_count;
};

struct accuracy figures_accuracy(
    const struct judgements *j, size_t classes, uint64_t seed);
/* All but versions and what is told. */
struct plan_figures figures_plan(
    const struct judgements *j, size_t classes, uint64_t seed);
/* names[class], kept by the caller. All but ece_classes. */
struct detail_figures figures_detail(const struct judgements *j,
    const char *const *names, size_t classes, uint64_t seed,
    struct arena *arena);

/* The most frequent pairs of what lists count; lists are of `room` names. */
void figures_add_pair(struct pair *list, size_t *count, size_t room,
    const char *truth, const char *answer, double weight);
void figures_sort_pairs(struct pair *list, size_t count);

void print_plan(struct buffer *out, const struct plan_figures *f);
void print_told(
    struct buffer *out, const char *what, const struct told_figures *f);
void print_detail(struct buffer *out, const struct detail_figures *f);
void print_pairs(struct buffer *out, const char *title, const struct pair *list,
    size_t count);
/* Members of an open object. */
void json_accuracy(
    struct json_writer *w, const char *key, const struct accuracy *a);
void json_plan(struct json_writer *w, const struct plan_figures *f);
void json_told(
    struct json_writer *w, const char *key, const struct told_figures *f);
void json_detail(struct json_writer *w, const struct detail_figures *f);
void json_pairs(struct json_writer *w, const char *key, const struct pair *list,
    size_t count);

#endif
