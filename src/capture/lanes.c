// SPDX-License-Identifier: GPL-2.0
#include "capture/lanes.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "capture/shared.h"

/* A program that is inside: looks without a pause, then pauses, and how many of those. */
#define INSIDE_LOOKS 200
#define INSIDE_NAPS 100
#define INSIDE_NAP_NS 50000

static size_t page_round(size_t bytes)
{
	size_t page = sysconf(_SC_PAGESIZE);

	return (bytes + page - 1) & ~(page - 1);
}

/*
 * Between lanes only time tells what was first. Where the clock goes in ticks of a
 * timer it does not: one ring for all keeps the order there.
 */
static int clock_is_coarse(void)
{
	struct timespec res;

	return clock_getres(CLOCK_MONOTONIC, &res) || res.tv_sec || res.tv_nsec > 1;
}

size_t lanes_size(size_t total, unsigned int nr_cpus)
{
	size_t bytes = LANE_BYTES_MAX;

	/* The other half is a ring buffer, which is made of whole pages. */
	if (!LANES_WORK || !nr_cpus || total / 2 % sysconf(_SC_PAGESIZE) || clock_is_coarse())
		return 0;
	while (bytes >= LANE_BYTES_MIN && bytes * nr_cpus > total / 2)
		bytes /= 2;
	return bytes >= LANE_BYTES_MIN ? bytes : 0;
}

int lanes__open(struct lanes *l, int map_fd, size_t bytes, unsigned int nr)
{
	void *p;

	memset(l, 0, sizeof(*l));
	if (!bytes || !nr)
		return 0;
	l->map_bytes = page_round(nr * LANE_VALUE(bytes));
	p = mmap(NULL, l->map_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, map_fd, 0);
	if (p == MAP_FAILED)
		return -errno;
	l->map = p;
	l->bytes = bytes;
	l->nr = nr;
	return 0;
}

void lanes__close(struct lanes *l)
{
	if (l->map)
		munmap(l->map, l->map_bytes);
	memset(l, 0, sizeof(*l));
}

static struct lane *lane_of(const struct lanes *l, unsigned int cpu)
{
	return (struct lane *)(l->map + cpu * LANE_VALUE(l->bytes));
}

static __u64 load(const __u64 *p)
{
	return __atomic_load_n(p, __ATOMIC_SEQ_CST);
}

/* All that is committed. Room is given back in steps: who waits for it is running. */
static int take_committed(const struct lanes *l, struct lane *lane, feed_fn take, void *ctx)
{
	__u64 head = load(&lane->head), tail = lane->tail;
	int err = 0;

	while (tail != head && !err) {
		const struct hmt_hdr *rec = (const void *)((char *)lane + LANE_DATA +
							   (tail & (l->bytes - 1)));

		/* Our own programs wrote it: this is a bug, to be seen and not to run away on. */
		if (rec->size < sizeof(*rec) || rec->size > LANE_SLACK || rec->size % 8 ||
		    rec->size > head - tail)
			return -EBADMSG;
		tail += rec->size;
		err = take(ctx, rec, rec->size);
		if (err || tail == head || tail - lane->tail >= l->bytes / 8)
			__atomic_store_n(&lane->tail, tail, __ATOMIC_RELEASE);
	}
	return err;
}

/*
 * Waits until who is inside now, if anybody is, has committed: only one at a time
 * can move the head. Return: 0 or -EAGAIN.
 */
static int wait_inside(const struct lane *lane, __u64 head)
{
	struct timespec nap = { .tv_nsec = INSIDE_NAP_NS };

	for (int i = 0; i < INSIDE_NAPS; i++) {
		for (int k = 0; k < INSIDE_LOOKS; k++)
			if (!load(&lane->inside) || load(&lane->head) != head)
				return 0;
		nanosleep(&nap, NULL);
	}
	return -EAGAIN;
}

static int drain_one(const struct lanes *l, struct lane *lane, feed_fn take, void *ctx)
{
	__u64 head = load(&lane->head);
	int err = take_committed(l, lane, take, ctx), busy;

	if (err)
		return err;
	busy = wait_inside(lane, head);
	err = take_committed(l, lane, take, ctx);
	return err ? err : busy;
}

int lanes__drain(struct lanes *l, feed_fn take, void *ctx)
{
	int ret = 0;

	for (unsigned int cpu = 0; cpu < l->nr; cpu++) {
		int err = drain_one(l, lane_of(l, cpu), take, ctx);

		if (err && err != -EAGAIN)
			return err;
		if (err)
			ret = err;
	}
	return ret;
}
