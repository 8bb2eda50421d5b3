/*
 * Memory with one lifetime, freed at once. Out of memory ends the program with
 * a sentence in exactly one place (arena.c); every size a server can drive is
 * capped by its caller, so no function here returns NULL.
 *
 * Threads: one arena belongs to one thread at a time.
 */
#ifndef MXPRINT_COMMON_ARENA_H
#define MXPRINT_COMMON_ARENA_H

#include <stddef.h>

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *arena); /* NULL is fine */

/* Forgets everything allocated, keeps the first block for reuse. */
void arena_reset(struct arena *arena);

/* Zeroed, aligned for any type. */
void *arena_alloc(struct arena *arena, size_t size);

/* count * size with the overflow checked. */
void *arena_array(struct arena *arena, size_t count, size_t size);

/* A copy of len bytes with a NUL after them. */
char *arena_copy(struct arena *arena, const void *bytes, size_t len);
char *arena_strdup(struct arena *arena, const char *text);
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

size_t arena_used(const struct arena *arena); /* bytes, for limits */

/* malloc/realloc/calloc that end the program instead of returning NULL. */
void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
/*
 * For a table of many megabytes: not cleared, in huge pages where the system
 * has them. In small ones a gigabyte costs a quarter of a million page faults,
 * and reading along a column a miss in the page tables at each step.
 */
void *xlarge(size_t size);
void *xrealloc(void *old, size_t size);
void *xrealloc_array(void *old, size_t count, size_t size);
char *xstrdup(const char *text);

#endif
