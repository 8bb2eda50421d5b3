/*
 * Two steps for each text. First vectorscan looks for the loose form of all
 * patterns of the stage in one pass and marks those it finds. Then each rule
 * whose patterns were all found is confirmed with PCRE2, which also gives the
 * captured version and the words that matched. A rule nobody mentions costs
 * nothing.
 */
#include <assert.h>
#include <hs/hs.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "common/log.h"
#include "rules/engine.h"
#include "rules/engine_cache.h"
#include "rules/hits.h"
#include "rules/pattern.h"
#include "rules/rulefile.h"
#include "rules/text.h"

#define MATCH_LIMIT  1000000 /* steps of one confirmation */
#define DEPTH_LIMIT  10000
#define EVIDENCE_MAX 120
#define VERSION_MAX  64
#define CACHED_LEAST 100 /* rules: fewer are compiled sooner than read */

struct pattern { /* compiled */
	pcre2_code *code;
	bool jit;	   /* tried */
	int version_group; /* 0: none */
	const char *loose;
	unsigned flags;
	uint32_t rule; /* index */
	unsigned scan; /* number of the last scan that found it */
};

struct compiled { /* a rule's patterns: patterns[first..first+count) */
	uint32_t first;
	uint32_t count;
	uint32_t needed; /* positive patterns */
	uint32_t found;	 /* of them, in scan `scan` */
	unsigned scan;
};

struct rule_engine {
	struct rule_set *set;
	const struct catalog *catalog;
	struct pattern *patterns;
	size_t pattern_count;
	struct compiled *rules;		       /* parallel to set->specs */
	hs_database_t *databases[STAGE_COUNT]; /* NULL: no rule */
	hs_scratch_t *scratch;
	pcre2_match_data *match_data;
	pcre2_match_context *match_context;
	unsigned scan; /* counts scans, so marks need no clearing */
	uint32_t touched[RULE_HITS_MAX]; /* rules complete in this scan */
	size_t touched_count;
};

static enum status pattern_fault(const struct rule_spec *spec,
    const struct rule_pattern *p, int offset, const char *sentence,
    struct error *err)
{
	return error_set(err, STATUS_DATA, "%s:%d:%d: %s", spec->rule.file,
	    p->line, p->column + offset, sentence);
}

static enum status compile_exact(struct rule_engine *e, struct rule_spec *spec,
    const struct rule_pattern *p, struct pattern *out, struct error *err)
{
	struct pattern_form form;
	unsigned char message[120];
	uint32_t options = PCRE2_MULTILINE | PCRE2_NEVER_UTF;
	const char *sentence;
	PCRE2_SIZE at;
	int offset;
	int code;

	sentence = pattern_expand(e->set->arena, p, &form, &offset);
	if (sentence != NULL)
		return pattern_fault(spec, p, offset, sentence, err);
	if (!p->match_case)
		options |= PCRE2_CASELESS;
	out->code = pcre2_compile((PCRE2_SPTR)form.exact, PCRE2_ZERO_TERMINATED,
	    options, &code, &at, NULL);
	if (out->code == NULL) {
		pcre2_get_error_message(code, message, sizeof(message));
		if (at > 0 && at == strlen(form.exact))
			at--;
		return pattern_fault(
		    spec, p, form.columns[at], (const char *)message, err);
	}
	out->version_group =
	    pcre2_substring_number_from_name(out->code, (PCRE2_SPTR) "version");
	if (out->version_group < 0)
		out->version_group = 0;
	out->loose = form.loose;
	out->flags = HS_FLAG_SINGLEMATCH | HS_FLAG_MULTILINE;
	if (!p->match_case)
		out->flags |= HS_FLAG_CASELESS;
	if (form.prefilter)
		out->flags |= HS_FLAG_PREFILTER;
	if (!p->negated)
		spec->rule.literals += form.literals;
	return STATUS_OK;
}

static enum status compile_patterns(struct rule_engine *e, struct error *err)
{
	size_t total = 0;

	for (size_t i = 0; i < e->set->count; i++)
		total += e->set->specs[i]->pattern_count;
	e->patterns = xcalloc(total + 1, sizeof(*e->patterns));
	e->rules = xcalloc(e->set->count + 1, sizeof(*e->rules));
	for (size_t i = 0; i < e->set->count; i++) {
		struct rule_spec *spec = e->set->specs[i];
		struct compiled *rule = &e->rules[i];

		rule->first = (uint32_t)e->pattern_count;
		rule->count = (uint32_t)spec->pattern_count;
		for (size_t k = 0; k < spec->pattern_count; k++) {
			struct pattern *p = &e->patterns[e->pattern_count++];
			enum status status =
			    compile_exact(e, spec, &spec->patterns[k], p, err);

			if (status != STATUS_OK)
				return status;
			p->rule = (uint32_t)i;
			rule->needed += !spec->patterns[k].negated;
		}
	}
	return STATUS_OK;
}

/* Where in the files the pattern with this index stands. */
static enum status loose_fault(
    struct rule_engine *e, size_t index, const char *message, struct error *err)
{
	const struct pattern *p = &e->patterns[index];
	const struct rule_spec *spec = e->set->specs[p->rule];
	char sentence[300];

	log_quote(sentence, sizeof(sentence), message, strlen(message));
	return pattern_fault(spec,
	    &spec->patterns[index - e->rules[p->rule].first], 0, sentence, err);
}

static void collect(
    struct rule_engine *e, enum rule_stage stage, struct engine_expressions *x)
{
	size_t max = e->pattern_count + 1;

	x->texts = xcalloc(max, sizeof(*x->texts));
	x->flags = xcalloc(max, sizeof(*x->flags));
	x->ids = xcalloc(max, sizeof(*x->ids));
	x->count = 0;
	for (size_t i = 0; i < e->pattern_count; i++) {
		const struct pattern *p = &e->patterns[i];

		if ((e->set->specs[p->rule]->rule.stages & 1u << stage) == 0)
			continue;
		x->texts[x->count] = p->loose;
		x->flags[x->count] = p->flags;
		x->ids[x->count++] = (unsigned)i;
	}
}

static enum status compile_expressions(struct rule_engine *e,
    enum rule_stage stage, const struct engine_expressions *x,
    struct error *err)
{
	hs_compile_error_t *fault = NULL;
	enum status status;

	if (hs_compile_multi(x->texts, x->flags, x->ids, x->count,
		HS_MODE_BLOCK, NULL, &e->databases[stage],
		&fault) == HS_SUCCESS)
		return STATUS_OK;
	if (fault->expression >= 0)
		status = loose_fault(
		    e, x->ids[fault->expression], fault->message, err);
	else
		status = error_set(err, STATUS_SOFTWARE,
		    "compiling the rules: %s", fault->message);
	hs_free_compile_error(fault);
	return status;
}

static enum status compile_stage(
    struct rule_engine *e, enum rule_stage stage, struct error *err)
{
	bool cached = e->set->count >= CACHED_LEAST;
	enum status status = STATUS_OK;
	struct engine_expressions x;
	struct engine_cache_key key;

	collect(e, stage, &x);
	if (x.count == 0)
		goto done;
	key = engine_cache_key(&x);
	if (cached)
		e->databases[stage] = engine_cache_take(stage, &key);
	if (e->databases[stage] == NULL) {
		status = compile_expressions(e, stage, &x, err);
		if (status == STATUS_OK && cached && !e->set->passing)
			engine_cache_put(stage, &key, e->databases[stage]);
	}
	if (status == STATUS_OK &&
	    hs_alloc_scratch(e->databases[stage], &e->scratch) != HS_SUCCESS)
		status = error_set(
		    err, STATUS_SOFTWARE, "no memory to match the rules");
done:
	free(x.texts);
	free(x.flags);
	free(x.ids);
	return status;
}

static enum status compile_all(struct rule_engine *e, struct error *err)
{
	enum status status = compile_patterns(e, err);

	for (int s = 0; s < STAGE_COUNT && status == STATUS_OK; s++)
		status = compile_stage(e, (enum rule_stage)s, err);
	e->match_data = pcre2_match_data_create(32, NULL);
	e->match_context = pcre2_match_context_create(NULL);
	if (e->match_data == NULL || e->match_context == NULL)
		return error_set(
		    err, STATUS_SOFTWARE, "no memory to match the rules");
	pcre2_set_match_limit(e->match_context, MATCH_LIMIT);
	pcre2_set_depth_limit(e->match_context, DEPTH_LIMIT);
	return status;
}

static enum status engine_of_set(struct rule_set *set,
    const struct catalog *catalog, struct rule_engine **engine,
    struct error *err)
{
	struct rule_engine *e = xcalloc(1, sizeof(*e));
	enum status status;

	e->set = set;
	e->catalog = catalog;
	status = compile_all(e, err);
	if (status == STATUS_OK)
		*engine = e;
	else
		rule_engine_free(e);
	return status;
}

enum status rule_engine_load_beside(const char *path, const char *beside,
    const struct catalog *catalog, struct rule_engine **engine,
    struct error *err)
{
	struct rule_set *set;
	enum status status = rulefile_load(path, beside, catalog, &set, err);

	*engine = NULL;
	if (status != STATUS_OK)
		return status;
	return engine_of_set(set, catalog, engine, err);
}

enum status rule_engine_load(const char *path, const struct catalog *catalog,
    struct rule_engine **engine, struct error *err)
{
	return rule_engine_load_beside(path, NULL, catalog, engine, err);
}

enum status rule_engine_parse(const char *name, const char *text, size_t len,
    const struct catalog *catalog, struct rule_engine **engine,
    struct error *err)
{
	struct rule_set *set;
	enum status status =
	    rulefile_parse(name, text, len, catalog, &set, err);

	*engine = NULL;
	if (status != STATUS_OK)
		return status;
	return engine_of_set(set, catalog, engine, err);
}

void rule_engine_free(struct rule_engine *engine)
{
	if (engine == NULL)
		return;
	for (size_t i = 0; i < engine->pattern_count; i++)
		pcre2_code_free(engine->patterns[i].code);
	for (int s = 0; s < STAGE_COUNT; s++)
		hs_free_database(engine->databases[s]);
	hs_free_scratch(engine->scratch);
	pcre2_match_data_free(engine->match_data);
	pcre2_match_context_free(engine->match_context);
	rule_set_free(engine->set);
	free(engine->patterns);
	free(engine->rules);
	free(engine);
}

size_t rule_engine_count(const struct rule_engine *engine)
{
	return engine->set->count;
}

const struct rule *rule_engine_rule(const struct rule_engine *engine, size_t i)
{
	assert(i < engine->set->count);
	return &engine->set->specs[i]->rule;
}

const char *rule_engine_hash(const struct rule_engine *engine)
{
	return engine->set->hash;
}

const struct rule_set *rule_engine_set(const struct rule_engine *engine)
{
	return engine->set;
}

const struct catalog *rule_engine_catalog(const struct rule_engine *engine)
{
	return engine->catalog;
}

/* vectorscan found a pattern: mark it; note the rule once it has them all. */
static int on_found(unsigned id, unsigned long long from, unsigned long long to,
    unsigned flags, void *context)
{
	struct rule_engine *e = context;
	struct pattern *p = &e->patterns[id];
	struct compiled *rule = &e->rules[p->rule];
	const struct rule_spec *spec = e->set->specs[p->rule];

	(void)from;
	(void)to;
	(void)flags;
	if (p->scan == e->scan)
		return 0;
	p->scan = e->scan;
	if (rule->scan != e->scan) {
		rule->scan = e->scan;
		rule->found = 0;
	}
	if (spec->patterns[id - rule->first].negated ||
	    ++rule->found < rule->needed)
		return 0;
	if (e->touched_count < sizeof(e->touched) / sizeof(*e->touched))
		e->touched[e->touched_count++] = p->rule;
	return 0;
}

/* Whether the exact form is in the text; its groups are in match_data. */
static bool confirm(
    struct rule_engine *e, struct pattern *p, const struct rule_text *text)
{
	if (!p->jit) {
		/* Without JIT it is only slower. */
		pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE);
		p->jit = true;
	}
	return pcre2_match(p->code, (PCRE2_SPTR)text->bytes, text->len, 0, 0,
		   e->match_data, e->match_context) > 0;
}

static bool code_fits(const struct rule_spec *spec, const char *code)
{
	if (spec->code_count == 0 || code[0] == '\0')
		return true;
	for (size_t i = 0; i < spec->code_count; i++)
		if (strncmp(code, spec->codes[i], strlen(spec->codes[i])) == 0)
			return true;
	return false;
}

static void take_groups(struct rule_engine *e, struct arena *arena,
    const struct pattern *p, const struct rule_text *text, struct rule_hit *hit)
{
	const PCRE2_SIZE *at = pcre2_get_ovector_pointer(e->match_data);
	uint32_t groups = pcre2_get_ovector_count(e->match_data);

	if (hit->evidence == NULL) {
		char *quoted = arena_alloc(arena, EVIDENCE_MAX + 1);

		hit->evidence = log_quote(quoted, EVIDENCE_MAX + 1,
		    text->bytes + at[0], at[1] - at[0]);
	}
	if (p->version_group > 0 && (uint32_t)p->version_group < groups &&
	    hit->version == NULL) {
		PCRE2_SIZE from = at[2 * p->version_group];
		PCRE2_SIZE to = at[2 * p->version_group + 1];

		if (from != PCRE2_UNSET && to > from &&
		    to - from <= VERSION_MAX)
			hit->version =
			    arena_copy(arena, text->bytes + from, to - from);
	}
}

static bool confirm_rule(struct rule_engine *e, struct arena *arena,
    uint32_t index, const struct rule_text *text, struct rule_hit *hit)
{
	const struct rule_spec *spec = e->set->specs[index];
	const struct compiled *rule = &e->rules[index];

	if (!code_fits(spec, text->code))
		return false;
	hit->version = spec->rule.version;
	for (uint32_t k = 0; k < rule->count; k++) {
		struct pattern *p = &e->patterns[rule->first + k];

		if (spec->patterns[k].negated) {
			if (p->scan == e->scan && confirm(e, p, text))
				return false;
			continue;
		}
		if (!confirm(e, p, text))
			return false;
		take_groups(e, arena, p, text, hit);
	}
	hit->rule = &spec->rule;
	return true;
}

void rule_engine_scan(struct rule_engine *e, struct arena *arena,
    enum rule_stage stage, const char *probe, const struct rule_text *text,
    struct rule_hits *hits)
{
	if (e->databases[stage] == NULL)
		return;
	if (++e->scan == 0) { /* wrapped: old marks would look fresh */
		for (size_t i = 0; i < e->pattern_count; i++)
			e->patterns[i].scan = 0;
		for (size_t i = 0; i < e->set->count; i++)
			e->rules[i].scan = 0;
		e->scan = 1;
	}
	e->touched_count = 0;
	hs_scan(e->databases[stage], text->bytes, (unsigned)text->len, 0,
	    e->scratch, on_found, e);
	for (size_t i = 0; i < e->touched_count && hits->count < RULE_HITS_MAX;
	     i++) {
		struct rule_hit hit = { .stage = stage, .probe = probe };

		if (confirm_rule(e, arena, e->touched[i], text, &hit))
			rule_hits_add(arena, hits, &hit);
	}
}
