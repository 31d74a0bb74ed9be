// SPDX-License-Identifier: GPL-2.0
#include "base/map64.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"

#define MIN_SHIFT 4	/* 16 slots */

void map64__init(struct map64 *m)
{
	memset(m, 0, sizeof(*m));
}

void map64__free(struct map64 *m)
{
	hmt_free(m->slots);
	map64__init(m);
}

void map64__free_values(struct map64 *m)
{
	struct map64_iter it;

	map64__for_each(m, &it)
		hmt_free(it.val);
	map64__free(m);
}

/* The slot that holds key, or the empty one where it belongs. */
static struct map64_slot *find_slot(const struct map64 *m, __u64 key)
{
	size_t i = map64__home(m, key);

	while (m->slots[i].val && m->slots[i].key != key)
		i = (i + 1) & m->mask;
	return &m->slots[i];
}

static int grow(struct map64 *m)
{
	size_t old_nr = m->slots ? m->mask + 1 : 0;
	struct map64 bigger = {
		.shift = m->slots ? m->shift - 1 : 64 - MIN_SHIFT,
		.nr = m->nr,
	};
	size_t slots = (size_t)1 << (64 - bigger.shift);

	bigger.mask = slots - 1;
	bigger.slots = hmt_calloc(slots, sizeof(*bigger.slots));
	if (!bigger.slots)
		return -ENOMEM;
	for (size_t i = 0; i < old_nr; i++)
		if (m->slots[i].val)
			*find_slot(&bigger, m->slots[i].key) = m->slots[i];
	hmt_free(m->slots);
	*m = bigger;
	return 0;
}

int map64__put(struct map64 *m, __u64 key, void *val)
{
	struct map64_slot *s;
	int err;

	if (!val)
		return -EINVAL;
	if (m->slots) {
		s = find_slot(m, key);
		if (s->val) {
			s->val = val;
			return 0;
		}
	}
	/* At most 3/4 full: probe sequences stay short and always end. */
	if (!m->slots || (m->nr + 1) * 4 > (m->mask + 1) * 3) {
		err = grow(m);
		if (err)
			return err;
	}
	s = find_slot(m, key);
	s->key = key;
	s->val = val;
	m->nr++;
	return 0;
}

void *map64__del(struct map64 *m, __u64 key)
{
	struct map64_slot *s;
	size_t hole, i;
	void *val;

	if (!m->nr)
		return NULL;
	s = find_slot(m, key);
	val = s->val;
	if (!val)
		return NULL;
	/*
	 * Close the hole: move back every later entry of the same run that would
	 * not be found any more because its way from home leads across the hole.
	 */
	hole = (size_t)(s - m->slots);
	for (i = (hole + 1) & m->mask; m->slots[i].val; i = (i + 1) & m->mask) {
		size_t home = map64__home(m, m->slots[i].key);

		if (((i - home) & m->mask) < ((i - hole) & m->mask))
			continue;
		m->slots[hole] = m->slots[i];
		hole = i;
	}
	m->slots[hole].val = NULL;
	m->nr--;
	return val;
}

bool map64__next(const struct map64 *m, struct map64_iter *it)
{
	size_t slots = m->slots ? m->mask + 1 : 0;

	while (it->pos < slots) {
		const struct map64_slot *s = &m->slots[it->pos++];

		if (!s->val)
			continue;
		it->key = s->key;
		it->val = s->val;
		return true;
	}
	return false;
}

__u64 map64_hash(const void *p, size_t len)
{
	const unsigned char *c = p;
	__u64 h = 0xcbf29ce484222325ULL;

	while (len--)
		h = (h ^ *c++) * 0x100000001b3ULL;
	return h;
}
