#include "evaluation/rule_measure.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/log.h"
#include "common/strmap.h"
#include "model/provenance.h"
#include "transcript/reader.h"

#define RIGHT	    1
#define WRONG	    2
#define NAMED_LEAST 0.99 /* of the greetings that name their product */
#define TOLD_FIRST  100	 /* sentences about single transcripts */
#define TOLD_ALIKE  3	 /* of the same rule and label */

struct rule_measure {
	struct rule_engine *engine;
	const struct catalog *catalog;
	struct arena *arena;   /* sentences */
	struct strmap *judged; /* "index deployment" -> RIGHT | WRONG */
	size_t *right;	       /* deployments, by index of the rule */
	size_t *wrong;
	struct rule_totals totals;
	struct strmap *told; /* "rule label" -> sentences */
	const char *sentences[TOLD_FIRST];
	size_t sentence_count;
};

/* a is b, or built on it, or the other way round. */
static bool in_line(const struct catalog *catalog, const char *a, const char *b)
{
	for (int turn = 0; turn < 2; turn++) {
		const char *goal = turn ? a : b;
		product_id at = catalog_find(catalog, turn ? b : a);

		for (; at != PRODUCT_NONE;
		     at = catalog_product(catalog, at)->lineage)
			if (strcmp(catalog_product(catalog, at)->id, goal) == 0)
				return true;
	}
	return false;
}

static bool fits(
    const struct rule_measure *m, const char *id, const struct transcript *t)
{
	return in_line(m->catalog, id, t->label.product) ||
	       (t->label.front != NULL &&
		   in_line(m->catalog, id, t->label.front));
}

static size_t index_of(const struct rule_measure *m, const struct rule *rule)
{
	size_t i = 0;

	while (rule_engine_rule(m->engine, i) != rule)
		i++;
	return i;
}

/* RIGHT, WRONG, or 0: nothing that the label could tell. */
static int judge(const struct rule_measure *m, const struct rule *rule,
    const struct transcript *t)
{
	if (rule->product != NULL)
		return fits(m, rule->product, t) ? RIGHT : WRONG;
	if (rule->front == NULL ||
	    (rule->before != NULL && !catalog_same_family(m->catalog,
					 rule->before, t->label.product)))
		return 0;
	return fits(m, rule->front, t) ? RIGHT : WRONG;
}

static void note(struct rule_measure *m, const struct rule_hit *hit,
    const struct transcript *t)
{
	int verdict = judge(m, hit->rule, t);
	size_t rule = index_of(m, hit->rule);
	struct arena *scratch;
	int64_t *slot;
	bool added;

	if (verdict == 0)
		return;
	scratch = arena_new();
	slot = strmap_put_text(m->judged,
	    arena_printf(scratch, "%zu %s", rule,
		t->deployment ? t->deployment : t->host),
	    &added);
	arena_free(scratch);
	if (added)
		m->right[rule]++;
	if (verdict == WRONG && (*slot & WRONG) == 0) {
		m->right[rule]--;
		m->wrong[rule]++;
	}
	*slot |= verdict;
}

static void tell(struct rule_measure *m, const char *where, long line,
    const struct transcript *t, const char *rule, const char *what)
{
	char *alike = arena_printf(m->arena, "%s %s", rule, t->label.product);
	bool added;

	if (m->sentence_count < TOLD_FIRST &&
	    ++*strmap_put_text(m->told, alike, &added) <= TOLD_ALIKE)
		m->sentences[m->sentence_count++] =
		    arena_printf(m->arena, "%s:%ld: %s, labelled %s: %s", where,
			line, t->deployment ? t->deployment : t->host,
			t->label.product, what);
}

/* As a word of its own, not inside a host name. */
static bool has_word(const char *text, size_t len, const char *word, size_t n)
{
	for (size_t i = 0; i + n <= len; i++) {
		char before = i > 0 ? text[i - 1] : ' ';
		char after = i + n < len ? text[i + n] : ' ';

		if (strncasecmp(text + i, word, n) == 0 &&
		    !isalnum((unsigned char)before) &&
		    strchr(".-_@", before) == NULL &&
		    !isalnum((unsigned char)after) &&
		    strchr(".-_@", after) == NULL)
			return true;
	}
	return false;
}

/* Does the greeting hold the product's id or its name's first word? */
static bool names_itself(const struct catalog *catalog,
    const struct exchange *x, const char *product)
{
	product_id at = catalog_find(catalog, product);
	const char *name;
	size_t n;

	if (x == NULL || at == PRODUCT_NONE ||
	    strncmp(product, "generic-", 8) == 0)
		return false;
	name = catalog_product(catalog, at)->name;
	n = strcspn(name, " ");
	return has_word(x->received.data, x->received.len, product,
		   strlen(product)) ||
	       (n >= 4 && has_word(x->received.data, x->received.len, name, n));
}

/* The most precise, as a verdict takes it; of equals the earlier stage's. */
static const struct rule_hit *best_product(
    const struct rule_hits *hits, bool greeting_only, bool forged)
{
	const struct rule_hit *best = NULL;

	for (size_t i = 0; i < hits->count; i++) {
		const struct rule_hit *hit = &hits->items[i];

		if (hit->rule->product != NULL &&
		    (!greeting_only || hit->stage == STAGE_BANNER) &&
		    !(forged && hit->stage == STAGE_BANNER) &&
		    (best == NULL ||
			hit->rule->precision > best->rule->precision))
			best = hit;
	}
	return best;
}

static void count_totals(struct rule_measure *m, const struct transcript *t,
    const struct rule_hits *hits, bool forged, const char *where, long line)
{
	const struct rule_hit *best = best_product(hits, false, forged);
	const struct exchange *x = transcript_find(t, PROBE_GREETING);

	if (best != NULL) {
		m->totals.answered++;
		if (!fits(m, best->rule->product, t)) {
			m->totals.wrong++;
			tell(m, where, line, t, best->rule->id,
			    arena_printf(m->arena, "rule %s says %s (\"%s\")",
				best->rule->id, best->rule->product,
				best->evidence));
		}
	}
	if (forged || !names_itself(m->catalog, x, t->label.product))
		return;
	m->totals.named++;
	if (best_product(hits, true, false) != NULL) {
		m->totals.told++;
	} else {
		char quoted[120];

		tell(m, where, line, t, "",
		    arena_printf(m->arena, "no rule names the greeting %s",
			log_quote(quoted, sizeof(quoted), x->received.data,
			    x->received.len)));
	}
}

static void take(struct rule_measure *m, const struct transcript *t,
    const char *where, long line)
{
	struct arena *arena = arena_new();
	struct provenance from;
	struct rule_hits hits;
	bool forged;

	provenance_read(arena, t->provenance, &from);
	forged = from.banner != NULL && strcmp(from.banner, "forged") == 0;
	rule_engine_match(m->engine, arena, t, &hits);
	for (size_t i = 0; i < hits.count; i++)
		if (!forged || hits.items[i].stage != STAGE_BANNER)
			note(m, &hits.items[i], t);
	count_totals(m, t, &hits, forged, where, line);
	arena_free(arena);
}

enum status rule_measure_read(struct rule_engine *engine,
    const struct catalog *catalog, const char *const *paths, size_t path_count,
    struct rule_measure **measure, struct error *err)
{
	struct transcript_reader *reader =
	    transcript_reader_new(paths, path_count);
	struct rule_measure *m = xcalloc(1, sizeof(*m));
	size_t count = rule_engine_count(engine) + 1;
	struct transcript *t;
	enum status status;

	m->engine = engine;
	m->catalog = catalog;
	m->arena = arena_new();
	m->judged = strmap_new();
	m->told = strmap_new();
	m->right = xcalloc(count, sizeof(*m->right));
	m->wrong = xcalloc(count, sizeof(*m->wrong));
	while (
	    (status = transcript_reader_next(reader, &t, err)) == STATUS_OK &&
	    t != NULL) {
		if (t->label.product != NULL && outcome_spoke(t->outcome))
			take(m, t, transcript_reader_path(reader),
			    transcript_reader_line(reader));
		transcript_free(t);
	}
	transcript_reader_free(reader);
	*measure = m;
	if (status != STATUS_OK) {
		rule_measure_free(m);
		*measure = NULL;
	}
	return status;
}

void rule_measure_free(struct rule_measure *m)
{
	if (m == NULL)
		return;
	arena_free(m->arena);
	strmap_free(m->judged);
	strmap_free(m->told);
	free(m->right);
	free(m->wrong);
	free(m);
}

struct rule_totals rule_measure_totals(const struct rule_measure *m)
{
	return m->totals;
}

double rule_measure_lower(size_t right, size_t wrong)
{
	double n = (double)(right + wrong);
	double z = 1.96;
	double p;

	if (n == 0)
		return 0;
	p = (double)right / n;
	return (p + z * z / (2 * n) -
		   z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))) /
	       (1 + z * z / n);
}

void rule_measure_table(const struct rule_measure *m, struct buffer *out)
{
	buffer_add_text(out, "rule\tright\twrong\tlower\n");
	for (size_t i = 0; i < rule_engine_count(m->engine); i++)
		if (m->right[i] + m->wrong[i] > 0)
			buffer_printf(out, "%s\t%zu\t%zu\t%.3f\n",
			    rule_engine_rule(m->engine, i)->id, m->right[i],
			    m->wrong[i],
			    rule_measure_lower(m->right[i], m->wrong[i]));
}

size_t rule_measure_faults(const struct rule_measure *m,
    void (*report)(void *user, const char *sentence), void *user)
{
	struct arena *arena = arena_new();
	size_t faults = 0;

	for (size_t i = 0; i < rule_engine_count(m->engine); i++) {
		const struct rule *rule = rule_engine_rule(m->engine, i);
		double n = (double)(m->right[i] + m->wrong[i]);

		if ((double)m->right[i] >= rule->declared * n)
			continue;
		faults++;
		report(user,
		    arena_printf(arena,
			"%s:%d:1: rule %s: wrong on %zu of %.0f deployments "
			"that it matches; it says precision %.2f",
			rule->file, rule->line, rule->id, m->wrong[i], n,
			rule->declared));
	}
	for (size_t i = 0; i < m->sentence_count; i++)
		report(user, m->sentences[i]);
	faults += m->totals.wrong;
	if ((double)m->totals.told < NAMED_LEAST * (double)m->totals.named)
		faults += m->totals.named - m->totals.told;
	arena_free(arena);
	return faults;
}
