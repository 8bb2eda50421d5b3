/*
 * A command: one file cmd_*.c, one const struct. main.c derives `help` from
 * the table; nothing else lists commands.
 */
#ifndef MXPRINT_TOOLS_COMMAND_H
#define MXPRINT_TOOLS_COMMAND_H

#include <stddef.h>

#include "common/error.h"

/* One option; the table of a command is its only list (help, check, man). */
struct option_spec {
	const char *name;  /* "resolver", without dashes */
	char letter;	   /* 0: none */
	const char *value; /* "ADDR[:PORT]"; NULL: a switch */
	const char *help;  /* one or two lines, what it does and its default */
};

struct example {
	const char *command; /* "mxprint score host.jsonl" (run by the tests) */
	const char *comment;
};

struct command {
	const char *name;
	const char *summary;		   /* one line for `mxprint help` */
	const char *arguments;		   /* "[OPTIONS] DOMAINS" */
	const char *text;		   /* a paragraph or two, or NULL */
	const struct option_spec *options; /* ends with name NULL */
	const struct example *examples;	   /* ends with command NULL */
	/* argv[0] is the command's name. Returns the exit code. */
	int (*run)(const struct command *self, int argc, char **argv);
};

#endif
