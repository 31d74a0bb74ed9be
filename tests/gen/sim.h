/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sim.h - a small kernel and its drivers, made of dice. It produces the records
 * of a correct schedule: several address spaces, both layers, tasks whose calls
 * interleave event by event, addresses used again and again, exits before and
 * after the driver's release. On request one fault of a known kind is planted
 * in it; what the engine must say of that is in sim.truth.
 */
#ifndef GEN_SIM_H
#define GEN_SIM_H

#include <stdbool.h>

#include "engine/engine.h"

#define NR_TASKS	5
#define NR_MMS		3
#define NR_HMMS		4
#define NR_MIRRORS	8
#define NR_RANGES	14
#define NR_TRANSIENTS	4
#define MAX_EVENTS	900
#define MAX_QUEUE	40
#define MAX_TRUTHS	4
#define MAX_TABLE	(NR_HMMS + NR_MIRRORS + NR_RANGES)
#define MAX_SYNCS	12

#define GRACE_NS	1000000000ULL
#define MS		1000000ULL

enum fault {
	FAULT_NONE,
	FAULT_RANGE_LEFT_BY_MIRROR,
	FAULT_RANGE_LEFT_BY_MM,
	FAULT_MIRROR_LEFT_BY_MM,
	FAULT_EXTRA_GET,
	FAULT_EXTRA_PUT,
	FAULT_MIRROR_TWICE,
	FAULT_RANGE_TWICE,
	FAULT_MIRROR_AFTER_FAILED,
	FAULT_RANGE_AFTER_FAILED,
	FAULT_RANGE_WITHOUT_MIRROR,
	FAULT_RANGE_ON_DEAD_MM,
	FAULT_MIRROR_UNDER_RANGES,
	FAULT_USE_AFTER,
	FAULT_USE_DURING,
	FAULT_KEPT_REFERENCE,
	FAULT_MIRROR_REGISTERED_TWICE,
	FAULT_RANGE_REGISTERED_TWICE,
	FAULT_MIRROR_NEVER,
	FAULT_RANGE_NEVER,
	FAULT_WRONG_MM,
	FAULT_NOTIFIER_UNDERFLOW,
	FAULT_STALE_SEQUENCE,
	FAULT_LIVELOCK,
	FAULT_RANGE_IN_CALLBACK,
	FAULT_MIRROR_IN_CALLBACK,
	FAULT_CALLBACK_STUCK,
	FAULT_UNREGISTER_STUCK,
	FAULT_NEVER_FREED,
	FAULT_FREED_TWICE,
	FAULT_NEVER_ENDED,
	FAULT_NEVER_BEGUN,
	FAULT_MM_HELD,
	FAULT_FREED_UNDER_CALLBACK,
	FAULT_NR
};

enum step_kind {
	STEP_NONE,
	STEP_HMM_GET, STEP_HMM_PUT, STEP_MREG, STEP_MREG_FAIL, STEP_MUN, STEP_MUN_PUT, STEP_MUN_END,
	STEP_RGET, STEP_RREG, STEP_RREG_FAIL, STEP_RPUT, STEP_RUN, STEP_RUN_PUT, STEP_RUN_END,
	STEP_TGET, STEP_TPUT, STEP_NREG, STEP_NREG_FAIL, STEP_NFREE, STEP_NGET, STEP_NPUT,
	STEP_NUN, STEP_NUN_END, STEP_IREG, STEP_IREG_FAIL, STEP_IUN, STEP_IUN_END,
	STEP_READ, STEP_FAULT_BEGIN, STEP_FAULT_END, STEP_FAULT_BUSY, STEP_CALLBACK,
	STEP_CALLBACK_END, STEP_INVALIDATE, STEP_INVALIDATE_END, STEP_INVALIDATE_REFUSED,
	STEP_RELEASE, STEP_HMM_RELEASE,
	/* of faults only */
	STEP_MUN_AGAIN, STEP_RUN_AGAIN, STEP_READ_GONE, STEP_UNLOCK, STEP_MDONE, STEP_RDONE,
	STEP_NPUT_BELOW, STEP_MREG_REFUSED, STEP_RREG_REFUSED, STEP_PUT_AGAIN
};

struct step {
	enum step_kind kind;
	int a;			/* index of what it is about */
};

struct task {
	__u32 tgid, tid;
	struct step queue[MAX_QUEUE];
	int nr, next;
	bool stuck;		/* for ever, in a callback or an unregister */
	__u64 last_ts;
};

enum phase { PHASE_FREE, PHASE_BEGINNING, PHASE_LIVE, PHASE_ENDING };
enum mm_phase { MM_ALIVE, MM_TORN, MM_DESTROYING };

struct sim_mm {
	__u64 cookie;
	enum mm_phase phase;
	int starting;		/* calls under way that need it alive */
	int hmm;		/* -1: none */
	int pins;		/* registrations */
	bool leaked;		/* something on it never goes: no destroy, no second life */
	__u64 torn_ts;
};

struct sim_hmm {
	__u64 cookie;
	int mm;
	long kref;
	bool live;
	bool poisoned;		/* a put too many: nothing new on it, and the slot is not used again */
	bool dead;		/* its notifier's release has run */
	bool locked;		/* a fault needs it for itself */
	int transients;
};

struct sim_mirror {
	__u64 cookie;
	enum phase phase;
	int mm, hmm;		/* hmm -1: notifier */
	int users;
	int ranges;		/* live or on their way */
	int working;		/* calls under way that need it */
	bool leaked, managed;	/* managed: got and put */
};

struct sim_range {
	__u64 cookie;
	enum phase phase;
	int mm, hmm, mirror;	/* hmm -1: notifier */
	int working;
	__u64 seq;
	bool leaked;
};

struct transient {
	int hmm;		/* -1: free */
	__u64 ts;
};

union rec {
	struct hmt_hdr h;
	struct hmt_id id;
	struct hmt_mirror_register mreg;
	struct hmt_mirror_unregister mun;
	struct hmt_range_register rreg;
	struct hmt_range_unregister_begin run;
	struct hmt_ref_get ref;
	struct hmt_free fr;
	struct hmt_fault_end fb;
	struct hmt_read_begin rb;
	struct hmt_invalidate_begin inv;
	struct hmt_task_exit exit;
	struct hmt_sync_object so;
	struct hmt_lost lost;
	struct hmt_start start;
};

struct truth {
	enum rule_id rule;
	enum hmt_class class;
	__u64 addr;
	bool kin;		/* what it may show as when events are missing */
};

/* What a resync would have told after event nr at. */
struct sim_sync {
	int at, nr;
	__u64 ts;
	union rec obj[MAX_TABLE];
};

struct sim {
	__u64 seed;
	__u64 now;
	struct task task[NR_TASKS];
	struct sim_mm mm[NR_MMS];
	struct sim_hmm hmm[NR_HMMS];
	struct sim_mirror mirror[NR_MIRRORS];
	struct sim_range range[NR_RANGES];
	struct transient transient[NR_TRANSIENTS];
	int cur;		/* the task that runs */
	bool draining;		/* nothing new: finish what has to be finished in time */
	__u64 due_since;	/* oldest thing that has to be finished, 0: none */

	enum fault fault;
	bool planted;
	struct truth truth[MAX_TRUTHS];
	int nr_truth;

	union rec ev[MAX_EVENTS];
	int nr_ev;
	union rec table[MAX_TABLE];
	int nr_table;
	struct sim_sync sync[MAX_SYNCS];
	int nr_sync;
};

/* Makes a whole schedule of about so many events. */
void sim_run(struct sim *s, __u64 seed, enum fault fault, int events);

unsigned int dice(struct sim *s, unsigned int n);	/* 0 .. n-1 */
/* emit.c: each adds one record, by the task that runs, and keeps the table. */
union rec *emit(struct sim *s, __u16 kind, int mm);
void emit_mirror_register(struct sim *s, int m, long ret);
void emit_mirror_unregister(struct sim *s, int m, __u16 kind);
void emit_range_register(struct sim *s, int r, long ret);
void emit_range(struct sim *s, int r, __u16 kind);
void emit_fault(struct sim *s, int r, __u16 kind, long ret);
void emit_callback(struct sim *s, int r, __u16 kind);
void emit_notifier_callback(struct sim *s, int m, __u16 kind);
void emit_invalidate(struct sim *s, int mm, __u16 kind, long ret);
void emit_exit(struct sim *s, int mm, __u32 users);
void emit_ref(struct sim *s, __u16 kind, int hmm, __u64 mirror, __u64 range);
void emit_users(struct sim *s, __u16 kind, int m, __u64 count);
void emit_free(struct sim *s, int mm, __u64 hmm, __u64 mirror, __u64 stage);
void emit_backing(struct sim *s, int hmm, bool begin);
void emit_release(struct sim *s, int hmm, __u16 kind);
void emit_sync_point(struct sim *s);

/* faults.c: replaces a call by a wrong one. Return: true when it was planted. */
bool plant(struct sim *s);
void truth_add(struct sim *s, enum rule_id rule, enum hmt_class class, __u64 addr);
/* sim.c, for faults.c */
void push(struct sim *s, enum step_kind kind, int a);
int pick_mirror(struct sim *s, enum phase phase, int layer);
int pick_range(struct sim *s, enum phase phase, int layer);
void hmm_put(struct sim *s, int hmm, __u64 mirror, __u64 range);
bool tasks_idle(const struct sim *s);
void run_fault_step(struct sim *s, struct step st);

#endif /* GEN_SIM_H */
