/* SPDX-License-Identifier: GPL-2.0 */
/*
 * calls.bpf.h - what is known at the entry of a function, kept for its return.
 *
 * Keyed by thread, function and depth: a call can sleep, move to another CPU,
 * and have another call of the same function inside it. Where the stack is
 * tells them apart: it grows down, so what lies no higher than a call that
 * begins has returned without our being told.
 */
#ifndef BPF_CALLS_H
#define BPF_CALLS_H

#include "emit.bpf.h"

#include "capture/fn.h"

#define CALL_DEPTH 3
/* What the trampolines of kretprobes add to the stack pointer, at most. */
#define CALL_SLACK 16

struct call_key {
	__u64 pid_tgid;
	__u32 fn;
	__u32 depth;
};

struct call {
	__u64 sp;
	__u64 a[FN_ARGS_MAX];
};

struct hmt_calls_def {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, TASK_ENTRIES);
	__type(key, struct call_key);
	__type(value, struct call);
};
extern struct hmt_calls_def hmt_calls SEC(".maps");

/* Return: 0, or -1: there is no room, and the return will not know. */
static __always_inline int call_push(__u32 fn, const struct call *c)
{
	struct call_key key = { .pid_tgid = bpf_get_current_pid_tgid(), .fn = fn };
	int placed = 0;

#pragma unroll
	for (int d = 0; d < CALL_DEPTH; d++) {
		const struct call *old;

		key.depth = d;
		old = bpf_map_lookup_elem(&hmt_calls, &key);
		if (old && old->sp > c->sp)
			continue;
		/* Its return was missed: no kretprobe was free. */
		if (old && fn != FN_UNREGISTER && fn != FN_REMOVE)
			count_loss(HMT_CAUSE_RECURSION);
		if (!placed)
			placed = !bpf_map_update_elem(&hmt_calls, &key, c, BPF_ANY);
		else if (old)
			bpf_map_delete_elem(&hmt_calls, &key);
	}
	return placed ? 0 : -1;
}

/* The innermost call, or the one at sp. Return: NULL if its entry was not seen. */
static __always_inline struct call *call_find(__u32 fn, __u64 sp, struct call_key *key)
{
	struct call *c, *found = NULL;
	int depth = 0;

	key->pid_tgid = bpf_get_current_pid_tgid();
	key->fn = fn;
#pragma unroll
	for (int d = 0; d < CALL_DEPTH; d++) {
		key->depth = d;
		c = bpf_map_lookup_elem(&hmt_calls, key);
		if (c && (!sp || (c->sp <= sp + CALL_SLACK && sp <= c->sp + CALL_SLACK))) {
			found = c;
			depth = d;
		}
	}
	key->depth = depth;
	return found;
}

/* Return: 0, or -1 if the entry was not seen; *c is zero then. */
static __always_inline int call_pop(__u32 fn, __u64 sp, struct call *c)
{
	struct call_key key = {};
	const struct call *found = call_find(fn, sp, &key);

	if (!found) {
		__builtin_memset(c, 0, sizeof(*c));
		return -1;
	}
	*c = *found;
	bpf_map_delete_elem(&hmt_calls, &key);
	return 0;
}

#endif /* BPF_CALLS_H */
