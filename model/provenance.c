#include "model/provenance.h"

#include <string.h>

#include "common/json.h"

static const char *text_of(
    struct arena *arena, const struct json *object, const char *key)
{
	const char *text = json_get_text(object, key, NULL);

	return text ? arena_strdup(arena, text) : NULL;
}

void provenance_read(
    struct arena *arena, const char *text, struct provenance *out)
{
	struct arena *scratch = arena_new();
	struct json *object = NULL;

	memset(out, 0, sizeof(*out));
	if (text && json_parse(scratch, text, strlen(text), &object, NULL) ==
			STATUS_OK) {
		out->recipe = text_of(arena, object, "recipe");
		out->config = text_of(arena, object, "config");
		out->draw = text_of(arena, object, "draw");
		out->package_version =
		    text_of(arena, object, "package_version");
		out->suite = text_of(arena, object, "suite");
		out->banner = text_of(arena, object, "banner");
		out->claims = text_of(arena, object, "claims");
		out->behind = text_of(arena, object, "behind");
		out->twin = text_of(arena, object, "twin");
	}
	arena_free(scratch);
}
