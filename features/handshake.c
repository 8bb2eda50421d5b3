/*
 * TLS as evidence: what was negotiated, the shape of the certificate chain,
 * and how the answer to EHLO changes inside. Names, dates and serial numbers
 * of certificates never become features.
 */
#include <string.h>

#include "features/answer.h"
#include "features/extractor.h"
#include "features/keywords.h"

static void add_text(
    struct feature_sink *sink, const char *kind, const char *value)
{
	if (value && *value)
		feature_add(sink, GROUP_TLS, "tls.%s:%.60s", kind, value);
}

static void add_chain(struct feature_sink *sink, const struct tls_info *tls)
{
	const struct certificate *leaf;
	bool self;

	feature_add(sink, GROUP_TLS, "tls.chain:%s",
	    tls->chain_count > 3
		? "4+"
		: (const char *[]){ "0", "1", "2", "3" }[tls->chain_count]);
	if (!tls->chain_count)
		return;
	leaf = &tls->chain[0];
	add_text(sink, "key", leaf->key);
	add_text(sink, "signature", leaf->signature);
	self = leaf->subject && leaf->issuer &&
	       strcmp(leaf->subject, leaf->issuer) == 0;
	feature_add(sink, GROUP_TLS, "tls.self-signed:%s", self ? "yes" : "no");
	feature_add(sink, GROUP_TLS, "tls.names:%s",
	    leaf->name_count == 0   ? "0"
	    : leaf->name_count == 1 ? "1"
				    : "2+");
}

static const struct tls_info *first_handshake(const struct transcript *t)
{
	for (size_t i = 0; i < t->connection_count; i++) {
		if (t->connections[i].tls)
			return t->connections[i].tls;
	}
	return NULL;
}

static void add_handshake(struct feature_sink *sink, const struct tls_info *tls)
{
	if (tls->error) {
		feature_add(sink, GROUP_TLS, "tls.handshake:failed");
		return;
	}
	feature_add(sink, GROUP_TLS, "tls.handshake:done");
	add_text(sink, "version", tls->version);
	add_text(sink, "cipher", tls->cipher);
	add_text(sink, "group", tls->group);
	add_text(sink, "alpn", tls->alpn);
	feature_add(sink, GROUP_TLS, "tls.ticket:%s",
	    tls->session_ticket ? "yes" : "no");
	add_chain(sink, tls);
}

static void add_missing(struct feature_sink *sink, const char *kind,
    const struct keywords *from, const struct keywords *in, bool *any)
{
	for (size_t i = 0; i < from->count; i++) {
		if (keywords_has(in, from->items[i].name))
			continue;
		feature_add(sink, GROUP_TLS, "tls-ehlo.%s:%s", kind,
		    from->items[i].name);
		*any = true;
	}
}

static void add_inside(
    const struct evidence *evidence, struct feature_sink *sink)
{
	const struct evidence_item *plain = evidence_find(evidence, PROBE_EHLO);
	const struct evidence_item *inside =
	    evidence_find(evidence, PROBE_TLS_EHLO);
	struct keywords before, after;
	bool any = false;

	if (!inside)
		return;
	answer_add(sink, GROUP_TLS, PROBE_TLS_EHLO, inside);
	if (!plain || !plain->reply || !inside->reply)
		return;
	keywords_read(plain, &before);
	keywords_read(inside, &after);
	add_missing(sink, "added", &after, &before, &any);
	add_missing(sink, "removed", &before, &after, &any);
	if (!any)
		feature_add(sink, GROUP_TLS, "tls-ehlo.changes:none");
}

static void extract(const struct evidence *evidence, struct feature_sink *sink)
{
	const struct tls_info *tls = first_handshake(evidence->transcript);

	if (tls)
		add_handshake(sink, tls);
	add_inside(evidence, sink);
}

const struct extractor extractor_handshake = { "handshake", extract };
