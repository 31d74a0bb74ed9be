/* SPDX-License-Identifier: GPL-2.0 */
/*
 * feed.h - where the reader gets records from: the rings of the CPUs and the ring
 * buffer they share (feed_ring.c), or before Linux 5.8 the perf buffers of the CPUs
 * (feed_perf.c).
 *
 * Either promises the same: after cut() and drain(), every record older than
 * the instant of the cut has been handed over, and every loss older than it is
 * in the total. Nothing is promised about the order; the batch sorts.
 */
#ifndef CAPTURE_FEED_H
#define CAPTURE_FEED_H

#include <hmmtrace/event.h>
#include <stdbool.h>

#include "capture/lanes.h"
#include "capture/ring.h"

struct perf_buffer;
struct feed;

struct feed_ops {
	/*
	 * What is lost leaves no marker among the records: between two cuts with different
	 * totals it may lie anywhere.
	 */
	bool holes_anywhere;
	/* Until the programs ask to be read or the time is over. Return: 0, -EINTR or another. */
	int (*wait)(struct feed *f, int timeout_ms);
	/* From now on wait() also returns when there is something to read in fd. NULL: cannot. */
	int (*wake_by)(struct feed *f, int fd);
	/* Records that found no room, since the programs were loaded. */
	__u64 (*lost)(const struct feed *f);
	/*
	 * An instant, and what was lost before it. Return: 0, or -EAGAIN when losses come so
	 * fast that no instant is between two.
	 */
	int (*cut)(struct feed *f, __u64 *ret_ts, __u64 *ret_lost);
	/* Return: 0; -EAGAIN: a record is still being written; or another negative errno. */
	int (*drain)(struct feed *f, feed_fn take, void *ctx);
	void (*close)(struct feed *f);
};

struct feed {
	const struct feed_ops *ops;		/* NULL: closed */
	/* ring buffer, and lanes if there are any */
	struct ring ring;
	struct lanes lanes;
	const volatile __u64 *ring_lost;
	/* perf buffers */
	struct perf_buffer *pb;
	int state_fd;				/* the map that has the number of lost records */
	size_t state_off, state_size;
	feed_fn take;				/* while it drains */
	void *take_ctx;
	int err;
};

struct feed_ring_conf {
	int ring_fd, lanes_fd;
	size_t ring_bytes, lane_bytes;		/* 0: there are no lanes */
	unsigned int nr_lanes;
	const volatile __u64 *ring_lost;	/* the running total of the programs */
};
/* Return: 0 or a negative errno. */
int feed_ring__open(struct feed *f, const struct feed_ring_conf *conf);

struct feed_perf_conf {
	int perf_fd;
	int state_fd;				/* array of one value of state_size bytes ... */
	size_t state_off, state_size;		/* ... with the running total at state_off */
	size_t bytes;				/* of all CPUs together */
};
int feed_perf__open(struct feed *f, const struct feed_perf_conf *conf);

/* NULL ops is fine. */
static inline void feed__close(struct feed *f)
{
	if (f->ops)
		f->ops->close(f);
	f->ops = NULL;
}

#endif /* CAPTURE_FEED_H */
