/* Reads --plan FILE: id, tab, bytes with C escapes. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/lines.h"
#include "common/log.h"
#include "prober/plan.h"
#include "transcript/transcript.h"

#define LINE_MAX_BYTES 65536

struct plan_file {	  /* a plan with what it points to */
	struct plan plan; /* first: plan_free gets this address */
	struct arena *arena;
};

static const char *const implied[] = {
	PROBE_GREETING,
	PROBE_EHLO,
	PROBE_HELO,
	PROBE_STARTTLS,
	PROBE_TLS_EHLO,
	PROBE_QUIT,
};

static bool id_is_implied(const char *id)
{
	for (size_t i = 0; i < sizeof(implied) / sizeof(implied[0]); i++) {
		if (strcmp(implied[i], id) == 0)
			return true;
	}
	return false;
}

static bool id_is_good(const char *id, size_t len)
{
	if (len == 0 || len > 40)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!islower((unsigned char)id[i]) &&
		    !isdigit((unsigned char)id[i]) && id[i] != '-')
			return false;
	}
	return true;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One escape after its backslash; advances *p. false: not an escape. */
static bool unescape_one(const char **p, const char *end, char *out)
{
	static const char names[] = "rntvfba0\\\"'";
	static const char values[] = "\r\n\t\v\f\b\a\0\\\"'";
	const char *at;

	if (*p == end)
		return false;
	if (**p == 'x') {
		int high = end - *p > 2 ? hex_digit((*p)[1]) : -1;
		int low = end - *p > 2 ? hex_digit((*p)[2]) : -1;

		if (high < 0 || low < 0)
			return false;
		*out = (char)(high * 16 + low);
		*p += 3;
		return true;
	}
	at = memchr(names, **p, sizeof(names) - 1);
	if (!at)
		return false;
	*out = values[at - names];
	++*p;
	return true;
}

/* Into out (as long as the text at most); bytes written, or -1. */
static long unescape(const char *p, const char *end, char *out)
{
	char *start = out;

	while (p < end) {
		if (*p != '\\') {
			*out++ = *p++;
			continue;
		}
		p++;
		if (!unescape_one(&p, end, out))
			return -1;
		out++;
	}
	return out - start;
}

static enum status add_line(struct plan_file *file, const char *path,
    long number, const char *line, size_t len, struct error *err)
{
	const char *tab = memchr(line, '\t', len);
	struct probe *probe = arena_alloc(file->arena, sizeof(*probe));
	char *bytes = arena_alloc(file->arena, len + 1);
	long n;

	if (!tab || !id_is_good(line, (size_t)(tab - line)))
		return error_set(err, STATUS_DATA,
		    "%s:%ld: a line is an id (lower case, digits, -), a tab, "
		    "then the bytes",
		    path, number);
	probe->id = arena_copy(file->arena, line, (size_t)(tab - line));
	if (id_is_implied(probe->id))
		return error_set(err, STATUS_DATA,
		    "%s:%ld: '%s' is sent anyway, leave it out", path, number,
		    probe->id);
	n = unescape(tab + 1, line + len, bytes);
	if (n <= 0)
		return error_set(err, STATUS_DATA,
		    "%s:%ld: no bytes, or an unknown escape; known are \\r "
		    "\\n \\t \\0 \\\\ \\xHH",
		    path, number);
	if (file->plan.probe_count == PLAN_PROBES_MAX)
		return error_set(err, STATUS_DATA,
		    "%s:%ld: more than %d probes; split the file", path, number,
		    PLAN_PROBES_MAX);
	if (bytes[n - 1] != '\n')
		log_warn("%s:%ld: does not end with \\n: most servers will "
			 "wait for more",
		    path, number);
	probe->bytes = bytes;
	probe->len = (size_t)n;
	probe->state = STATE_HELLO;
	probe->help = "of the plan file";
	file->plan.probes[file->plan.probe_count++] = probe;
	return STATUS_OK;
}

static enum status read_lines(struct plan_file *file, const char *path,
    struct line_reader *reader, struct error *err)
{
	enum status status = STATUS_OK;
	enum lines_result result;
	const char *line;
	size_t len;

	while (status == STATUS_OK &&
	       (result = lines_next(reader, &line, &len, err)) != LINES_END) {
		if (result == LINES_ERROR)
			return STATUS_IO;
		if (result == LINES_TOO_LONG)
			return error_set(err, STATUS_DATA,
			    "%s:%ld: line too long", path,
			    lines_number(reader));
		if (len == 0 || line[0] == '#')
			continue;
		status =
		    add_line(file, path, lines_number(reader), line, len, err);
	}
	if (status == STATUS_OK && file->plan.probe_count == 0)
		return error_set(
		    err, STATUS_DATA, "%s: no probe in this plan", path);
	return status;
}

enum status plan_read(const char *path, struct plan **plan, struct error *err)
{
	struct line_reader *reader;
	struct plan_file *file;
	enum status status = lines_open(path, LINE_MAX_BYTES, &reader, err);

	*plan = NULL;
	if (status != STATUS_OK)
		return status;
	file = xcalloc(1, sizeof(*file));
	file->arena = arena_new();
	file->plan = (struct plan){
		.name = arena_strdup(file->arena, path),
		.tier = PLAN_LAB,
		.probes = arena_array(
		    file->arena, PLAN_PROBES_MAX, sizeof(*file->plan.probes)),
		.errors_per_connection = -1,
		.errors_per_host = -1,
		.connections_max = 1,
		.private_only = true,
		.starttls = true,
	};
	status = read_lines(file, path, reader, err);
	lines_free(reader);
	if (status == STATUS_OK)
		*plan = &file->plan;
	else
		plan_free(&file->plan);
	return status;
}

void plan_free(struct plan *plan)
{
	struct plan_file *file = (struct plan_file *)plan;

	if (!file)
		return;
	arena_free(file->arena);
	free(file);
}
