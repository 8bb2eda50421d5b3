/* mxprint catalog: lists, searches and shows what the program knows. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "catalog/catalog.h"
#include "catalog/cpe.h"
#include "common/json.h"
#include "common/log.h"
#include "model/file.h"
#include "rules/engine.h"
#include "tools/command.h"
#include "tools/options.h"

extern const struct command command_catalog;

struct catalog_options {
	bool json;
	int kind; /* enum product_kind, -1: all */
};

static const char *id_or(
    const struct catalog *catalog, product_id id, const char *none)
{
	return id == PRODUCT_NONE ? none : catalog_product(catalog, id)->id;
}

static const char *or_dash(const char *text)
{
	return text ? text : "-";
}

static void print_json(
    const struct catalog *catalog, const struct product *p, struct buffer *out)
{
	struct json_writer w;
	char cpe[CPE_SIZE];

	cpe_name(p->cpe, NULL, cpe);
	buffer_reset(out);
	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	json_write_text(&w, "id", p->id);
	json_write_text(&w, "name", p->name);
	json_write_text(&w, "vendor", p->vendor);
	json_write_text(&w, "kind", product_kind_name(p->kind));
	json_write_text(&w, "lineage", id_or(catalog, p->lineage, NULL));
	json_write_text(&w, "family", id_or(catalog, p->family, NULL));
	json_write_text(&w, "cpe", *cpe ? cpe : NULL);
	json_write_text(&w, "years", p->years);
	json_write_text(&w, "status", p->legacy ? "legacy" : "current");
	json_write_text(&w, "home", p->home);
	json_close_object(&w);
	fputs(buffer_text(out), stdout);
}

static bool contains(const char *text, const char *word)
{
	return text != NULL && strcasestr(text, word) != NULL;
}

static bool selected(const struct product *p, const char *word,
    const struct catalog_options *options)
{
	if (options->kind >= 0 && (int)p->kind != options->kind)
		return false;
	return word == NULL || contains(p->id, word) ||
	       contains(p->name, word) || contains(p->vendor, word) ||
	       contains(p->cpe, word);
}

static void list(const struct catalog *catalog, const char *word,
    const struct catalog_options *options)
{
	struct buffer out;
	size_t shown = 0;

	buffer_init(&out, 1 << 16);
	if (options->json)
		puts("[");
	else
		printf("%-28s %-10s %-8s %s\n", "id", "kind", "status", "name");
	for (size_t i = 0; i < catalog_count(catalog); i++) {
		const struct product *p =
		    catalog_product(catalog, (product_id)i);

		if (!selected(p, word, options))
			continue;
		if (options->json) {
			fputs(shown > 0 ? ",\n" : "", stdout);
			print_json(catalog, p, &out);
		} else
			printf("%-28s %-10s %-8s %s\n", p->id,
			    product_kind_name(p->kind),
			    p->legacy ? "legacy" : "current", p->name);
		shown++;
	}
	if (options->json)
		puts(shown > 0 ? "\n]" : "]");
	else
		printf("%zu of %zu products and services\n", shown,
		    catalog_count(catalog));
	buffer_clear(&out);
}

static bool says(const char *text, const char *id)
{
	return text != NULL && strcmp(text, id) == 0;
}

static enum status show_rules(
    const struct catalog *catalog, const struct product *p, struct error *err)
{
	struct rule_engine *engine;
	char path[4096];
	enum status status;
	size_t count = 0;

	snprintf(path, sizeof(path), "%s/rules", data_folder());
	status = rule_engine_load(path, catalog, &engine, err);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < rule_engine_count(engine); i++) {
		const struct rule *r = rule_engine_rule(engine, i);

		if (!says(r->product, p->id) && !says(r->operator_id, p->id) &&
		    !says(r->front, p->id))
			continue;
		if (count++ == 0)
			puts("rules");
		printf("  %-32s %-11s %s\n", r->id, rule_stage_name(r->stage),
		    r->pattern);
	}
	if (count == 0)
		puts("rules    none");
	rule_engine_free(engine);
	return STATUS_OK;
}

static void print_class(const struct json *row, const struct model *model)
{
	const struct json *versions = json_get(row, "versions");

	printf("model    learned from %" PRId64 " deployments (%s)\n",
	    json_get_int(row, "deployments", 0), model_name(model));
	if (versions == NULL || versions->count == 0)
		return;
	printf("         versions");
	for (const struct json *v = versions->first; v; v = v->next)
		printf(" %s", v->text);
	putchar('\n');
}

/* What the shipped model has learned of it; without a model, nothing. */
static void show_model(const struct product *p)
{
	struct arena *arena = arena_new();
	const struct json *row = NULL;
	struct json *card = NULL;
	struct model *model = NULL;
	struct error err = { 0 };
	const char *text;
	char path[4096];

	snprintf(path, sizeof(path), "%s/mxprint.model", data_folder());
	if (model_load(path, &model, &err) == STATUS_OK) {
		text = model_card(model);
		if (json_parse(arena, text, strlen(text), &card, &err) ==
			STATUS_OK &&
		    json_get(card, "classes") != NULL)
			row = json_get(card, "classes")->first;
	}
	while (row != NULL && !says(json_get_text(row, "product", ""), p->id))
		row = row->next;
	if (row != NULL)
		print_class(row, model);
	else
		printf(
		    "model    %s\n", model ? "has not learned it" : err.text);
	model_free(model);
	arena_free(arena);
}

static enum status show(const struct catalog *catalog, const char *id,
    const struct catalog_options *options, struct error *err)
{
	product_id at = catalog_find(catalog, id);
	const struct product *p;
	struct buffer out;
	char cpe[CPE_SIZE];
	char quoted[100];

	if (at == PRODUCT_NONE) {
		log_quote(quoted, sizeof(quoted), id, strlen(id));
		return error_set(err, STATUS_USAGE,
		    "no product %s; `mxprint catalog search WORD` finds ids",
		    quoted);
	}
	p = catalog_product(catalog, at);
	if (options->json) {
		buffer_init(&out, 1 << 16);
		print_json(catalog, p, &out);
		putchar('\n');
		buffer_clear(&out);
		return STATUS_OK;
	}
	cpe_name(p->cpe, NULL, cpe);
	printf("id       %s\nname     %s\nvendor   %s\nkind     %s\n"
	       "lineage  %s\nfamily   %s\ncpe      %s\nyears    %s\n"
	       "status   %s\nhome     %s\n",
	    p->id, p->name, or_dash(p->vendor), product_kind_name(p->kind),
	    id_or(catalog, p->lineage, "-"), id_or(catalog, p->family, "-"),
	    *cpe ? cpe : "-", or_dash(p->years),
	    p->legacy ? "legacy" : "current", or_dash(p->home));
	show_model(p);
	return show_rules(catalog, p, err);
}

static int kind_of(const char *name)
{
	for (int k = 0; k < KIND_COUNT; k++)
		if (strcmp(name, product_kind_name((enum product_kind)k)) == 0)
			return k;
	return -1;
}

static bool read_options(const struct command *self,
    struct option_reader *reader, struct catalog_options *options)
{
	const struct option_spec *spec;
	enum status status = STATUS_OK;

	options->json = false;
	options->kind = -1;
	while ((spec = options_next(reader, &status)) != NULL) {
		if (strcmp(spec->name, "kind") == 0) {
			options->kind = kind_of(reader->value);
			if (options->kind >= 0)
				continue;
			command_usage(self, "unknown --kind");
			return false;
		}
		options->json = strcmp(reader->value, "json") == 0;
		if (!options->json && strcmp(reader->value, "table") != 0) {
			command_usage(self, "--format must be table or json");
			return false;
		}
	}
	return status == STATUS_OK;
}

static int run(const struct command *self, int argc, char **argv)
{
	struct catalog_options options;
	struct option_reader reader;
	struct catalog *catalog;
	struct error err = { 0 };
	enum status status;
	const char *verb;
	char path[4096];
	int operands;

	options_init(&reader, self, argc, argv);
	if (!read_options(self, &reader, &options))
		return STATUS_USAGE;
	verb = reader.argc > 1 ? reader.argv[1] : "list";
	if (strcmp(verb, "list") == 0)
		operands = 0;
	else if (strcmp(verb, "search") == 0 || strcmp(verb, "show") == 0)
		operands = 1;
	else
		return command_usage(self, "say list, search WORD or show ID");
	if (reader.argc > 1 && reader.argc != 2 + operands)
		return command_usage(self, "say list, search WORD or show ID");
	snprintf(path, sizeof(path), "%s/catalog/products.tsv", data_folder());
	status = catalog_load(path, &catalog, &err);
	if (status != STATUS_OK)
		return command_fail(self, &err);
	if (strcmp(verb, "show") == 0)
		status = show(catalog, reader.argv[2], &options, &err);
	else
		list(catalog, operands ? reader.argv[2] : NULL, &options);
	catalog_free(catalog);
	return status == STATUS_OK ? STATUS_OK : command_fail(self, &err);
}

static const struct option_spec option_table[] = {
	{ "format", 'f', "FORMAT", "table (default) or json" },
	{ "kind", 'k', "KIND",
	    "only mta, hosted, isp, proxy, appliance, filter, library,\n"
	    "honeypot, tarpit, firewall or not-smtp" },
	{ 0 },
};

static const struct example example_table[] = {
	{ "mxprint catalog list --kind honeypot", "all honeypots" },
	{ "mxprint catalog search postfix", "what has to do with Postfix" },
	{ "mxprint catalog show exim", "one entry with its rules" },
	{ "mxprint catalog --format json", "all rows for a program" },
	{ 0 },
};

const struct command command_catalog = {
	.name = "catalog",
	.summary = "list, search and show mail software and services",
	.arguments = "[list|search WORD|show ID] [OPTIONS]",
	.text = "The ids are those of labels, predictions and rules. lineage "
		"is what a product is\nbuilt on, family the root of that. show "
		"also prints the rules that name it\n"
		"and what the shipped model has learned.",
	.options = option_table,
	.examples = example_table,
	.run = run,
};
