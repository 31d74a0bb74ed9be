/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * event.h - the record ABI: what BPF puts into the ring is what a file holds.
 *
 * A stream is a sequence of records. Each begins with struct hmt_hdr, is
 * hdr.size bytes long (a multiple of 8) and is followed at once by the next,
 * so a reader can step over a kind it does not know. Everything is in the
 * byte order of the machine that recorded; the file header says which.
 *
 * Append-only: kinds are never renumbered, fields are only added at the end
 * of a record, a changed meaning is a new kind. A reader zero-extends a record
 * that is shorter than the struct it knows and ignores the tail of a longer one.
 *
 * One list per concept: HMT_EVENTS names the kinds, HMT_FIELDS_<name> the
 * members of each. The structs below, the descriptors that print and parse
 * records (src/stream/desc.c), the JSON keys and hmmtrace-events(7) are all
 * expanded from these lists.
 */
#ifndef HMMTRACE_EVENT_H
#define HMMTRACE_EVENT_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

/*
 * Every record starts with this, 32 bytes.
 *
 * @kind:  enum hmt_kind
 * @size:  bytes of the whole record, header included, multiple of 8
 * @cpu:   where it happened; HMT_CPU_NONE for records made in user space
 * @ts:    CLOCK_MONOTONIC, nanoseconds
 * @mm:    cookie of the address space the event is about, 0 for none. Not
 *         always the address space of the task that ran: see @tgid.
 * @tgid:  process that ran the code (a kworker has its own), 0 for none
 * @tid:   thread that ran the code
 */
struct hmt_hdr {
	__u16 kind;
	__u16 size;
	__u32 cpu;
	__u64 ts;
	__u64 mm;
	__u32 tgid;
	__u32 tid;
};

#define HMT_CPU_NONE 0xffffffffU
/* Longest record: a stack of HMT_STACK_DEPTH frames or a symbol with its names. */
#define HMT_STACK_DEPTH 64
#define HMT_RECORD_MAX  4096
#define HMT_COMM_LEN    16

/*
 * X(NAME, value, struct suffix, "name in text, JSON and documentation")
 *
 * 1..31 come from the kernel, 32.. are made in user space around them.
 */
#define HMT_EVENTS(X) \
	X(MIRROR_REGISTER,        1, mirror_register,        "mirror-register") \
	X(MIRROR_UNREGISTER,      2, mirror_unregister,      "mirror-unregister") \
	X(RANGE_REGISTER,         3, range_register,         "range-register") \
	X(RANGE_UNREGISTER_BEGIN, 4, range_unregister_begin, "range-unregister-begin") \
	X(RANGE_UNREGISTER_END,   5, range_unregister_end,   "range-unregister-end") \
	X(REF_GET,                6, ref_get,                "ref-get") \
	X(REF_PUT,                7, ref_put,                "ref-put") \
	X(FREE,                   8, free,                   "free") \
	X(MM_RELEASE,             9, mm_release,             "mm-release") \
	X(MM_DESTROY,            10, mm_destroy,             "mm-destroy") \
	X(RELEASE_BEGIN,         11, release_begin,          "release-begin") \
	X(RELEASE_END,           12, release_end,            "release-end") \
	X(FAULT_BEGIN,           13, fault_begin,            "fault-begin") \
	X(FAULT_END,             14, fault_end,              "fault-end") \
	X(READ_BEGIN,            15, read_begin,             "read-begin") \
	X(INVALIDATE_BEGIN,      16, invalidate_begin,       "invalidate-begin") \
	X(INVALIDATE_END,        17, invalidate_end,         "invalidate-end") \
	X(CALLBACK_BEGIN,        18, callback_begin,         "callback-begin") \
	X(CALLBACK_END,          19, callback_end,           "callback-end") \
	X(MIRROR_UNREGISTER_END, 20, mirror_unregister_end,  "mirror-unregister-end") \
	X(TASK,                  24, task,                   "task") \
	X(TASK_EXIT,             25, task_exit,              "task-exit") \
	X(FILE,                  26, file,                   "file") \
	X(START,                 32, start,                  "start") \
	X(END,                   33, end,                    "end") \
	X(TICK,                  34, tick,                   "tick") \
	X(LOST,                  35, lost,                   "lost") \
	X(STACK,                 36, stack,                  "stack") \
	X(SYMBOL,                37, symbol,                 "symbol") \
	X(SYNC_BEGIN,            38, sync_begin,             "sync-begin") \
	X(SYNC_OBJECT,           39, sync_object,            "sync-object") \
	X(SYNC_END,              40, sync_end,               "sync-end") \
	X(HOT_COUNT,             41, hot_count,              "hot-count") \
	X(HOLDER,                42, holder,                 "holder") \
	X(MODULE,                43, module,                 "module")

enum hmt_kind {
#define HMT_X(NAME, value, name, text) HMT_##NAME = value,
	HMT_EVENTS(HMT_X)
#undef HMT_X
	HMT_KIND_MAX = 64
};

/*
 * Members: F(type, name, how it is shown)
 *
 * type: u32 s32 u64 s64. How: dec, hex, sym (a kernel address: symbolized
 * through SYMBOL records where one is known), ns, stack (an id of a STACK
 * record), cause, class, hot, pad (never shown, always 0). A record ends on a
 * multiple of 8.
 *
 * The identity is the same five cookies in the same order everywhere, as in
 * the hmm:* tracepoints: hdr.mm, then these four. 0 where it does not apply.
 *   hmm     the mirror API's struct hmm; 0 for plain mmu/interval notifiers,
 *           which is how a reader tells the two layers apart
 *   mirror  struct hmm_mirror, or struct mmu_notifier
 *   range   the mirror API's range, or struct mmu_interval_notifier
 *   ops     the driver's callbacks: what names the driver
 */
#define HMT_FIELDS_ID(F) \
	F(u64, hmm, hex) F(u64, mirror, hex) F(u64, range, hex) F(u64, ops, sym)

/*
 * Birth certificate, at the end of both register records.
 *   ops_fn      first callback found in *ops: names the driver when ops itself
 *               has no name in kallsyms. For ranges of Linux 5.2, which have no
 *               ops: where the driver called
 *   owner       tgid of the process whose address space it is, 0 if unknown
 *   stack       id of the STACK record, negative: none (a negative errno)
 *   mm_users, mm_count  the two counters of the mm, read at the event
 */
#define HMT_FIELDS_BIRTH(F) \
	F(u64, ops_fn, sym) F(u32, owner, dec) F(s32, stack, stack) \
	F(u32, mm_users, dec) F(u32, mm_count, dec)

/* refs: the count of hmm (mirror API) or notifier users after the call; ret: 0 or -errno */
#define HMT_FIELDS_mirror_register(F) HMT_FIELDS_ID(F) \
	F(u64, refs, dec) F(s64, ret, dec) HMT_FIELDS_BIRTH(F)
#define HMT_FIELDS_mirror_unregister(F) HMT_FIELDS_ID(F) \
	F(u64, refs, dec) F(s32, stack, stack) F(u32, mm_users, dec) \
	F(u32, mm_count, dec) F(u32, pad, pad)
/* mirror-unregister is the entry of the call (it can block); this is its return */
#define HMT_FIELDS_mirror_unregister_end(F) HMT_FIELDS_ID(F)
/* [start, end) in bytes */
#define HMT_FIELDS_range_register(F) HMT_FIELDS_ID(F) \
	F(u64, start, hex) F(u64, end, hex) F(u64, page_shift, dec) F(s64, ret, dec) \
	HMT_FIELDS_BIRTH(F)
#define HMT_FIELDS_range_unregister_begin(F) HMT_FIELDS_ID(F) \
	F(s32, stack, stack) F(u32, mm_users, dec) F(u32, mm_count, dec) F(u32, pad, pad)
#define HMT_FIELDS_range_unregister_end(F) HMT_FIELDS_ID(F)
/* count: after the operation; on hmm when hmm != 0, else notifier users of mirror */
#define HMT_FIELDS_ref_get(F) HMT_FIELDS_ID(F) \
	F(u64, count, dec) F(u64, call_site, sym) F(s32, stack, stack) F(u32, pad, pad)
#define HMT_FIELDS_ref_put(F) HMT_FIELDS_ref_get(F)
/* stage: 0 the last reference went and the free is scheduled, 1 the memory goes now */
#define HMT_FIELDS_free(F) HMT_FIELDS_ID(F) F(u64, stage, dec)
#define HMT_FIELDS_mm_release(F) HMT_FIELDS_ID(F) \
	F(u32, mm_users, dec) F(u32, mm_count, dec)
#define HMT_FIELDS_mm_destroy(F) HMT_FIELDS_ID(F)
/* around a driver's own ->release() callback */
#define HMT_FIELDS_release_begin(F) HMT_FIELDS_ID(F)
#define HMT_FIELDS_release_end(F) HMT_FIELDS_ID(F)
/* Hot, off unless asked for. [start, end); seq: what mmu_interval_read_begin() gave */
#define HMT_FIELDS_fault_begin(F) HMT_FIELDS_ID(F) \
	F(u64, start, hex) F(u64, end, hex) F(u64, seq, dec)
#define HMT_FIELDS_fault_end(F) HMT_FIELDS_fault_begin(F) F(s64, ret, dec)
#define HMT_FIELDS_read_begin(F) HMT_FIELDS_ID(F) F(u64, seq, dec)
/* The mm's whole window: begin is invalidate_range_start, with its result; end is _end */
#define HMT_FIELDS_invalidate_begin(F) HMT_FIELDS_ID(F) \
	F(u64, start, hex) F(u64, end, hex) F(u64, blockable, dec) F(s64, ret, dec)
#define HMT_FIELDS_invalidate_end(F) HMT_FIELDS_invalidate_begin(F)
/* One driver's invalidate callback, entered and returned */
#define HMT_FIELDS_callback_begin(F) HMT_FIELDS_invalidate_begin(F)
#define HMT_FIELDS_callback_end(F) HMT_FIELDS_invalidate_begin(F)

/*
 * The name of the process hdr.tgid. Once per process, before or soon after its
 * first event (comm is the group leader's at that time); comm0/comm1 are the
 * 16 bytes of comm, NUL-padded. parent: tgid of its parent.
 */
#define HMT_FIELDS_task(F) F(u64, comm0, comm) F(u64, comm1, pad) \
	F(u32, parent, dec) F(u32, flags, hex)
/*
 * The last thread of process hdr.tgid is gone; hdr.mm is its address space if it was tracked.
 * flags: HMT_EXIT_LAST when it has given its share back and no other process has one.
 */
#define HMT_EXIT_LAST 1
#define HMT_FIELDS_task_exit(F) F(u32, mm_users, dec) F(u32, mm_count, dec) \
	F(u64, rss_pages, dec) F(u64, flags, hex)
/*
 * Process hdr.tgid, which exits, had this file of a driver open, and somebody
 * else has it open too. hdr.mm as in task_exit. Character devices and anonymous
 * files of modules only; not those of memory and of terminals.
 *   file    cookie of the open file: a descriptor that was inherited or passed
 *           on is of the same
 *   data    cookie of what the driver keeps behind it
 *   refs    how many hold it, this process included
 *   name    the last part of its path, NUL-padded
 */
#define HMT_FILE_NAME_LEN 32
#define HMT_FIELDS_file(F) F(u64, file, hex) F(u64, data, hex) F(u64, fops, sym) \
	F(u32, fd, dec) F(u32, refs, dec) F(u32, major, dec) F(u32, minor, dec) \
	F(u64, name, text32) F(u64, name1, pad) F(u64, name2, pad) F(u64, name3, pad)

/*
 * start: tracing is on from here. flags: HMT_START_*.
 * end: tracing stopped here in good order; a stream without it was cut. flags:
 * HMT_END_GOES_ON: it went on, and what came is in another file.
 * tick: time passed and everything older than ts has been delivered.
 */
#define HMT_START_BASELINE 1 /* no object exists that the stream does not name */
#define HMT_START_HOT_FAULT 2 /* fault and read records are on */
#define HMT_START_HOT_INVALIDATE 4 /* invalidate and callback records are on */
#define HMT_START_COUNT_FAULT 8 /* faults and reads are counted: hot-count records */
#define HMT_START_COUNT_INVALIDATE 16 /* and so are invalidations and callbacks */
#define HMT_START_RETURNS 32 /* what ends an unregister, and what frees a notifier, is on record */
#define HMT_END_GOES_ON 1
#define HMT_FIELDS_start(F) F(u64, flags, hex)
#define HMT_FIELDS_end(F) F(u64, flags, hex)
#define HMT_FIELDS_tick(F) F(u64, flags, hex)

/*
 * count events were lost on hdr.cpu for this cause (enum hmt_cause), some time
 * between since and hdr.ts. prog: index of the BPF program in the plan, or -1.
 * count 0: some of what another record counts may have been lost right here.
 */
#define HMT_FIELDS_lost(F) F(u32, cause, cause) F(s32, prog, dec) \
	F(u64, count, dec) F(u64, since, ns)

/* stack: id, then nr kernel addresses, innermost first (tail of 8 * nr bytes) */
#define HMT_FIELDS_stack(F) F(s32, stack, dec) F(u32, nr, dec)
/*
 * What addr is: name + offset, in module ("" for the kernel itself). Tail: the
 * two NUL-terminated strings name and module, NUL-padded to a multiple of 8.
 */
#define HMT_FIELDS_symbol(F) F(u64, addr, hex) F(u64, offset, dec) \
	F(u32, name_len, dec) F(u32, module_len, dec)

/*
 * Resynchronization: after a loss the loader tells what exists: what the records
 * said, with what BPF summed up where the ring had no room. Between begin and end
 * one sync-object per live object; what is missing there is gone, unless it is
 * younger than the begin. flags of end: HMT_SYNC_PARTIAL when there was no room for
 * that either, and nothing is proved about what is absent.
 * HMT_SYNC_SNAPSHOT on begin: it comes from a walk of the kernel's own lists.
 * HMT_SYNC_CARRIED on begin: nothing was lost, this is where things stand at the
 * beginning of a part of a stream, from the records of the part before.
 * HMT_SYNC_MIRRORS_ONLY on begin: a struct hmm counts its mirrors and no ranges, as
 * in Linux 5.4.
 * HMT_SYNC_COUNT_SAID on object: count is what the last record of a reference said.
 * Whoever took or gave one back at the same time may be in it or not. Without: each
 * one was counted, from the birth on.
 */
#define HMT_SYNC_PARTIAL 1
#define HMT_SYNC_SNAPSHOT 2
#define HMT_SYNC_CARRIED 4
#define HMT_SYNC_MIRRORS_ONLY 8
#define HMT_SYNC_COUNT_SAID 1
#define HMT_FIELDS_sync_begin(F) F(u64, flags, hex)
#define HMT_FIELDS_sync_object(F) HMT_FIELDS_ID(F) \
	F(u32, class, class) F(u32, owner, dec) F(u64, born, ns) \
	F(u64, count, dec) F(u64, start, hex) F(u64, end, hex) \
	F(u64, ops_fn, sym) F(s32, stack, stack) F(u32, flags, hex)
#define HMT_FIELDS_sync_end(F) F(u64, flags, hex)

/*
 * At this time process hdr.tgid had the same open file as fd that process owner
 * had when it exited (its record file), and hdr.mm, which was the owner's, still
 * had something registered. path: NUL-padded, the end of it if it is longer.
 */
#define HMT_HOLDER_PATH_LEN 64
#define HMT_FIELDS_holder(F) F(u64, file, hex) F(u32, owner, dec) F(u32, fd, dec) \
	F(u64, path, text64) F(u64, path1, pad) F(u64, path2, pad) F(u64, path3, pad) \
	F(u64, path4, pad) F(u64, path5, pad) F(u64, path6, pad) F(u64, path7, pad)

/*
 * The build-id of a module, in hexadecimal, before the first symbol that is in
 * it. The kernel itself is "vmlinux".
 */
#define HMT_FIELDS_module(F) \
	F(u64, name, text64) F(u64, name1, pad) F(u64, name2, pad) F(u64, name3, pad) \
	F(u64, name4, pad) F(u64, name5, pad) F(u64, name6, pad) F(u64, name7, pad) \
	F(u64, build_id, text64) F(u64, build_id1, pad) F(u64, build_id2, pad) \
	F(u64, build_id3, pad) F(u64, build_id4, pad) F(u64, build_id5, pad) \
	F(u64, build_id6, pad) F(u64, build_id7, pad)

/*
 * What happened of one sort (enum hmt_hot) on address space hdr.mm to a driver
 * since the last record of the same three, counted in the kernel instead of
 * told one by one. What there was no room to tell apart has mm and ops 0.
 *   busy      of them, told to try again: -EBUSY of a fault, -EAGAIN of an
 *             invalidation that may not block
 *   errors    of them, failed otherwise
 *   total_ns, max_ns  how long they took; max_ns is the most since the beginning
 *   bin<n>    of them, those that took from 2^n ns to less than twice that;
 *             bin8 has all that were faster, too, bin31 all that were slower.
 *             One whose beginning was not seen is counted and in no bin.
 */
#define HMT_HOT_BIN_FIRST 8
#define HMT_HOT_BINS(F) \
	F(u64, bin8, dec) F(u64, bin9, dec) F(u64, bin10, dec) F(u64, bin11, dec) \
	F(u64, bin12, dec) F(u64, bin13, dec) F(u64, bin14, dec) F(u64, bin15, dec) \
	F(u64, bin16, dec) F(u64, bin17, dec) F(u64, bin18, dec) F(u64, bin19, dec) \
	F(u64, bin20, dec) F(u64, bin21, dec) F(u64, bin22, dec) F(u64, bin23, dec) \
	F(u64, bin24, dec) F(u64, bin25, dec) F(u64, bin26, dec) F(u64, bin27, dec) \
	F(u64, bin28, dec) F(u64, bin29, dec) F(u64, bin30, dec) F(u64, bin31, dec)
#define HMT_HOT_BIN_NR 24
#define HMT_FIELDS_hot_count(F) \
	F(u64, ops, sym) F(u64, ops_fn, sym) F(u32, what, hot) F(u32, pad, pad) \
	F(u64, since, ns) F(u64, count, dec) F(u64, busy, dec) F(u64, errors, dec) \
	F(u64, total_ns, dec) F(u64, max_ns, dec) HMT_HOT_BINS(F)

#define HMT_DECL_u32(name) __u32 name;
#define HMT_DECL_s32(name) __s32 name;
#define HMT_DECL_u64(name) __u64 name;
#define HMT_DECL_s64(name) __s64 name;
#define HMT_DECL(type, name, show) HMT_DECL_##type(name)
#define HMT_X(NAME, value, name, text) \
	struct hmt_##name { \
		struct hmt_hdr h; \
		HMT_FIELDS_##name(HMT_DECL) \
	};
HMT_EVENTS(HMT_X)
#undef HMT_X

/* The identity, as a view on any of the records 1..23 and sync-object. */
struct hmt_id {
	struct hmt_hdr h;
	HMT_FIELDS_ID(HMT_DECL)
};

/*
 * X(NAME, value, "text", overturns, "help"): overturns = 1 when a verdict may rest on what
 * was lost; help: what happened, and what can be done about it
 */
#define HMT_CAUSES(X) \
	X(RING_FULL,   1, "ring-full",   1, \
	  "there was no room in the rings; --ring-size makes them larger") \
	X(TABLE_FULL,  2, "table-full",  0, \
	  "what found no room there could not be summed up either, so what is in doubt stays so") \
	X(READ_FAULT,  3, "read-fault",  0, \
	  "a field of the kernel could not be read, and is 0 in the record") \
	X(STACK_MISS,  4, "stack-miss",  0, \
	  "there was no stack, or no room for it, for a record that should have one") \
	X(RECURSION,   5, "recursion",   1, \
	  "the kernel skipped a program because one was running on that CPU, or because no " \
	  "kretprobe was free") \
	X(TASK_FULL,   6, "task-full",   0, \
	  "the name of a process was not recorded") \
	X(FRAME,       7, "frame",       1, \
	  "a damaged frame was skipped; hmmtrace verify says where it is") \
	X(CUT,         8, "cut",         1, \
	  "the file ends in the middle; hmmtrace recover keeps what is whole") \
	X(RECORD,      9, "bad-record",  1, \
	  "a record is not what one of its kind has to be") \
	X(ENGINE_FULL, 10, "engine-full", 1, \
	  "there were more objects than the engine may keep") \
	X(FILTERED,   11, "filtered",    1, \
	  "a filter dropped what was needed after all") \
	X(SWITCHED_OFF, 12, "switched-off", 1, \
	  "ftrace or kprobes were switched off, and no program ran; counted is how often, for " \
	  "nobody knows how many events there were")

enum hmt_cause {
#define HMT_X(NAME, value, text, overturns, help) HMT_CAUSE_##NAME = value,
	HMT_CAUSES(HMT_X)
#undef HMT_X
	HMT_CAUSE_NR
};

/* X(NAME, value, "text"): sorts of frequent events that can be counted. No time is taken of a read. */
#define HMT_HOTS(X) \
	X(FAULT,      1, "fault")      /* hmm_range_fault() */ \
	X(READ,       2, "read")       /* mmu_interval_read_begin() */ \
	X(INVALIDATE, 3, "invalidate") /* of a window of an address space: no driver's */ \
	X(CALLBACK,   4, "callback")   /* of a driver, for an invalidation */

enum hmt_hot {
#define HMT_X(NAME, value, text) HMT_HOT_##NAME = value,
	HMT_HOTS(HMT_X)
#undef HMT_X
	HMT_HOT_NR
};

enum hmt_class { HMT_CLASS_NONE = 0, HMT_CLASS_HMM = 1, HMT_CLASS_MIRROR = 2, HMT_CLASS_RANGE = 3 };

/* Sizes are ABI: changing one of these lines needs a new kind. */
#define HMT_X(NAME, value, name, text) \
	_Static_assert(sizeof(struct hmt_##name) % 8 == 0, text " is not a multiple of 8"); \
	_Static_assert(value < HMT_KIND_MAX, text " is out of range");
HMT_EVENTS(HMT_X)
#undef HMT_X
_Static_assert(sizeof(struct hmt_hdr) == 32, "ABI");
_Static_assert(sizeof(struct hmt_id) == 64, "ABI");
_Static_assert(sizeof(struct hmt_mirror_register) == 104, "ABI");
_Static_assert(sizeof(struct hmt_mirror_unregister) == 88, "ABI");
_Static_assert(sizeof(struct hmt_range_register) == 120, "ABI");
_Static_assert(sizeof(struct hmt_range_unregister_begin) == 80, "ABI");
_Static_assert(sizeof(struct hmt_range_unregister_end) == 64, "ABI");
_Static_assert(sizeof(struct hmt_ref_get) == 88, "ABI");
_Static_assert(sizeof(struct hmt_free) == 72, "ABI");
_Static_assert(sizeof(struct hmt_mm_release) == 72, "ABI");
_Static_assert(sizeof(struct hmt_fault_end) == 96, "ABI");
_Static_assert(sizeof(struct hmt_invalidate_begin) == 96, "ABI");
_Static_assert(sizeof(struct hmt_task) == 56, "ABI");
_Static_assert(sizeof(struct hmt_task_exit) == 56, "ABI");
_Static_assert(sizeof(struct hmt_lost) == 56, "ABI");
_Static_assert(sizeof(struct hmt_stack) == 40, "ABI");
_Static_assert(sizeof(struct hmt_symbol) == 56, "ABI");
_Static_assert(sizeof(struct hmt_sync_object) == 120, "ABI");
_Static_assert(sizeof(struct hmt_module) == 160, "ABI");
_Static_assert(sizeof(struct hmt_file) == 104, "ABI");
_Static_assert(sizeof(struct hmt_holder) == 112, "ABI");
_Static_assert(sizeof(struct hmt_hot_count) == 104 + 8 * HMT_HOT_BIN_NR, "ABI");

#endif /* HMMTRACE_EVENT_H */
