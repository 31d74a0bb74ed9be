/* SPDX-License-Identifier: GPL-2.0 */
/*
 * space.bpf.h - the address spaces that something is or was registered on, and whose
 * they are: the end of a process is on record only if it is one of these, and the
 * fields of an address space are read only while it is here.
 */
#ifndef BPF_SPACE_H
#define BPF_SPACE_H

#include "emit.bpf.h"

static __always_inline struct last *last_here(void)
{
	__u32 cpu = bpf_get_smp_processor_id() & (LAST_CPUS - 1);

	return bpf_map_lookup_elem(&hmt_last, &cpu);
}

/* Whose address space it was, when it has no owner any more. */
static __always_inline __u32 mm_last_owner(__u64 mm)
{
	const struct mm_val *v = bpf_map_lookup_elem(&hmt_mms, &mm);

	return v ? v->owner : 0;
}

/* From the first registration until its memory goes. */
static __always_inline int mm_is_here(__u64 mm)
{
	return bpf_map_lookup_elem(&hmt_mms, &mm) != NULL;
}

/* Its memory goes: whatever the address is next has nothing to do with this. */
static __always_inline void mm_leave(__u64 mm)
{
	bpf_map_delete_elem(&hmt_mms, &mm);
	/* After the delete: who has seen the new number enters it again. */
	__sync_fetch_and_add(&hmt_mm_gen, 1);
}

/* Return: its entry, NULL: there is no room, and nothing is read of this mm. */
static __always_inline struct mm_val *mm_entry(__u64 mm, __u32 owner)
{
	struct mm_val first = { .owner = owner }, *v;

	v = bpf_map_lookup_elem(&hmt_mms, &mm);
	if (v)
		return v;
	bpf_map_update_elem(&hmt_mms, &mm, &first, BPF_NOEXIST);
	return bpf_map_lookup_elem(&hmt_mms, &mm);
}

/* Entering it takes the locks of the LRU; that it is there already is the usual case. */
static __always_inline void owner_add(__u32 owner, __u64 mm)
{
	const __u64 *known = bpf_map_lookup_elem(&hmt_owners, &owner);

	if (!known || *known != mm)
		bpf_map_update_elem(&hmt_owners, &owner, &mm, BPF_ANY);
}

SELDOM int hmt_owner_enter(__u32 owner, __u64 mm)
{
	if (owner)
		owner_add(owner, mm);
	return 0;
}

static __always_inline void owner_enter(__u32 owner, __u64 mm)
{
	hmt_owner_enter(owner, mm);
}

/* turn: OWNER_TURN() of now */
SELDOM int hmt_mm_enter(__u64 mm, __u32 owner, __u32 turn)
{
	struct mm_val *v = mm_entry(mm, owner);

	if (!owner || (v && v->owner == owner && v->entered == turn))
		return 0;
	owner_add(owner, mm);
	/* In this order: who finds it here relies on it. */
	if (v) {
		v->owner = owner;
		v->entered = turn;
	}
	return 0;
}

/* last: last_here(). Something was registered. Most are on the same as the one before on this CPU. */
static __always_inline void mm_enter(struct last *last, __u64 mm, __u32 owner, __u64 now)
{
	__u32 turn = OWNER_TURN(now), gen = *(volatile __u32 *)&hmt_mm_gen;

	if (!last || (last->mm == mm && last->owner == owner && last->turn == turn &&
		      last->gen == gen))
		return;
	hmt_mm_enter(mm, owner, turn);
	/* A program in between may leave half of its own here: that is of no mm and owner. */
	last->gen = gen;
	last->mm = mm;
	last->owner = owner;
	last->turn = turn;
}

#endif /* BPF_SPACE_H */
