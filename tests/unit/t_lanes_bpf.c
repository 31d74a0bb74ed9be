// SPDX-License-Identifier: GPL-2.0
/*
 * The programs' half of the lanes, in the running kernel: the handlers on a
 * tracepoint that this test fires, as tests/bench/event.c has them; and what they say
 * of who runs and whose address space it is. Needs root.
 */
#include "test.h"

#ifndef HMT_NO_BPF
#include <sys/epoll.h>

#include "fired.h"

#define RANGE 0xffff888000100000ULL
#define RECORD sizeof(struct hmt_read_begin)

static struct lane *lane_0(void)
{
	return (struct lane *)feed.lanes.map;
}

static void setup(size_t ring_bytes, size_t lane_bytes, unsigned int nr_lanes)
{
	fired_setup(ring_bytes, lane_bytes, nr_lanes);
	skel->bss->bench_kind = HMT_READ_BEGIN;
	skel->bss->bench_words[3] = RANGE;
}

static void fire(int nr)
{
	for (; nr; nr--) {
		skel->bss->bench_words[5] = fired;	/* its seq */
		fire_one();
	}
}

/* From the i-th of the batch on there are nr records, from the seq-th event on. */
static void check_run(size_t i, size_t nr, __u64 seq)
{
	for (; nr; nr--, i++, seq++) {
		const struct hmt_read_begin *e = (const void *)batch__at(&batch, i);

		ASSERT_EQ(e->h.kind, HMT_READ_BEGIN);
		ASSERT_EQ(e->h.size, RECORD);
		ASSERT_EQ(e->h.tid, getpid());
		ASSERT_EQ(e->range, RANGE);
		ASSERT_EQ(e->seq, seq);
	}
}

static void test_lanes_bpf__in_order(void)
{
	setup(4096, 2048, 1);
	for (int round = 0; round < 50; round++) {
		fire(2048 / RECORD - 1);
		ASSERT_OK(drain());
	}
	ASSERT_EQ(ring__produced(&feed.ring), ring__consumed(&feed.ring));
	ASSERT_EQ(batch.nr, fired);
	check_run(0, fired, 0);
	ASSERT_EQ(lane_0()->inside, 0);
	ASSERT_EQ(lane_0()->head, fired * RECORD);
	done();
}

/* As if another program on this CPU had been interrupted between reserve and commit. */
static void test_lanes_bpf__two_on_one_cpu(void)
{
	setup(4096, 2048, 1);
	fire(3);
	__atomic_fetch_add(&lane_0()->inside, 1, __ATOMIC_SEQ_CST);
	fire(4);
	ASSERT_EQ(lane_0()->head, 3 * RECORD);
	ASSERT_EQ(lane_0()->inside, 1);
	ASSERT_EQ(drain(), -EAGAIN);
	ASSERT_EQ(batch.nr, 7);
	__atomic_fetch_add(&lane_0()->inside, -1, __ATOMIC_SEQ_CST);
	fire(2);
	ASSERT_EQ(lane_0()->head, 5 * RECORD);
	ASSERT_OK(drain());
	ASSERT_EQ(batch.nr, 9);
	check_run(0, 9, 0);
	ASSERT_EQ(skel->bss->hmt_ring_lost, 0);
	done();
}

/* A CPU that came later has no lane. */
static void test_lanes_bpf__no_lane(void)
{
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP("needs two CPUs");
	setup(4096, 2048, 1);
	pin(1);
	fire(5);
	ASSERT_EQ(lane_0()->head, 0);
	ASSERT_OK(drain());
	check_run(0, 5, 0);
	done();
}

/* First the lane, then the ring buffer, and only what finds no room in both is lost. */
static void test_lanes_bpf__full(void)
{
	size_t in_lane = 2048 / RECORD;
	const struct hmt_lost *lost;
	__u64 ts, nr_lost, nr_told;

	setup(4096, 2048, 1);
	fire(in_lane);
	ASSERT_EQ(lane_0()->head, in_lane * RECORD);
	ASSERT_EQ(skel->bss->hmt_ring_lost, 0);
	fire(4096 / RECORD);
	ASSERT_EQ(lane_0()->head, in_lane * RECORD);
	ASSERT_OK(feed.ops->cut(&feed, &ts, &nr_lost));
	ASSERT_GT(nr_lost, 0);
	fire(5);
	ASSERT_EQ(skel->bss->hmt_ring_lost, nr_lost + 5);
	nr_lost += 5;
	ASSERT_OK(drain());
	/* The marker is smaller than a record: there may have been room for one. */
	nr_told = fired - nr_lost;
	ASSERT_GT(nr_told, in_lane);
	ASSERT_GE(batch.nr, nr_told);
	ASSERT_LE(batch.nr, nr_told + 1);
	check_run(0, nr_told, 0);
	ASSERT_OK(batch__drop(&batch, batch.nr));

	/* The next one says before itself that there is a hole, and where; then no more. */
	fire(2);
	ASSERT_OK(drain());
	ASSERT_EQ(batch.nr, 3);
	lost = (const void *)batch__at(&batch, 0);
	ASSERT_EQ(lost->h.kind, HMT_LOST);
	ASSERT_EQ(lost->count, nr_lost);
	ASSERT_EQ(skel->bss->hmt_ring_marked, nr_lost);
	check_run(1, 2, fired - 2);
	ASSERT_EQ(lane_0()->inside, 0);
	done();
}

/* The marker may find room where the record that needs it does not: nothing is told then. */
static void test_lanes_bpf__full_but_for_the_marker(void)
{
	setup(4096, 2048, 1);
	skel->bss->hmt_ring_lost = 1;
	/* 56 bytes are left, and nobody else is let in. */
	lane_0()->head = 2048 - sizeof(struct hmt_lost);
	lane_0()->tail = 0;
	while (!skel->bss->hmt_ring_marked && fired < 1000)
		fire(1);
	ASSERT_EQ(skel->bss->hmt_ring_marked, 1);
	ASSERT_EQ(lane_0()->head, 2048);
	ASSERT_EQ(fired, 1);
	ASSERT_GT(ring__produced(&feed.ring), 0);
	ASSERT_EQ(skel->bss->hmt_ring_lost, 1);
	done();
}

/* The reader is woken when a quarter is there, and not before. */
static void test_lanes_bpf__wakes(void)
{
	struct epoll_event ev;

	setup(4096, 1 << 20, 1);
	ASSERT_EQ(epoll_wait(feed.ring.epoll_fd, &ev, 1, 0), 0);
	fire((1 << 20) / 4 / RECORD - 10);
	ASSERT_EQ(epoll_wait(feed.ring.epoll_fd, &ev, 1, 0), 0);
	fire((1 << 20) / 8 / RECORD);
	ASSERT_EQ(epoll_wait(feed.ring.epoll_fd, &ev, 1, 10000), 1);
	ASSERT_OK(drain());
	ASSERT_EQ(batch.nr, fired);
	check_run(0, fired, 0);
	done();
}

/* A name is told once, before the first record; who runs is the same in both. */
static void test_lanes_bpf__name_first(void)
{
	const struct hmt_task *task;
	const struct hmt_ref_get *e;

	prctl(PR_SET_NAME, "lanes");
	setup(4096, 2048, 1);
	skel->bss->bench_kind = HMT_REF_GET;
	fire(3);
	ASSERT_EQ(lane_0()->head, sizeof(*task) + 3 * sizeof(*e));
	ASSERT_EQ(lane_0()->inside, 0);
	ASSERT_OK(drain());
	ASSERT_EQ(batch.nr, 4);
	task = (const void *)batch__at(&batch, 0);
	ASSERT_EQ(task->h.kind, HMT_TASK);
	ASSERT_EQ(task->h.tgid, getpid());
	for (int i = 1; i < 4; i++) {
		e = (const void *)batch__at(&batch, i);
		ASSERT_EQ(e->h.kind, HMT_REF_GET);
		ASSERT_EQ(e->h.tgid, getpid());
		ASSERT_EQ(e->h.tid, getpid());
		ASSERT_EQ(e->count, i - 1);
		ASSERT_GT(e->h.ts, batch__at(&batch, i - 1)->ts);
	}
	done();
}

/* Return: the time of the record. */
static __u64 live_through(__u32 kind, __u64 range)
{
	const struct hmt_hdr *h;

	skel->bss->bench_kind = kind;
	skel->bss->bench_words[3] = range;
	fire(1);
	ASSERT_OK(drain());
	h = batch__at(&batch, batch.nr - 1);
	ASSERT_EQ(h->kind, kind);
	return h->ts;
}

static struct mm_val mm_entry(__u64 mm)
{
	struct mm_val val;

	ASSERT_OK(bpf_map_lookup_elem(bpf_map__fd(skel->maps.hmt_mms), &mm, &val));
	return val;
}

/* An owner is looked up once in a while, and entered again when it is gone. */
static void test_lanes_bpf__owner_is_entered(void)
{
	__u64 mm, entered, ts;
	struct mm_val val;
	__u32 pid = getpid();
	int owners, mms;

	setup(8192, 4096, 1);
	owners = bpf_map__fd(skel->maps.hmt_owners);
	mms = bpf_map__fd(skel->maps.hmt_mms);
	learn_mm();
	mm = skel->bss->bench_words[0];

	live_through(HMT_RANGE_REGISTER, RANGE);
	ASSERT_OK(bpf_map_lookup_elem(owners, &pid, &entered));
	ASSERT_EQ(entered, mm);
	ts = live_through(HMT_RANGE_REGISTER, RANGE + 256);
	val = mm_entry(mm);
	ASSERT_EQ(val.owner, pid);
	ASSERT_EQ(val.entered, OWNER_TURN(ts));

	/* As long as it is the same turn, the one before it on this CPU tells that it is there. */
	ASSERT_OK(bpf_map_delete_elem(owners, &pid));
	ts = live_through(HMT_RANGE_REGISTER, RANGE + 512);
	ASSERT_EQ(!bpf_map_lookup_elem(owners, &pid, &entered), val.entered != OWNER_TURN(ts));

	/* The memory of any goes: nothing that was seen before counts. */
	bpf_map_delete_elem(owners, &pid);
	ASSERT_OK(bpf_map_delete_elem(mms, &mm));
	skel->bss->hmt_mm_gen++;
	ts = live_through(HMT_RANGE_REGISTER, RANGE + 768);
	ASSERT_OK(bpf_map_lookup_elem(owners, &pid, &entered));
	ASSERT_EQ(entered, mm);
	val = mm_entry(mm);
	ASSERT_EQ(val.owner, pid);
	ASSERT_EQ(val.entered, OWNER_TURN(ts));
	done();
}

static __u64 callback_told(__u64 range)
{
	live_through(HMT_RANGE_REGISTER, range);
	return ((const struct hmt_range_register *)batch__at(&batch, batch.nr - 1))->ops_fn;
}

/* The callbacks of a driver are read once in a while, and those of another are not taken for them. */
static void test_lanes_bpf__callbacks(void)
{
	const __u64 first = 0xffffffff81000100ULL, second = 0xffffffff81000200ULL;
	struct last last;
	__u32 cpu = 0;
	int fd;

	setup(8192, 4096, 1);
	learn_mm();
	fd = bpf_map__fd(skel->maps.hmt_last);
	skel->data->bench_ops[0] = first;
	skel->data->bench_ops[1] = second;
	for (int i = 0; i < 6; i++) {
		ASSERT_EQ(callback_told(RANGE), i % 2 ? second : first);
		skel->bss->bench_words[4] += i % 2 ? -8 : 8;
	}
	/* It is what the last one left behind, unless that is of two. */
	ASSERT_EQ(callback_told(RANGE), first);
	ASSERT_OK(bpf_map_lookup_elem(fd, &cpu, &last));
	ASSERT_EQ(last.ops, skel->bss->bench_words[4]);
	ASSERT_EQ(last.ops_fn, first);
	last.ops_fn = second;
	ASSERT_OK(bpf_map_update_elem(fd, &cpu, &last, BPF_ANY));
	ASSERT_EQ(callback_told(RANGE), first);
	done();
}

TEST_MAIN(TEST(test_lanes_bpf__callbacks), TEST(test_lanes_bpf__in_order), TEST(test_lanes_bpf__two_on_one_cpu),
	  TEST(test_lanes_bpf__no_lane), TEST(test_lanes_bpf__full),
	  TEST(test_lanes_bpf__full_but_for_the_marker), TEST(test_lanes_bpf__wakes),
	  TEST(test_lanes_bpf__name_first), TEST(test_lanes_bpf__owner_is_entered))
#else
/* Its subject is not in this build. */
static void test_lanes_bpf__is_not_built(void)
{
}

TEST_MAIN(TEST(test_lanes_bpf__is_not_built))
#endif
