/*
 * A rule file is lines of "keyword value"; `rule ID` opens a rule, what
 * follows belongs to it (rules/field.c reads the keywords). What can only be
 * judged when a rule (or the whole set) is complete is checked at its end.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/digest.h"
#include "common/lines.h"
#include "common/strmap.h"
#include "rules/field.h"
#include "rules/measured.h"
#include "rules/over.h"
#include "rules/rulefile.h"

#define FILE_MAX	 (4u << 20)
#define FILES_MAX	 1000
#define LINE_BYTES_MAX	 4096
#define STRENGTH_DEFAULT 50

/* What a rule needs and lacks, once its last line is read. */
static enum status finish_rule(struct rule_reader *r)
{
	struct rule_spec *spec = r->spec;
	struct rule *rule;
	const char *missing = NULL;

	if (spec == NULL)
		return STATUS_OK;
	rule = &spec->rule;
	if (rule->stages == 0)
		missing = "stage";
	else if (rule->pattern == NULL)
		missing = "match";
	else if (rule->product == NULL && rule->operator_id == NULL &&
		 rule->front == NULL)
		missing = "product, operator or front";
	else if (rule->before != NULL && rule->front == NULL)
		missing = "front, which before needs";
	else if (rule->source == NULL)
		missing = "source";
	if (missing != NULL)
		return rule_fault_at(r, rule->line, 1,
		    "rule %s has no line with %s", rule->id, missing);
	if (rule->precision == 0.0)
		rule->precision = rule_stage_precision(rule->stage);
	rule->declared = rule->precision;
	if (rule->strength == 0)
		rule->strength = STRENGTH_DEFAULT;
	r->spec = NULL;
	return STATUS_OK;
}

static bool rule_id_valid(const char *id)
{
	size_t len = strlen(id);

	return len > 0 && len <= 80 &&
	       strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-/") == len;
}

static enum status open_rule(struct rule_reader *r, const char *id)
{
	struct rule_set *set = r->set;
	enum status status = finish_rule(r);
	int64_t *index;
	bool added;

	if (status != STATUS_OK)
		return status;
	if (!rule_id_valid(id))
		return rule_fault(r,
		    "a rule's id is made of a-z, 0-9, - and /, at most 80 "
		    "characters");
	index = strmap_put_text(r->ids, id, &added);
	if (!added) {
		const struct rule *other = &set->specs[*index]->rule;

		return rule_fault(r, "rule %s is already in %s:%d", id,
		    other->file, other->line);
	}
	if (set->count == RULES_MAX)
		return rule_fault(r, "more than %d rules", RULES_MAX);
	*index = (int64_t)set->count;
	if (set->count == set->capacity) {
		set->capacity = set->capacity == 0 ? 64 : set->capacity * 2;
		set->specs = xrealloc_array(
		    set->specs, set->capacity, sizeof(struct rule_spec *));
	}
	r->spec = arena_alloc(set->arena, sizeof(*r->spec));
	r->spec->rule.id = arena_strdup(set->arena, id);
	r->spec->rule.file = r->name;
	r->spec->rule.line = r->line;
	r->seen = 0;
	set->specs[set->count++] = r->spec;
	return STATUS_OK;
}

/* line is NUL-terminated and ours to change. */
static enum status read_line(struct rule_reader *r, char *line, size_t len)
{
	char *keyword = line + strspn(line, " \t");
	char *value;
	int keyword_column = (int)(keyword - line) + 1;

	r->column = keyword_column;
	if (strlen(line) != len)
		return rule_fault(r, "a NUL byte; write \\0 in examples");
	while (len > 0 && strchr(" \t\r", line[len - 1]) != NULL)
		line[--len] = '\0';
	if (*keyword == '\0' || *keyword == '#')
		return STATUS_OK;
	value = keyword + strcspn(keyword, " \t");
	if (*value != '\0')
		*value++ = '\0';
	value += strspn(value, " \t");
	r->column = (int)(value - line) + 1;
	if (*value == '\0')
		return rule_fault(r, "nothing after %.32s", keyword);
	if (strcmp(keyword, "rule") == 0)
		return open_rule(r, value);
	return rule_field_read(r, keyword, keyword_column, value);
}

static enum status read_text(
    struct rule_reader *r, const char *text, size_t len)
{
	struct arena *scratch = arena_new();
	enum status status = STATUS_OK;

	r->line = 0;
	for (size_t at = 0; at < len && status == STATUS_OK;) {
		const char *end = memchr(text + at, '\n', len - at);
		size_t n = end == NULL ? len - at : (size_t)(end - text) - at;

		r->line++;
		status =
		    n > LINE_BYTES_MAX
			? rule_fault_at(r, r->line, 1,
			      "a line of %zu bytes; at most %d", n,
			      LINE_BYTES_MAX)
			: read_line(r, arena_copy(scratch, text + at, n), n);
		at += n + 1;
		arena_reset(scratch);
	}
	if (status == STATUS_OK)
		status = finish_rule(r);
	arena_free(scratch);
	return status;
}

static struct rule_set *rule_set_new(void)
{
	struct rule_set *set = xcalloc(1, sizeof(*set));

	set->arena = arena_new();
	return set;
}

void rule_set_free(struct rule_set *set)
{
	if (set == NULL)
		return;
	arena_free(set->arena);
	free(set->specs);
	free(set);
}

static void hash_file(
    struct sha256 *sha, const char *name, const char *text, size_t len)
{
	const char *slash = strrchr(name, '/');
	char length[24];

	name = slash == NULL ? name : slash + 1;
	sha256_add(sha, name, strlen(name) + 1);
	snprintf(length, sizeof(length), "%zu:", len);
	sha256_add(sha, length, strlen(length));
	sha256_add(sha, text, len);
}

static bool is_rule_file(const char *name)
{
	static const char end[] = ".rules";
	size_t len = strlen(name);

	return name[0] != '.' && len > sizeof(end) - 1 &&
	       strcmp(name + len - (sizeof(end) - 1), end) == 0;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Paths of the *.rules of a folder, or the one file. */
static enum status list_files(struct arena *arena, const char *path,
    char ***paths, size_t *count, struct error *err)
{
	struct stat st;
	struct dirent *entry;
	DIR *dir;

	*count = 0;
	*paths = arena_array(arena, FILES_MAX, sizeof(char *));
	if (stat(path, &st) != 0)
		return error_set_errno(
		    err, STATUS_NOINPUT, errno, "cannot read %s", path);
	if (!S_ISDIR(st.st_mode)) {
		(*paths)[(*count)++] = arena_strdup(arena, path);
		return STATUS_OK;
	}
	dir = opendir(path);
	if (dir == NULL)
		return error_set_errno(
		    err, STATUS_NOINPUT, errno, "cannot read %s", path);
	while ((entry = readdir(dir)) != NULL && *count < FILES_MAX)
		if (is_rule_file(entry->d_name))
			(*paths)[(*count)++] =
			    arena_printf(arena, "%s/%s", path, entry->d_name);
	closedir(dir);
	if (*count == 0)
		return error_set(err, STATUS_NOINPUT,
		    "%s: no file *.rules in this folder", path);
	qsort(*paths, *count, sizeof(char *), compare_names);
	return STATUS_OK;
}

/*
 * Puts one more file behind those of a folder, or in the place of the one that
 * it is.
 */
static enum status list_one_more(struct arena *arena, const char *path,
    char **paths, size_t *count, struct error *err)
{
	struct stat wanted, st;
	size_t at = 0;

	if (stat(path, &wanted) != 0)
		return error_set_errno(
		    err, STATUS_NOINPUT, errno, "cannot read %s", path);
	while (at < *count &&
	       (stat(paths[at], &st) != 0 || st.st_dev != wanted.st_dev ||
		   st.st_ino != wanted.st_ino))
		at++;
	if (at == FILES_MAX)
		return error_set(
		    err, STATUS_DATA, "more than %d files of rules", FILES_MAX);
	paths[at] = arena_strdup(arena, path);
	if (at == *count)
		++*count;
	return STATUS_OK;
}

/* Beside the files of a folder, if it is there. */
static enum status read_measured(
    struct rule_reader *r, struct sha256 *sha, const char *folder)
{
	char *name =
	    arena_printf(r->set->arena, "%s/%s", folder, MEASURED_FILE);
	enum status status;
	struct buffer text;

	if (access(name, F_OK) != 0)
		return STATUS_OK;
	buffer_init(&text, FILE_MAX);
	status = file_read(name, FILE_MAX, &text, r->err);
	if (status == STATUS_OK) {
		hash_file(sha, name, buffer_text(&text), text.len);
		status =
		    measured_apply(name, buffer_text(&text), r->set, r->err);
	}
	buffer_clear(&text);
	return status;
}

static enum status read_files(
    struct rule_reader *r, const char *path, char **paths, size_t count)
{
	struct sha256 *sha = sha256_new();
	enum status status = STATUS_OK;
	struct buffer text;

	buffer_init(&text, FILE_MAX);
	for (size_t i = 0; i < count && status == STATUS_OK; i++) {
		size_t before = r->set->count;

		buffer_reset(&text);
		status = file_read(paths[i], FILE_MAX, &text, r->err);
		if (status != STATUS_OK)
			break;
		r->name = arena_strdup(r->set->arena, paths[i]);
		hash_file(sha, paths[i], buffer_text(&text), text.len);
		status = read_text(r, buffer_text(&text), text.len);
		if (status == STATUS_OK && r->set->count == before)
			status = error_set(r->err, STATUS_DATA,
			    "%s: there is no rule in this file", paths[i]);
	}
	if (status == STATUS_OK)
		status = rules_raise_over(r);
	if (status == STATUS_OK)
		status = read_measured(r, sha, path);
	sha256_finish(sha, r->set->hash);
	buffer_clear(&text);
	return status;
}

enum status rulefile_load(const char *path, const char *beside,
    const struct catalog *catalog, struct rule_set **set, struct error *err)
{
	struct rule_reader r = { .catalog = catalog, .err = err };
	enum status status;
	char **paths;
	size_t count;

	*set = NULL;
	r.set = rule_set_new();
	r.set->passing = beside != NULL;
	r.ids = strmap_new();
	status = list_files(r.set->arena, path, &paths, &count, err);
	if (status == STATUS_OK && beside != NULL)
		status =
		    list_one_more(r.set->arena, beside, paths, &count, err);
	if (status == STATUS_OK)
		status = read_files(&r, path, paths, count);
	strmap_free(r.ids);
	if (status == STATUS_OK)
		*set = r.set;
	else
		rule_set_free(r.set);
	return status;
}

enum status rulefile_parse(const char *name, const char *text, size_t len,
    const struct catalog *catalog, struct rule_set **set, struct error *err)
{
	struct rule_reader r = { .catalog = catalog, .err = err };
	struct sha256 *sha = sha256_new();
	enum status status;

	*set = NULL;
	r.set = rule_set_new();
	r.ids = strmap_new();
	r.name = arena_strdup(r.set->arena, name);
	hash_file(sha, name, text, len);
	sha256_finish(sha, r.set->hash);
	status = read_text(&r, text, len);
	if (status == STATUS_OK)
		status = rules_raise_over(&r);
	strmap_free(r.ids);
	if (status == STATUS_OK)
		*set = r.set;
	else
		rule_set_free(r.set);
	return status;
}

const struct rule_spec *rule_set_find(
    const struct rule_set *set, const char *id)
{
	for (size_t i = 0; i < set->count; i++)
		if (strcmp(set->specs[i]->rule.id, id) == 0)
			return set->specs[i];
	return NULL;
}
