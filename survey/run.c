#include "survey/run.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/digest.h"
#include "common/lines.h"
#include "common/log.h"
#include "common/random.h"
#include "survey/segment.h"

#define RUN_VERSION  1
#define RUN_JSON_MAX (1u << 20)
#define INPUT_NAME   "input/00000-of-00001.txt.gz"
#define SEED_BYTES   16

struct run {
	struct arena *arena;
	const char *folder;
	const char *json_path;
	const char *input;
	const struct json *json; /* run.json */
	uint8_t seed[SEED_BYTES];
	bool is_new;
};

/* What a person can do about a setting that differs, where there is more to
 * say than "--run NEW". */
static const struct {
	const char *key;
	const char *words; /* the key, for a sentence */
	const char *hint;  /* after the common advice, or NULL */
} settings[] = {
	{ "list", "list of domains", NULL },
	{ "model", "model",
	    "; or score what is stored with another model: `mxprint score "
	    "--again`" },
	{ "rules", "set of rules",
	    "; or score what is stored with other rules: `mxprint score "
	    "--again`" },
	{ "blocklist", "use of --blocklist", NULL },
	{ "may_test", "use of --may-test", NULL },
};

/* -------------------------------------------------------------- reading */

static bool read_seed(const char *hex, uint8_t seed[SEED_BYTES])
{
	if (strlen(hex) != 2 * SEED_BYTES)
		return false;
	for (size_t i = 0; i < SEED_BYTES; i++) {
		char byte[3] = { hex[2 * i], hex[2 * i + 1], '\0' };
		char *end;

		seed[i] = (uint8_t)strtoul(byte, &end, 16);
		if (*end)
			return false;
	}
	return true;
}

static enum status load(struct run *run, struct error *err)
{
	struct buffer text;
	struct json *json;
	enum status status;

	buffer_init(&text, RUN_JSON_MAX + 65536);
	status = file_read(run->json_path, RUN_JSON_MAX, &text, err);
	if (status == STATUS_OK)
		status = json_parse(
		    run->arena, buffer_text(&text), text.len, &json, NULL);
	buffer_clear(&text);
	if (status == STATUS_OK &&
	    (json_get_int(json, "v", 0) != RUN_VERSION ||
		!read_seed(json_get_text(json, "seed", ""), run->seed) ||
		!json_get(json, "settings")))
		status = STATUS_DATA;
	if (status == STATUS_DATA)
		return error_set(err, status,
		    "%s is damaged or of another version; restore it from a "
		    "copy, or start a new run with --run NEW",
		    run->json_path);
	if (status == STATUS_OK)
		run->json = json;
	return status;
}

static struct run *run_new(const char *folder)
{
	struct arena *arena = arena_new();
	struct run *run = arena_alloc(arena, sizeof(*run));
	size_t len = strlen(folder);

	while (len > 1 && folder[len - 1] == '/')
		len--;
	run->arena = arena;
	run->folder = arena_copy(arena, folder, len);
	run->json_path = arena_printf(arena, "%s/run.json", run->folder);
	run->input = arena_printf(arena, "%s/" INPUT_NAME, run->folder);
	return run;
}

enum status run_open_existing(
    const char *folder, struct run **run, struct error *err)
{
	struct run *r = run_new(folder);
	enum status status;

	*run = NULL;
	if (access(r->json_path, F_OK) != 0)
		status = error_set(err, STATUS_NOINPUT,
		    "%s is no run folder (it has no run.json); `mxprint survey "
		    "DOMAINS --run DIR` makes one",
		    folder);
	else
		status = load(r, err);
	if (status != STATUS_OK)
		run_close(r);
	else
		*run = r;
	return status;
}

void run_close(struct run *run)
{
	if (run)
		arena_free(run->arena);
}

/* ------------------------------------------------------------ comparing */

static void value_text(const struct json *value, struct buffer *out)
{
	struct json_writer w;

	buffer_init(out, 2 * RUN_JSON_MAX);
	json_writer_init(&w, out);
	if (value && value->type != JSON_NULL)
		json_write_value(&w, NULL, value);
	else
		buffer_add_text(out, "not set");
}

static enum status differs(const struct run *run, const char *key,
    const struct buffer *old, const struct buffer *now, struct error *err)
{
	const char *words = key, *hint = "";
	char was[70], is[70];

	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		if (strcmp(settings[i].key, key) != 0)
			continue;
		words = settings[i].words;
		hint = settings[i].hint ? settings[i].hint : "";
	}
	return error_set(err, STATUS_USAGE,
	    "%s was started with another %s (%s, now %s); give the same again "
	    "to go on, or start a new run with --run NEW%s",
	    run->folder, words,
	    log_quote(was, sizeof(was), buffer_text(old), old->len),
	    log_quote(is, sizeof(is), buffer_text(now), now->len), hint);
}

/* Every key of `of` has the same value in run.json and in config. */
static enum status compare(const struct run *run, const struct json *of,
    const struct json *config, struct error *err)
{
	enum status status = STATUS_OK;

	for (const struct json *v = of->first; v && status == STATUS_OK;
	     v = v->next) {
		struct buffer old, now;

		value_text(json_get(run_config(run), v->key), &old);
		value_text(json_get(config, v->key), &now);
		if (strcmp(buffer_text(&old), buffer_text(&now)) != 0)
			status = differs(run, v->key, &old, &now, err);
		buffer_clear(&old);
		buffer_clear(&now);
	}
	return status;
}

/* ------------------------------------------------------------- creating */

/* Only what an interrupted creation leaves may be there. */
static enum status check_empty(const struct run *run, struct error *err)
{
	DIR *dir = opendir(run->folder);
	bool foreign = false;
	struct dirent *e;

	if (!dir)
		return error_set_errno(err, STATUS_CANTCREATE, errno,
		    "cannot open the folder %s", run->folder);
	while ((e = readdir(dir)) != NULL && !foreign)
		foreign = strcmp(e->d_name, ".") != 0 &&
			  strcmp(e->d_name, "..") != 0 &&
			  strcmp(e->d_name, "input") != 0 &&
			  strcmp(e->d_name, "run.json.tmp") != 0;
	closedir(dir);
	if (foreign)
		return error_set(err, STATUS_USAGE,
		    "%s exists, is not empty and is no run folder (no "
		    "run.json); give a new one with --run DIR",
		    run->folder);
	return STATUS_OK;
}

static enum status write_lines(const char *path, run_line_fn line,
    const void *user, size_t *count, struct error *err)
{
	struct line_writer *w;
	enum status status = lines_create(path, &w, err), closed;
	const char *text;

	*count = 0;
	if (status != STATUS_OK)
		return status;
	while (status == STATUS_OK && (text = line(user, *count)) != NULL) {
		status = lines_write(w, text, strlen(text), err);
		++*count;
	}
	closed = lines_close(w, true, status == STATUS_OK ? err : NULL);
	return status == STATUS_OK ? closed : status;
}

static enum status write_input(struct run *run, run_line_fn line,
    const void *user, size_t *count, char sha256[SHA256_HEX_SIZE],
    struct error *err)
{
	const char *folder = arena_printf(run->arena, "%s/input", run->folder);
	enum status status;

	if (mkdir(folder, 0777) != 0 && errno != EEXIST)
		return error_set_errno(
		    err, STATUS_CANTCREATE, errno, "cannot create %s", folder);
	status = write_lines(run->input, line, user, count, err);
	if (status == STATUS_OK)
		status = segment_sync_folder(folder, err);
	if (status == STATUS_OK)
		status = segment_sha256(run->input, sha256, err);
	return status;
}

static void random_hex(struct json_writer *w, const char *key, size_t words)
{
	char hex[2 * SEED_BYTES + 1] = "";

	for (size_t i = 0; i < words; i++)
		snprintf(hex + 16 * i, sizeof(hex) - 16 * i, "%016llx",
		    (unsigned long long)random_seed());
	json_write_text(w, key, hex);
}

static void describe(struct buffer *out, const struct json *config,
    size_t domains, const char *sha256)
{
	char now[CLOCK_TEXT_SIZE];
	struct json_writer w;

	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	json_write_int(&w, "v", RUN_VERSION);
	random_hex(&w, "run", 1);
	json_write_text(&w, "created", clock_format(clock_utc_ms(), now));
	json_write_text(&w, "tool", "mxprint " MXPRINT_VERSION);
	random_hex(&w, "seed", 2);
	json_write_int(&w, "shards", 1);
	json_open_object(&w, "input");
	json_write_text(&w, "file", INPUT_NAME);
	json_write_text(&w, "sha256", sha256);
	json_write_int(&w, "domains", (int64_t)domains);
	json_close_object(&w);
	json_write_value(&w, "settings", config);
	json_close_object(&w);
	buffer_add_char(out, '\n');
}

static enum status create(struct run *run, const struct json *config,
    run_line_fn line, const void *user, struct error *err)
{
	char sha256[SHA256_HEX_SIZE];
	struct buffer text;
	size_t domains = 0;
	enum status status = check_empty(run, err);

	if (status == STATUS_OK)
		status = write_input(run, line, user, &domains, sha256, err);
	if (status != STATUS_OK)
		return status;
	buffer_init(&text, RUN_JSON_MAX);
	describe(&text, config, domains, sha256);
	status =
	    file_replace(run->json_path, buffer_text(&text), text.len, err);
	buffer_clear(&text);
	run->is_new = status == STATUS_OK;
	return status == STATUS_OK ? load(run, err) : status;
}

static enum status make_folder(const struct run *run, struct error *err)
{
	struct stat st;

	if (mkdir(run->folder, 0777) == 0)
		return STATUS_OK;
	if (errno == EEXIST && stat(run->folder, &st) == 0 &&
	    S_ISDIR(st.st_mode))
		return STATUS_OK;
	return error_set_errno(err, STATUS_CANTCREATE, errno,
	    "cannot create the run folder %s (choose another with --run DIR)",
	    run->folder);
}

static enum status open_or_create(struct run *run, const char *config,
    run_line_fn line, const void *user, struct error *err)
{
	struct json *json;
	enum status status =
	    json_parse(run->arena, config, strlen(config), &json, err);

	if (status != STATUS_OK)
		return status;
	if (access(run->json_path, F_OK) != 0)
		return create(run, json, line, user, err);
	status = load(run, err);
	if (status == STATUS_OK)
		status = compare(run, json, json, err);
	if (status == STATUS_OK)
		status = compare(run, run_config(run), json, err);
	return status;
}

enum status run_open(const char *folder, const char *config, run_line_fn line,
    const void *user, struct run **run, struct error *err)
{
	struct run *r = run_new(folder);
	enum status status = make_folder(r, err);
	int fd = -1;

	*run = NULL;
	/* Two at once make one run: the second finds the first one's. */
	if (status == STATUS_OK) {
		fd = open(r->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0 || flock(fd, LOCK_EX) != 0)
			status = error_set_errno(err, STATUS_CANTCREATE, errno,
			    "cannot lock the folder %s", r->folder);
	}
	if (status == STATUS_OK)
		status = open_or_create(r, config, line, user, err);
	if (fd >= 0)
		close(fd);
	if (status != STATUS_OK)
		run_close(r);
	else
		*run = r;
	return status;
}

/* --------------------------------------------------------------- asking */

const char *run_folder(const struct run *run)
{
	return run->folder;
}

const char *run_id(const struct run *run)
{
	return json_get_text(run->json, "run", "");
}

const char *run_created(const struct run *run)
{
	return json_get_text(run->json, "created", "");
}

bool run_is_new(const struct run *run)
{
	return run->is_new;
}

const struct json *run_config(const struct run *run)
{
	return json_get(run->json, "settings");
}

const char *run_input(const struct run *run)
{
	return run->input;
}

unsigned run_shard_of(
    const struct run *run, const void *key, size_t len, unsigned shards)
{
	return (unsigned)(siphash(run->seed, key, len) % shards);
}
