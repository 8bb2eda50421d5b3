/*
 * What two views of a host and the rules that matched prove together: the pure
 * core of model/decide, without model file, transcript or text.
 *
 *   sure        the model with everything: best class >= VERDICT_SURE, not
 *               novel. Where several products of one family share that much,
 *               the family's root is the answer.
 *   behaviour   the model without the greeting: sure when the classes of the
 *   sure        best one's family hold >= VERDICT_SURE together, and of what
 *               all known products hold >= VERDICT_SURE_BEHAVIOUR; not novel
 *               (learning without a forgeable greeting).
 *   stages      greeting, MX name and certificate are claims; what EHLO, HELP
 *               and refusals say is behaviour, and outranks a claim.
 *
 * In this order:
 *  1. sure, and behaviour is not sure of another family -> its product
 *  2. behaviour sure (the greeting swayed or blurred the view with
 *     everything)                                       -> its product
 *  3. a rule that may speak            -> its product, with its precision
 *  4. else                             -> unknown
 * A rule may not speak against sure behaviour of another family; on a novel
 * host a claim may not speak for a family that the model knows (the host
 * would have been recognised), a rule on behaviour may.
 *
 * A claim loses what behaviour gives to another family; when less than half
 * is left, it may not speak either. Nor may it when the host answered two or
 * more probes that rules know the product's words for, and used none of them;
 * nor when a novel host ended the dialogue early. On a novel host a greeting
 * that nothing else bears out makes nobody sure.
 *
 * Memory: everything points into the input. Threads: no state.
 */
#ifndef MXPRINT_MODEL_VERDICT_H
#define MXPRINT_MODEL_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

#include "catalog/catalog.h"
#include "model/file.h"
#include "model/prediction.h"
#include "rules/engine.h"

#define VERDICT_SURE	       CONFIDENCE_SURE
#define VERDICT_SURE_BEHAVIOUR 0.95
#define VERDICT_SUPPORT_MIN    2    /* independent kinds of evidence */
#define VERDICT_CLAIM_MIN      0.5  /* less is no answer */
#define VERDICT_THIN_MAX       0.5  /* confidence without a dialogue */
#define VERDICT_ALONE_MAX      0.85 /* of a greeting on a novel host */
#define VERDICT_WORDS_MIN      2    /* answers that bear out no claim */

struct opinion { /* of one view; count 0: there is no model */
	const struct candidate *ranked; /* every class, best first */
	size_t count;
	bool novel;
	double novelty; /* 1 at the threshold */
};

struct verdict_input {
	const struct catalog *catalog;
	struct opinion all;
	struct opinion behaviour;
	const struct rule_hits *hits;
	int support; /* kinds of evidence for behaviour's family against the
			greeting's; -1: not counted, taken as enough */
	unsigned answered; /* stages, as bits, that the host answered; */
	unsigned worded;   /* those where rules know words of the product that
			      its greeting claims */
	bool thin;	   /* no dialogue beyond the greeting: nobody is sure */
	bool cut_short;	   /* it ended before QUIT */
};

struct verdict {
	const char *product; /* catalogue id or PRODUCT_UNKNOWN */
	double confidence;   /* see model/prediction.h */
	enum prediction_source source;
	enum model_view view;		/* that decided, or comes closest */
	const struct rule_hit *rule;	/* that named or supports product */
	const struct rule_hit *banner;	/* best claim of the greeting */
	const struct rule_hit *version; /* whose version is product's */
	const struct rule_hit *operator_hit;
	const struct rule_hit *operator_rival; /* names another one, or NULL */
	const struct rule_hit *front_hit;
	bool disputed; /* the greeting claims another family */
	bool novel;
	bool honeypot; /* two independent signals */
};

/* Behaviour is sure, and the greeting claims another family. */
bool verdict_suspects_banner(const struct verdict_input *input);

void verdict_reach(const struct verdict_input *input, struct verdict *verdict);

/* The greeting claims a product whose words it then never uses. */
bool verdict_claim_unborne(const struct verdict_input *input);

/* Best claim of the greeting, or NULL. */
const struct rule_hit *verdict_claim(const struct verdict_input *input);

/* Behaviour rather than a claim. */
bool verdict_stage_is_behaviour(enum rule_stage stage);

#endif
