/* SPDX-License-Identifier: GPL-2.0 */
/*
 * calls.bpf.h - what is known at the entry of a function, kept for its return.
 *
 * Keyed by thread and function, with room for some calls: one can sleep, move to
 * another CPU, and have another of the same function inside it. Where the stack is
 * tells them apart: it grows down, so what lies no higher than a call that
 * begins has returned without our being told.
 */
#ifndef BPF_CALLS_H
#define BPF_CALLS_H

#include "emit.bpf.h"

/* What the trampolines of kretprobes add to the stack pointer, at most. */
#define CALL_SLACK 16

struct hmt_calls_def {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, TASK_ENTRIES);
	__type(key, struct call_key);
	__type(value, struct calls);
};
extern struct hmt_calls_def hmt_calls SEC(".maps");

static __always_inline struct calls *calls_of(__u32 fn, struct call_key *key)
{
	*key = (struct call_key){ .pid_tgid = bpf_get_current_pid_tgid(), .fn = fn };
	return bpf_map_lookup_elem(&hmt_calls, key);
}

/* Return: 0, or -1: there is no room, and the return will not know. */
static __always_inline int call_push(__u32 fn, const struct call *c)
{
	struct call_key key;
	struct calls *calls = calls_of(fn, &key);
	int placed = 0;

	if (!calls) {
		struct calls first = { .since = bpf_ktime_get_ns(), .at = { *c } };

		return bpf_map_update_elem(&hmt_calls, &key, &first, BPF_ANY) ? -1 : 0;
	}
	calls->since = bpf_ktime_get_ns();
#pragma unroll
	for (int d = 0; d < CALL_DEPTH; d++) {
		struct call *old = &calls->at[d];

		if (old->sp > c->sp)
			continue;
		/* Its return was missed: no kretprobe was free. */
		if (old->sp && CALL_MATTERS(fn))
			count_loss(HMT_CAUSE_RECURSION);
		if (!placed)
			*old = *c;
		else
			old->sp = 0;
		placed = 1;
	}
	return placed ? 0 : -1;
}

static __always_inline int is_at(const struct call *c, __u64 sp)
{
	return c->sp && (!sp || (c->sp <= sp + CALL_SLACK && sp <= c->sp + CALL_SLACK));
}

/* The innermost call, or the one at sp. Return: NULL if its entry was not seen. */
static __always_inline struct call *call_find(struct calls *calls, __u64 sp)
{
#pragma unroll
	for (int d = CALL_DEPTH - 1; d >= 0; d--)
		if (is_at(&calls->at[d], sp))
			return &calls->at[d];
	return NULL;
}

/* Return: 0, or -1 if the entry was not seen; *c is zero then. */
static __always_inline int call_pop(__u32 fn, __u64 sp, struct call *c)
{
	struct call_key key;
	struct calls *calls = calls_of(fn, &key);
	struct call *found = calls ? call_find(calls, sp) : NULL;

	if (!found) {
		__builtin_memset(c, 0, sizeof(*c));
		return -1;
	}
	*c = *found;
	found->sp = 0;
	for (int d = 0; d < CALL_DEPTH; d++)
		if (calls->at[d].sp)
			return 0;
	bpf_map_delete_elem(&hmt_calls, &key);
	return 0;
}

#endif /* BPF_CALLS_H */
