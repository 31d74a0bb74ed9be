/* SPDX-License-Identifier: GPL-2.0 */
/*
 * emit_perf.bpf.h - emit.bpf.h where there is no ring buffer (before 5.8): a
 * record is made in a scratch buffer of the CPU and copied into the CPU's perf
 * buffer when it is done.
 *
 * So "reserve" cannot fail and "submit" can. What the reader relies on differs
 * in two things from the ring: a hole has no marker (see emit_submit()), and
 * hdr.ts is taken before there is room, so a record older than an instant may
 * still be on its way in at that instant. Programs run with preemption off:
 * after an RCU grace period all of them are in.
 *
 * One record at a time: classic tracepoint programs do not nest on a CPU.
 */
#ifndef BPF_EMIT_PERF_H
#define BPF_EMIT_PERF_H

static __always_inline void *reserve(struct room *room, __u16 kind, const __u32 size, __u64 mm,
				     const __u64 *id)
{
	__u32 zero = 0;
	void *rec = bpf_map_lookup_elem(&hmt_scratch, &zero);

	if (rec)
		stamp(rec, kind, size, mm, bpf_get_smp_processor_id(), id);
	return rec;
}

static __always_inline void *emit_reserve_minor(struct room *room, __u16 kind, const __u32 size,
						__u64 mm, __u32 cause)
{
	return reserve(room, kind, size, mm, NULL);
}

static __always_inline long output(void *ctx, void *rec, __u64 size)
{
	/* The mask says to the verifier what the sizes of the records say to us. */
	return bpf_perf_event_output(ctx, &hmt_perf, BPF_F_CURRENT_CPU, rec,
				     size & (SCRATCH_BYTES - 1));
}

/*
 * No marker of a hole, as there is in the ring: other CPUs go on while this one
 * finds no room, and where the hole lies among theirs a marker here cannot say.
 * The reader has the total, and takes it as a hole anywhere since the last one.
 */
static __always_inline int emit_submit(void *ctx, const struct room *room, void *rec)
{
	struct hmt_hdr *h = rec;

	if (!output(ctx, rec, h->size))
		return 0;
	count_loss(HMT_CAUSE_RING_FULL);
	__sync_fetch_and_add(&hmt_ring_lost, 1);
	return -1;
}

static __always_inline int emit_submit_minor(void *ctx, const struct room *room, void *rec,
					     __u32 cause)
{
	struct hmt_hdr *h = rec;

	if (!output(ctx, rec, h->size))
		return 0;
	count_loss(cause);
	return -1;
}

#endif /* BPF_EMIT_PERF_H */
