/*
 * Labelled transcripts as items to learn from and to be measured with.
 *
 * One transcript gives one item for its own plan and one for each smaller
 * plan (model/reduce), so that one model serves every tier. Items are sorted
 * by a hash of the transcript's bytes: the order of files and lines changes
 * nothing. A group is what no fold may split: a deployment, and deployments
 * with a transcript that looks the same behind the greeting. At most
 * GROUP_TIER_MAX different items of one group and tier are kept, and the
 * weights of one group's items of a tier sum to 1.
 *
 * Classes are the products with enough deployments; the others' items stay,
 * as examples of "none of the classes" (CLASS_OTHER).
 *
 * Memory: everything lives in dataset.arena; names of features are shared.
 */
#ifndef MXPRINT_MODEL_DATASET_H
#define MXPRINT_MODEL_DATASET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "catalog/catalog.h"
#include "common/arena.h"
#include "common/digest.h"
#include "common/error.h"
#include "common/strmap.h"
#include "features/extract.h"
#include "model/provenance.h"
#include "model/reduce.h"

#define CLASS_OTHER    SIZE_MAX
#define GROUP_TIER_MAX 4

struct item {
	char hash[SHA256_HEX_SIZE]; /* of the transcript's text form */
	const char *product;
	const char *version;	/* NULL: not known */
	const char *deployment; /* as given; NULL: none */
	bool fronted;		/* something else answers first */
	const char *front;	/* what (label.front); NULL: nothing */
	struct provenance from; /* how it was captured, where that is told */
	size_t class_index;	/* or CLASS_OTHER */
	size_t group;		/* 0..group_count-1 */
	enum tier tier;
	const char *plan; /* it was captured under */
	const char *form; /* hash of plan and normal form */
	bool derived;	  /* a view of a transcript of a larger plan */
	bool thin;	  /* nothing beyond the greeting was answered */
	double weight;
	int64_t utc_ms;
	size_t product_index; /* of dataset.products */
	struct feature_list features;
	uint32_t *name; /* of each feature: its number in dataset.names */
};

struct kernel; /* model/kernel */

struct dataset {
	struct arena *arena;
	struct strmap *names; /* of all features, each once; in any order */
	struct item *items;   /* in order of hash, then tier */
	size_t count;
	/* The same with copies: they tell which versions are alike. */
	struct item *every;
	size_t every_count;
	const char **classes; /* product ids in order of name */
	size_t class_count;
	const char **products; /* all, classes or not, in order of name */
	size_t product_count;
	size_t *product_groups;	  /* deployments of each product */
	const char **group_names; /* "g17": for the vocabulary */
	size_t group_count;
	size_t transcripts; /* used */
	size_t unlabelled;  /* left out: no label */
	size_t silent;	    /* left out: did not speak */
	int64_t newest_utc_ms;
	char hash[SHA256_HEX_SIZE]; /* of all items' hashes */
	struct kernel **kernel;	    /* made when first asked for: kernel_of() */
};

/*
 * Reads the files. A label whose product is not in the catalogue is refused
 * with file and line; so is a file that ends in the middle, and a set without
 * any usable transcript.
 * min_deployments: fewer are no class.
 */
enum status dataset_read(const struct catalog *catalog,
    const char *const *paths, size_t path_count, size_t min_deployments,
    struct dataset **dataset, struct error *err);
void dataset_free(struct dataset *dataset);

/* What an item's deployment is called: as given, else after its group. */
const char *dataset_deployment(
    const struct dataset *dataset, const struct item *item);

#endif
