#include "tools/options.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "common/spelling.h"

void options_init(struct option_reader *reader, const struct command *command,
    int argc, char **argv)
{
	memset(reader, 0, sizeof(*reader));
	reader->command = command;
	reader->argc = 1; /* grows with every operand */
	reader->argv = argv;
	reader->at = 1;
	reader->end = argc;
}

static void complain(const struct option_reader *reader, const char *format,
    const char *a, const char *b)
{
	fprintf(stderr, "mxprint %s: ", reader->command->name);
	/* The formats are the literals of this file. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	fprintf(stderr, format, a, b);
#pragma GCC diagnostic pop
	fprintf(stderr, "; see `mxprint %s --help`\n", reader->command->name);
}

static void unknown_option(const struct option_reader *reader, const char *name)
{
	const struct option_spec *closest = NULL;
	size_t best = 4;
	char quoted[80];

	log_quote(quoted, sizeof(quoted), name, strlen(name));
	for (const struct option_spec *s = reader->command->options;
	     s && s->name; s++) {
		size_t d = spelling_distance(name, s->name);

		if (d < best) {
			best = d;
			closest = s;
		}
	}
	if (closest)
		complain(reader, "unknown option --%s (did you mean --%s?)",
		    quoted, closest->name);
	else
		complain(reader, "unknown option --%s%s", quoted, "");
}

static const struct option_spec *find_long(
    const struct option_reader *reader, const char *name, size_t len)
{
	for (const struct option_spec *s = reader->command->options;
	     s && s->name; s++) {
		if (strlen(s->name) == len && memcmp(s->name, name, len) == 0)
			return s;
	}
	return NULL;
}

static const struct option_spec *find_letter(
    const struct option_reader *reader, char letter)
{
	for (const struct option_spec *s = reader->command->options;
	     s && s->name; s++) {
		if (s->letter && s->letter == letter)
			return s;
	}
	return NULL;
}

/* inline_value: after "=" or right behind a letter, or NULL. */
static bool take_value(struct option_reader *reader,
    const struct option_spec *spec, const char *inline_value)
{
	reader->value = NULL;
	if (!spec->value) {
		if (inline_value)
			complain(reader, "option --%s takes no value%s",
			    spec->name, "");
		return !inline_value;
	}
	if (inline_value) {
		reader->value = inline_value;
		return true;
	}
	if (reader->at >= reader->end) {
		complain(reader, "option --%s needs a value (%s)", spec->name,
		    spec->value);
		return false;
	}
	reader->value = reader->argv[reader->at++];
	return true;
}

static const struct option_spec *read_long(
    struct option_reader *reader, const char *argument)
{
	const char *name = argument + 2;
	const char *equals = strchr(name, '=');
	size_t len = equals ? (size_t)(equals - name) : strlen(name);
	const struct option_spec *spec = find_long(reader, name, len);

	if (!spec) {
		char cut[64];

		snprintf(
		    cut, sizeof(cut), "%.*s", (int)(len > 60 ? 60 : len), name);
		unknown_option(reader, cut);
		return NULL;
	}
	return take_value(reader, spec, equals ? equals + 1 : NULL) ? spec
								    : NULL;
}

static const struct option_spec *read_letter(
    struct option_reader *reader, const char *argument)
{
	const struct option_spec *spec = find_letter(reader, argument[1]);

	if (!spec) {
		unknown_option(reader, argument + 1);
		return NULL;
	}
	return take_value(reader, spec, argument[2] ? argument + 2 : NULL)
		   ? spec
		   : NULL;
}

const struct option_spec *options_next(
    struct option_reader *reader, enum status *status)
{
	while (reader->at < reader->end) {
		char *argument = reader->argv[reader->at++];
		const struct option_spec *spec;

		if (reader->only_operands || argument[0] != '-' ||
		    argument[1] == '\0') {
			reader->argv[reader->argc++] = argument;
			continue;
		}
		if (strcmp(argument, "--") == 0) {
			reader->only_operands = true;
			continue;
		}
		spec = argument[1] == '-' ? read_long(reader, argument)
					  : read_letter(reader, argument);
		if (!spec)
			*status = STATUS_USAGE;
		return spec;
	}
	return NULL;
}

static bool bad_value(const struct option_reader *reader,
    const struct option_spec *spec, const char *range)
{
	char quoted[64];

	fprintf(stderr, "mxprint %s: --%s '%s': must be %s\n",
	    reader->command->name, spec->name,
	    log_quote(
		quoted, sizeof(quoted), reader->value, strlen(reader->value)),
	    range);
	return false;
}

bool option_int(const struct option_reader *reader,
    const struct option_spec *spec, int64_t min, int64_t max, int64_t *value)
{
	char range[96];
	char *end;
	long long v;

	errno = 0;
	v = strtoll(reader->value, &end, 10);
	if (errno == 0 && end != reader->value && *end == '\0' && v >= min &&
	    v <= max) {
		*value = v;
		return true;
	}
	snprintf(range, sizeof(range), "a whole number from %lld to %lld",
	    (long long)min, (long long)max);
	return bad_value(reader, spec, range);
}

bool option_double(const struct option_reader *reader,
    const struct option_spec *spec, double min, double max, double *value)
{
	char range[96];
	char *end;
	double v;

	errno = 0;
	v = strtod(reader->value, &end);
	if (errno == 0 && end != reader->value && *end == '\0' && v >= min &&
	    v <= max) {
		*value = v;
		return true;
	}
	snprintf(range, sizeof(range), "a number from %g to %g", min, max);
	return bad_value(reader, spec, range);
}

bool option_duration(const struct option_reader *reader,
    const struct option_spec *spec, int64_t min_ms, int64_t max_ms, int64_t *ms)
{
	static const struct {
		const char *suffix;
		double ms;
	} units[] = {
		{ "", 1000 },
		{ "ms", 1 },
		{ "s", 1000 },
		{ "m", 60000 },
		{ "h", 3600000 },
	};
	char range[96];
	char *end;
	double v = strtod(reader->value, &end);

	for (size_t i = 0; end != reader->value && i < 5; i++) {
		double result = v * units[i].ms;

		if (strcmp(end, units[i].suffix) != 0)
			continue;
		if (result >= (double)min_ms && result <= (double)max_ms) {
			*ms = (int64_t)result;
			return true;
		}
	}
	snprintf(range, sizeof(range),
	    "a time such as 30s, 500ms, 2m or 1h, from %gs to %gs",
	    (double)min_ms / 1000, (double)max_ms / 1000);
	return bad_value(reader, spec, range);
}

int command_fail(const struct command *command, const struct error *err)
{
	fprintf(stderr, "mxprint %s: %s\n", command->name, err->text);
	return err->status;
}

int command_usage(const struct command *command, const char *sentence)
{
	fprintf(stderr, "mxprint %s: %s; see `mxprint %s --help`\n",
	    command->name, sentence, command->name);
	return STATUS_USAGE;
}

static bool holds_data(const char *folder)
{
	char probe[PATH_MAX + 64];

	snprintf(probe, sizeof(probe), "%s/catalog/products.tsv", folder);
	return access(probe, R_OK) == 0;
}

const char *data_folder(void)
{
	static char folder[PATH_MAX + 32];
	const char *named = getenv("MXPRINT_DATA");
	char above[PATH_MAX];
	ssize_t n;

	if (named && *named)
		return named;
	n = readlink("/proc/self/exe", above, sizeof(above) - 1);
	if (n < 0)
		n = 0;
	above[n] = '\0';
	for (char *slash = strrchr(above, '/'); slash && slash != above;
	     slash = strrchr(above, '/')) {
		*slash = '\0';
		snprintf(folder, sizeof(folder), "%s", above);
		if (holds_data(folder))
			return folder;
		snprintf(folder, sizeof(folder), "%s/share/mxprint", above);
		if (holds_data(folder))
			return folder;
	}
	return MXPRINT_DATADIR;
}
