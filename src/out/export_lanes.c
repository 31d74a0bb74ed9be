// SPDX-License-Identifier: GPL-2.0
#include "out/export_lanes.h"

#include "base/mem.h"

static void swap(struct lane *a, struct lane *b)
{
	struct lane t = *a;

	*a = *b;
	*b = t;
}

static bool before(const struct lane *a, const struct lane *b)
{
	return a->free_at < b->free_at || (a->free_at == b->free_at && a->track < b->track);
}

static void sift_up(struct lanes *l, size_t i)
{
	for (; i && before(&l->heap[i], &l->heap[(i - 1) / 2]); i = (i - 1) / 2)
		swap(&l->heap[i], &l->heap[(i - 1) / 2]);
}

static void sift_down(struct lanes *l, size_t i)
{
	for (;;) {
		size_t least = i, left = 2 * i + 1;

		if (left < l->nr && before(&l->heap[left], &l->heap[least]))
			least = left;
		if (left + 1 < l->nr && before(&l->heap[left + 1], &l->heap[least]))
			least = left + 1;
		if (least == i)
			return;
		swap(&l->heap[i], &l->heap[least]);
		i = least;
	}
}

__u64 lanes__take(struct lanes *l, __u64 begin, __u64 end, __u64 new_track)
{
	struct lane *heap;
	__u64 track;

	if (l->nr && l->heap[0].free_at <= begin) {
		track = l->heap[0].track;
		l->heap[0].free_at = end;
		sift_down(l, 0);
		return track;
	}
	if (l->nr == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 8;

		heap = hmt_realloc(l->heap, cap, sizeof(*heap));
		if (!heap)
			return 0;
		l->heap = heap;
		l->cap = cap;
	}
	l->heap[l->nr] = (struct lane){ .free_at = end, .track = new_track };
	sift_up(l, l->nr++);
	return new_track;
}

void lanes__free(struct lanes *l)
{
	hmt_free(l->heap);
	*l = (struct lanes){ 0 };
}
