/*
 * The table of commands: one line a command (main.c holds the table).
 */
#ifndef MXPRINT_TOOLS_COMMANDS_H
#define MXPRINT_TOOLS_COMMANDS_H

#include "tools/command.h"

/* NULL when unknown. */
const struct command *command_find(const char *name);

#endif
