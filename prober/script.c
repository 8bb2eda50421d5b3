#include "prober/script.h"

#include <string.h>

#include "common/arena.h"

static const char *const frame_probes[] = {
	[FRAME_GREETING] = PROBE_GREETING,
	[FRAME_EHLO] = PROBE_EHLO,
	[FRAME_HELO] = PROBE_HELO,
	[FRAME_CANCEL] = "auth-cancel",
	[FRAME_RESET] = "rset",
	[FRAME_MAIL] = "mail-null",
	[FRAME_STARTTLS] = PROBE_STARTTLS,
	[FRAME_TLS_EHLO] = PROBE_TLS_EHLO,
	[FRAME_QUIT] = PROBE_QUIT,
};

_Static_assert(sizeof(frame_probes) / sizeof(frame_probes[0]) == FRAME_COUNT,
    "a probe for every part of the frame");

static struct bytes put_name(
    struct arena *arena, const struct probe *probe, const char *ehlo)
{
	static const char mark[] = "{ehlo}";
	const size_t mark_len = sizeof(mark) - 1;
	const char *at = memmem(probe->bytes, probe->len, mark, mark_len);
	size_t before = at ? (size_t)(at - probe->bytes) : probe->len;
	size_t name = at ? strlen(ehlo) : 0;
	size_t after = at ? probe->len - before - mark_len : 0;
	char *out = arena_alloc(arena, before + name + after + 1);

	memcpy(out, probe->bytes, before);
	if (at) {
		memcpy(out + before, ehlo, name);
		memcpy(out + before + name, at + mark_len, after);
	}
	return (struct bytes){ out, before + name + after };
}

struct script *script_new(
    const struct plan *plan, const char *ehlo, bool no_help, bool no_tls)
{
	struct arena *arena = arena_new();
	struct script *script = arena_alloc(arena, sizeof(*script));

	script->arena = arena;
	script->plan = plan;
	script->tls = plan->starttls && !no_tls;
	script->lines =
	    arena_array(arena, plan->probe_count, sizeof(*script->lines));
	for (size_t i = 0; i < plan->probe_count; i++) {
		const struct probe *probe = plan->probes[i];

		script->lines[i] = (struct line){
			.probe = probe,
			.bytes = put_name(arena, probe, ehlo),
			.left_out = no_help && !strcmp(probe->id, PROBE_HELP),
		};
	}
	for (int i = 0; i < FRAME_COUNT; i++) {
		struct line *line = &script->frame[i];

		line->probe = plan_probe_find(frame_probes[i]);
		line->bytes = put_name(arena, line->probe, ehlo);
	}
	return script;
}

void script_free(struct script *script)
{
	if (script)
		arena_free(script->arena);
}
