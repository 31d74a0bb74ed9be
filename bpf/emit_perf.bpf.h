/* SPDX-License-Identifier: GPL-2.0 */
/*
 * emit_perf.bpf.h - emit.bpf.h where there is no ring buffer (before 5.8): a
 * record is made in a scratch buffer of the CPU and copied into the CPU's perf
 * buffer when it is done.
 *
 * So "reserve" cannot fail and "submit" can. What the reader relies on differs
 * in one thing from the ring: hdr.ts is taken before there is room, so a record
 * older than an instant may still be on its way in at that instant. Programs
 * run with preemption off: after an RCU grace period all of them are in.
 *
 * One record at a time: classic tracepoint programs do not nest on a CPU.
 */
#ifndef BPF_EMIT_PERF_H
#define BPF_EMIT_PERF_H

static __always_inline void *emit_reserve(__u16 kind, const __u32 size, __u64 mm)
{
	__u32 zero = 0;
	void *rec = bpf_map_lookup_elem(&hmt_scratch, &zero);

	if (rec)
		stamp(rec, kind, size, mm);
	return rec;
}

static __always_inline void *emit_reserve_minor(__u16 kind, const __u32 size, __u64 mm,
						__u32 cause)
{
	return emit_reserve(kind, size, mm);
}

static __always_inline long output(void *ctx, void *rec, __u64 size)
{
	/* The mask says to the verifier what the sizes of the records say to us. */
	return bpf_perf_event_output(ctx, &hmt_perf, BPF_F_CURRENT_CPU, rec,
				     size & (SCRATCH_BYTES - 1));
}

/* The hole is told with the time of the record behind it, and before it. Return: 0 if it is. */
static __always_inline long emit_marker(void *ctx, __u64 ts)
{
	__u64 total = *(volatile __u64 *)&hmt_ring_lost;
	struct hmt_lost e;

	stamp(&e.h, HMT_LOST, sizeof(e), 0);
	e.h.ts = ts;
	e.cause = HMT_CAUSE_RING_FULL;
	e.prog = -1;
	e.count = total;
	if (output(ctx, &e, sizeof(e)))
		return -1;
	*(volatile __u64 *)&hmt_ring_marked = total;
	return 0;
}

static __always_inline void emit_submit(void *ctx, void *rec)
{
	struct hmt_hdr *h = rec;

	/* No record without the marker of the hole before it. */
	if ((*(volatile __u64 *)&hmt_ring_lost == *(volatile __u64 *)&hmt_ring_marked ||
	     !emit_marker(ctx, h->ts)) && !output(ctx, rec, h->size))
		return;
	count_loss(HMT_CAUSE_RING_FULL);
	__sync_fetch_and_add(&hmt_ring_lost, 1);
}

static __always_inline int emit_submit_minor(void *ctx, void *rec, __u32 cause)
{
	struct hmt_hdr *h = rec;

	if (!output(ctx, rec, h->size))
		return 0;
	count_loss(cause);
	return -1;
}

#endif /* BPF_EMIT_PERF_H */
