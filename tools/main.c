/*
 * mxprint: which software receives the mail of these domains?
 * Finds the command in the table and runs it; everything else is in cmd_*.c.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "tools/commands.h"
#include "tools/help.h"
#include "tools/options.h"

/* In the order data flows. */
extern const struct command command_survey, command_identify;
extern const struct command command_resolve, command_probe, command_score;
extern const struct command command_train, command_evaluate, command_explain;
extern const struct command command_corpus, command_report, command_review;
extern const struct command command_catalog, command_rules;

static const struct command *const commands[] = {
	&command_survey,
	&command_identify,
	&command_resolve,
	&command_probe,
	&command_score,
	&command_explain,
	&command_report,
	&command_review,
	&command_train,
	&command_evaluate,
	&command_corpus,
	&command_catalog,
	&command_rules,
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	}
	return NULL;
}

static void print_overview(FILE *out)
{
	fputs("mxprint finds the hosts that receive mail for a list of "
	      "domains, talks SMTP to\n"
	      "each of them once and politely, and says which software "
	      "answered.\n\n"
	      "usage: mxprint COMMAND [OPTIONS] [ARGUMENTS]\n\n"
	      "commands:\n",
	    out);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		fprintf(out, "  %-10s %s\n", commands[i]->name,
		    commands[i]->summary);
	fputs("\n"
	      "  mxprint COMMAND --help   options and examples of a command\n"
	      "  mxprint --version        version and licence\n\n"
	      "first steps:\n"
	      "  mxprint survey domains.txt --run domains.run --ehlo "
	      "probe.your-domain.example\n"
	      "  mxprint report domains.run\n",
	    out);
}

static int print_version(void)
{
	puts("mxprint " MXPRINT_VERSION);
	puts("Copyright (c) 2026 the mxprint authors. MIT License.");
	return STATUS_OK;
}

static int unknown_command(const char *name)
{
	char quoted[80];

	fprintf(stderr,
	    "mxprint: no command called '%s'; `mxprint help` lists them\n",
	    log_quote(quoted, sizeof(quoted), name, strlen(name)));
	return STATUS_USAGE;
}

static bool wants_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "--help") == 0)
			return true;
	}
	return false;
}

static bool reader_has_left(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };

	return poll(&out, 1, 0) > 0 && (out.revents & POLLERR);
}

/* A full disk must be told; `| head` is what the user wanted. */
static int finish(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	if (status != STATUS_OK)
		return status;
	if (!reader_has_left())
		fputs("mxprint: cannot write the output: disk full?\n", stderr);
	return STATUS_IO;
}

int main(int argc, char **argv)
{
	const struct command *command;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* an error of write(2) instead */
	if (argc < 2) {
		print_overview(stderr);
		return STATUS_USAGE;
	}
	if (strcmp(argv[1], "--version") == 0)
		return finish(print_version());
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
		if (argc < 3) {
			print_overview(stdout);
			return finish(STATUS_OK);
		}
		command = command_find(argv[2]);
		if (!command)
			return unknown_command(argv[2]);
		command_help(command);
		return finish(STATUS_OK);
	}
	command = command_find(argv[1]);
	if (!command)
		return unknown_command(argv[1]);
	if (wants_help(argc - 1, argv + 1)) {
		command_help(command);
		return finish(STATUS_OK);
	}
	return finish(command->run(command, argc - 1, argv + 1));
}
