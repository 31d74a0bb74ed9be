/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fired.h - for tests of the programs in the running kernel: the handlers on a tracepoint
 * that the test fires, as tests/bench/event.c has them. Needs root.
 */
#ifndef UNIT_FIRED_H
#define UNIT_FIRED_H

#include "test.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <sched.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "bench_event.skel.h"

#include "base/mem.h"
#include "capture/batch.h"
#include "capture/capture.h"
#include "capture/feed.h"
#include "capture/shared.h"

static struct bench_event_bpf *skel;
static struct bpf_link *attached;
static struct feed feed;
static struct batch batch;
static __u64 fired;
/* As the loader has it where the kernel can add to tables at any time (src/capture/load.c). */
static bool growing;

static void fire_one(void)
{
	fired++;
	prctl(0x484d4d54, 0, 0, 0, 0);
	prctl(PR_SET_NAME, "lanes");
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
	if (growing) {
		bpf_map__set_map_flags(skel->maps.hmt_untold_0, BPF_F_NO_PREALLOC);
		bpf_map__set_map_flags(skel->maps.hmt_untold_1, BPF_F_NO_PREALLOC);
	}
	bpf_object__for_each_program(prog, skel->obj)
		bpf_program__set_autoload(prog, prog == skel->progs.bench_mine ||
						prog == skel->progs.bench_learn);
}

static void fired_setup(size_t ring_bytes, size_t lane_bytes, unsigned int nr_lanes)
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

/* The address space of this process becomes that of the events, with callbacks that are none. */
static void learn_mm(void)
{
	bpf_link__destroy(attached);
	attach(skel->progs.bench_learn);
	fire_one();
	bpf_link__destroy(attached);
	attach(skel->progs.bench_mine);
	ASSERT_NE(skel->bss->bench_words[0], 0);
}

#endif /* UNIT_FIRED_H */
