/*
 * What features cost: microseconds of CPU per transcript for extracting them
 * and for turning them into a vector.
 *   bench_features [TRANSCRIPTS...]
 * By default the transcripts of training-data/; those of the standard and of
 * the lab plan apart.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "features/extract.h"
#include "features/vocabulary.h"
#include "transcript/reader.h"

#define TRANSCRIPTS_MAX 1000
#define ROUNDS		5

static struct transcript *transcripts[TRANSCRIPTS_MAX];
static size_t count;

static double cpu_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void load(const char *const *paths, size_t path_count)
{
	struct transcript_reader *reader =
	    transcript_reader_new(paths, path_count);
	struct transcript *t;
	struct error err;

	while (count < TRANSCRIPTS_MAX &&
	       transcript_reader_next(reader, &t, &err) == STATUS_OK && t)
		transcripts[count++] = t;
	transcript_reader_free(reader);
}

static struct vocabulary *learn(void)
{
	struct vocabulary *v = vocabulary_new();
	struct arena *arena = arena_new();

	for (size_t i = 0; i < count; i++) {
		struct transcript *t = transcripts[i];
		struct feature_list list;

		features_extract(arena, t, &list);
		vocabulary_observe(
		    v, &list, t->deployment ? t->deployment : t->host);
		arena_reset(arena);
	}
	vocabulary_freeze(v, 1);
	arena_free(arena);
	return v;
}

static void measure(const struct vocabulary *v, const char *plan)
{
	struct arena *arena = arena_new();
	double extracting = 0, vectors = 0;
	size_t done = 0, features = 0;

	for (int round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < count; i++) {
			struct feature_list list;
			struct vector vector;
			double start = cpu_now(), middle;

			if (!transcripts[i]->plan ||
			    strcmp(transcripts[i]->plan, plan) != 0)
				continue;
			features_extract(arena, transcripts[i], &list);
			middle = cpu_now();
			vocabulary_vector(v, &list, GROUPS_ALL, arena, &vector);
			vectors += cpu_now() - middle;
			extracting += middle - start;
			features += list.count;
			done++;
			arena_reset(arena);
		}
	}
	if (done)
		printf("%s: %zu transcripts, %zu features each, %.1f us to "
		       "extract, %.1f us for the vector\n",
		    plan, done / ROUNDS, features / done,
		    extracting / (double)done * 1e6,
		    vectors / (double)done * 1e6);
	arena_free(arena);
}

int main(int argc, char **argv)
{
	struct vocabulary *v;
	glob_t found = { 0 };

	if (argc > 1) {
		load((const char *const *)argv + 1, (size_t)argc - 1);
	} else {
		glob("training-data/transcripts/*.jsonl*", 0, NULL, &found);
		load((const char *const *)found.gl_pathv, found.gl_pathc);
	}
	if (!count) {
		printf("no transcripts to measure with\n");
		return 0;
	}
	v = learn();
	printf("vocabulary of %zu features\n", vocabulary_count(v));
	measure(v, "polite");
	measure(v, "standard");
	measure(v, "deep");
	measure(v, "lab");
	vocabulary_free(v);
	for (size_t i = 0; i < count; i++)
		transcript_free(transcripts[i]);
	globfree(&found);
	return 0;
}
