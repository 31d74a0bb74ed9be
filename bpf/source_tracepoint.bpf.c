// SPDX-License-Identifier: GPL-2.0
/*
 * source_tracepoint.bpf.c - the hmm:* tracepoints of a patched kernel.
 *
 * Each event has two programs around its handler: a raw one, and a classic
 * tracepoint twin for where the kernel's types cannot be had. The array of
 * arguments of the one and the bytes behind the common header of the other are
 * the same words (docs/DESIGN, section 2).
 */
#include "handlers.bpf.h"
#include "files.bpf.h"

/*
 * raw_tp and not tp_btf: there the verifier gives each word the type of its
 * argument and refuses pointers to const void (ops), so that the words would have
 * to be copied with a helper, at the price of reserving the record. That there are
 * as many words as expected was checked in the kernel's BTF.
 */
#define PROGRAM(section, name, skip, event, extras) \
SEC(section) \
int name(__u64 *ctx) \
{ \
	__u64 a[TP_ID_WORDS + extras]; \
	if (!*(volatile __u32 *)&hmt_on) \
		return 0; \
	WORDS_LOAD(a, ctx + skip); \
	return do_##event(ctx, a); \
}

#ifndef HMT_LEGACY
#define PROGRAMS(KIND, event, extras, fields, group) \
	PROGRAM("?raw_tp/hmm_" #event, hmt_##event, 0, event, extras) \
	PROGRAM("?tp/hmm/hmm_" #event, hmt_##event##_tp, 1, event, extras)
#else
#define PROGRAMS(KIND, event, extras, fields, group) \
	PROGRAM("?tp/hmm/hmm_" #event, hmt_##event##_tp, 1, event, extras)
#endif

HMT_TRACEPOINTS(PROGRAMS)

/* The last thread of a process that owns something tracked. Always about current. */
static __always_inline int do_exit(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;
	struct room room;
	struct hmt_task_exit *e;
	__u64 *found, mm;

	if (!*(volatile __u32 *)&hmt_on)
		return 0;
	found = bpf_map_lookup_elem(&hmt_owners, &tgid);
	if (!found)
		return 0;
	mm = *found;
	if (threads_left(task))
		return 0;
	/* Two last threads can both see 0: whoever takes the entry reports. */
	if (bpf_map_delete_elem(&hmt_owners, &tgid))
		return 0;
	emit_task(ctx, task);
	e = emit_reserve(&room, HMT_TASK_EXIT, sizeof(*e), mm);
	if (!e)
		return 0;
	if (mm_is_here(mm)) {
		read_counters(task, mm, &e->mm_users, &e->mm_count, ONCE);
		e->rss_pages = mm_rss((const void *)mm);
		e->flags = mm_is_left(task, mm) ? HMT_EXIT_LAST : 0;
	}
	emit_submit(ctx, &room, e);
	hmt_owner_files(mm);
	return 0;
}

#ifndef HMT_LEGACY
SEC("?raw_tp/sched_process_exit")
int hmt_task_exit(__u64 *ctx)
{
	return do_exit(ctx);
}
#endif

SEC("?tp/sched/sched_process_exit")
int hmt_task_exit_tp(__u64 *ctx)
{
	return do_exit(ctx);
}
