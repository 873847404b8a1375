#ifndef CP_TESTS_COUNT_ALLOC_H
#define CP_TESTS_COUNT_ALLOC_H

#include <stddef.h>

/*
 * Counts what this program allocates, by standing in front of the allocator;
 * under the address sanitizer, which stands there itself, by its hook.  To be
 * included by one file of a program.
 */
static volatile unsigned long allocations;

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define COUNT_BY_HOOK
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define COUNT_BY_HOOK
#endif

#ifdef COUNT_BY_HOOK
int __sanitizer_install_malloc_and_free_hooks(
    void (*malloc_hook)(const volatile void *, size_t),
    void (*free_hook)(const volatile void *));

static void
note_malloc(const volatile void *p, size_t n)
{
	(void)p;
	(void)n;
	allocations++;
}

static void
note_free(const volatile void *p)
{
	(void)p;
}

static void
count_allocations(void)
{
	(void)__sanitizer_install_malloc_and_free_hooks(note_malloc,
	    note_free);
}
#else
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);

void *
malloc(size_t n)
{
	allocations++;
	return __libc_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	allocations++;
	return __libc_calloc(n, size);
}

void *
realloc(void *p, size_t n)
{
	allocations++;
	return __libc_realloc(p, n);
}

static void
count_allocations(void)
{
}
#endif

#endif
