/*
 * How good a model is, on deployments it has not seen.
 *
 * Without a model: grouped folds; in each a model is learned (its cost and
 * calibration by inner folds) and scores the deployments held out. With one:
 * it scores the given transcripts.
 * A ladder measures what each kind of evidence adds, with the greeting as it
 * is, hidden, and replaced by another product's. Products left out altogether
 * measure how many strangers would be taken for a product.
 */
#ifndef MXPRINT_MODEL_EVALUATE_H
#define MXPRINT_MODEL_EVALUATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "catalog/catalog.h"
#include "common/arena.h"
#include "common/buffer.h"
#include "common/error.h"
#include "model/file.h"
#include "model/metrics.h"

enum banner_state { BANNER_AS_IS, BANNER_HIDDEN, BANNER_FORGED, BANNER_STATES };

struct evaluate_options {
	const struct catalog *catalog;
	const char *const *paths;
	size_t path_count;
	const struct model *model; /* NULL: folds */
	const char *plan;	   /* whose items are judged */
	size_t folds;
	uint64_t seed;
	double cost; /* 0: chosen in each fold */
	size_t min_deployments;
	void (*progress)(void *user, const char *sentence);
	void *user;
};

struct rung {
	const char *name;
	struct figure micro[BANNER_STATES]; /* value NAN: not measured */
	struct figure macro[BANNER_STATES];
};

struct class_figures {
	const char *product;
	double deployments;
	double recall;
	double precision; /* NAN: never answered */
};

struct confusion {
	const char *truth;
	const char *answer;
	double deployments;
};

struct evaluation {
	struct arena *arena;
	const char *plan;
	size_t transcripts, groups, judged;
	size_t class_count;
	struct figure micro, macro, coverage, ece, ece_rest;
	struct class_figures *classes;
	/* Products whose deployments all look the same: held out together,
	 * none is left to learn from, so nothing can be said about them. */
	const char **unmeasured;
	size_t unmeasured_count;
	struct confusion *confusions; /* most frequent first */
	size_t confusion_count;
	struct rung *rungs;
	size_t rung_count;
	size_t strangers; /* deployments of left-out products */
	struct figure auroc, false_accept;
	double known_flagged;	    /* at the model's own limit */
	double stranger_flagged;    /* the same */
	struct confusion *accepted; /* strangers taken for a product */
	size_t accepted_count;
	double versions_given, versions_right; /* deployments, of those right */
	size_t seen; /* with a model: items of deployments it was trained on */
};

void evaluate_options_defaults(struct evaluate_options *options);
enum status evaluate(const struct evaluate_options *options,
    struct evaluation **evaluation, struct error *err);
void evaluation_free(struct evaluation *evaluation);

/* For people, and for programs. */
void evaluation_table(const struct evaluation *e, struct buffer *out);
void evaluation_json(const struct evaluation *e, struct buffer *out);

#endif
