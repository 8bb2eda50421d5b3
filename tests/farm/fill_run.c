/*
 * A run folder for tests without a network: survey.db from records on
 * standard input, one JSON line each (routes, transcripts, predictions).
 *
 *   fill_run FOLDER PORT < records.jsonl
 *
 * Hosts of a domain are chosen as a survey would choose its first round.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/json.h"
#include "common/lines.h"
#include "survey/choice.h"
#include "survey/store.h"
#include "transcript/format.h"

static enum status add_route(struct store *store, int port, const char *line,
    size_t len, struct error *err)
{
	struct choice choices[CHOICE_HOSTS_MAX];
	struct route *route;
	enum status status = route_read(line, len, &route, err);
	size_t count;

	if (status != STATUS_OK)
		return status;
	status = store_add_route(store, route, err);
	count = choice_round(route, 0, choices);
	for (size_t i = 0; i < count && status == STATUS_OK; i++)
		status =
		    store_add_choice(store, route->domain, choices[i].address,
			port, choices[i].mx, choices[i].preference, err);
	route_free(route);
	return status;
}

static enum status add_transcript(
    struct store *store, const char *line, size_t len, struct error *err)
{
	struct transcript *t;
	enum status status = transcript_read(line, len, &t, err);

	if (status != STATUS_OK)
		return status;
	status = store_add_host(store, t, err);
	transcript_free(t);
	return status;
}

static enum status add_record(struct store *store, int port, const char *line,
    size_t len, struct error *err)
{
	struct arena *arena = arena_new();
	struct prediction *p;
	struct json *value;
	enum status status = json_parse(arena, line, len, &value, err);
	const char *type =
	    status == STATUS_OK ? json_get_text(value, "type", "") : "";

	if (strcmp(type, "route") == 0) {
		status = add_route(store, port, line, len, err);
	} else if (strcmp(type, "transcript") == 0) {
		status = add_transcript(store, line, len, err);
	} else if (status == STATUS_OK) {
		status = prediction_read(arena, line, len, &p, err);
		if (status == STATUS_OK)
			status = store_add_prediction(store, p, err);
	}
	arena_free(arena);
	return status;
}

static enum status add_records(struct store *store, int port, struct error *err)
{
	struct line_reader *reader;
	enum lines_result result;
	enum status status = lines_open("-", FORMAT_LINE_MAX, &reader, err);
	const char *line;
	size_t len;

	if (status == STATUS_OK)
		status = store_begin(store, err);
	if (status != STATUS_OK)
		return status;
	while (status == STATUS_OK &&
	       (result = lines_next(reader, &line, &len, err)) == LINES_LINE)
		status = add_record(store, port, line, len, err);
	lines_free(reader);
	return status == STATUS_OK ? store_commit(store, err) : status;
}

int main(int argc, char **argv)
{
	char path[PATH_MAX];
	struct store *store;
	struct error err = { 0 };
	enum status status;

	if (argc != 3) {
		fputs("usage: fill_run FOLDER PORT < records.jsonl\n", stderr);
		return STATUS_USAGE;
	}
	mkdir(argv[1], 0777);
	snprintf(path, sizeof(path), "%s/survey.db", argv[1]);
	status = store_open(path, STORE_CREATE, &store, &err);
	if (status == STATUS_OK) {
		status =
		    add_records(store, (int)strtol(argv[2], NULL, 10), &err);
		store_close(store, NULL);
	}
	if (status != STATUS_OK)
		fprintf(stderr, "fill_run: %s\n", err.text);
	return status;
}
