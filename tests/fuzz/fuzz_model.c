/* Any bytes as a model file, with checksums that fit; then scoring with it. */
#include <stdlib.h>
#include <string.h>

#include "model/file.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/model_seal.h"

static void use(const struct model *model)
{
	struct named_feature features[] = { { "noop.code:250", GROUP_CODES },
		{ "help.code:502", GROUP_HELP },
		{ "greeting.word:esmtp", GROUP_BANNER } };
	struct feature_list list = { features, 3 };
	struct arena *arena = arena_new();
	struct contribution why[3];
	struct model_answer answer;
	double confidence;

	for (int v = 0; v < VIEW_COUNT; v++) {
		model_score(model, (enum model_view)v, "standard", &list, arena,
		    &answer);
		if (answer.count > 1)
			model_contributions(model, (enum model_view)v, &answer,
			    answer.scores[0].class_index,
			    answer.scores[1].class_index, arena, why, 3);
	}
	for (size_t c = 0; c < model_class_count(model); c++)
		model_version(model, c, &list, &answer, arena, &confidence);
	arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *copy = malloc(len + 1);
	struct model *model;

	memcpy(copy, bytes, len);
	for (int sealed = 0; sealed < 2; sealed++) {
		if (sealed)
			model_seal(copy, len);
		if (model_load_bytes(copy, len, "fuzz", &model, NULL) !=
		    STATUS_OK)
			continue;
		use(model);
		model_free(model);
	}
	free(copy);
	return 0;
}
