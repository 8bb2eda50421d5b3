/*
 * Compiled databases between two runs of the program, one file a stage in
 * $MXPRINT_CACHE, else $XDG_CACHE_HOME/mxprint, else ~/.cache/mxprint. An empty
 * MXPRINT_CACHE turns it off (private to rules/).
 *
 * vectorscan trusts the bytes it is given, so a file counts only when it and
 * its folder are ours, nobody else may write to either, its checksum is right,
 * and it was made of the same expressions by the same vectorscan for this
 * processor. Otherwise the stage is compiled anew and the file replaced; in a
 * folder that others may write to, nothing is read or written. What goes wrong
 * here is never an error: it only costs time.
 */
#ifndef MXPRINT_RULES_ENGINE_CACHE_H
#define MXPRINT_RULES_ENGINE_CACHE_H

#include <hs/hs.h>

#include "common/digest.h"
#include "rules/engine.h"

struct engine_expressions { /* what hs_compile_multi() is given */
	const char **texts;
	unsigned *flags;
	unsigned *ids;
	unsigned count;
};

struct engine_cache_key {
	char hex[SHA256_HEX_SIZE];
};

struct engine_cache_key engine_cache_key(const struct engine_expressions *x);
/* A file's bytes; NULL: they are not whole, or not of this key. */
hs_database_t *engine_cache_read(
    const char *bytes, size_t len, const struct engine_cache_key *key);
/* NULL: there is none that fits. */
hs_database_t *engine_cache_take(
    enum rule_stage stage, const struct engine_cache_key *key);
void engine_cache_put(enum rule_stage stage, const struct engine_cache_key *key,
    const hs_database_t *database);

#endif
