/* SPDX-License-Identifier: GPL-2.0 */
/*
 * lane.bpf.h - a ring of each CPU's own, which only programs on that CPU write.
 *
 * One program at a time owns the lane of its CPU. It says so in "inside" before it
 * takes anything, and who finds that it is not alone there (it came in between
 * another's two steps: by preemption, or out of an interrupt) goes to the ring
 * buffer that all CPUs share, as does who finds no room. So neither a loop nor an
 * atomic that returns something is needed, records are as long as they are, and
 * what is committed is all that is in front of "head".
 *
 * What the reader relies on: "inside" is raised by a locked instruction, that is
 * for all to see, before the time of the record is taken. With nobody inside after
 * an instant, all that is older is in front of head; with somebody inside, as soon
 * as head has moved on or nobody is.
 *
 * Only where stores become visible in the order in which they are made: the
 * instruction that would see to it elsewhere is not in the kernels that matter.
 */
#ifndef BPF_LANE_H
#define BPF_LANE_H

#include "maps.bpf.h"

/* Wakes the reader. The ring buffer has the means; what is put into it is skipped. */
static __noinline int lane_kick(struct lane *lane)
{
	void *nothing;

	if (!lane)
		return 0;
	if (*(volatile __u64 *)&lane->head - *(volatile __u64 *)&lane->tail < cfg_lane_bytes / 4)
		return 0;
	nothing = bpf_ringbuf_reserve(&hmt_ring, sizeof(__u64), 0);
	/* Without room there are enough in it for others to have woken the reader. */
	if (nothing)
		bpf_ringbuf_discard(nothing, BPF_RB_FORCE_WAKEUP);
	return 0;
}

/* Return: room for size bytes in the lane of this CPU, or NULL. */
static __always_inline void *lane_reserve(struct room *room, __u32 cpu, const __u32 size)
{
	struct lane *lane;
	__u64 head;

	*room = NO_ROOM;
	if (!LANES_WORK || !cfg_lane_bytes || size > LANE_SLACK)
		return NULL;
	lane = bpf_map_lookup_elem(&hmt_lanes, &cpu);
	/* More CPUs than there were when it was made. */
	if (!lane)
		return NULL;
	__sync_fetch_and_add(&lane->inside, 1);
	if (*(volatile __u64 *)&lane->inside != 1)
		goto leave;
	head = *(volatile __u64 *)&lane->head;
	room->end = head + size;
	if (room->end - lane->tail_seen > cfg_lane_bytes) {
		lane->tail_seen = *(volatile __u64 *)&lane->tail;
		if (room->end - lane->tail_seen > cfg_lane_bytes)
			goto leave;
	}
	room->lane = lane;
	/* What would reach beyond the end has the slack for it: it is never in two pieces. */
	return (void *)lane + LANE_DATA + (head & (cfg_lane_bytes - 8));

leave:
	__sync_fetch_and_add(&lane->inside, -1);
	return NULL;
}

static __always_inline void lane_commit(const struct room *room)
{
	struct lane *lane = room->lane;
	__u64 before = lane->head;

	barrier();
	*(volatile __u64 *)&lane->head = room->end;
	__sync_fetch_and_add(&lane->inside, -1);
	if ((before ^ room->end) & cfg_lane_kick)
		lane_kick(lane);
}

#endif /* BPF_LANE_H */
