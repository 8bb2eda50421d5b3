/*
 * What we say about one host, and its text form (docs/mxprint-prediction.5,
 * docs/schema/prediction.schema.json).
 *
 * Confidence: of a product, the calibrated probability that it is right (from
 * the model), or the precision of the rule that named it. Of "unknown", the
 * probability that it is none of the candidates: 1 - the best one's, and for a
 * novel host at least novelty / (1 + novelty); 0 when there was no model to
 * ask. null for a host that did not speak.
 *
 * Memory: everything lives in the arena given to decide() or in its classifier;
 * nothing in the transcript. NULL: not known, written as null.
 */
#ifndef MXPRINT_MODEL_PREDICTION_H
#define MXPRINT_MODEL_PREDICTION_H

#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/buffer.h"
#include "common/error.h"
#include "transcript/transcript.h"

#define PRODUCT_UNKNOWN "unknown"
#define CONFIDENCE_SURE 0.9 /* default of --sure */

enum prediction_source { SOURCE_NONE, SOURCE_SVM, SOURCE_RULE };

struct candidate {
	const char *product;
	double confidence;
};

enum evidence_about { ABOUT_OPERATOR, ABOUT_FRONT, ABOUT_BEHIND, ABOUT_COUNT };

/* Which words name an operator, the front, or what is behind the front. */
struct witness {
	enum evidence_about about;
	const char *id;	   /* catalogue id of what they name */
	const char *stage; /* where they were seen; NULL: the model says so, */
	const char *rule;  /* and there is neither rule */
	const char *words; /* nor words */
};

struct prediction {
	const char *host;
	int port;
	const char *name; /* MX name, or NULL */
	enum outcome outcome;
	const char *plan;
	const char *model;   /* name and short hash of the model */
	const char *product; /* id, "unknown", or NULL (did not speak) */
	double confidence;   /* 0..1, see above; 0 where product is NULL */
	const char *version; /* "3.7.11", "3.6-3.9", "3.8+" */
	const char *family;
	const char *operator_id;
	const char *front;
	const char **flags; /* "banner-disputed", "novel", "short-dialogue" */
	size_t flag_count;
	struct candidate *candidates; /* best first, at most 5 */
	size_t candidate_count;
	enum prediction_source source;
	const char **reasons; /* sentences, strongest first, printable */
	size_t reason_count;
	struct witness *evidence; /* by about; first operator_id, then who
				      else is named: then it is disputed */
	size_t evidence_count;
};

/* "svm", "rule", or NULL. */
const char *prediction_source_name(enum prediction_source source);

void prediction_write(struct buffer *out, const struct prediction *p);
enum status prediction_read(struct arena *arena, const char *line, size_t len,
    struct prediction **p, struct error *err);

#endif
