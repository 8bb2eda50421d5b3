#include "tools/identify_print.h"

#include <stdio.h>
#include <string.h>

#include "common/log.h"
#include "model/reasons.h"

#define REASONS_SHOWN	 5
#define CANDIDATES_SHOWN 3

static const struct {
	const char *flag;
	const char *words;
} flag_words[] = {
	{ "banner-disputed", "the greeting claims another product" },
	{ "operator-disputed", "other evidence names another operator" },
	{ "novel", "unlike anything the model was trained on" },
	{ "honeypot", "two signs of a honeypot" },
	{ "short-dialogue", "the dialogue was cut short" },
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
	if (p->operator_id)
		printf("    operator    %s\n",
		    reasons_product_name(catalog, p->operator_id));
	if (p->front)
		printf("    front       %s\n",
		    reasons_product_name(catalog, p->front));
	for (size_t i = 0; i < p->flag_count; i++)
		print_flag(p->flags[i]);
	for (size_t i = 0;
	     p->product && i < p->reason_count && i < REASONS_SHOWN; i++)
		printf("    %s- %s\n", i ? "            " : "why         ",
		    p->reasons[i]);
}
