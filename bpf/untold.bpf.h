/* SPDX-License-Identifier: GPL-2.0 */
/*
 * untold.bpf.h - what found no room in the rings, summed up by object: that it
 * began, that it ended, what became of its count. The reader knows from the records
 * what exists; after a loss it takes this on top, and the verdicts stand again.
 * As long as nothing is lost, nothing is done here.
 *
 * There are two tables, of which the reader says which one is written. So it can
 * wait until nobody writes the other any more, read it, and leave it empty.
 *
 * What the reader relies on: an entry is made after the loss was counted, and its
 * times are taken after that.
 */
#ifndef BPF_UNTOLD_H
#define BPF_UNTOLD_H

#include <linux/errno.h>

#include "emit.bpf.h"

static __always_inline struct untold_val *untold_at(__u32 turn, const struct live_key *key)
{
	if (turn & 1)
		return bpf_map_lookup_elem(&hmt_untold_1, key);
	return bpf_map_lookup_elem(&hmt_untold_0, key);
}

/*
 * Return: the entry, made if there is none; NULL: there is no room, and that is counted.
 * What it is made of is not on the stack, where there is not enough room either.
 */
static __always_inline struct untold_val *untold_entry(__u32 class, __u64 addr)
{
	struct live_key key = { .addr = addr, .class = class };
	/* Once: the reader may say otherwise meanwhile, and waits for us then. */
	__u32 turn = *(volatile __u32 *)&hmt_turn;
	struct untold_val *v = untold_at(turn, &key);

	if (v)
		return v;
	if (turn & 1)
		bpf_map_update_elem(&hmt_untold_1, &key, (const void *)untold_zero, BPF_NOEXIST);
	else
		bpf_map_update_elem(&hmt_untold_0, &key, (const void *)untold_zero, BPF_NOEXIST);
	v = untold_at(turn, &key);
	if (!v)
		count_loss(HMT_CAUSE_TABLE_FULL);
	return v;
}

/* What was counted was of what has ended, or began anew. */
static __always_inline void untold_life(struct untold_val *v, __u32 state)
{
	v->ended = state == UNTOLD_BORN && v->state == UNTOLD_ENDED ? v->val.born : 0;
	v->by = v->count = v->first = v->last = v->got_first = v->got = 0;
	v->val.born = bpf_ktime_get_ns();
	v->state = state;
}

SELDOM int hmt_untold_end(__u32 class, __u64 addr)
{
	struct untold_val *v = untold_entry(class, addr);

	if (v)
		untold_life(v, UNTOLD_ENDED);
	return 0;
}

/* Is there an entry of it that is no end, or of what came behind that? */
static __always_inline int untold_has(__u32 class, __u64 addr)
{
	struct live_key key = { .addr = addr, .class = class };
	const struct untold_val *v = untold_at(*(volatile __u32 *)&hmt_turn, &key);

	return v && (v->state == UNTOLD_BORN || v->state == UNTOLD_COUNTED || v->last);
}

static __always_inline void untold_end(__u32 class, __u64 addr)
{
	hmt_untold_end(class, addr);
}

/* *id: the five words of the identity */
static __always_inline void untold_id(struct live_val *val, const __u64 *id)
{
	val->mm = id[0];
	val->hmm = id[1];
	val->mirror = id[2];
	val->range = id[3];
	val->ops = id[4];
}

/*
 * A reference was taken or given back. count is what there is now; first: it may be the
 * first one of a struct hmm, or others put theirs meanwhile: the reader knows.
 */
static __always_inline void untold_count(__u32 class, __u64 addr, const __u64 *id, __s64 by,
					 __u64 count, int first)
{
	struct untold_val *v = untold_entry(class, addr);
	__u64 now;

	if (!v)
		return;
	now = bpf_ktime_get_ns();
	if (v->state == UNTOLD_NOTHING) {
		untold_id(&v->val, id);
		v->val.stack = STACK_NOT_ASKED;
		v->state = UNTOLD_COUNTED;
	} else if (first) {
		untold_id(&v->val, id);
		v->got = now;
		if (!v->got_first)
			v->got_first = now;
	}
	/* The kernel takes none from what has none. */
	if (by > 0 || (__s64)count >= 0)
		__sync_fetch_and_add(&v->by, by);
	if (!v->first)
		v->first = now;
	v->last = now;
	v->count = count;
}

#endif /* BPF_UNTOLD_H */
