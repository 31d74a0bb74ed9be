/* SPDX-License-Identifier: GPL-2.0 */
/*
 * maps.bpf.h - shapes of the maps and the knobs; defined once, in
 * hmmtrace.bpf.c, and extern everywhere else.
 */
#ifndef BPF_MAPS_H
#define BPF_MAPS_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "capture/field.h"
#include "capture/shared.h"

struct hmt_ring_def {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, RING_BYTES_DEFAULT);
};

/* By CPU; the loader says how many and how large. */
struct hmt_lanes_def {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, LANE_VALUE(LANE_BYTES_MIN));
};

#ifdef HMT_LEGACY
struct hmt_perf_def {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
};

/* One record in the making. */
#define SCRATCH_BYTES 256
struct hmt_scratch_def {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, SCRATCH_BYTES);
};
#endif

/* index: enum hmt_cause */
struct hmt_stats_def {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, HMT_CAUSE_NR);
	__type(key, __u32);
	__type(value, __u64);
};

/*
 * Preallocated, as all of these, for the programs run under the locks of the mm; but
 * for some where the kernel can add to a hash table at any time (capture/load.c).
 */
struct hmt_untold_def {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, TABLE_ENTRIES_DEFAULT);
	__type(key, struct live_key);
	__type(value, struct untold_val);
};

struct hmt_mms_def {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, TABLE_ENTRIES_DEFAULT);
	__type(key, __u64);
	__type(value, struct mm_val);
};

struct hmt_owners_def {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, TASK_ENTRIES);
	__type(key, __u32);
	__type(value, __u64);
};

struct hmt_tasks_def {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, TASK_ENTRIES);
	__type(key, __u32);
	__type(value, struct task_val);
};

/* By CPU. An array, and not one per CPU: only since 6.10 that is looked up without a call. */
struct hmt_last_def {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, LAST_CPUS);
	__type(key, __u32);
	__type(value, struct last);
};

struct hmt_stacks_def {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, STACK_ENTRIES);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, HMT_STACK_DEPTH * sizeof(__u64));
};

#ifndef HMT_MAPS_DEFINED_HERE
extern struct hmt_ring_def hmt_ring SEC(".maps");
extern struct hmt_lanes_def hmt_lanes SEC(".maps");
extern struct hmt_stats_def hmt_stats SEC(".maps");
extern struct hmt_untold_def hmt_untold_0 SEC(".maps");
extern struct hmt_untold_def hmt_untold_1 SEC(".maps");
extern struct hmt_mms_def hmt_mms SEC(".maps");
extern struct hmt_owners_def hmt_owners SEC(".maps");
extern struct hmt_tasks_def hmt_tasks SEC(".maps");
extern struct hmt_last_def hmt_last SEC(".maps");
extern struct hmt_stacks_def hmt_stacks SEC(".maps");

extern const volatile __u32 cfg_stacks;
extern const volatile __u32 cfg_wakeup_bytes;
extern const volatile __u32 cfg_wakeup_mask;
extern const volatile __u64 cfg_lane_bytes;
extern const volatile __u64 cfg_lane_kick;
extern __u32 hmt_on;
extern __u64 hmt_ring_lost;
extern __u64 hmt_ring_marked;
extern __u32 hmt_mm_gen;
extern __u32 hmt_turn;
extern const volatile __u64 untold_zero[sizeof(struct untold_val) / 8];
#endif

#endif /* BPF_MAPS_H */
