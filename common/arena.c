/*
 * Blocks in a list, the newest first; each allocation is cut from the newest
 * block, large ones get a block of their own.
 */
#include "common/arena.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define BLOCK_SIZE 4000 /* a finished transcript fits in a few */

#define HUGE_PAGE ((size_t)2 << 20)

struct block {
	struct block *next;
	size_t size;
	size_t used;
	max_align_t data[];
};

struct arena {
	struct block *blocks;
	size_t total;
};

static void out_of_memory(void)
{
	static const char text[] = "mxprint: error: out of memory; use fewer "
				   "connections or smaller inputs\n";

	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		abort();
	_exit(70);
}

void *xmalloc(size_t size)
{
	void *p = malloc(size ? size : 1);

	if (!p)
		out_of_memory();
	return p;
}

void *xcalloc(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size ? size : 1);

	if (!p)
		out_of_memory();
	return p;
}

void *xlarge(size_t size)
{
	size_t bytes = (size + HUGE_PAGE) / HUGE_PAGE * HUGE_PAGE;
	void *p = aligned_alloc(HUGE_PAGE, bytes);

	if (!p)
		out_of_memory();
	(void)madvise(p, bytes, MADV_HUGEPAGE); /* a wish */
	return p;
}

void *xrealloc(void *old, size_t size)
{
	void *p = realloc(old, size ? size : 1);

	if (!p)
		out_of_memory();
	return p;
}

void *xrealloc_array(void *old, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		out_of_memory();
	return xrealloc(old, bytes);
}

char *xstrdup(const char *text)
{
	size_t len = strlen(text) + 1;

	return memcpy(xmalloc(len), text, len);
}

struct arena *arena_new(void)
{
	return xcalloc(1, sizeof(struct arena));
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	for (struct block *b = arena->blocks, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	free(arena);
}

void arena_reset(struct arena *arena)
{
	struct block *first = NULL;

	for (struct block *b = arena->blocks, *next; b; b = next) {
		next = b->next;
		if (!first || b->size > first->size) {
			free(first);
			first = b;
		} else {
			free(b);
		}
	}
	arena->blocks = first;
	arena->total = 0;
	if (first) {
		first->next = NULL;
		first->used = 0;
	}
}

static struct block *block_add(struct arena *arena, size_t size)
{
	struct block *b;
	size_t bytes;

	/* Growing blocks keep their number small in large arenas. */
	if (size < BLOCK_SIZE)
		size = BLOCK_SIZE;
	if (arena->total / 4 > size && arena->total < (64u << 20))
		size = arena->total / 4;
	if (__builtin_add_overflow(sizeof(*b), size, &bytes))
		out_of_memory();
	b = xmalloc(bytes);
	b->size = size;
	b->used = 0;
	b->next = arena->blocks;
	arena->blocks = b;
	return b;
}

/* Not zeroed, aligned to align. */
static void *cut(struct arena *arena, size_t size, size_t align)
{
	struct block *b = arena->blocks;
	size_t at = 0;
	void *p;

	if (b)
		at = (b->used + align - 1) & ~(align - 1);
	if (!b || at > b->size || b->size - at < size) {
		b = block_add(arena, size);
		at = 0;
	}
	p = (char *)b->data + at;
	b->used = at + size;
	arena->total += size;
	return p;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	return memset(cut(arena, size, _Alignof(max_align_t)), 0, size);
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		out_of_memory();
	return arena_alloc(arena, bytes);
}

char *arena_copy(struct arena *arena, const void *bytes, size_t len)
{
	char *p;

	if (len == SIZE_MAX)
		out_of_memory();
	p = cut(arena, len + 1, 1);
	if (len)
		memcpy(p, bytes, len);
	p[len] = '\0';
	return p;
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return arena_copy(arena, text, strlen(text));
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	char small[256];
	va_list args;
	char *p;
	int n;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	va_start(args, format);
	n = vsnprintf(small, sizeof(small), format, args);
	va_end(args);
	if (n < 0)
		n = 0;
	if ((size_t)n < sizeof(small))
		return arena_copy(arena, small, (size_t)n);
	p = cut(arena, (size_t)n + 1, 1);
	va_start(args, format);
	vsnprintf(p, (size_t)n + 1, format, args);
	va_end(args);
#pragma GCC diagnostic pop
	return p;
}

size_t arena_used(const struct arena *arena)
{
	return arena->total;
}
