// SPDX-License-Identifier: GPL-2.0
/*
 * feed_ring.c - the lanes of the CPUs, and the ring buffer for what finds no place
 * there. Programs take the time of a record after they reserved it, so whatever is
 * older than an instant has its place in one of them by then.
 */
#include "capture/feed.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "capture/reader.h"

/* A program that was preempted between reserve and submit: how long to stay for it. */
#define BUSY_TRIES 200
#define BUSY_SLEEP_NS 50000
#define CUT_TRIES 16

static int feed_ring_wait(struct feed *f, int timeout_ms)
{
	return ring__wait(&f->ring, timeout_ms);
}

static int feed_ring_wake_by(struct feed *f, int fd)
{
	return ring__wake_by(&f->ring, fd);
}

static __u64 feed_ring_lost(const struct feed *f)
{
	return __atomic_load_n(f->ring_lost, __ATOMIC_SEQ_CST);
}

static int feed_ring_cut(struct feed *f, __u64 *ret_ts, __u64 *ret_lost)
{
	for (int i = 0; i < CUT_TRIES; i++) {
		__u64 lost = feed_ring_lost(f);
		__u64 ts = clock_ns(CLOCK_MONOTONIC);

		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		if (feed_ring_lost(f) != lost)
			continue;
		*ret_ts = ts;
		*ret_lost = lost;
		return 0;
	}
	return -EAGAIN;
}

/* Everything that was reserved up to now. */
static int drain_ring(struct feed *f, feed_fn take, void *ctx)
{
	unsigned long target = ring__produced(&f->ring);
	struct timespec nap = { .tv_nsec = BUSY_SLEEP_NS };
	int busy = 0;

	while ((long)(target - ring__consumed(&f->ring)) > 0) {
		const void *rec;
		size_t len;
		int err = ring__next(&f->ring, &rec, &len);

		if (err == -EAGAIN) {
			if (++busy > BUSY_TRIES)
				return err;
			nanosleep(&nap, NULL);
			continue;
		}
		if (err <= 0)
			return err;
		err = take(ctx, rec, len);
		ring__release(&f->ring);
		if (err)
			return err;
	}
	return 0;
}

static int feed_ring_drain(struct feed *f, feed_fn take, void *ctx)
{
	int busy = lanes__drain(&f->lanes, take, ctx), err;

	if (busy && busy != -EAGAIN)
		return busy;
	err = drain_ring(f, take, ctx);
	return err ? err : busy;
}

static void feed_ring_close(struct feed *f)
{
	lanes__close(&f->lanes);
	ring__close(&f->ring);
}

static const struct feed_ops feed_ring_ops = {
	.wait = feed_ring_wait, .wake_by = feed_ring_wake_by, .lost = feed_ring_lost, .cut = feed_ring_cut,
	.drain = feed_ring_drain, .close = feed_ring_close,
};

int feed_ring__open(struct feed *f, const struct feed_ring_conf *conf)
{
	int err;

	memset(f, 0, sizeof(*f));
	err = ring__open(&f->ring, conf->ring_fd, conf->ring_bytes);
	if (err)
		return err;
	err = lanes__open(&f->lanes, conf->lanes_fd, conf->lane_bytes, conf->nr_lanes);
	if (err) {
		ring__close(&f->ring);
		return err;
	}
	f->ring_lost = conf->ring_lost;
	f->ops = &feed_ring_ops;
	return 0;
}
