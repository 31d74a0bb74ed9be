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

/* Return: 0 or -ENOMEM. */
static int more_entries(struct batch *b, size_t want)
{
	size_t cap = b->entries_cap, spare_cap = b->entries_cap;
	void *p;

	p = hmt_grow(b->entries, &cap, want, sizeof(*b->entries));
	if (!p)
		return -ENOMEM;
	b->entries = p;
	p = hmt_grow(b->spare, &spare_cap, want, sizeof(*b->spare));
	if (!p)
		return -ENOMEM;
	b->spare = p;
	b->entries_cap = cap;
	return 0;
}

/* For so many records of so many bytes more. Return: 0 or -ENOMEM. */
static int make_room(struct batch *b, size_t nr, size_t len)
{
	void *p;

	if (b->len + len > b->cap) {
		p = hmt_grow(b->buf, &b->cap, b->len + len, 1);
		if (!p)
			return -ENOMEM;
		b->buf = p;
	}
	return b->nr + nr > b->entries_cap ? more_entries(b, b->nr + nr) : 0;
}

int batch__add(struct batch *b, const struct hmt_hdr *rec)
{
	int err = make_room(b, 1, rec->size);

	if (err)
		return err;
	memcpy(b->buf + b->len, rec, rec->size);
	b->entries[b->nr++] = (struct batch_entry){ .key = key_of(rec), .off = b->len };
	b->len += rec->size;
	return 0;
}

static void clear(struct batch *b)
{
	b->nr = 0;
	b->len = 0;
}

static int append(struct batch *b, const struct batch *from)
{
	int err = make_room(b, from->nr, from->len);

	if (err)
		return err;
	memcpy(b->buf + b->len, from->buf, from->len);
	for (size_t i = 0; i < from->nr; i++) {
		b->entries[b->nr + i] = from->entries[i];
		b->entries[b->nr + i].off += b->len;
	}
	b->nr += from->nr;
	b->len += from->len;
	return 0;
}

/* Where the bytes of a record are says nothing about its place. */
static int prepend(struct batch *b, const struct batch *front)
{
	int err = make_room(b, front->nr, front->len);

	if (err)
		return err;
	memcpy(b->buf + b->len, front->buf, front->len);
	memmove(b->entries + front->nr, b->entries, b->nr * sizeof(*b->entries));
	for (size_t i = 0; i < front->nr; i++) {
		b->entries[i] = front->entries[i];
		b->entries[i].off += b->len;
	}
	b->nr += front->nr;
	b->len += front->len;
	return 0;
}

int batch__move(struct batch *b, struct batch *from)
{
	struct batch other = *b;
	int err;

	if (!from->nr)
		return 0;
	if (b->len > from->len) {
		err = append(b, from);
	} else {
		err = b->nr ? prepend(from, b) : 0;
		if (!err) {
			*b = *from;
			*from = other;
		}
	}
	if (!err)
		clear(from);
	return err;
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

		nr_runs = 0;
		for (size_t lo = 0, hi; lo < b->nr; lo = hi, nr_runs++) {
			size_t mid = run_end(b, lo);

			hi = mid < b->nr ? run_end(b, mid) : mid;
			merge_runs(b, lo, mid, hi);
		}
		b->spare = b->entries;
		b->entries = sorted;
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

/* Those that are left are few, mostly; their bytes are anywhere, and go one behind the other. */
static int keep_rest(struct batch *b, size_t nr)
{
	size_t len = 0, cap = b->cap;
	char *to;

	for (size_t i = nr; i < b->nr; i++)
		len += batch__at(b, i)->size;
	to = hmt_grow(b->rest, &b->rest_cap, len, 1);
	if (!to)
		return -ENOMEM;
	len = 0;
	for (size_t i = nr; i < b->nr; i++) {
		const struct hmt_hdr *rec = batch__at(b, i);

		memcpy(to + len, rec, rec->size);
		b->entries[i - nr] = (struct batch_entry){ .key = b->entries[i].key, .off = len };
		len += rec->size;
	}
	b->rest = b->buf;
	b->buf = to;
	b->cap = b->rest_cap;
	b->rest_cap = cap;
	b->nr -= nr;
	b->len = len;
	return 0;
}

int batch__drop(struct batch *b, size_t nr)
{
	if (!nr)
		return 0;
	if (nr < b->nr)
		return keep_rest(b, nr);
	clear(b);
	return 0;
}

void batch__free(struct batch *b)
{
	hmt_free(b->buf);
	hmt_free(b->rest);
	hmt_free(b->entries);
	hmt_free(b->spare);
	memset(b, 0, sizeof(*b));
}
