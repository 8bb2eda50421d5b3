/*
 * Compiled databases between two runs of the program, one file a stage in
 * $MXPRINT_CACHE, else $XDG_CACHE_HOME/mxprint, else ~/.cache/mxprint. An empty
 * MXPRINT_CACHE turns it off (private to rules/).
 *
 * A file counts only when it is ours, nobody else may write to it, its
 * checksum is right, and it was made of the same expressions by the same
 * vectorscan for this processor. Otherwise the stage is compiled anew and the
 * file replaced. What goes wrong here is never an error: it only costs time.
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
/* NULL: there is none that fits. */
hs_database_t *engine_cache_take(
    enum rule_stage stage, const struct engine_cache_key *key);
void engine_cache_put(enum rule_stage stage, const struct engine_cache_key *key,
    const hs_database_t *database);

#endif
