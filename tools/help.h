/*
 * The help of a command, made of its tables: lines of at most 79 columns,
 * whatever the width of the lines in the tables. A long example is broken
 * with a backslash, so that it can be pasted as it stands.
 */
#ifndef MXPRINT_TOOLS_HELP_H
#define MXPRINT_TOOLS_HELP_H

#include "tools/command.h"

/* Prints on stdout. */
void command_help(const struct command *command);

#endif
