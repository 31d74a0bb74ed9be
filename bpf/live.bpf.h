/* SPDX-License-Identifier: GPL-2.0 */
/*
 * live.bpf.h - the live-object table: what exists, kept whether or not the ring
 * had room to tell. After a loss the loader walks it and the verdicts stand
 * again.
 *
 * The table changes before the record of the change is submitted, never after:
 * whatever a reader has drained from the ring is in the table, and what it has
 * not drained yet it can apply to what it found there. An object was born when
 * its record says so: born is the ts of that record.
 */
#ifndef BPF_LIVE_H
#define BPF_LIVE_H

#include <linux/errno.h>

#include "emit.bpf.h"

/* Return: the entry of the mm, if it was there before. */
static __always_inline struct mm_val *mm_hold(__u64 mm, __u32 owner)
{
	struct mm_val first = { .regs = 1, .owner = owner }, *v;

	v = bpf_map_lookup_elem(&hmt_mms, &mm);
	if (!v) {
		long err = bpf_map_update_elem(&hmt_mms, &mm, &first, BPF_NOEXIST);

		if (!err)
			return NULL;
		/* Somebody else was first, or it is full: then nothing is read of this mm. */
		v = bpf_map_lookup_elem(&hmt_mms, &mm);
	}
	if (v)
		__sync_fetch_and_add(&v->regs, 1);
	return v;
}

/* Whose address space it was, when it has no owner any more. */
static __always_inline __u32 mm_last_owner(__u64 mm)
{
	const struct mm_val *v = bpf_map_lookup_elem(&hmt_mms, &mm);

	return v ? v->owner : 0;
}

static __always_inline void mm_drop(__u64 mm)
{
	struct mm_val *v = bpf_map_lookup_elem(&hmt_mms, &mm);

	if (v && (__s64)v->regs > 0)
		__sync_fetch_and_add(&v->regs, -1);
}

static __always_inline int mm_is_held(__u64 mm)
{
	struct mm_val *v = bpf_map_lookup_elem(&hmt_mms, &mm);

	return v && (__s64)v->regs > 0;
}

/*
 * mm: what it was registered on, as the event says; 0: what the table says. Return:
 * 1 for the one caller who deleted it, else 0.
 */
static __always_inline int live_del(__u32 class, __u64 addr, __u64 mm)
{
	struct live_key key = { .addr = addr, .class = class };
	const struct live_val *v;

	if (!mm) {
		v = bpf_map_lookup_elem(&hmt_live, &key);
		if (!v)
			return 0;
		mm = v->mm;
	}
	if (bpf_map_delete_elem(&hmt_live, &key))
		return 0;
	/* Who deletes it gives up its hold, once. */
	if (class != HMT_CLASS_HMM)
		mm_drop(mm);
	return 1;
}

static __always_inline int live_has(__u32 class, __u64 addr)
{
	struct live_key key = { .addr = addr, .class = class };

	return bpf_map_lookup_elem(&hmt_live, &key) != NULL;
}

/* Entering it takes the locks of the LRU; that it is there already is the usual case. */
static __always_inline void owner_add(__u32 owner, __u64 mm)
{
	const __u64 *known = bpf_map_lookup_elem(&hmt_owners, &owner);

	if (!known || *known != mm)
		bpf_map_update_elem(&hmt_owners, &owner, &mm, BPF_ANY);
}

/* held: what mm_hold() said, or NULL. born: now */
static __always_inline void owner_enter(__u32 owner, __u64 mm, struct mm_val *held, __u64 born)
{
	__u32 turn = OWNER_TURN(born);

	if (held && held->owner == owner && held->entered == turn)
		return;
	owner_add(owner, mm);
	/* In this order: who finds it here relies on it. */
	if (held) {
		held->owner = owner;
		held->entered = turn;
	}
}

static __always_inline void live_add(__u32 class, __u64 addr, const struct live_val *val)
{
	struct live_key key = { .addr = addr, .class = class };
	struct mm_val *held = NULL;
	/* int: before Linux 6.4 a call that the verifier inlined leaves the upper half zero. */
	int err = bpf_map_update_elem(&hmt_live, &key, val, BPF_NOEXIST);

	if (err == -EEXIST) {
		/* A life whose end was not seen must not keep its hold on the mm. */
		live_del(class, addr, 0);
		err = bpf_map_update_elem(&hmt_live, &key, val, BPF_ANY);
	}
	if (err) {
		count_loss(HMT_CAUSE_TABLE_FULL);
		return;
	}
	if (class != HMT_CLASS_HMM)
		held = mm_hold(val->mm, val->owner);
	if (val->owner)
		owner_enter(val->owner, val->mm, held, val->born);
}

/*
 * A reference was taken or given back. count is what there is now; an object
 * that is first seen here existed before and is entered without a birth.
 * *id: the five words of the identity.
 */
static __always_inline void live_count(__u32 class, __u64 addr, const __u64 *id, __s64 by,
				       __s64 count)
{
	struct live_key key = { .addr = addr, .class = class };
	struct live_val *v, val = {};

	v = bpf_map_lookup_elem(&hmt_live, &key);
	if (v) {
		__sync_fetch_and_add(&v->count, by);
		return;
	}
	if (count <= 0)
		return;
	val.mm = id[0];
	val.hmm = id[1];
	val.mirror = id[2];
	val.range = id[3];
	val.ops = id[4];
	val.count = count;
	val.stack = STACK_NOT_ASKED;
	live_add(class, addr, &val);
}

#endif /* BPF_LIVE_H */
