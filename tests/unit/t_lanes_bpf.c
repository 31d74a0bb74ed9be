// SPDX-License-Identifier: GPL-2.0
/*
 * The programs' half of the lanes, in the running kernel: the handlers on a
 * tracepoint that this test fires, as tests/bench/event.c has them; and what they say
 * of who runs and whose address space it is. Needs root.
 */
#include "test.h"

#ifndef HMT_NO_BPF
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "bench_event.skel.h"

#include "base/mem.h"
#include "capture/batch.h"
#include "capture/capture.h"
#include "capture/feed.h"
#include "capture/shared.h"

#define RANGE 0xffff888000100000ULL
#define RECORD sizeof(struct hmt_read_begin)

static struct bench_event_bpf *skel;
static struct bpf_link *attached;
static struct feed feed;
static struct batch batch;
static __u64 fired;

static void fire(int nr)
{
	for (; nr; nr--) {
		skel->bss->bench_words[5] = fired++;	/* its seq */
		prctl(0x484d4d54, 0, 0, 0, 0);
		prctl(PR_SET_NAME, "lanes");
	}
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	ASSERT_OK(sched_setaffinity(0, sizeof(set), &set));
}

static void attach(const struct bpf_program *prog)
{
	attached = bpf_program__attach_raw_tracepoint(prog, "task_prctl_unknown");
	if (!attached)
		attached = bpf_program__attach_raw_tracepoint(prog, "task_rename");
	ASSERT_NOT_NULL(attached);
}

static int quiet(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	return 0;
}

static void open_skel(size_t ring_bytes, size_t lane_bytes, unsigned int nr_lanes)
{
	struct bpf_program *prog;

	libbpf_set_print(quiet);
	skel = bench_event_bpf__open();
	ASSERT_NOT_NULL(skel);
	skel->rodata->cfg_stacks = CAPTURE_STACKS_NONE;
	skel->rodata->cfg_lane_bytes = lane_bytes;
	skel->rodata->cfg_lane_kick = lane_bytes / 8;
	skel->rodata->cfg_wakeup_bytes = ring_bytes;
	ASSERT_OK(bpf_map__set_max_entries(skel->maps.hmt_ring, ring_bytes));
	ASSERT_OK(bpf_map__set_max_entries(skel->maps.hmt_lanes, nr_lanes));
	ASSERT_OK(bpf_map__set_value_size(skel->maps.hmt_lanes, LANE_VALUE(lane_bytes)));
	bpf_object__for_each_program(prog, skel->obj)
		bpf_program__set_autoload(prog, prog == skel->progs.bench_mine ||
						prog == skel->progs.bench_learn);
}

static void setup(size_t ring_bytes, size_t lane_bytes, unsigned int nr_lanes)
{
	struct feed_ring_conf conf = {
		.ring_bytes = ring_bytes, .lane_bytes = lane_bytes, .nr_lanes = nr_lanes,
	};

	if (geteuid())
		SKIP("needs root");
	if (!lanes_size(1 << 20, 1))
		SKIP("no lanes on this architecture, or with this clock");
	open_skel(ring_bytes, lane_bytes, nr_lanes);
	if (bench_event_bpf__load(skel))
		SKIP("this kernel does not load the programs");
	conf.ring_fd = bpf_map__fd(skel->maps.hmt_ring);
	conf.lanes_fd = bpf_map__fd(skel->maps.hmt_lanes);
	conf.ring_lost = &skel->bss->hmt_ring_lost;
	ASSERT_OK(feed_ring__open(&feed, &conf));
	skel->bss->bench_tgid = getpid();
	skel->bss->bench_kind = HMT_READ_BEGIN;
	skel->bss->bench_words[3] = RANGE;
	pin(0);
	skel->bss->hmt_on = 1;
	fired = 0;
	attach(skel->progs.bench_mine);
}

static void done(void)
{
	bpf_link__destroy(attached);
	feed__close(&feed);
	batch__free(&batch);
	bench_event_bpf__destroy(skel);
}

static struct lane *lane_0(void)
{
	return (struct lane *)feed.lanes.map;
}

/* Two are fired on kernels that have both tracepoints; who is not attached to does nothing. */
static int take(void *ctx, const struct hmt_hdr *rec, size_t len)
{
	ASSERT_EQ(rec->size, len);
	return batch__add(&batch, rec);
}

static int drain(void)
{
	int err = feed.ops->drain(&feed, take, NULL);

	batch__sort(&batch);
	return err;
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
	bpf_link__destroy(attached);
	attach(skel->progs.bench_learn);
	fire(1);
	bpf_link__destroy(attached);
	attach(skel->progs.bench_mine);
	mm = skel->bss->bench_words[0];

	live_through(HMT_RANGE_REGISTER, RANGE);
	ASSERT_OK(bpf_map_lookup_elem(owners, &pid, &entered));
	ASSERT_EQ(entered, mm);
	ts = live_through(HMT_RANGE_REGISTER, RANGE + 256);
	val = mm_entry(mm);
	ASSERT_EQ(val.regs, 2);
	ASSERT_EQ(val.owner, pid);
	ASSERT_EQ(val.entered, OWNER_TURN(ts));

	ASSERT_OK(bpf_map_delete_elem(owners, &pid));
	ts = live_through(HMT_RANGE_REGISTER, RANGE + 512);
	ASSERT_EQ(!bpf_map_lookup_elem(owners, &pid, &entered), val.entered != OWNER_TURN(ts));

	bpf_map_delete_elem(owners, &pid);
	val = mm_entry(mm);
	val.entered = 1;
	ASSERT_OK(bpf_map_update_elem(mms, &mm, &val, BPF_EXIST));
	live_through(HMT_RANGE_REGISTER, RANGE + 768);
	ASSERT_OK(bpf_map_lookup_elem(owners, &pid, &entered));
	ASSERT_EQ(entered, mm);
	ASSERT_EQ(mm_entry(mm).regs, 4);
	live_through(HMT_RANGE_UNREGISTER_BEGIN, RANGE);
	ASSERT_EQ(mm_entry(mm).regs, 3);
	done();
}

TEST_MAIN(TEST(test_lanes_bpf__in_order), TEST(test_lanes_bpf__two_on_one_cpu),
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
