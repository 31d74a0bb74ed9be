// SPDX-License-Identifier: GPL-2.0
/*
 * feed_perf.c - a perf buffer for each CPU, for kernels without a ring buffer.
 *
 * A record has its time before it has its place, so an instant is a cut only
 * after the programs that were running then have ended. They run with
 * preemption off: that is an RCU grace period, and the price of this feed.
 * Losses are counted by the programs, who see each record that found no room;
 * what perf itself says of them (PERF_RECORD_LOST) is the same ones again.
 */
#include "capture/feed.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "capture/reader.h"
#include "stream/desc.h"

#define STATE_MAX 256

/* What a sample looks like with PERF_SAMPLE_RAW and nothing else. */
struct raw_sample {
	struct perf_event_header h;
	__u32 size;
	char data[];
};

static int feed_perf_wait(struct feed *f, int timeout_ms)
{
	struct epoll_event ev;

	return epoll_wait(perf_buffer__epoll_fd(f->pb), &ev, 1, timeout_ms) < 0 ? -errno : 0;
}

static __u64 feed_perf_lost(const struct feed *f)
{
	char state[STATE_MAX];
	__u32 zero = 0;
	__u64 lost;

	/* Cannot fail: it is an array, and this is its one element. */
	if (bpf_map_lookup_elem(f->state_fd, &zero, state))
		return 0;
	memcpy(&lost, state + f->state_off, sizeof(lost));
	return lost;
}

/*
 * What was lost during the wait lies before the instant or behind it. Told as
 * before it is never wrong for what was; so that what was lost behind it is told
 * again in its place, one of them is kept back for the next time. Of a single one
 * that cannot be done: then this instant is none.
 */
static int feed_perf_cut(struct feed *f, __u64 *ret_ts, __u64 *ret_lost)
{
	__u64 before = feed_perf_lost(f), ts = clock_ns(CLOCK_MONOTONIC), after;

	reader_quiesce();
	after = feed_perf_lost(f);
	if (after - before == 1)
		return -EAGAIN;
	*ret_ts = ts;
	*ret_lost = after == before ? after : after - 1;
	return 0;
}

static enum bpf_perf_event_ret on_event(void *ctx, int cpu, struct perf_event_header *h)
{
	const struct raw_sample *s = (const struct raw_sample *)h;
	struct feed *f = ctx;
	union record_buf rec;
	size_t len;

	if (h->type != PERF_RECORD_SAMPLE)
		return LIBBPF_PERF_EVENT_CONT;
	/* It lies at 4 modulo 8, and is padded to end at 8. */
	len = s->size < sizeof(rec) ? s->size : sizeof(rec);
	memcpy(&rec, s->data, len);
	if (len > sizeof(rec.h) && rec.h.size < len)
		len = rec.h.size;
	f->err = f->take(f->take_ctx, &rec.h, len);
	return f->err ? LIBBPF_PERF_EVENT_ERROR : LIBBPF_PERF_EVENT_CONT;
}

static int feed_perf_drain(struct feed *f, feed_fn take, void *ctx)
{
	int err;

	f->take = take;
	f->take_ctx = ctx;
	f->err = 0;
	err = perf_buffer__consume(f->pb);
	return f->err ? f->err : err < 0 ? err : 0;
}

static void feed_perf_close(struct feed *f)
{
	perf_buffer__free(f->pb);
	f->pb = NULL;
}

static const struct feed_ops feed_perf_ops = {
	.holes_anywhere = true,
	.wait = feed_perf_wait, .lost = feed_perf_lost, .cut = feed_perf_cut,
	.drain = feed_perf_drain, .close = feed_perf_close,
};

/* Pages for each CPU: a power of two, and together about what was asked for. */
static size_t pages_per_cpu(size_t bytes)
{
	long page = sysconf(_SC_PAGESIZE), cpus = sysconf(_SC_NPROCESSORS_ONLN);
	size_t pages = 1;

	while (2 * pages * page * (cpus > 0 ? cpus : 1) <= bytes)
		pages *= 2;
	return pages;
}

int feed_perf__open(struct feed *f, const struct feed_perf_conf *conf)
{
	size_t pages = pages_per_cpu(conf->bytes);
	struct perf_event_attr attr = {
		.size = sizeof(attr), .type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_BPF_OUTPUT, .sample_type = PERF_SAMPLE_RAW,
		.sample_period = 1,
		/* Woken when a quarter is full; below that the reader comes by itself. */
		.watermark = 1, .wakeup_watermark = pages * sysconf(_SC_PAGESIZE) / 4,
	};

	memset(f, 0, sizeof(*f));
	if (conf->state_size > STATE_MAX)
		return -E2BIG;
	f->pb = perf_buffer__new_raw(conf->perf_fd, pages, &attr, on_event, f, NULL);
	if (!f->pb)
		return -errno;
	f->state_fd = conf->state_fd;
	f->state_off = conf->state_off;
	f->state_size = conf->state_size;
	f->ops = &feed_perf_ops;
	return 0;
}
