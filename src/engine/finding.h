/* SPDX-License-Identifier: GPL-2.0 */
/*
 * finding.h - what the engine concludes. Plain data, valid during the callback
 * only: a sink that keeps one copies it. Kernel addresses and stack ids are
 * raw; src/stream/symtab.h turns them into names.
 */
#ifndef ENGINE_FINDING_H
#define ENGINE_FINDING_H

#include <hmmtrace/event.h>
#include <stdbool.h>

#include "engine/rules.h"

enum severity { SEVERITY_OFF, SEVERITY_NOTE, SEVERITY_WARN, SEVERITY_ERROR };
enum confidence { CONFIDENCE_CERTAIN, CONFIDENCE_INCONCLUSIVE };
/* Why a finding is not certain. */
enum doubt {
	DOUBT_NONE,
	DOUBT_LOST,	/* events were lost that could overturn it: lost, lost_cpu, lost_cause */
	DOUBT_CUT,	/* the trace ended grace_left_ns before the grace time did */
};

/* One record of an object's history, reduced to what a report shows. */
struct moment {
	__u64 ts;	/* 0: unknown, it did not happen or was not seen */
	__u16 kind;	/* enum hmt_kind */
	__u32 tgid;
	__u32 tid;
	__s32 stack;	/* STACK id, negative: none */
	__u64 call_site; /* kernel address, 0: unknown */
	__s64 ret;	/* of register attempts, else 0 */
	__u64 count;	/* of ref events, else 0 */
};

/*
 * An object as it was when the finding was made. serial and generation print
 * as <letter><serial>[.<generation>]: A for CLASS_HMM, M mirror, R range;
 * generation counts the lives at one address, from 1, printed from 2 on.
 */
struct object_view {
	enum hmt_class class;
	__u32 serial;
	__u32 generation;
	bool born_before;	/* first seen in mid-life */
	bool in_gap;		/* events were lost during its life */
	__u64 addr;
	__u64 mm;
	__u64 hmm;		/* 0: notifier layer */
	__u64 ops;
	__u64 ops_fn;
	__u32 owner;		/* tgid whose address space it is, 0 unknown */
	__u32 tag;		/* what engine__tag() gave this life, else 0 */
	__u64 start, end;	/* ranges: bytes, [start, end) */
	struct moment born;	/* ts 0 when born_before */
	__u64 live_refs;	/* balance of gets and puts; hmm and mirrors */
};

#define FINDING_RECENT 8
#define FINDING_HOLDERS 4

/* A process that has a file open which the owner of an orphan had open when it exited. */
struct file_holder {
	__u64 file;		/* cookie of the open file, the same for both */
	__u32 tgid, fd;
	char path[HMT_HOLDER_PATH_LEN + 1];
};

#define FINDING_FAILED 4
#define FINDING_SITES 16

/*
 * References got at one place, and how many of those were put. Which of them a
 * put gives back is known where it names a range or its thread has one, else the
 * best guess. The last entry of a full list stands for all further places.
 */
struct ref_site {
	__u64 call_site;	/* kernel address, 0: unknown, or all further places */
	__u32 gets, puts;
};

/* The counters of the address space, as last read; ts 0: never. */
struct mm_counters {
	__u64 ts;
	__u32 mm_users, mm_count;
	__u64 rss_pages;	/* resident when its last process exited, 0: not known */
	__u32 nr_busy;		/* faults on it that were refused with -EBUSY */
};

struct finding {
	enum rule_id rule;
	enum severity severity;
	enum confidence confidence;
	enum doubt doubt;
	__u64 lost;		/* DOUBT_LOST: how many events */
	__u32 lost_cpu;		/* HMT_CPU_NONE: several or unknown */
	__u32 lost_cause;
	__u64 grace_left_ns;	/* DOUBT_CUT */

	__u32 serial;		/* of the finding within the trace, from 1 */
	__u64 fact_ts;		/* when what is wrong began or happened */
	__u64 flagged_ts;	/* when it could first be said: fact + grace for absences */
	struct object_view object;
	struct object_view parent; /* its mirror or address space; class NONE: none known */
	struct moment offence;	/* the event that is wrong; ts 0 when the fault is an absence */
	struct moment prior;	/* the event it contradicts or that should have ended it:
				   the first unregister, the mirror's unregister, the mm's
				   release, the failed register */
	__u64 count, expected;	/* references held and accounted for, where it is about those */
	__u32 nr_failed_registers;
	__s64 last_failed_ret;
	__u32 nr_failed;	/* the last of these, oldest first */
	struct moment failed[FINDING_FAILED];
	struct mm_counters counters;
	__u32 nr_sites;		/* the balance of an hmm or a notifier by acquiring place */
	struct ref_site sites[FINDING_SITES];
	__u32 nr_recent;	/* the object's last events, oldest first */
	struct moment recent[FINDING_RECENT];
	/* Where siblings born at the same stack were released, most common first. */
	__u32 nr_siblings, nr_siblings_released;
	struct moment sibling_release; /* the most common place; count = how many there */
	/* Orphans of a torn down address space: who had the owner's files at holders_ts. */
	__u64 holders_ts;
	__u32 nr_holders;	/* all; of which the first FINDING_HOLDERS are here */
	struct file_holder holders[FINDING_HOLDERS];
};

#endif /* ENGINE_FINDING_H */
