/*
 * A corpus of labelled transcripts: checked line by line, and counted.
 *
 * Every line must be a transcript exactly as documented (transcript/schema),
 * labelled, of a deployment, of no public address, with ids the catalogue
 * knows, and (source `lab`) tell where it comes from. A deployment has one
 * label, one origin, and one transcript a plan; nothing said under one name is
 * said again under another.
 *
 * Deployments are alike when their transcripts of the largest plan that both
 * have are equal in normal form (features_normal_form), whatever they are
 * labelled; `distinct` counts those that are like none counted before, those
 * with the largest plans first. A product's own row compares only with its
 * own.
 *
 * Memory: grows with transcripts counted (some hundred bytes each), never
 * with their length.
 */
#ifndef MXPRINT_EVALUATION_CORPUS_H
#define MXPRINT_EVALUATION_CORPUS_H

#include <stddef.h>
#include <stdint.h>

#include "catalog/catalog.h"
#include "common/arena.h"
#include "common/buffer.h"
#include "common/error.h"

struct corpus_options {
	const struct catalog *catalog;
	const char *const *paths;
	size_t path_count;
	/* One fault, "FILE:LINE: sentence", printable. */
	void (*complain)(void *user, const char *sentence);
	/* The normal form of one transcript, as a JSON line; or NULL. */
	void (*normal)(void *user, const char *line);
	void *user;
};

struct corpus_row {
	const char *product; /* NULL: the whole corpus */
	size_t transcripts;
	size_t deployments;
	size_t distinct;
	size_t versions;       /* of a product; all: pairs with the product */
	size_t suites;	       /* releases of a distribution, or registries */
	size_t configurations; /* recipe and configuration */
	size_t plans;
	size_t fronts;
	size_t two_layer; /* deployments with a front */
};

struct corpus {
	struct arena *arena;
	struct corpus_row all;
	struct corpus_row *rows; /* by product id */
	size_t row_count;	 /* products */
	size_t not_smtp;	 /* deployments of that kind of product */
	uint64_t bytes;		 /* of the files as they are */
	size_t complaints;
};

/* STATUS_OK also with complaints; else a file that could not be read. */
enum status corpus_read(const struct corpus_options *options,
    struct corpus **corpus, struct error *err);
void corpus_free(struct corpus *corpus);

void corpus_table(const struct corpus *corpus, struct buffer *out);
void corpus_json(const struct corpus *corpus, struct buffer *out);

#endif
