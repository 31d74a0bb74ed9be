// SPDX-License-Identifier: GPL-2.0
#include "capture/batch.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"

/* Whatever has the time of a hole is taken to lie behind it. */
static __u64 key_of(const struct hmt_hdr *rec)
{
	return rec->ts << 1 | (rec->kind != HMT_LOST);
}

int batch__add(struct batch *b, const struct hmt_hdr *rec)
{
	void *p;

	p = hmt_grow(b->buf, &b->cap, b->len + rec->size, 1);
	if (!p)
		return -ENOMEM;
	b->buf = p;
	p = hmt_grow(b->entries, &b->entries_cap, b->nr + 1, sizeof(*b->entries));
	if (!p)
		return -ENOMEM;
	b->entries = p;
	p = hmt_grow(b->spare, &b->spare_cap, b->nr + 1, sizeof(*b->spare));
	if (!p)
		return -ENOMEM;
	b->spare = p;
	memcpy(b->buf + b->len, rec, rec->size);
	b->entries[b->nr++] = (struct batch_entry){ .key = key_of(rec), .off = b->len };
	b->len += rec->size;
	return 0;
}

/* Return: where the records that are in order, from the i-th on, end. */
static size_t run_end(const struct batch *b, size_t i)
{
	for (i++; i < b->nr && b->entries[i - 1].key <= b->entries[i].key; i++)
		;
	return i;
}

/* Those from lo to mid and from mid to hi are in order each: puts both into the spare. */
static void merge_runs(struct batch *b, size_t lo, size_t mid, size_t hi)
{
	const struct batch_entry *from = b->entries;
	size_t x = lo, y = mid;

	for (size_t i = lo; i < hi; i++)
		b->spare[i] = y == hi || (x < mid && from[x].key <= from[y].key) ? from[x++] :
										     from[y++];
}

/* It is as many runs as there are rings, or few more; each pass halves their number. */
void batch__sort(struct batch *b)
{
	size_t nr_runs = b->nr && run_end(b, 0) < b->nr ? 2 : 1;

	while (nr_runs > 1) {
		struct batch_entry *sorted = b->spare;
		size_t cap = b->spare_cap;

		nr_runs = 0;
		for (size_t lo = 0, hi; lo < b->nr; lo = hi, nr_runs++) {
			size_t mid = run_end(b, lo);

			hi = mid < b->nr ? run_end(b, mid) : mid;
			merge_runs(b, lo, mid, hi);
		}
		b->spare = b->entries;
		b->spare_cap = b->entries_cap;
		b->entries = sorted;
		b->entries_cap = cap;
	}
}

size_t batch__older(const struct batch *b, __u64 ts)
{
	size_t lo = 0, hi = b->nr;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (b->entries[mid].key < ts << 1)
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
	hmt_free(b->spare);
	memset(b, 0, sizeof(*b));
}
