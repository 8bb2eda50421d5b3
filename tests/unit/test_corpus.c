#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "evaluation/corpus.h"
#include "tests/unit/dialogue.h"
#include "transcript/format.h"

static struct catalog *catalog;

static int load(void **state)
{
	(void)state;
	return catalog_load("catalog/products.tsv", &catalog, NULL);
}

static int unload(void **state)
{
	(void)state;
	catalog_free(catalog);
	return 0;
}

/* What one deployment said to HELP under one plan, in a file of such. */
static void add(FILE *f, const char *deployment, const char *product,
    const char *plan, const char *help)
{
	static int64_t start = 1795000000000;
	const struct line lines[] = {
		{ PROBE_GREETING, NULL, 0, "220 mx.example.com\r\n", 0, 1 },
		{ PROBE_HELP, "HELP\r\n", 0, help, 0, 1 },
	};
	struct arena *arena = arena_new();
	struct transcript *t = transcript_of(
	    arena, lines, 2, "probe.example.org", "mx.example.com");
	struct buffer text;

	t->plan = plan;
	t->start_utc_ms = start++; /* no two recordings are the same */
	t->deployment = deployment;
	t->label = (struct label){ .product = product, .source = LABEL_PERSON };
	buffer_init(&text, FORMAT_LINE_MAX);
	transcript_write(&text, t);
	fprintf(f, "%s\n", buffer_text(&text));
	buffer_clear(&text);
	arena_free(arena);
}

static void no_complaint(void *user, const char *sentence)
{
	(void)user;
	fail_msg("%s", sentence);
}

struct lines {
	size_t count;
	char last[256];
};

static void keep(void *user, const char *sentence)
{
	struct lines *l = user;

	l->count++;
	snprintf(l->last, sizeof(l->last), "%s", sentence);
}

/* The corpus of what write() puts into a file. */
static struct corpus *corpus_of(
    void (*write)(FILE *f), void (*complain)(void *, const char *), void *user)
{
	char path[] = "/tmp/mxprint-corpus-XXXXXX";
	const char *paths[] = { path };
	FILE *f = fdopen(mkstemp(path), "w");
	struct corpus_options options = { .catalog = catalog,
		.paths = paths,
		.path_count = 1,
		.complain = complain,
		.user = user };
	struct corpus *corpus;
	struct error err = { 0 };

	assert_non_null(f);
	write(f);
	assert_int_equal(fclose(f), 0);
	if (corpus_read(&options, &corpus, &err) != STATUS_OK)
		fail_msg("%s", err.text);
	unlink(path);
	return corpus;
}

#define HELP_A "214 a\r\n"
#define HELP_B "502 b\r\n"

/* a and b differ under lab alone; c has no lab and is like both. */
static void write_plans(FILE *f)
{
	add(f, "c", "exim", "standard", HELP_A);
	add(f, "a", "exim", "standard", HELP_A);
	add(f, "a", "exim", "lab", HELP_A);
	add(f, "b", "exim", "lab", HELP_B);
	add(f, "b", "exim", "standard", HELP_A);
}

static void test_corpus__compares_under_the_largest_plan(void **state)
{
	struct corpus *c = corpus_of(write_plans, no_complaint, NULL);

	(void)state;
	assert_int_equal(c->all.deployments, 3);
	assert_int_equal(c->all.transcripts, 5);
	assert_int_equal(c->all.plans, 2);
	assert_int_equal(c->all.distinct, 2);
	corpus_free(c);
}

static void write_products(FILE *f)
{
	add(f, "a", "exim", "standard", HELP_A);
	add(f, "b", "postfix", "standard", HELP_A);
	add(f, "d", "dovecot-lmtp", "standard", HELP_B);
}

static void test_corpus__a_row_compares_with_its_own(void **state)
{
	struct corpus *c = corpus_of(write_products, no_complaint, NULL);

	(void)state;
	assert_int_equal(c->row_count, 3);
	assert_string_equal(c->rows[0].product, "dovecot-lmtp");
	assert_int_equal(c->rows[1].distinct, 1);
	assert_int_equal(c->rows[2].distinct, 1);
	assert_int_equal(c->all.distinct, 2);
	assert_int_equal(c->not_smtp, 1);
	corpus_free(c);
}

static void write_names(FILE *f)
{
	add(f, "bad\x1b[2Jname", "exim", "standard", HELP_A);
	add(f, "bad\x1b[2Jname", "exim", "standard", HELP_B);
}

static void test_corpus__complaints_are_printable(void **state)
{
	struct lines l = { 0 };
	struct corpus *c = corpus_of(write_names, keep, &l);

	(void)state;
	assert_int_equal(l.count, 1);
	assert_int_equal(c->complaints, 1);
	assert_non_null(strstr(l.last, ":2: deployment 'bad\\x1b[2Jname'"));
	assert_null(strchr(l.last, 0x1b));
	corpus_free(c);
}

static void write_odd(FILE *f)
{
	fputs("\n[]\n7\n{\"type\":\"transcript\",\"v\":1}\n", f);
	fputs("{\"type\":\"transcript\",\"v\":2}\n{\"type\":\"route\"}\n", f);
}

static void test_corpus__tells_every_line(void **state)
{
	struct lines l = { 0 };
	struct corpus *c = corpus_of(write_odd, keep, &l);

	(void)state;
	assert_int_equal(c->complaints, 6);
	assert_int_equal(l.count, 6);
	assert_int_equal(c->all.transcripts, 0);
	corpus_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_corpus__compares_under_the_largest_plan),
		cmocka_unit_test(test_corpus__a_row_compares_with_its_own),
		cmocka_unit_test(test_corpus__complaints_are_printable),
		cmocka_unit_test(test_corpus__tells_every_line),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
