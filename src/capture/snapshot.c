// SPDX-License-Identifier: GPL-2.0
/* snapshot.c - several walks into one picture. Pure. */
#include "capture/snapshot.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "capture/outq.h"

void snapshot__init(struct snapshot *s)
{
	memset(s, 0, sizeof(*s));
}

void snapshot__free(struct snapshot *s)
{
	for (int c = 0; c <= HMT_CLASS_RANGE; c++)
		map64__free_values(&s->objs[c]);
	map64__free_values(&s->spaces);
}

static struct snap_known *space_of(const struct snapshot *s, __u64 mm)
{
	return map64__get(&s->spaces, mm);
}

/* Return: true if the walk that is over found k in another state than the one before. */
static bool compare(const struct snapshot *s, struct snap_known *k, const struct snap_known *space)
{
	if (k->o.round == s->walk)
		return k->first == s->walk && s->walk > 1;
	/* A walk that was cut short has not seen what it has not seen. */
	if (!space || space->o.round != s->walk || space->o.flags & HMT_SNAP_CHANGED)
		return false;
	return ++k->missed == 1;
}

static void walk_over(struct snapshot *s)
{
	struct map64_iter it;

	map64__for_each(&s->spaces, &it) {
		struct snap_known *space = it.val;

		space->differs = space->o.flags & HMT_SNAP_CHANGED;
	}
	for (int c = HMT_CLASS_MIRROR; c <= HMT_CLASS_RANGE; c++) {
		map64__for_each(&s->objs[c], &it) {
			struct snap_known *k = it.val;
			struct snap_known *space = space_of(s, k->o.mm);

			if (!compare(s, k, space))
				continue;
			s->changes++;
			if (space)
				space->differs = true;
		}
	}
}

bool snapshot__next_walk(struct snapshot *s)
{
	if (s->walk)
		walk_over(s);
	if (s->walk >= SNAPSHOT_WALKS || (s->walk >= SNAPSHOT_WALKS_MIN && !s->changes))
		return false;
	s->walk++;
	s->changes = 0;
	return true;
}

static struct map64 *map_of(struct snapshot *s, const struct snap_obj *o)
{
	if (o->class == HMT_CLASS_NONE)
		return &s->spaces;
	return o->class <= HMT_CLASS_RANGE ? &s->objs[o->class] : NULL;
}

int snapshot__add(struct snapshot *s, const struct snap_obj *o)
{
	__u64 key = o->class == HMT_CLASS_NONE ? o->mm : o->addr;
	struct map64 *m = map_of(s, o);
	struct snap_known *known;
	int err;

	if (!m || !key)
		return 0;
	known = map64__get(m, key);
	if (!known) {
		known = hmt_calloc(1, sizeof(*known));
		if (!known)
			return -ENOMEM;
		err = map64__put(m, key, known);
		if (err) {
			hmt_free(known);
			return err;
		}
		known->first = s->walk;
		s->changes++;
	} else if (known->o.mm != o->mm) {
		/* Another life at the same address. */
		s->changes++;
	}
	if (o->class == HMT_CLASS_NONE && o->flags & HMT_SNAP_CHANGED)
		s->changes++;
	known->o = *o;
	known->o.round = s->walk;
	known->missed = 0;
	return 0;
}

void snapshot__settle(struct snapshot *s, bool with_process)
{
	struct map64_iter it;

	for (int c = HMT_CLASS_MIRROR; c <= HMT_CLASS_RANGE; c++) {
		map64__for_each(&s->objs[c], &it) {
			struct snap_known *k = it.val;
			const struct snap_known *space = space_of(s, k->o.mm);

			k->gone = k->missed >= 2 || k->o.flags & HMT_SNAP_ENDING ||
				  (with_process && (!space || space->o.round != s->walk));
		}
	}
	s->changing = 0;
	map64__for_each(&s->spaces, &it) {
		const struct snap_known *space = it.val;

		s->changing += space->differs;
	}
}

bool snapshot__is_changing(const struct snapshot *s, __u64 mm)
{
	const struct snap_known *space = space_of(s, mm);

	return space && space->differs;
}

int snapshot__to_sync(const struct snapshot *s, struct sync_set *set)
{
	struct map64_iter it;

	for (int c = HMT_CLASS_MIRROR; c <= HMT_CLASS_RANGE; c++) {
		map64__for_each(&s->objs[c], &it) {
			const struct snap_known *k = it.val;
			const struct snap_obj *o = &k->o;
			struct live_key key = { .addr = o->addr, .class = o->class };
			struct live_val val = {
				.mm = o->mm, .ops = o->ops, .ops_fn = o->ops_fn,
				.start = o->start, .end = o->end, .count = o->users,
				.owner = o->owner, .stack = STACK_NOT_ASKED,
			};
			int err;

			if (k->gone)
				continue;
			if (c == HMT_CLASS_MIRROR)
				val.mirror = o->addr;
			else
				val.range = o->addr;
			err = sync_set__add(set, &key, &val);
			if (err)
				return err;
		}
	}
	return 0;
}

int snapshot__tasks(const struct snapshot *s, __u64 ts, struct outq *q)
{
	struct map64_iter it;

	map64__for_each(&s->spaces, &it) {
		const struct snap_known *space = it.val;
		struct hmt_task rec;
		int err;

		hdr_make(&rec.h, HMT_TASK, sizeof(rec), ts);
		rec.h.tgid = rec.h.tid = space->o.owner;
		rec.comm0 = space->o.comm[0];
		rec.comm1 = space->o.comm[1];
		err = outq__push(q, &rec.h);
		if (err)
			return err;
	}
	return 0;
}
