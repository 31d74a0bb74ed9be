// SPDX-License-Identifier: GPL-2.0
#include "capture/batch.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"

/* Doubles *p until it holds want elements. */
static int grow(void **p, size_t *cap, size_t want, size_t size)
{
	size_t n = *cap ? *cap : 1024;
	void *q;

	if (want <= *cap)
		return 0;
	while (n < want)
		n *= 2;
	q = hmt_realloc(*p, n, size);
	if (!q)
		return -ENOMEM;
	*p = q;
	*cap = n;
	return 0;
}

int batch__add(struct batch *b, const struct hmt_hdr *rec)
{
	void *buf = b->buf, *entries = b->entries;
	int err;

	err = grow(&buf, &b->cap, b->len + rec->size, 1);
	b->buf = buf;
	if (err)
		return err;
	err = grow(&entries, &b->entries_cap, b->nr + 1, sizeof(*b->entries));
	b->entries = entries;
	if (err)
		return err;
	memcpy(b->buf + b->len, rec, rec->size);
	b->entries[b->nr++] = (struct batch_entry){ .ts = rec->ts, .off = b->len };
	b->len += rec->size;
	return 0;
}

static int cmp_entries(const void *a, const void *b)
{
	const struct batch_entry *x = a, *y = b;

	if (x->ts != y->ts)
		return x->ts < y->ts ? -1 : 1;
	return x->off < y->off ? -1 : x->off > y->off;
}

void batch__sort(struct batch *b)
{
	size_t i;

	/* Almost always it is in order already. */
	for (i = 1; i < b->nr; i++)
		if (b->entries[i - 1].ts > b->entries[i].ts)
			break;
	if (i < b->nr)
		qsort(b->entries, b->nr, sizeof(*b->entries), cmp_entries);
}

size_t batch__older(const struct batch *b, __u64 ts)
{
	size_t lo = 0, hi = b->nr;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (b->entries[mid].ts < ts)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const struct hmt_hdr *batch__at(const struct batch *b, size_t i)
{
	return (const struct hmt_hdr *)(b->buf + b->entries[i].off);
}

int batch__drop(struct batch *b, size_t nr)
{
	struct batch rest = { 0 };

	for (size_t i = nr; i < b->nr; i++) {
		int err = batch__add(&rest, batch__at(b, i));

		if (err) {
			batch__free(&rest);
			return err;
		}
	}
	if (rest.nr) {
		batch__free(b);
		*b = rest;
	} else {
		/* The usual case: keep the memory for the next one. */
		b->nr = 0;
		b->len = 0;
	}
	return 0;
}

void batch__free(struct batch *b)
{
	hmt_free(b->buf);
	hmt_free(b->entries);
	memset(b, 0, sizeof(*b));
}
