// SPDX-License-Identifier: GPL-2.0
/* hmmtrace.bpf.c - maps, knobs and the license; nothing that runs. */
#define HMT_MAPS_DEFINED_HERE
#include "maps.bpf.h"

struct hmt_ring_def hmt_ring SEC(".maps");
struct hmt_stats_def hmt_stats SEC(".maps");
struct hmt_live_def hmt_live SEC(".maps");
struct hmt_mms_def hmt_mms SEC(".maps");
struct hmt_owners_def hmt_owners SEC(".maps");
struct hmt_tasks_def hmt_tasks SEC(".maps");
struct hmt_stacks_def hmt_stacks SEC(".maps");

/* Which events carry a kernel stack: enum capture_stacks. */
const volatile __u32 cfg_stacks = 0;
/* Wake the reader when this much is queued; below that it comes by itself. */
const volatile __u32 cfg_wakeup_bytes = RING_BYTES_DEFAULT / 4;

/* 0 until everything is attached: the one switch that starts a trace. */
__u32 hmt_on = 0;
/* Records that found no room, all CPUs, and how many of those the stream knows of. */
__u64 hmt_ring_lost = 0;
__u64 hmt_ring_marked = 0;

char LICENSE[] SEC("license") = "GPL";
