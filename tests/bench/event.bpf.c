// SPDX-License-Identifier: GPL-2.0
/*
 * event.bpf.c - the handlers of the tracer on a tracepoint that any program can
 * fire, beside an empty program and one that only takes the room for a record.
 *
 * prctl(PR_SET_NAME) fires task:task_rename. Which event that stands for, and its
 * words, are in memory that the program that fires shares with us; they are
 * copied as the words of a hmm:* tracepoint are (source_tracepoint.bpf.c).
 */
#include "handlers.bpf.h"

#include "event.h"

__u64 bench_words[BENCH_WORDS];
__u32 bench_kind;

/* The address space of who fires, for words that are to name a real one. */
SEC("?tp_btf/task_rename")
int bench_learn(__u64 *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	bench_words[W_MM] = (__u64)BPF_CORE_READ(task, mm);
	return 0;
}

SEC("?tp_btf/task_rename")
int bench_empty(__u64 *ctx)
{
	return 0;
}

/* The limit: room of the same size, taken and given back with nothing in it. */
#define BARE(KIND, event, extras) \
	case HMT_##KIND: \
		rec = bpf_ringbuf_reserve(&hmt_ring, sizeof(struct hmt_##event), 0); \
		break;

SEC("?tp_btf/task_rename")
int bench_ring(__u64 *ctx)
{
	void *rec = NULL;

	switch (*(volatile __u32 *)&bench_kind) {
	BENCH_EVENTS(BARE)
	}
	if (rec)
		bpf_ringbuf_submit(rec, BPF_RB_NO_WAKEUP);
	return 0;
}

#define HANDLE(KIND, event, extras) \
	case HMT_##KIND: { \
		__u64 a[TP_ID_WORDS + extras]; \
		if (bpf_probe_read_kernel(a, sizeof(a), bench_words)) { \
			count_loss(HMT_CAUSE_READ_FAULT); \
			return 0; \
		} \
		return do_##event(ctx, a); \
	}

SEC("?tp_btf/task_rename")
int bench_hmmtrace(__u64 *ctx)
{
	if (!*(volatile __u32 *)&hmt_on)
		return 0;
	switch (*(volatile __u32 *)&bench_kind) {
	BENCH_EVENTS(HANDLE)
	}
	return 0;
}
