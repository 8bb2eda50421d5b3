/*
 * Byte string -> 64-bit integer: vocabulary, duplicates, counts.
 * Keyed by SipHash with a per-map key, so that hostile keys cannot make it
 * slow; iteration is in insertion order, so output never depends on the key.
 */
#ifndef MXPRINT_COMMON_STRMAP_H
#define MXPRINT_COMMON_STRMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct strmap;

struct strmap *strmap_new(void);
void strmap_free(struct strmap *map);
size_t strmap_count(const struct strmap *map);

/* NULL when absent. The pointer stays valid until the next insertion. */
int64_t *strmap_get(const struct strmap *map, const void *key, size_t len);
int64_t *strmap_get_text(const struct strmap *map, const char *key);

/* The slot of key, inserted with value 0 if absent; *added says which. */
int64_t *strmap_put(
    struct strmap *map, const void *key, size_t len, bool *added);
int64_t *strmap_put_text(struct strmap *map, const char *key, bool *added);

/* Entry i of strmap_count() in insertion order; key is NUL-terminated. */
const char *strmap_key(const struct strmap *map, size_t i, size_t *len);
int64_t strmap_value(const struct strmap *map, size_t i);

#endif
