/*
 * How good the method is, on deployments it has not seen.
 *
 * An evaluation has parts, each with its own way of not having seen: folds of
 * deployments, a version left out, a configuration, a product. A part is a row
 * of the table in evaluate.c; everything else (help, --parts, JSON keys) comes
 * from there.
 *
 * What holds everywhere: no group (a deployment, and whatever looks like it
 * after normalisation) is on both sides of a split; all choices are seeded;
 * intervals are 95 % bootstraps over groups; a figure that cannot be measured
 * is NAN, in JSON null.
 */
#ifndef MXPRINT_EVALUATION_EVALUATE_H
#define MXPRINT_EVALUATION_EVALUATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "catalog/catalog.h"
#include "common/arena.h"
#include "common/buffer.h"
#include "common/digest.h"
#include "common/error.h"
#include "evaluation/metrics.h"
#include "evaluation/part_configurations.h"
#include "evaluation/part_curve.h"
#include "evaluation/part_baselines.h"
#include "evaluation/part_folds.h"
#include "evaluation/part_identifiability.h"
#include "evaluation/part_ladder.h"
#include "evaluation/part_leak.h"
#include "evaluation/part_model.h"
#include "evaluation/part_products.h"
#include "evaluation/part_versions.h"
#include "model/file.h"
#include "rules/engine.h"

struct evaluate_options {
	const struct catalog *catalog;
	struct rule_engine *rules; /* as a baseline; NULL: without it */
	const char *const *paths;
	size_t path_count;
	const struct model *model; /* NULL: learned anew, the parts below */
	uint64_t parts;		   /* a bit a row of the table; 0: all */
	const char *plan;	   /* whose items are judged in detail */
	size_t folds;
	uint64_t seed;
	double cost; /* 0: chosen in each fold */
	size_t min_deployments;
	void (*progress)(void *user, const char *sentence);
	void *user;
};

struct evaluation_data {
	size_t transcripts;
	size_t deployments;
	size_t groups; /* that look different */
	size_t products, classes, versions;
	char hash[SHA256_HEX_SIZE];
};

struct evaluation {
	struct arena *arena;
	uint64_t parts; /* measured */
	bool of_model;	/* instead of parts: a given model */
	const char *plan;
	size_t folds;
	uint64_t seed;
	struct evaluation_data data;
	struct model_figures model;
	struct folds_figures by_folds;
	struct ladder_figures ladder;
	struct versions_figures versions;
	struct configurations_figures configurations;
	struct products_figures products;
	struct curve_figures curve;
	struct baselines_figures baselines;
	struct identifiability_figures identifiability;
	struct leak leak;
};

void evaluate_options_defaults(struct evaluate_options *options);

/* The parts by number, in order; NULL after the last. */
const char *evaluate_part_name(size_t part);
const char *evaluate_part_help(size_t part);
/* "folds,ladder" -> bits; an unknown name is refused, the nearest offered. */
enum status evaluate_parts_read(
    const char *list, uint64_t *parts, struct error *err);

enum status evaluate(const struct evaluate_options *options,
    struct evaluation **evaluation, struct error *err);
void evaluation_free(struct evaluation *evaluation);

/* For people, and for programs. */
void evaluation_table(const struct evaluation *e, struct buffer *out);
void evaluation_json(const struct evaluation *e, struct buffer *out);

#endif
