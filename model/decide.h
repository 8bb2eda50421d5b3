/*
 * Model + rules -> one prediction with reasons and flags.
 *
 *  1. SVM sure                         -> its product; version from a rule
 *                                         that agrees, else behaviour
 *  2. SVM unsure, a rule matches       -> the rule's product, with the rule's
 *                                         precision as confidence
 *  3. SVM sure, banner rule of another
 *     family                           -> SVM's product, "banner-disputed"
 *  4. neither                          -> "unknown"
 * model/verdict.h says exactly what sure means and who outranks whom.
 *
 * Flags: banner-disputed  the greeting claims another family than everything
 *                         else shows
 *        novel            does not look like anything the model was shown
 *        honeypot         two independent signals of one
 *        operator-disputed  rules name two operators
 *        short-dialogue   no EHLO answer, or the dialogue ended before QUIT
 *
 * Operator and front come from rules on MX name, certificate, greeting, EHLO.
 *
 * A classifier is everything needed to score: catalogue, rules, model.
 * Threads: one struct classifier per thread.
 */
#ifndef MXPRINT_MODEL_DECIDE_H
#define MXPRINT_MODEL_DECIDE_H

#include "catalog/catalog.h"
#include "common/arena.h"
#include "common/error.h"
#include "model/file.h"
#include "model/memo.h"
#include "model/prediction.h"
#include "rules/engine.h"
#include "transcript/transcript.h"

struct classifier {
	const struct catalog *catalog;
	struct rule_engine *rules; /* may be NULL: model alone */
	const struct model *model; /* may be NULL: rules alone */
	struct memo *memo;	   /* may be NULL: scores every host anew */
};

void decide(const struct classifier *classifier, struct arena *arena,
    const struct transcript *t, struct prediction **prediction);

/* Nothing beyond the greeting was answered: nobody can be sure. */
bool decide_is_thin(const struct transcript *t);

/*
 * Opens catalogue, rules and model from the data folder (found as described
 * in tools/options.h) or the paths given (NULL: the default); closes them.
 * model_path or rules_path CLASSIFIER_NONE: do without.
 */
#define CLASSIFIER_NONE "none"

enum status classifier_open(const char *data_folder, const char *model_path,
    const char *rules_path, struct classifier **classifier, struct error *err);
void classifier_close(struct classifier *classifier);

#endif
