/* SPDX-License-Identifier: GPL-2.0 */
/*
 * mem.h - every allocation of the library, so that a test can make any one of
 * them fail and see the caller give everything back.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

#include "base/banned.h"

/* Zeroed. Return: the memory, or NULL. A size of 0 gives a pointer to be freed as well. */
void *hmt_calloc(size_t nr, size_t size) __attribute__((malloc));
/* New bytes are not zeroed. Return: the memory; NULL, with p still valid, when there is none. */
void *hmt_realloc(void *p, size_t nr, size_t size);
/*
 * Makes room for want elements, at least one, of size bytes in an array that has room for
 * *cap, by doubling. Return: the array, which may have moved; NULL, with p still valid and
 * *cap as it was, when there is no memory.
 */
void *hmt_grow(void *p, size_t *cap, size_t want, size_t size);
/* Return: a copy that ends in NUL; s need not. */
char *hmt_strndup(const char *s, size_t len) __attribute__((malloc));
char *hmt_strdup(const char *s) __attribute__((malloc));
void *hmt_memdup(const void *p, size_t size) __attribute__((malloc));
void hmt_free(void *p);

/*
 * For tests only: the n-th allocation from now on fails, once; 0 for none.
 * Return of hmt_mem_failed(): whether it did since. hmt_mem_live() counts
 * allocations not yet freed.
 */
void hmt_mem_fail_at(unsigned long n);
int hmt_mem_failed(void);
long hmt_mem_live(void);

#endif /* BASE_MEM_H */
