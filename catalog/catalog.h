/*
 * What mail software and services exist: the rows of catalog/products.tsv.
 *
 * A product id is the row's index, stable for the life of one struct catalog
 * and never written to a file: files carry the text id ("postfix").
 * Family: the root of a product's lineage (postfix-debian -> postfix).
 * Threads: read-only after catalog_load.
 */
#ifndef MXPRINT_CATALOG_CATALOG_H
#define MXPRINT_CATALOG_CATALOG_H

#include <stdbool.h>
#include <stddef.h>

#include "common/error.h"

enum product_kind {
	KIND_MTA,
	KIND_HOSTED,
	KIND_ISP,
	KIND_PROXY,
	KIND_APPLIANCE,
	KIND_LIBRARY,
	KIND_FILTER, /* of content, in the dialogue or behind it */
	KIND_HONEYPOT,
	KIND_TARPIT,
	KIND_FIREWALL,
	KIND_NOT_SMTP, /* speaks LMTP or the like on the port */
	KIND_COUNT
};

typedef int product_id; /* index of a row, PRODUCT_NONE when there is none */
#define PRODUCT_NONE (-1)

struct product {
	const char *id;	    /* kebab-case key */
	const char *name;   /* as its maker writes it */
	const char *vendor; /* NULL: unknown */
	enum product_kind kind;
	product_id lineage; /* engine it is built on */
	product_id family;  /* root of the lineage; itself when it has none */
	const char *cpe;    /* for cpe_name(), or NULL */
	const char *years;  /* "2003-" or NULL */
	bool legacy;
	const char *home; /* URL of its page, or NULL */
};

struct catalog;

/* Checks every row: unique ids, known kinds, lineage acyclic and known. */
enum status catalog_load(
    const char *path, struct catalog **catalog, struct error *err);
void catalog_free(struct catalog *catalog);

size_t catalog_count(const struct catalog *catalog);
const struct product *catalog_product(
    const struct catalog *catalog, product_id id);
product_id catalog_find(const struct catalog *catalog, const char *id);
const char *product_kind_name(enum product_kind kind);

/* Same family by text ids; unknown ids are a family of their own. */
bool catalog_same_family(
    const struct catalog *catalog, const char *a, const char *b);
/* Text id of the family of a text id (the id itself when unknown). */
const char *catalog_family(const struct catalog *catalog, const char *id);

#endif
