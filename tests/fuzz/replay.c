/*
 * Runs a fuzz target over its corpus and over mutations of it (seeded, so
 * that a failure comes again). Prints TAP.
 *   replay_NAME [FOLDER]     default: tests/fuzz/corpus/NAME
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/lines.h"
#include "common/random.h"
#include "tests/fuzz/fuzz.h"

#define MUTATIONS 200

static void mutate(struct buffer *b, struct random *r)
{
	size_t changes = 1 + random_below(r, 4);

	while (changes-- && b->len) {
		size_t at = random_below(r, b->len);

		if (random_below(r, 3) == 0)
			b->len = at; /* cut */
		else
			b->data[at] = (char)random_next(r);
	}
}

static void run_file(const char *path)
{
	struct buffer whole, copy;
	struct random r;

	buffer_init(&whole, 1 << 20);
	buffer_init(&copy, 1 << 20);
	if (file_read(path, 1 << 20, &whole, NULL) != STATUS_OK) {
		printf("not ok - %s cannot be read\n", path);
		exit(1);
	}
	random_init(&r, whole.len);
	LLVMFuzzerTestOneInput((const uint8_t *)buffer_text(&whole), whole.len);
	for (int i = 0; i < MUTATIONS; i++) {
		buffer_reset(&copy);
		buffer_add(&copy, buffer_text(&whole), whole.len);
		mutate(&copy, &r);
		LLVMFuzzerTestOneInput(
		    (const uint8_t *)buffer_text(&copy), copy.len);
	}
	buffer_clear(&whole);
	buffer_clear(&copy);
}

int main(int argc, char **argv)
{
	const char *name = strstr(argv[0], "replay_");
	struct dirent **names;
	char path[1024];
	int n, ran = 0;

	snprintf(path, sizeof(path), "tests/fuzz/corpus/%s",
	    name ? name + strlen("replay_") : "");
	if (argc > 1)
		snprintf(path, sizeof(path), "%s", argv[1]);
	n = scandir(path, &names, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		char file[1400];

		snprintf(file, sizeof(file), "%s/%s", path, names[i]->d_name);
		if (names[i]->d_name[0] != '.') {
			run_file(file);
			ran++;
		}
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	printf("%s 1 - %s: %d inputs and %d mutations of each\n1..1\n",
	    ran ? "ok" : "not ok", path, ran, MUTATIONS);
	return ran ? 0 : 1;
}
