// SPDX-License-Identifier: GPL-2.0
/*
 * The reader's half of the lanes, in memory that a thread or this test itself
 * writes as the programs do (bpf/lane.bpf.h).
 */
#include "test.h"

#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "capture/lanes.h"
#include "capture/shared.h"
#include "stream/desc.h"

#define BYTES 2048UL

/* What came out. */
struct seen {
	__u64 nr, next[4];	/* by CPU: the time that has to come next */
	int fail_at;		/* 0: never */
	struct lane *commit;	/* commits when the first record comes, for it is inside */
};

static int take(void *ctx, const struct hmt_hdr *rec, size_t len)
{
	struct seen *s = ctx;

	ASSERT_EQ(rec->size, len);
	ASSERT_LT(rec->cpu, 4);
	ASSERT_EQ(rec->ts, s->next[rec->cpu]);
	if (s->fail_at && (int)s->nr + 1 == s->fail_at)
		return -ENOSPC;
	s->next[rec->cpu]++;
	s->nr++;
	return 0;
}

static int map_fd;

static void lanes_make(struct lanes *l, unsigned int nr)
{
	map_fd = memfd_create("lanes", 0);
	ASSERT_GE(map_fd, 0);
	ASSERT_OK(ftruncate(map_fd, 1 << 20));
	ASSERT_OK(lanes__open(l, map_fd, BYTES, nr));
}

static void lanes_done(struct lanes *l)
{
	lanes__close(l);
	close(map_fd);
}

static struct lane *lane(const struct lanes *l, unsigned int cpu)
{
	return (struct lane *)(l->map + cpu * LANE_VALUE(BYTES));
}

static bool has_room(const struct lane *l, size_t size)
{
	return l->head + size - __atomic_load_n(&l->tail, __ATOMIC_ACQUIRE) <= BYTES;
}

/* What a program does: comes in, writes, and with commit() moves on and goes out. */
static void reserve(struct lane *l, unsigned int cpu, __u64 ts, size_t size)
{
	struct hmt_hdr *h = (void *)((char *)l + LANE_DATA + (l->head & (BYTES - 1)));

	__atomic_fetch_add(&l->inside, 1, __ATOMIC_SEQ_CST);
	memset(h, 0, size);
	h->kind = HMT_FREE;
	h->size = size;
	h->cpu = cpu;
	h->ts = ts;
}

static void commit(struct lane *l, size_t size)
{
	__atomic_store_n(&l->head, l->head + size, __ATOMIC_RELEASE);
	__atomic_fetch_add(&l->inside, -1, __ATOMIC_SEQ_CST);
}

static void put(struct lane *l, unsigned int cpu, __u64 ts, size_t size)
{
	reserve(l, cpu, ts, size);
	commit(l, size);
}

static void test_lanes__none(void)
{
	struct seen s = { 0 };
	struct lanes l;

	ASSERT_OK(lanes__open(&l, -1, 0, 4));
	ASSERT_OK(lanes__drain(&l, take, &s));
	ASSERT_EQ(s.nr, 0);
	lanes__close(&l);
	ASSERT_EQ(lanes__open(&l, -1, BYTES, 4), -EBADF);
}

/* Never more than half of the memory, a power of two, and none where that is too little. */
static void test_lanes__size(void)
{
	if (!lanes_size(1 << 20, 1))
		SKIP("no lanes on this architecture, or with this clock");
	ASSERT_EQ(lanes_size(8 << 20, 2), 2 << 20);
	ASSERT_EQ(lanes_size(8 << 20, 3), 1 << 20);
	ASSERT_EQ(lanes_size(8 << 20, 128), 32 << 10);
	ASSERT_EQ(lanes_size(1 << 30, 1), LANE_BYTES_MAX);
	ASSERT_EQ(lanes_size(8192, 2), LANE_BYTES_MIN);
	ASSERT_EQ(lanes_size(8192, 3), 0);
	/* Nothing would be left of the ring buffer. */
	ASSERT_EQ(lanes_size(4096, 1), 0);
	ASSERT_EQ(lanes_size(0, 1), 0);
	ASSERT_EQ(lanes_size(8192, 0), 0);
	for (unsigned int cpus = 1; cpus < 300; cpus++)
		for (size_t total = 4096; total <= 1 << 30; total *= 2)
			ASSERT_LE(cpus * lanes_size(total, cpus), total / 2);
}

/* Records of all sizes, so that the ends of laps fall everywhere in one. */
static void test_lanes__wrap(void)
{
	struct seen s = { 0 };
	struct lanes l;
	__u64 ts = 0;

	lanes_make(&l, 2);
	for (int round = 0; round < 1000; round++) {
		for (size_t size = sizeof(struct hmt_hdr); size <= LANE_SLACK; size += 8)
			put(lane(&l, 1), 1, ts++, size);
		ASSERT_OK(lanes__drain(&l, take, &s));
		ASSERT_EQ(s.nr, ts);
		ASSERT_EQ(lane(&l, 1)->tail, lane(&l, 1)->head);
	}
	ASSERT_EQ(lane(&l, 0)->head, 0);
	lanes_done(&l);
}

/* The lane next to it is not written into, also not by what reaches behind the end. */
static void test_lanes__full(void)
{
	struct seen s = { 0 };
	struct lanes l;
	__u64 ts[2] = { 0 };

	lanes_make(&l, 2);
	for (int round = 0; round < 100; round++) {
		for (int cpu = 0; cpu < 2; cpu++)
			for (; has_room(lane(&l, cpu), 120); ts[cpu]++)
				put(lane(&l, cpu), cpu, ts[cpu], 120);
		ASSERT_OK(lanes__drain(&l, take, &s));
		ASSERT_EQ(s.nr, ts[0] + ts[1]);
	}
	ASSERT_EQ(s.nr, 2 * 100 * (BYTES / 120));
	lanes_done(&l);
}

/* What is reserved is waited for; what others have ready comes out nevertheless. */
static void test_lanes__not_committed(void)
{
	struct seen s = { 0 };
	struct lanes l;

	lanes_make(&l, 3);
	put(lane(&l, 0), 0, 0, 48);
	put(lane(&l, 1), 1, 0, 48);
	reserve(lane(&l, 1), 1, 1, 64);
	put(lane(&l, 2), 2, 0, 48);
	ASSERT_EQ(lanes__drain(&l, take, &s), -EAGAIN);
	ASSERT_EQ(s.nr, 3);
	commit(lane(&l, 1), 64);
	ASSERT_OK(lanes__drain(&l, take, &s));
	ASSERT_EQ(s.nr, 4);
	lanes_done(&l);
}

static void *commit_later(void *arg)
{
	usleep(1000);
	commit(arg, 64);
	return NULL;
}

/* A cut while a record is made: it has the time, but not yet its place in front of head. */
static void test_lanes__cut_between(void)
{
	struct seen s = { 0 };
	pthread_t thread;
	struct lanes l;
	int err;

	lanes_make(&l, 1);
	reserve(lane(&l, 0), 0, 0, 64);
	ASSERT_OK(pthread_create(&thread, NULL, commit_later, lane(&l, 0)));
	/* On a busy machine the other thread may be longer than anybody waits at once. */
	do
		err = lanes__drain(&l, take, &s);
	while (err == -EAGAIN && !s.nr);
	ASSERT_OK(err);
	ASSERT_EQ(s.nr, 1);
	pthread_join(thread, NULL);
	lanes_done(&l);
}

static int take_and_turn_over(void *ctx, const struct hmt_hdr *rec, size_t len)
{
	struct seen *s = ctx;
	struct lane *l = s->commit;
	int err = take(ctx, rec, len);

	/* Who was inside commits, and the next one is inside before anybody looks. */
	if (s->commit) {
		s->commit = NULL;
		__atomic_fetch_add(&l->inside, 1, __ATOMIC_SEQ_CST);
		commit(l, 64);
	}
	return err;
}

/* With always somebody inside, it is enough that the head has moved on. */
static void test_lanes__always_inside(void)
{
	struct seen s = { 0 };
	struct lanes l;

	lanes_make(&l, 1);
	put(lane(&l, 0), 0, 0, 48);
	reserve(lane(&l, 0), 0, 1, 64);
	s.commit = lane(&l, 0);
	ASSERT_OK(lanes__drain(&l, take_and_turn_over, &s));
	ASSERT_EQ(lane(&l, 0)->inside, 1);
	ASSERT_EQ(s.nr, 2);
	lanes_done(&l);
}

static void test_lanes__take_fails(void)
{
	struct seen s = { .fail_at = 2 };
	struct lanes l;

	lanes_make(&l, 1);
	for (int i = 0; i < 3; i++)
		put(lane(&l, 0), 0, i, 48);
	ASSERT_EQ(lanes__drain(&l, take, &s), -ENOSPC);
	ASSERT_EQ(s.nr, 1);
	lanes_done(&l);
}

/* It is an error, not a loop without an end nor a read beyond the map. */
static void test_lanes__no_record(void)
{
	static const __u16 sizes[] = { 0, 8, 33, 136, 0xfff8 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct seen s = { 0 };
		struct lanes l;

		lanes_make(&l, 1);
		reserve(lane(&l, 0), 0, 0, 48);
		((struct hmt_hdr *)((char *)lane(&l, 0) + LANE_DATA))->size = sizes[i];
		commit(lane(&l, 0), 48);
		ASSERT_EQ(lanes__drain(&l, take, &s), -EBADMSG);
		lanes_done(&l);
	}
}

#define NR_RACED 2000ULL

struct writer {
	struct lane *lane;
	__u64 full;
};

/* One writer after the other, as programs on a CPU are; what finds no room waits. */
static void *write_many(void *arg)
{
	struct writer *w = arg;

	for (__u64 ts = 0; ts < NR_RACED; ts++) {
		size_t size = 32 + 8 * (ts % 12);

		for (; !has_room(w->lane, size); w->full++)
			sched_yield();
		put(w->lane, 0, ts, size);
	}
	return NULL;
}

/* Each record once, whole and in order, while it is written. */
static void test_lanes__race(void)
{
	struct seen s = { 0 };
	struct writer w;
	pthread_t thread;
	struct lanes l;

	lanes_make(&l, 1);
	w = (struct writer){ .lane = lane(&l, 0) };
	ASSERT_OK(pthread_create(&thread, NULL, write_many, &w));
	while (s.nr < NR_RACED) {
		int err = lanes__drain(&l, take, &s);

		ASSERT(!err || err == -EAGAIN);
	}
	pthread_join(thread, NULL);
	lanes_done(&l);
}

TEST_MAIN(TEST(test_lanes__none), TEST(test_lanes__size), TEST(test_lanes__wrap),
	  TEST(test_lanes__full), TEST(test_lanes__not_committed), TEST(test_lanes__cut_between),
	  TEST(test_lanes__always_inside), TEST(test_lanes__take_fails),
	  TEST(test_lanes__no_record), TEST(test_lanes__race))
