#include "evaluation/evaluating.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void evaluating_say(const struct evaluating *v, const char *format, ...)
{
	char sentence[200];
	va_list args;

	if (!v->options->progress)
		return;
	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	v->options->progress(v->options->user, sentence);
}

struct judgements evaluating_judgements(const struct evaluating *v)
{
	return (
	    struct judgements){ .items = arena_array(v->arena, v->d->count + 1,
				    sizeof(struct judged)) };
}

enum tier evaluating_tier(const struct evaluating *v)
{
	return tier_of_plan(v->options->plan);
}

const char *evaluating_plan(const struct evaluating *v, size_t number)
{
	static const char *const plans[EVALUATING_PLANS] = { "polite",
		"standard", "deep", "lab" };
	size_t found = 0;

	for (size_t p = 0; p < EVALUATING_PLANS; p++) {
		enum tier tier = tier_of_plan(plans[p]);
		bool held = false;

		if (p + 1 < EVALUATING_PLANS &&
		    tier_of_plan(plans[p + 1]) == tier)
			continue;
		for (size_t i = 0; i < v->d->count && !held; i++)
			held = v->d->items[i].tier == tier;
		if (held && found++ == number)
			return plans[p];
	}
	return NULL;
}

void evaluating_split(
    const struct evaluating *v, size_t fold, bool *train, bool *test)
{
	for (size_t i = 0; i < v->d->count; i++) {
		const struct item *item = &v->d->items[i];
		bool here = v->fold[item->group] == fold;

		train[i] = !here;
		test[i] = here && item->class_index != CLASS_OTHER &&
			  !v->lonely[item->class_index];
	}
}

void evaluating_leave(
    const struct evaluating *v, const bool *gone, bool *train, bool *test)
{
	const struct dataset *d = v->d;
	bool *touched = xcalloc(d->group_count + 1, sizeof(*touched));
	bool *taught = xcalloc(d->class_count + 1, sizeof(*taught));

	for (size_t i = 0; i < d->count; i++)
		touched[d->items[i].group] |= gone[i] || test[i];
	for (size_t i = 0; i < d->count; i++) {
		size_t c = d->items[i].class_index;

		train[i] = !touched[d->items[i].group];
		if (train[i] && c != CLASS_OTHER)
			taught[c] = true;
	}
	for (size_t i = 0; i < d->count; i++) {
		size_t c = d->items[i].class_index;

		test[i] = test[i] && c != CLASS_OTHER && taught[c];
	}
	free(touched);
	free(taught);
}
