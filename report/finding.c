#include "report/finding.h"

#include <string.h>

const char *finding_name(const struct catalog *catalog, const char *id)
{
	product_id at = catalog_find(catalog, id);

	return at == PRODUCT_NONE ? id : catalog_product(catalog, at)->name;
}

static void from_prediction(struct finding *v, const struct prediction *p)
{
	v->product = p->product;
	v->version = p->version;
	v->operator_id = p->operator_id;
	v->front = p->front;
	v->confidence = p->confidence;
	v->source = prediction_source_name(p->source);
}

/* A version that was told for another product says nothing. */
static void from_person(struct finding *v, const char *label)
{
	if (!v->product || strcmp(v->product, label) != 0)
		v->version = NULL;
	v->product = label;
	v->confidence = strcmp(label, PRODUCT_UNKNOWN) == 0 ? 0 : 1;
	v->source = "person";
	v->person = true;
}

void finding_of(const struct catalog *catalog, const struct survey_host *host,
    double sure, struct finding *v)
{
	const struct product *row;
	product_id at;

	memset(v, 0, sizeof(*v));
	if (host->prediction)
		from_prediction(v, host->prediction);
	if (host->label)
		from_person(v, host->label);
	v->known = v->product && strcmp(v->product, PRODUCT_UNKNOWN) != 0;
	v->sure = v->known && v->confidence >= sure;
	v->name = !v->product ? "not scored"
		  : v->known  ? finding_name(catalog, v->product)
			      : "unknown";
	if (!v->known)
		return;
	v->family = catalog_family(catalog, v->product);
	at = catalog_find(catalog, v->product);
	if (at == PRODUCT_NONE)
		return;
	row = catalog_product(catalog, at);
	v->vendor = row->vendor;
	v->cpe = row->cpe;
	v->kind = product_kind_name(row->kind);
}
