/*
 * Labelled transcripts -> model; and its honest figures.
 * Same data and seed, same bytes of model.
 */
#ifndef MXPRINT_MODEL_TRAIN_H
#define MXPRINT_MODEL_TRAIN_H

#include <stddef.h>
#include <stdint.h>

#include "catalog/catalog.h"
#include "common/error.h"
#include "model/file.h"

struct train_options {
	const struct catalog *catalog;
	const char *const *paths; /* transcript files with labels */
	size_t path_count;
	const char *rules_hash; /* recorded in the card, or NULL */
	const char *name;	/* of the model, in the card */
	uint64_t seed;
	double cost;		/* C of the SVM; 0: chosen by grouped folds */
	size_t min_deployments; /* fewer are no class of their own */
	size_t folds;
	void (*progress)(void *user, const char *sentence);
	void *user;
};

void train_options_defaults(struct train_options *options);
enum status train(const struct train_options *options, struct model **model,
    struct error *err);

#endif
