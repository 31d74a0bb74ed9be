// SPDX-License-Identifier: GPL-2.0
/*
 * event.bpf.c - the handlers of the tracer on a tracepoint that any program can
 * fire, beside an empty program and one that only takes the room for a record.
 *
 * Which tracepoint that is, is said when they are attached. Which event it stands
 * for, and its words, are in memory that the program that fires shares with us; the
 * words are loaded as those of a hmm:* tracepoint are (source_tracepoint.bpf.c).
 */
#include "handlers.bpf.h"

#include "event.h"

__u64 bench_words[BENCH_WORDS];
__u32 bench_kind;
__u32 bench_tgid;
/* As the callbacks of a driver are: the first word is a function. */
__u64 bench_ops[OPS_WORDS] = { KERNEL_MIN };

/* The address space of who fires, for words that are to name a real one, and the callbacks. */
SEC("?raw_tp")
int bench_learn(__u64 *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	if (bench_tgid && bpf_get_current_pid_tgid() >> 32 != bench_tgid)
		return 0;
	bench_words[W_OPS] = (__u64)bench_ops;
	bench_words[W_MM] = (__u64)BPF_CORE_READ(task, mm);
	return 0;
}

SEC("?raw_tp")
int bench_empty(__u64 *ctx)
{
	return 0;
}

/* The limit: room of the same size, taken and given back with nothing in it. */
#define BARE(KIND, event, extras) \
	case HMT_##KIND: \
		rec = bpf_ringbuf_reserve(&hmt_ring, sizeof(struct hmt_##event), 0); \
		break;

SEC("?raw_tp")
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

/* What a record cannot do without: the whole of it is written, and it has a time. */
#define STAMPED(KIND, event, extras) \
	case HMT_##KIND: \
		rec = bpf_ringbuf_reserve(&hmt_ring, sizeof(struct hmt_##event), 0); \
		if (rec) { \
			__u64 ts = bpf_ktime_get_ns(); \
			__builtin_memset(rec, 0, sizeof(struct hmt_##event)); \
			rec->ts = ts; \
		} \
		break;

SEC("?raw_tp")
int bench_stamped(__u64 *ctx)
{
	struct hmt_hdr *rec = NULL;

	switch (*(volatile __u32 *)&bench_kind) {
	BENCH_EVENTS(STAMPED)
	}
	if (rec)
		bpf_ringbuf_submit(rec, BPF_RB_NO_WAKEUP);
	return 0;
}

#define HANDLE(KIND, event, extras) \
	case HMT_##KIND: { \
		__u64 a[TP_ID_WORDS + extras]; \
		WORDS_LOAD(a, bench_words); \
		return do_##event(ctx, a); \
	}

#define HANDLE_ALL(ctx, EVENTS) \
	if (!*(volatile __u32 *)&hmt_on) \
		return 0; \
	switch (*(volatile __u32 *)&bench_kind) { \
	EVENTS(HANDLE) \
	} \
	return 0

SEC("?raw_tp")
int bench_hmmtrace(__u64 *ctx)
{
	HANDLE_ALL(ctx, BENCH_EVENTS);
}

/* For tests that count: what other processes do is none of theirs. */
SEC("?raw_tp")
int bench_mine(__u64 *ctx)
{
	if (bpf_get_current_pid_tgid() >> 32 != bench_tgid)
		return 0;
	HANDLE_ALL(ctx, TEST_EVENTS);
}
