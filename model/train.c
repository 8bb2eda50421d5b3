#include "model/train.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "model/card.h"
#include "model/dataset.h"
#include "model/learn.h"

#define BATCHES_MAX 6

void train_options_defaults(struct train_options *options)
{
	memset(options, 0, sizeof(*options));
	options->name = "mxprint-1";
	options->seed = 1;
	options->min_deployments = 3;
	options->folds = 5;
}

static void say(const struct train_options *options, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void say(const struct train_options *options, const char *format, ...)
{
	char sentence[256];
	va_list args;

	if (!options->progress)
		return;
	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	options->progress(options->user, sentence);
}

static enum status check(const struct train_options *options,
    const struct dataset *d, struct error *err)
{
	if (d->class_count < 2)
		return error_set(err, STATUS_DATA,
		    "%zu product%s with at least %zu deployments; a model "
		    "needs two: add transcripts, or lower --min-deployments",
		    d->class_count, d->class_count == 1 ? "" : "s",
		    options->min_deployments);
	return STATUS_OK;
}

static void describe(
    const struct train_options *options, const struct dataset *d)
{
	say(options,
	    "%zu transcripts of %zu deployments, %zu products, %zu of them "
	    "classes",
	    d->transcripts, d->group_count, d->product_count, d->class_count);
	if (d->unlabelled > 0)
		say(options, "%zu transcripts without a label left out",
		    d->unlabelled);
	if (d->silent > 0)
		say(options,
		    "%zu transcripts of hosts that did not speak left out",
		    d->silent);
}

enum status train(const struct train_options *options, struct model **model,
    struct error *err)
{
	struct learn_options how = { .seed = options->seed,
		.cost = options->cost,
		.folds = options->folds,
		.check_all = true,
		.progress = options->progress,
		.user = options->user };
	struct learn_record record;
	struct dataset *d;
	struct buffer bytes;
	enum status status = dataset_read(options->catalog, options->paths,
	    options->path_count, options->min_deployments, &d, err);

	*model = NULL;
	if (status != STATUS_OK)
		return status;
	describe(options, d);
	status = check(options, d, err);
	how.batches =
	    d->product_count < BATCHES_MAX ? d->product_count : BATCHES_MAX;
	if (status == STATUS_OK)
		status = learn(d, &how, model, &record, err);
	if (status == STATUS_OK) {
		card_write(*model, d, options, &record);
		buffer_init(&bytes, MODEL_FILE_MAX);
		model_pack(*model, &bytes); /* gives it its name */
		buffer_clear(&bytes);
	}
	dataset_free(d);
	return status;
}
