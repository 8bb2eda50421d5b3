/*
 * The table of commands: one line a command (main.c holds the table).
 */
#ifndef MXPRINT_TOOLS_COMMANDS_H
#define MXPRINT_TOOLS_COMMANDS_H

#include "tools/command.h"

/* NULL when unknown. */
const struct command *command_find(const char *name);

/* What `mxprint NAME --help` prints. */
void command_help(const struct command *command);

#endif
