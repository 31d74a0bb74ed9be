// SPDX-License-Identifier: GPL-2.0
#include "base/mem.h"

#include <stdint.h>

/*
 * The one test hook. Nothing but tests reads or sets it; `live` is atomic
 * because capture may free on another thread than it allocated on.
 */
static struct {
	unsigned long fail_at;
	int failed;
	long live;
} hook;

static int must_fail(void)
{
	if (!hook.fail_at || --hook.fail_at)
		return 0;
	hook.failed = 1;
	return 1;
}

void hmt_mem_fail_at(unsigned long n)
{
	hook.fail_at = n;
	hook.failed = 0;
}

int hmt_mem_failed(void)
{
	return hook.failed;
}

long hmt_mem_live(void)
{
	return __atomic_load_n(&hook.live, __ATOMIC_RELAXED);
}

void *hmt_calloc(size_t nr, size_t size)
{
	void *p;

	if (must_fail())
		return NULL;
	/* calloc(0) may return NULL, which would read as a failure. */
	p = calloc(nr ? nr : 1, size ? size : 1);
	if (p)
		__atomic_add_fetch(&hook.live, 1, __ATOMIC_RELAXED);
	return p;
}

void *hmt_realloc(void *p, size_t nr, size_t size)
{
	size_t bytes;
	void *q;

	if (__builtin_mul_overflow(nr, size, &bytes) || must_fail())
		return NULL;
	q = realloc(p, bytes ? bytes : 1);
	if (q && !p)
		__atomic_add_fetch(&hook.live, 1, __ATOMIC_RELAXED);
	return q;
}

void *hmt_grow(void *p, size_t *cap, size_t want, size_t size)
{
	size_t n = *cap ? *cap : 16;
	void *q;

	if (want <= *cap)
		return p;
	while (n < want)
		if (__builtin_mul_overflow(n, 2, &n))
			return NULL;
	q = hmt_realloc(p, n, size);
	if (q)
		*cap = n;
	return q;
}

char *hmt_strndup(const char *s, size_t len)
{
	char *p;

	if (len == SIZE_MAX)
		return NULL;
	p = hmt_calloc(1, len + 1);
	if (p)
		memcpy(p, s, len);
	return p;
}

char *hmt_strdup(const char *s)
{
	return hmt_strndup(s, strlen(s));
}

void *hmt_memdup(const void *p, size_t size)
{
	void *q = hmt_calloc(1, size);

	if (q && size)
		memcpy(q, p, size);
	return q;
}

void hmt_free(void *p)
{
	if (p)
		__atomic_sub_fetch(&hook.live, 1, __ATOMIC_RELAXED);
	free(p);
}
