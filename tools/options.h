/*
 * Reading a command's options by its table.
 *
 *   --name VALUE, --name=VALUE, -x VALUE, "--" ends options; an unknown
 *   option is answered with the closest known one and STATUS_USAGE.
 *   --help is handled before run() is called.
 */
#ifndef MXPRINT_TOOLS_OPTIONS_H
#define MXPRINT_TOOLS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/command.h"

struct option_reader {
	const struct command *command;
	int argc; /* 1 + operands collected so far */
	char **argv;
	int at;		    /* next argument */
	int end;	    /* count of arguments given */
	bool only_operands; /* after "--" */
	const char *value;  /* of the option just read */
};

void options_init(struct option_reader *reader, const struct command *command,
    int argc, char **argv);

/*
 * The next option's spec, or NULL at the end of options and operands alike;
 * operands are collected: after the end they are argv[1..argc-1] of reader.
 * A mistake prints its sentence and sets *status to STATUS_USAGE.
 */
const struct option_spec *options_next(
    struct option_reader *reader, enum status *status);

/* Values with bounds; false prints a sentence naming the option. */
bool option_int(const struct option_reader *reader,
    const struct option_spec *spec, int64_t min, int64_t max, int64_t *value);
bool option_double(const struct option_reader *reader,
    const struct option_spec *spec, double min, double max, double *value);
/* "30s", "500ms", "2m", "1h" or plain seconds, to milliseconds. */
bool option_duration(const struct option_reader *reader,
    const struct option_spec *spec, int64_t min_ms, int64_t max_ms,
    int64_t *ms);

/* Prints err as "mxprint COMMAND: text" on stderr; gives its exit code. */
int command_fail(const struct command *command, const struct error *err);
/* The same of wrong arguments, and where to read on. */
int command_usage(const struct command *command, const char *sentence);

/*
 * The folder with catalog/, rules/ and the model: $MXPRINT_DATA; else the
 * nearest folder at or above the executable that holds catalog/products.tsv
 * itself (a source tree) or in share/mxprint (an installation, wherever it
 * was put); else the PREFIX/share/mxprint it was built for.
 */
const char *data_folder(void);

#endif
