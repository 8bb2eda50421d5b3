/*
 * The model, and its file: our own container, bounded and checksummed
 * (docs/mxprint-model.5).
 *
 *   "MXPMODEL" u32 version, u32 sections, u64 file size,
 *   sections: {char name[8]; u64 offset; u64 length; u32 crc32; u32 0},
 *   data, SHA-256 of everything before it. All little-endian.
 *
 * Loading trusts nothing: every count is checked against the section's length
 * before anything is allocated. A file of another version, another
 * FEATURES_VERSION or a damaged one is refused with a sentence.
 */
#ifndef MXPRINT_MODEL_FILE_H
#define MXPRINT_MODEL_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/arena.h"
#include "common/error.h"
#include "features/extract.h"
#include "features/vector.h"

#define MODEL_FILE_VERSION 4
#define MODEL_FILE_MAX	   (512u << 20)

struct model;

enum status model_load(
    const char *path, struct model **model, struct error *err);
/* The same from memory; `name` stands for the file in sentences. */
enum status model_load_bytes(const void *bytes, size_t len, const char *name,
    struct model **model, struct error *err);
enum status model_save(
    const struct model *model, const char *path, struct error *err);
void model_free(struct model *model);

const char *model_name(const struct model *model); /* "mxprint-1 3f2a91c0" */
const char *model_card(const struct model *model); /* JSON text */
size_t model_class_count(const struct model *model);
const char *model_class(const struct model *model, size_t i); /* product id */

/*
 * The two ways of looking at a host: with everything, and as if it had no
 * greeting (which may be forged).
 */
enum model_view { VIEW_ALL, VIEW_NO_BANNER, VIEW_COUNT };

struct class_score {
	size_t class_index;
	double margin;	   /* one-vs-rest decision value */
	double confidence; /* calibrated for the transcript's plan; what
			      is missing to 1 over all classes is the
			      confidence in none of them */
};

struct model_answer {
	struct class_score *scores; /* every class, best first */
	size_t count;
	bool novel;	/* does not look like any trained product */
	double novelty; /* 0 typical .. 1 at the threshold .. more */
	const char *novelty_reason; /* a sentence, or NULL */
	struct vector vector;	    /* of the view; for the functions below */
};

void model_score(const struct model *model, enum model_view view,
    const char *plan, const struct feature_list *features, struct arena *arena,
    struct model_answer *answer);

struct contribution {
	const char *feature;
	enum feature_group group;
	double weight; /* of class a minus class b, times the value */
};

/* Strongest features for class a against class b; count <= max. */
size_t model_contributions(const struct model *model, enum model_view view,
    const struct model_answer *answer, size_t class_a, size_t class_b,
    struct arena *arena, struct contribution *out, size_t max);

/* What behaviour proves about the version ("3.6-3.9", "3.8+"), or NULL;
 * *confidence. hidden: the answer of VIEW_NO_BANNER to the same features. */
const char *model_version(const struct model *model, size_t class_index,
    const struct feature_list *features, const struct model_answer *hidden,
    struct arena *arena, double *confidence);

/* Could a host that behaves like `answer` be of the version it states? */
bool model_version_agrees(const struct model *model, size_t class_index,
    const char *answer, const char *stated, struct arena *arena);

#endif
