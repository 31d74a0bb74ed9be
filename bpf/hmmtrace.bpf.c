// SPDX-License-Identifier: GPL-2.0
/* hmmtrace.bpf.c - maps, knobs and the license; nothing that runs. */
#define HMT_MAPS_DEFINED_HERE
#include "maps.bpf.h"

#ifndef HMT_LEGACY
struct hmt_ring_def hmt_ring SEC(".maps");
struct hmt_lanes_def hmt_lanes SEC(".maps");
#define SWITCH_SECTION
#else
struct hmt_perf_def hmt_perf SEC(".maps");
struct hmt_scratch_def hmt_scratch SEC(".maps");
/* Before 5.5 a section is written as a whole: what the programs write is not beside the switch. */
#define SWITCH_SECTION SEC(".data.on")

/* Where the fields are, and the distance between two counters of resident pages. */
const volatile __s32 cfg_fields[FIELD_NR] = {};
const volatile __u32 cfg_rss_stride = 0;
#endif

struct hmt_stats_def hmt_stats SEC(".maps");
struct hmt_untold_def hmt_untold_0 SEC(".maps");
struct hmt_untold_def hmt_untold_1 SEC(".maps");
struct hmt_mms_def hmt_mms SEC(".maps");
struct hmt_owners_def hmt_owners SEC(".maps");
struct hmt_tasks_def hmt_tasks SEC(".maps");
struct hmt_last_def hmt_last SEC(".maps");
struct hmt_stacks_def hmt_stacks SEC(".maps");

/* Which events carry a kernel stack: enum capture_stacks. */
const volatile __u32 cfg_stacks = 0;
/* Wake the reader when this much is queued; below that it comes by itself. */
const volatile __u32 cfg_wakeup_bytes = RING_BYTES_DEFAULT / 4;
/* Look how much that is only after records whose time has none of these bits. */
const volatile __u32 cfg_wakeup_mask = 0;

#ifndef HMT_LEGACY
/* Size of the ring of each CPU, a power of two; 0: there are none. */
const volatile __u64 cfg_lane_bytes = 0;
/* Look whether the reader is to be woken whenever the head changes one of these bits. */
const volatile __u64 cfg_lane_kick = 0;
#endif

/* 0 until everything is attached: the one switch that starts a trace. */
__u32 hmt_on SWITCH_SECTION = 0;
/* Records that found no room, all CPUs, and how many of those the stream knows of. */
__u64 hmt_ring_lost = 0;
__u64 hmt_ring_marked = 0;
/* How often the memory of an address space went. */
__u32 hmt_mm_gen = 0;
/* New entries begin as this: there is no room for one on the stack. */
const volatile __u64 untold_zero[sizeof(struct untold_val) / 8] = {};
/* Its last bit says which of the two tables is written. By itself: before 5.5 it is a map that is. */
__u32 hmt_turn SEC(".data.turn") = 0;

char LICENSE[] SEC("license") = "GPL";
