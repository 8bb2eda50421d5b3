#include "tools/help.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
	WIDTH = 79,
	TEXT_INDENT = 30,
};

/* Columns of the terminal, not bytes: help texts may hold UTF-8. */
static size_t columns(const char *word, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += ((unsigned char)word[i] & 0xc0) != 0x80;
	return n;
}

/*
 * Length of what stands at p and is not broken: a word; of a command also an
 * option with its value, and what is quoted.
 */
static size_t word_length(const char *p, bool command)
{
	size_t len = strcspn(p, " \n");

	if (command && *p == '\'' && strchr(p + 1, '\''))
		return (size_t)(strchr(p + 1, '\'') + 1 - p);
	if (command && *p == '-' && p[len] && p[len + 1] != '-')
		return len + 1 + word_length(p + len + 1, command);
	return len;
}

/*
 * Prints text in lines up to WIDTH; at: the column the cursor is in, indent:
 * that of further lines, cut: what a broken line ends with.
 */
static void print_wrapped(
    const char *text, size_t at, size_t indent, const char *cut)
{
	const char *space = "";
	const char *word = text + strspn(text, " \n");

	while (*word) {
		size_t len = word_length(word, *cut);
		const char *next = word + len + strspn(word + len, " \n");
		size_t end = at + strlen(space) + columns(word, len) +
			     (*next ? strlen(cut) : 0);

		if (*space && end > WIDTH) {
			printf("%s\n%*s", cut, (int)indent, "");
			at = indent;
			space = "";
		}
		printf("%s%.*s", space, (int)len, word);
		at += strlen(space) + columns(word, len);
		space = " ";
		word = next;
	}
	putchar('\n');
}

/* Paragraphs are parted by empty lines. */
static void print_text(const char *text)
{
	char paragraph[2048];

	while (*text) {
		const char *end = strstr(text, "\n\n");
		size_t len = end ? (size_t)(end - text) : strlen(text);

		snprintf(paragraph, sizeof(paragraph), "%.*s", (int)len, text);
		putchar('\n');
		print_wrapped(paragraph, 0, 0, "");
		text += len;
		text += strspn(text, "\n");
	}
}

static void print_option(const struct option_spec *s)
{
	char letter[8] = "    ", left[64];

	if (s->letter)
		snprintf(letter, sizeof(letter), "-%c, ", s->letter);
	snprintf(left, sizeof(left), "  %s--%s%s%s", letter, s->name,
	    s->value ? " " : "", s->value ? s->value : "");
	if (strlen(left) < TEXT_INDENT)
		printf("%-*s", TEXT_INDENT, left);
	else
		printf("%s\n%*s", left, TEXT_INDENT, "");
	print_wrapped(s->help, TEXT_INDENT, TEXT_INDENT, "");
}

/* A long command goes on in a second line, as a shell takes it. */
static void print_example(const struct example *e)
{
	printf("  # %s\n  ", e->comment);
	print_wrapped(e->command, 2, 6, " \\");
}

void command_help(const struct command *command)
{
	printf("usage: mxprint %s %s\n\n%s\n", command->name,
	    command->arguments, command->summary);
	if (command->text)
		print_text(command->text);
	if (command->options && command->options->name) {
		puts("\noptions:");
		for (const struct option_spec *s = command->options; s->name;
		     s++)
			print_option(s);
	}
	if (command->examples && command->examples->command) {
		puts("\nexamples:");
		for (const struct example *e = command->examples; e->command;
		     e++)
			print_example(e);
	}
	puts("\nexit status: 0 done; 64 wrong usage; 65 damaged input; "
	     "66 input missing;\n69 no resolver or port 25 blocked; 74 disk "
	     "or file error; 75 stopped,\nsaved, run again; 78 unusable "
	     "configuration (mxprint(1) has them all)");
}
