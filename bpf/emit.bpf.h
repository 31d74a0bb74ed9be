/* SPDX-License-Identifier: GPL-2.0 */
/*
 * emit.bpf.h - the one way into the ring.
 *
 *	struct hmt_free *e = emit_reserve(HMT_FREE, sizeof(*e), mm);
 *
 *	if (e) {
 *		e->stage = stage;
 *		emit_submit(ctx, e);
 *	}
 *
 * What the reader relies on:
 *
 * - hdr.ts is taken after the reservation. So whatever is older than an instant
 *   was reserved before it, and a reader that has passed the producer position
 *   of that instant has seen everything older.
 * - A record that finds no room is counted, by cause and CPU, and the next
 *   record that does find room is preceded by a LOST marker: the stream knows
 *   where the hole is, not only that there was one. The marker's count is the
 *   running total; the reader turns it into a difference.
 */
#ifndef BPF_EMIT_H
#define BPF_EMIT_H

#include "maps.bpf.h"

/* Where a record is made. */
struct room {
	struct lane *lane;		/* NULL: in the ring buffer */
	__u64 end;			/* where the lane's head is to be */
};
/* Set on every way, or the verifier sees something being saved that never was set. */
#define NO_ROOM (struct room){ .lane = NULL, .end = 0 }

/*
 * For what happens seldom: neither static nor inlined, so that the verifier goes
 * through it once a program and not once on each way to it, and nobody carries it
 * along. It takes and returns numbers, for that is all it is verified with. Before
 * 5.6 there is no such thing, and it is part of whoever needs it.
 */
#ifdef HMT_LEGACY
#define SELDOM static __always_inline
#else
#define SELDOM __weak __attribute__((noinline))
#endif

SELDOM int hmt_count_loss(__u32 cause)
{
	__u64 *n = bpf_map_lookup_elem(&hmt_stats, &cause);

	/* Atomic although per CPU: newer kernels run these preemptible. */
	if (n)
		__sync_fetch_and_add(n, 1);
	return 0;
}

static __always_inline void count_loss(__u32 cause)
{
	hmt_count_loss(cause);
}

/*
 * id: NULL: it is to be asked who runs. The time comes first: reading the clock waits
 * until all is done that was begun before, and what is begun after it need not be
 * waited for.
 */
static __always_inline void stamp(struct hmt_hdr *h, __u16 kind, const __u32 size, __u64 mm,
				  __u32 cpu, const __u64 *id)
{
	__u64 ts = bpf_ktime_get_ns();
	__u64 who = id ? *id : bpf_get_current_pid_tgid();

	/* No call from here on: what the caller fills in anyway need not be cleared first. */
	__builtin_memset(h, 0, size);
	h->kind = kind;
	h->size = size;
	h->cpu = cpu;
	h->ts = ts;
	h->mm = mm;
	h->tgid = who >> 32;
	h->tid = (__u32)who;
}

#ifdef HMT_LEGACY
#include "emit_perf.bpf.h"
#else
#include "lane.bpf.h"

static __always_inline void *reserve_raw(struct room *room, __u16 kind, const __u32 size,
					 __u64 mm, const __u64 *id)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct hmt_hdr *h = lane_reserve(room, cpu, size);

	if (!h)
		h = bpf_ringbuf_reserve(&hmt_ring, size, 0);
	if (h)
		stamp(h, kind, size, mm, cpu, id);
	return h;
}

/*
 * ctx: what the program was called with. The rings have no use for it, perf buffers
 * do. Return: 0; there, negative when there is no room after all: counted.
 */
static __always_inline int emit_submit(void *ctx, const struct room *room, void *rec)
{
	__u64 wakeup = BPF_RB_NO_WAKEUP;

	if (room->lane) {
		lane_commit(room);
		return 0;
	}
	/* In a large ring a quarter is reached no sooner than many records later. */
	if (!(((struct hmt_hdr *)rec)->ts & cfg_wakeup_mask) &&
	    bpf_ringbuf_query(&hmt_ring, BPF_RB_AVAIL_DATA) >= cfg_wakeup_bytes)
		wakeup = BPF_RB_FORCE_WAKEUP;
	bpf_ringbuf_submit(rec, wakeup);
	return 0;
}

/* Return: 0 when the hole is on record. */
SELDOM int hmt_emit_marker(void)
{
	__u64 total = *(volatile __u64 *)&hmt_ring_lost;
	struct hmt_lost *e;
	struct room room;

	e = reserve_raw(&room, HMT_LOST, sizeof(*e), 0, NULL);
	if (!e)
		return -1;
	e->cause = HMT_CAUSE_RING_FULL;
	e->prog = -1;
	e->count = total;
	*(volatile __u64 *)&hmt_ring_marked = total;
	emit_submit(NULL, &room, e);
	return 0;
}

static __always_inline void *reserve(struct room *room, __u16 kind, const __u32 size, __u64 mm,
				     const __u64 *id)
{
	void *rec = NULL;

	*room = NO_ROOM;
	/* No record without the marker of the hole before it. */
	if (*(volatile __u64 *)&hmt_ring_lost == *(volatile __u64 *)&hmt_ring_marked ||
	    !hmt_emit_marker())
		rec = reserve_raw(room, kind, size, mm, id);
	if (!rec) {
		count_loss(HMT_CAUSE_RING_FULL);
		__sync_fetch_and_add(&hmt_ring_lost, 1);
	}
	return rec;
}

/*
 * For what is told once and at leisure, such as names: losing it overturns no
 * verdict, so it is counted under a cause of its own and needs no marker.
 */
static __always_inline void *emit_reserve_minor(struct room *room, __u16 kind, const __u32 size,
						__u64 mm, __u32 cause)
{
	void *rec = reserve_raw(room, kind, size, mm, NULL);

	if (!rec)
		count_loss(cause);
	return rec;
}

/* The other half of it. Return: 0, or negative: not told after all, and counted. */
static __always_inline int emit_submit_minor(void *ctx, const struct room *room, void *rec,
					     __u32 cause)
{
	emit_submit(ctx, room, rec);
	return 0;
}

#endif /* !HMT_LEGACY */

/* Return: the zeroed record with its header filled, or NULL: counted. */
static __always_inline void *emit_reserve(struct room *room, __u16 kind, const __u32 size, __u64 mm)
{
	return reserve(room, kind, size, mm, NULL);
}

/* The same for who knows already who runs: asking again is a call. */
static __always_inline void *emit_reserve_by(struct room *room, __u16 kind, const __u32 size,
					     __u64 mm, __u64 id)
{
	return reserve(room, kind, size, mm, &id);
}

#endif /* BPF_EMIT_H */
