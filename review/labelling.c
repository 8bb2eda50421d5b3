#include "review/labelling.h"

#include <stdio.h>
#include <string.h>

#include "catalog/suggest.h"
#include "common/arena.h"
#include "common/clock.h"
#include "common/log.h"
#include "review/answers.h"
#include "review/pick.h"

struct task { /* one answer */
	struct picks picks;
	struct label label;
};

struct work {
	const struct labelling *how;
	struct arena *arena;
	struct answers *answers;
	struct task *tasks; /* how->count */
};

static enum status check_product(
    const struct catalog *catalog, const char *product, struct error *err)
{
	const char *ids[5];
	char quoted[64], near[300] = "";
	size_t count, at = 0;

	if (strcmp(product, PRODUCT_UNKNOWN) == 0 ||
	    catalog_find(catalog, product) != PRODUCT_NONE)
		return STATUS_OK;
	count = catalog_suggest(catalog, product, ids, 5);
	for (size_t i = 0; i < count && at < sizeof(near); i++)
		at += (size_t)snprintf(near + at, sizeof(near) - at, "%s%s",
		    i ? ", " : " (did you mean ", ids[i]);
	return error_set(err, STATUS_USAGE,
	    "no product '%s'%s%s; `mxprint catalog search WORD` finds ids, "
	    "\"unknown\" marks a host as looked at",
	    log_quote(quoted, sizeof(quoted), product, strlen(product)), near,
	    count ? "?)" : "");
}

/* The last '=' parts host and product: neither holds one. */
static enum status prepare(
    struct work *w, size_t i, const char *day, struct error *err)
{
	const struct labelling *how = w->how;
	const char *equals = strrchr(how->answers[i], '=');
	struct task *task = &w->tasks[i];
	struct pick pick;
	enum status status;

	if (!equals)
		return error_set(
		    err, STATUS_USAGE, "an answer must be HOST=PRODUCT");
	status = check_product(how->catalog, equals + 1, err);
	if (status == STATUS_OK)
		status = pick_host(how->store, w->arena,
		    arena_copy(w->arena, how->answers[i],
			(size_t)(equals - how->answers[i])),
		    &pick, err);
	if (status != STATUS_OK)
		return status;
	task->label = (struct label){
		.product = equals + 1,
		.version = how->version,
		.source = LABEL_PERSON,
		.annotator = how->annotator,
		.date = day,
		.comment = how->comment,
	};
	if (how->alike)
		return pick_alike(
		    how->store, w->arena, &pick, &task->picks, err);
	task->picks.items = arena_alloc(w->arena, sizeof(pick));
	task->picks.items[0] = pick;
	task->picks.count = 1;
	return STATUS_OK;
}

static enum status gather(
    struct work *w, const struct task *task, struct error *err)
{
	for (size_t j = 0; j < task->picks.count; j++) {
		const struct pick *p = &task->picks.items[j];
		struct transcript *t;
		enum status status =
		    store_transcript(w->how->store, p->host, p->port, &t, err);

		if (status != STATUS_OK)
			return status;
		answers_add(w->answers, t, &task->label);
		transcript_free(t);
	}
	return STATUS_OK;
}

/* survey.db follows labels.jsonl, which is the truth. */
static enum status update_store(const struct work *w, struct error *err)
{
	struct store *store = w->how->store;
	enum status status = store_begin(store, err);

	for (size_t i = 0; i < w->how->count; i++) {
		const struct task *task = &w->tasks[i];

		for (size_t j = 0; j < task->picks.count && status == STATUS_OK;
		     j++)
			status =
			    store_add_label(store, task->picks.items[j].host,
				task->picks.items[j].port, &task->label, err);
	}
	return status == STATUS_OK ? store_commit(store, err) : status;
}

static void tell(const struct work *w)
{
	for (size_t i = 0; i < w->how->count; i++) {
		const struct task *task = &w->tasks[i];

		for (size_t j = 0; j < task->picks.count; j++)
			w->how->stored(w->how->user, task->picks.items[j].host,
			    task->picks.items[j].port, task->label.product);
	}
}

/* A word for the run: its id, else the folder's name. */
static const char *run_word(const struct labelling *how, struct arena *arena)
{
	const char *id = store_meta(how->store, arena, "run");
	char *folder = arena_strdup(arena, how->folder);
	size_t len = strlen(folder);
	const char *slash;

	if (id)
		return id;
	while (len > 1 && folder[len - 1] == '/')
		folder[--len] = '\0';
	slash = strrchr(folder, '/');
	return slash && slash[1] ? slash + 1 : folder;
}

enum status labelling_store(const struct labelling *how, struct error *err)
{
	struct work w = { .how = how, .arena = arena_new() };
	enum status status = STATUS_OK;
	char day[CLOCK_TEXT_SIZE];

	clock_format(clock_utc_ms(), day);
	day[10] = '\0';
	w.tasks = arena_array(w.arena, how->count, sizeof(*w.tasks));
	w.answers = answers_new(run_word(how, w.arena));
	for (size_t i = 0; i < how->count && status == STATUS_OK; i++)
		status = prepare(&w, i, day, err);
	for (size_t i = 0; i < how->count && status == STATUS_OK; i++)
		status = gather(&w, &w.tasks[i], err);
	if (status == STATUS_OK)
		status = answers_store(w.answers, how->folder, err);
	if (status == STATUS_OK)
		status = update_store(&w, err);
	if (status == STATUS_OK)
		tell(&w);
	answers_free(w.answers);
	arena_free(w.arena);
	return status;
}
