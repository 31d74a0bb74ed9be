/* SPDX-License-Identifier: GPL-2.0 */
/*
 * shared.h - what the BPF object and the loader say to each other besides
 * records: the values of the maps. Not an ABI: both halves are one binary.
 */
#ifndef CAPTURE_SHARED_H
#define CAPTURE_SHARED_H

#include <hmmtrace/event.h>

#include "capture/fn.h"

/* An object, and what is known of it. */
struct live_key {
	__u64 addr;
	__u32 class;		/* enum hmt_class */
	__u32 pad;
};

/*
 * born 0: it existed before it was first seen, and owner, ops_fn and stack are
 * not known.
 */
struct live_val {
	__u64 mm, hmm, mirror, range, ops, ops_fn;
	__u64 born, count, start, end;
	__u32 owner;
	__s32 stack;
	__u32 said, pad;	/* user space only: as HMT_SYNC_COUNT_SAID */
};

/* hmt_untold_0, _1: an object of which something was lost, as of the last of that. */
enum { UNTOLD_NOTHING, UNTOLD_COUNTED, UNTOLD_BORN, UNTOLD_ENDED };
struct untold_val {
	struct live_val val;	/* ENDED: born is when; COUNTED: there is none, and no count */
	__u64 first, last;	/* when references were counted; 0: never. BORN: since */
	__s64 by;		/* what all of that comes to */
	__u64 count;		/* after the last of it */
	__u64 got_first, got;	/* when gets found one reference, but for that of BORN; 0: none */
	__u64 ended;		/* BORN: of the end before, if that was in the same entry */
	__u32 state, pad;
};

/* hmt_notifiers: it was seen to be registered or got; or a walk found it. */
enum { NOTIFIER_FOUND, NOTIFIER_SEEN };

/* hmt_calls: what is known at the entry of a function, kept for its return. */
#define CALL_DEPTH 3

struct call_key {
	__u64 pid_tgid;
	__u32 fn;		/* enum of capture/fn.h */
	__u32 pad;
};

/* sp 0: none */
struct call {
	__u64 sp;
	__u64 a[FN_ARGS_MAX];
};

/* Together, for a look-up costs more than to go through all of them. */
struct calls {
	__u64 since;		/* when the youngest began */
	struct call at[CALL_DEPTH];
};

/* Nothing is concluded from the return of an unregister that was not told of. */
#define CALL_MATTERS(fn) ((fn) != FN_UNREGISTER && (fn) != FN_REMOVE)

/* hmt_mms: an address space that something was registered on and whose memory is there. */
struct mm_val {
	__u32 owner;		/* as of the last registration: mm->owner does not outlive it */
	__u32 entered;		/* OWNER_TURN() when hmt_owners was seen to have it; 0: not yet */
};

/*
 * An owner that registers often is looked up in hmt_owners once in 134 ms: often
 * enough not to be the least recently used there.
 */
#define OWNER_TURN(ns) ((__u32)((ns) >> 27) + 1)

/* hmt_tasks: whose name is on record. The name is part of it: exec changes it. */
struct task_val {
	__u64 start_time;
	__u64 comm[2];
};

/* hmt_hot: frequent events that are counted, per address space, driver and sort. */
struct hot_key {
	__u64 mm, ops;
	__u32 what;		/* enum hmt_hot */
	__u32 pad;
};

/* Of one CPU, since the trace began. ops_fn is with the CPU that saw the first. */
struct hot_val {
	__u64 count, busy, errors, total_ns, max_ns, ops_fn;
	__u64 bins[HMT_HOT_BIN_NR];
};

/* hmt_hot_open: one that has begun. One thread can be in several at once. */
struct hot_open {
	__u64 pid_tgid, addr, start;
	__u32 what;
	__u32 pad;
};

#define HOT_ENTRIES_MIN 128
#define HOT_ENTRIES_MAX 4096
/* All CPUs together: what a machine with many of them may take. */
#define HOT_BYTES_MAX (32U << 20)
#define HOT_OPEN_ENTRIES 8192

/*
 * hmt_last: what most programs look for was found by the one before on this CPU. Of
 * CPUs that are LAST_CPUS apart it is the same one: they find less, and nothing wrong.
 */
#define LAST_CPUS 1024
struct last {
	__u64 task;		/* the thread whose process was looked for, and found or told */
	struct task_val name;
	__u64 mm;		/* that was entered, */
	__u32 owner;
	__u32 turn, gen;	/* when, and at which hmt_mm_gen */
	__u32 pad;
	__u64 ops, ops_fn;
	__u64 ops_check;	/* OPS_CHECK() of both and when; else they are of different programs */
};
#define OPS_CHECK(ops, fn, turn) ((ops) ^ (fn) ^ (turn))

/*
 * hmt_lanes: the ring of one CPU. Positions only grow; the record at one is at its
 * remainder by the size of the ring, and may reach into the slack behind the end.
 */
struct lane {
	/* written by programs on that CPU */
	__u64 inside;		/* how many are between reserve and commit, and those who turn back */
	__u64 head;		/* all in front of it is committed */
	__u64 tail_seen;	/* some time ago */
	__u64 pad[5];
	/* written by the reader */
	__u64 tail;		/* all in front of it may be written over */
	__u64 pad2[7];
};

#define LANE_DATA sizeof(struct lane)
/* The longest record that goes into a lane. */
#define LANE_SLACK 128
#define LANE_VALUE(bytes) (LANE_DATA + (bytes) + LANE_SLACK)

/* Powers of two. No value of an array was larger than what kmalloc() gives, once. */
#define LANE_BYTES_MIN 2048UL
#define LANE_BYTES_MAX (2UL << 20)
/* Where other CPUs see stores in the order in which they are made; 32-bit x86 has no HMM. */
#if defined(__TARGET_ARCH_x86) || defined(__x86_64__)
#define LANES_WORK 1
#else
#define LANES_WORK 0
#endif

#define TABLE_ENTRIES_DEFAULT 32768
#define RING_BYTES_DEFAULT (8U << 20)
#define STACK_ENTRIES 16384
#define TASK_ENTRIES 8192
/* As the engine's: a second. */
#define GRACE_NS_DEFAULT 1000000000ULL

/* No stack was asked for; what bpf_get_stackid() says otherwise is kept as it is. */
#define STACK_NOT_ASKED (-2)

#endif /* CAPTURE_SHARED_H */
