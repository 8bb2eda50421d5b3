/*
 * What reading a transcript costs with the JSON library we chose (yajl, by
 * way of transcript/format) and with the one that carries NUL bytes too
 * (jansson: parsing alone). Same lines, alternating, CPU time; prints a ratio.
 *   bench_json [TRANSCRIPTS...]
 */
#include <glob.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/lines.h"
#include "transcript/format.h"

#define LINES_MAX 2000
#define ROUNDS	  15

struct line {
	char *text;
	size_t len;
};

static struct line lines[LINES_MAX];
static size_t count;
static size_t bytes;

static double cpu_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void load(const char *path)
{
	struct line_reader *reader;
	const char *line;
	size_t len;
	struct error err;

	if (lines_open(path, FORMAT_LINE_MAX, &reader, &err) != STATUS_OK) {
		fprintf(stderr, "bench_json: %s\n", err.text);
		exit(err.status);
	}
	while (count < LINES_MAX &&
	       lines_next(reader, &line, &len, &err) == LINES_LINE) {
		lines[count].text = malloc(len);
		memcpy(lines[count].text, line, len);
		lines[count++].len = len;
		bytes += len;
	}
	lines_free(reader);
}

static void read_ours(void)
{
	for (size_t i = 0; i < count; i++) {
		struct transcript *t = NULL;

		if (transcript_read(lines[i].text, lines[i].len, &t, NULL) !=
		    STATUS_OK)
			exit(65);
		transcript_free(t);
	}
}

static void parse_jansson(void)
{
	for (size_t i = 0; i < count; i++) {
		json_t *v = json_loadb(
		    lines[i].text, lines[i].len, JSON_ALLOW_NUL, NULL);

		if (!v)
			exit(65);
		json_decref(v);
	}
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	double ours[ROUNDS], theirs[ROUNDS], ratio[ROUNDS];
	glob_t found = { 0 };

	if (argc > 1) {
		for (int i = 1; i < argc; i++)
			load(argv[i]);
	} else {
		glob("training-data/transcripts/*.jsonl.gz", 0, NULL, &found);
		for (size_t i = 0; i < found.gl_pathc; i++)
			load(found.gl_pathv[i]);
		globfree(&found);
	}
	if (!count) {
		fputs("bench_json: no transcripts\n", stderr);
		return 66;
	}
	for (int r = 0; r < ROUNDS; r++) {
		double start = cpu_now(), middle;

		read_ours();
		middle = cpu_now();
		parse_jansson();
		ours[r] = (middle - start) / (double)count * 1e6;
		theirs[r] = (cpu_now() - middle) / (double)count * 1e6;
		ratio[r] = theirs[r] / ours[r];
	}
	qsort(ours, ROUNDS, sizeof(*ours), by_size);
	qsort(theirs, ROUNDS, sizeof(*theirs), by_size);
	qsort(ratio, ROUNDS, sizeof(*ratio), by_size);
	printf("%zu transcripts, %.1f KB each\n"
	       "  transcript_read (yajl)  %7.1f us CPU\n"
	       "  json_loadb (jansson)    %7.1f us CPU\n"
	       "  jansson / ours          %7.2f (%.2f..%.2f)\n",
	    count, (double)bytes / (double)count / 1000, ours[ROUNDS / 2],
	    theirs[ROUNDS / 2], ratio[ROUNDS / 2], ratio[0], ratio[ROUNDS - 1]);
	return 0;
}
