#include "tools/identify_print.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/log.h"
#include "model/reasons.h"
#include "rules/engine.h"

#define REASONS_SHOWN	 5
#define CANDIDATES_SHOWN 3

static const struct {
	const char *flag;
	const char *words;
} flag_words[] = {
	{ "banner-disputed", "the greeting claims another product" },
	{ "novel", "unlike anything the model was trained on" },
	{ "honeypot", "two signs of a honeypot" },
	{ "short-dialogue", "the dialogue was cut short" },
};

/* What answers first, by its kind. */
static const char *const roles[KIND_COUNT] = {
	[KIND_MTA] = "a mail server",
	[KIND_HOSTED] = "a hosted service",
	[KIND_ISP] = "a provider's service",
	[KIND_PROXY] = "a proxy or filter",
	[KIND_APPLIANCE] = "a mail appliance",
	[KIND_LIBRARY] = "a server made of a library",
	[KIND_FILTER] = "a filter",
	[KIND_HONEYPOT] = "a honeypot or tarpit",
	[KIND_TARPIT] = "a tarpit",
	[KIND_FIREWALL] = "a firewall",
	[KIND_NOT_SMTP] = "no SMTP server",
};

static const char *const places[STAGE_COUNT] = {
	[STAGE_BANNER] = "greeting",
	[STAGE_EHLO] = "answer to EHLO",
	[STAGE_HELP] = "answer to HELP",
	[STAGE_UNKNOWN] = "answer to an unknown verb",
	[STAGE_NUL] = "answer to a NUL byte",
	[STAGE_MAIL] = "answer to MAIL without an argument",
	[STAGE_REPLY] = "answer to another command",
	[STAGE_QUIT] = "answer to QUIT",
	[STAGE_MX_NAME] = "MX name",
	[STAGE_CERTIFICATE] = "certificate",
};

static const char *confidence_words(double confidence)
{
	return confidence >= CONFIDENCE_SURE ? "sure"
	       : confidence >= 0.7	     ? "likely"
	       : confidence >= 0.5	     ? "perhaps"
					     : "a guess";
}

static void print_unknown(
    const struct catalog *catalog, const struct prediction *p)
{
	printf("    software    unknown");
	for (size_t i = 0; i < p->candidate_count && i < CANDIDATES_SHOWN; i++)
		printf("%s%s %.2f", i ? ", " : "; closest: ",
		    reasons_product_name(catalog, p->candidates[i].product),
		    p->candidates[i].confidence);
	putchar('\n');
}

static void print_software(
    const struct catalog *catalog, const struct prediction *p)
{
	const char *name = reasons_product_name(catalog, p->product);

	if (strcmp(p->product, PRODUCT_UNKNOWN) == 0) {
		print_unknown(catalog, p);
		return;
	}
	if (!p->version)
		printf("    software    %s\n", name);
	else
		printf("    software    %s, version %s\n", name, p->version);
	if (p->family && strcmp(p->family, p->product) != 0)
		printf("    family      %s\n",
		    reasons_product_name(catalog, p->family));
	printf("    confidence  %s (%.2f%s)\n", confidence_words(p->confidence),
	    p->confidence, p->source == SOURCE_RULE ? ", by a rule" : "");
}

static void print_flag(const char *flag)
{
	for (size_t i = 0; i < sizeof(flag_words) / sizeof(*flag_words); i++) {
		if (strcmp(flag_words[i].flag, flag) == 0)
			printf("    note        %s (%s)\n", flag_words[i].words,
			    flag);
	}
}

static void print_source(const struct prediction *p, const struct witness *e)
{
	enum rule_stage stage =
	    e->stage ? rule_stage_parse(e->stage) : STAGE_COUNT;

	if (stage == STAGE_COUNT)
		printf(", by the model (%.2f)", p->confidence);
	else
		printf(", by its %s \"%s\" (rule %s)", places[stage], e->words,
		    e->rule);
}

/* What is not disputed needs no more than its name. */
static void print_operators(
    const struct catalog *catalog, const struct prediction *p)
{
	size_t count = 0;

	while (count < p->evidence_count &&
	       p->evidence[count].about == ABOUT_OPERATOR)
		count++;
	if (p->operator_id)
		printf("    operator    %s",
		    reasons_product_name(catalog, p->operator_id));
	if (count > 1)
		print_source(p, &p->evidence[0]);
	if (p->operator_id)
		putchar('\n');
	for (size_t i = 1; i < count; i++) {
		printf("    disputed    %s",
		    reasons_product_name(catalog, p->evidence[i].id));
		print_source(p, &p->evidence[i]);
		puts(" (operator-disputed)");
	}
}

static const char *role_of(const struct catalog *catalog, const char *id)
{
	product_id at = catalog_find(catalog, id);

	return at == PRODUCT_NONE ? "of unknown kind"
				  : roles[catalog_product(catalog, at)->kind];
}

/* What answers first, then what the rest says about who is behind it. */
static void print_front(
    const struct catalog *catalog, const struct prediction *p)
{
	bool known = false;

	for (size_t i = 0; i < p->evidence_count; i++) {
		const struct witness *e = &p->evidence[i];

		if (e->about == ABOUT_OPERATOR)
			continue;
		known = e->about == ABOUT_BEHIND;
		printf("    %s   %s", known ? "behind it" : "front    ",
		    reasons_product_name(catalog, e->id));
		if (!known)
			printf(", %s", role_of(catalog, e->id));
		print_source(p, e);
		putchar('\n');
	}
	if (p->front && !known)
		puts("    behind it   nothing known");
}

void identify_print_host(
    const struct catalog *catalog, const struct prediction *p)
{
	char name[300];

	if (p->name)
		printf("  %s ",
		    log_quote(name, sizeof(name), p->name, strlen(p->name)));
	else
		printf("  ");
	printf(
	    strchr(p->host, ':') ? "[%s]:%d\n" : "%s:%d\n", p->host, p->port);
	if (p->product)
		print_software(catalog, p);
	else
		printf("    software    no answer: %s%s\n",
		    outcome_sentence(p->outcome),
		    p->outcome == OUTCOME_SPECIAL
			? " (--allow-private contacts it)"
			: "");
	print_operators(catalog, p);
	print_front(catalog, p);
	for (size_t i = 0; i < p->flag_count; i++)
		print_flag(p->flags[i]);
	for (size_t i = 0;
	     p->product && i < p->reason_count && i < REASONS_SHOWN; i++)
		printf("    %s- %s\n", i ? "            " : "why         ",
		    p->reasons[i]);
}
