/*
 * The card of a model: what it was made of, how, and how well it did on what
 * it had not seen; JSON. Nothing in it depends on when or where it was made.
 */
#ifndef MXPRINT_MODEL_CARD_H
#define MXPRINT_MODEL_CARD_H

#include <stdbool.h>
#include <stddef.h>

#include "common/arena.h"
#include "common/json.h"
#include "model/dataset.h"
#include "model/learn.h"
#include "model/train.h"

void card_write(struct model *model, const struct dataset *dataset,
    const struct train_options *options, const struct learn_record *record);

/* Is this deployment among those the model was trained on? */
bool card_has_deployment(const struct json *card, const char *deployment);

#endif
