/*
 * A list of domains from a file: finds the separator and the domain's column,
 * keeps the other columns, drops duplicates, tells bad lines.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buffer.h"
#include "common/digest.h"
#include "common/json.h"
#include "common/lines.h"
#include "common/log.h"
#include "common/strmap.h"
#include "prober/target.h"

#define LINE_LIMIT     65536
#define FIELDS_MAX     256
#define BAD_LINES_TOLD 20

struct list_reader {
	struct target_list *list;
	struct strmap *seen; /* domain -> nothing */
	struct arena *scratch;
	struct line_reader *lines;
	size_t capacity;
	char separator; /* 0: not known yet */
	int column;	/* of the domain, -1: not known yet */
	char **header;	/* names of the columns, or NULL */
	size_t header_count;
	bool first; /* no line has held anything yet */
	char *fields[FIELDS_MAX];
	size_t field_count;
	struct buffer json;
};

/* What a header may call the column of domains, the best first. */
static const char *const column_words[] = { "domain", "domains", "domain name",
	"domain_name", "domainname", "fqdn", "hostname", "host", "email",
	"e-mail", "email address", "e-mail address", "mail", "mail address",
	"name", "website", "site", "url" };

/* ---------------------------------------------------------------- fields */

static void trim(char **text)
{
	size_t len;

	*text += strspn(*text, " \t");
	len = strlen(*text);
	while (len > 0 && isspace((unsigned char)(*text)[len - 1]))
		(*text)[--len] = '\0';
}

/* The separator is the first of these that occurs; none can be in a name. */
static char find_separator(const char *line)
{
	bool quoted = false;

	if (strchr(line, '\t'))
		return '\t';
	for (; *line; line++) {
		if (*line == '"')
			quoted = !quoted;
		else if (!quoted && (*line == ',' || *line == ';'))
			return *line;
	}
	return 0;
}

/* Unquotes the field at p in place and gives what follows its separator,
 * NULL at the end. false: a quote is never closed. */
static bool cut_field(char *p, char separator, char **field, char **next)
{
	char *out;

	p += strspn(p, " ");
	*field = out = p;
	*next = NULL;
	if (*p == '"') {
		for (p++; *p && (*p != '"' || p[1] == '"'); p++) {
			if (*p == '"')
				p++;
			*out++ = *p;
		}
		if (*p == '\0')
			return false;
		p++;
		while (*p && *p != separator)
			*out++ = *p++;
	} else {
		while (*p && (separator == 0 || *p != separator))
			p++;
		out = p;
	}
	if (*p)
		*next = p + 1;
	*out = '\0';
	return true;
}

static const char *split(struct list_reader *r, char *line)
{
	char *next = line;

	r->field_count = 0;
	while (next) {
		char **field = &r->fields[r->field_count];

		if (r->field_count == FIELDS_MAX)
			return "more than 256 columns";
		if (!cut_field(next, r->separator, field, &next))
			return "a quote that is never closed";
		trim(field);
		r->field_count++;
	}
	return NULL;
}

/* ------------------------------------------------- header and columns */

/* The part of a field that should be a domain: after the last '@'. */
static char *domain_part(char *field)
{
	char *at = strrchr(field, '@');

	if (!at || at == field)
		return field;
	at++;
	/* Jo Doe <jo@example.com> */
	if (strchr(field, '<') && at[0] && at[strlen(at) - 1] == '>')
		at[strlen(at) - 1] = '\0';
	return at;
}

static int first_domain(struct list_reader *r)
{
	const char *reason;

	for (size_t i = 0; i < r->field_count; i++) {
		char *copy = arena_strdup(r->scratch, r->fields[i]);

		if (target_domain(r->scratch, domain_part(copy), &reason))
			return (int)i;
	}
	return -1;
}

static int known_column(const struct list_reader *r)
{
	for (size_t w = 0; w < sizeof(column_words) / sizeof(column_words[0]);
	     w++) {
		for (size_t i = 0; i < r->field_count; i++) {
			if (strcasecmp(r->fields[i], column_words[w]) == 0)
				return (int)i;
		}
	}
	return -1;
}

/* The first line of content: is it a header? */
static bool take_header(struct list_reader *r)
{
	int known = known_column(r);

	if (first_domain(r) >= 0 || (known < 0 && r->field_count < 2))
		return false;
	if (known < 0)
		log_info("%s:%ld: taken as a header: none of its fields is a "
			 "domain",
		    lines_path(r->lines), lines_number(r->lines));
	r->column = known;
	r->header_count = r->field_count;
	r->header =
	    arena_array(r->list->arena, r->field_count, sizeof(*r->header));
	for (size_t i = 0; i < r->field_count; i++) {
		const char *name = r->fields[i];
		bool used = *name == '\0';

		for (size_t k = 0; k < i && !used; k++)
			used = strcmp(r->header[k], name) == 0;
		r->header[i] =
		    used ? arena_printf(r->list->arena, "column%zu", i + 1)
			 : arena_strdup(r->list->arena, name);
	}
	return true;
}

static const char *columns_json(struct list_reader *r)
{
	struct json_writer w;

	if (r->field_count < 2)
		return NULL;
	buffer_reset(&r->json);
	json_writer_init(&w, &r->json);
	json_open_object(&w, NULL);
	for (size_t i = 0; i < r->field_count; i++) {
		char name[32];

		if ((int)i == r->column)
			continue;
		snprintf(name, sizeof(name), "column%zu", i + 1);
		json_write_text(&w, i < r->header_count ? r->header[i] : name,
		    r->fields[i]);
	}
	json_close_object(&w);
	return arena_copy(r->list->arena, r->json.data, r->json.len);
}

/* ---------------------------------------------------------------- lines */

static void add(struct list_reader *r, const char *domain, const char *input)
{
	struct target_list *list = r->list;
	struct target *t;
	bool added;

	strmap_put_text(r->seen, domain, &added);
	if (!added) {
		list->duplicates++;
		return;
	}
	if (list->count == r->capacity) {
		r->capacity = r->capacity ? r->capacity * 2 : 1024;
		list->items = xrealloc_array(
		    list->items, r->capacity, sizeof(*list->items));
	}
	t = &list->items[list->count++];
	t->domain = arena_strdup(list->arena, domain);
	t->input = strcmp(domain, input) == 0
		       ? t->domain
		       : arena_strdup(list->arena, input);
	t->columns = columns_json(r);
}

static void reject(struct list_reader *r, const char *what, const char *why)
{
	char quoted[80];

	if (++r->list->rejected > BAD_LINES_TOLD)
		return;
	if (what)
		log_warn("%s:%ld: %s: %s", lines_path(r->lines),
		    lines_number(r->lines),
		    log_quote(quoted, sizeof(quoted), what, strlen(what)), why);
	else
		log_warn("%s:%ld: %s", lines_path(r->lines),
		    lines_number(r->lines), why);
}

static void take_fields(struct list_reader *r)
{
	const char *domain, *reason = NULL;
	char *text;

	if (r->column < 0) {
		int column = first_domain(r);

		if (r->field_count > 1)
			r->column = column;
		if (column < 0)
			column = 0;
		text = r->fields[column];
	} else if ((size_t)r->column >= r->field_count) {
		reject(r, NULL, "fewer columns than the lines before");
		return;
	} else {
		text = r->fields[r->column];
	}
	text = domain_part(text);
	domain = target_domain(r->scratch, text, &reason);
	if (domain)
		add(r, domain, text);
	else
		reject(r, text, reason);
}

static void take_line(struct list_reader *r, const char *line, size_t len)
{
	const char *why;
	char *copy;

	if (lines_number(r->lines) == 1 && len >= 3 &&
	    memcmp(line, "\xef\xbb\xbf", 3) == 0) {
		line += 3;
		len -= 3;
	}
	while (len > 0 && isspace((unsigned char)line[len - 1]) &&
	       line[len - 1] != '\t')
		len--;
	if (strspn(line, " \t") >= len || line[strspn(line, " \t")] == '#')
		return;
	r->list->lines++;
	if (memchr(line, '\0', len)) {
		reject(r, NULL, "holds a NUL byte; is this a text file?");
		return;
	}
	arena_reset(r->scratch);
	copy = arena_copy(r->scratch, line, len);
	if (r->separator == 0)
		r->separator = find_separator(copy);
	why = split(r, copy);
	if (why) {
		reject(r, NULL, why);
		return;
	}
	if (r->first) {
		r->first = false;
		if (take_header(r)) {
			r->list->lines--;
			return;
		}
	}
	take_fields(r);
}

static enum status read_lines(
    struct list_reader *r, struct sha256 *sha, struct error *err)
{
	for (;;) {
		const char *line;
		size_t len;

		switch (lines_next(r->lines, &line, &len, err)) {
		case LINES_LINE:
			sha256_add(sha, line, len);
			sha256_add(sha, "\n", 1);
			take_line(r, line, len);
			break;
		case LINES_TRUNCATED:
			sha256_add(sha, line, len);
			if (!lines_ended_early(r->lines)) {
				take_line(r, line, len);
				return STATUS_OK;
			}
			return error_set(err, STATUS_DATA,
			    "%s: the compressed file is damaged or ends early "
			    "after line %ld; get it again",
			    lines_path(r->lines), lines_number(r->lines) - 1);
		case LINES_TOO_LONG:
			sha256_add(sha, "\n", 1);
			r->list->lines++;
			reject(r, NULL, "longer than 64 KiB");
			break;
		case LINES_END:
			return STATUS_OK;
		case LINES_ERROR:
			return err && err->status ? err->status : STATUS_IO;
		}
	}
}

static enum status check_result(
    const struct list_reader *r, const char *path, struct error *err)
{
	const struct target_list *list = r->list;

	if (list->rejected > BAD_LINES_TOLD)
		log_warn("%s: %zu more bad lines, %zu in all",
		    lines_path(r->lines), list->rejected - BAD_LINES_TOLD,
		    list->rejected);
	if (list->count > 0)
		return STATUS_OK;
	if (list->rejected > 0)
		return error_set(err, STATUS_DATA,
		    "%s: none of its %zu lines is a domain; write one domain "
		    "a line, as in example.com",
		    lines_path(r->lines), list->lines);
	return error_set(err, STATUS_DATA,
	    "%s is empty: no domain in it; write one domain a line%s",
	    lines_path(r->lines),
	    strcmp(path, "-") == 0 ? " to standard input" : "");
}

enum status target_list_read(
    const char *path, struct target_list **list, struct error *err)
{
	struct list_reader r = { .column = -1, .first = true };
	struct sha256 *sha;
	enum status status;
	struct error local;

	*list = NULL;
	if (!err)
		err = &local;
	status = lines_open(path, LINE_LIMIT, &r.lines, err);
	if (status != STATUS_OK)
		return status;
	r.list = xcalloc(1, sizeof(*r.list));
	r.list->arena = arena_new();
	r.seen = strmap_new();
	r.scratch = arena_new();
	buffer_init(&r.json, 8 * LINE_LIMIT);
	sha = sha256_new();
	status = read_lines(&r, sha, err);
	sha256_finish(sha, r.list->sha256);
	if (status == STATUS_OK)
		status = check_result(&r, path, err);
	if (status == STATUS_OK)
		*list = r.list;
	else
		target_list_free(r.list);
	lines_free(r.lines);
	strmap_free(r.seen);
	arena_free(r.scratch);
	buffer_clear(&r.json);
	return status;
}

void target_list_free(struct target_list *list)
{
	if (!list)
		return;
	arena_free(list->arena);
	free(list->items);
	free(list);
}
