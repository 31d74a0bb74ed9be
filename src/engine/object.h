/* SPDX-License-Identifier: GPL-2.0 */
/*
 * object.h - what the engine knows of the world.
 *
 * Four classes of object: address spaces (mm), struct hmm, mirrors, ranges. An
 * address space holds its mirrors and ranges (in_mm); a struct hmm its mirrors,
 * and ranges registered without one; a mirror its ranges (in_parent). Only the
 * living are on these lists.
 *
 * What is waited for is in lists, in order of its deadline: objects whose
 * unregister, whose free or whose end has begun hang there by links that the
 * living need for other things (struct watch). Calls of threads that are under
 * way are kept apart, see call.c.
 *
 * An object's memory stays while anything may still ask for it: the index by
 * address, a child, a timer each pin it. The dead stay in the index, newest
 * 64k of them, so that a second unregister can name the first. An address space
 * that was torn down need not be destroyed on record, and one that is not torn
 * down need not be used again: of those that nothing refers to any more, alive or
 * dead or awaited, the newest 16k stay.
 *
 * Certainty is one comparison. Every overturning loss moves engine.lost_seq
 * forward by the events it lost; object.sure is where it stood when the state
 * of the object was last proven. Where they differ, the object is uncertain.
 */
#ifndef ENGINE_OBJECT_H
#define ENGINE_OBJECT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/map64.h"
#include "base/mem.h"
#include "engine/engine.h"
#include "engine/transition.h"

#define DEFAULT_MAX_OBJECTS	(4ULL << 20)
#define NR_CLASSES		4
#define CLASS_MM		HMT_CLASS_NONE	/* has no class of its own on the wire */
#define NEVER_SURE		(~0ULL)

struct list {
	struct list *next, *prev;
};

/* Who did something, when and where. */
struct mark {
	__u64 ts;
	__u32 tgid, tid;
	__s32 stack;
	__u32 more;		/* born: owner. ended: index of the birth site + 1 */
};

struct past {
	__u64 ts;
	__u32 tgid, tid;
	__u32 count;
	__s16 ret;
	__u8 kind;
};

#define NR_PAST 6
struct history {
	__u8 nr, next;
	struct past past[NR_PAST];
	struct failures *failures; /* NULL: no register of the address failed */
	struct sites *sites;	/* NULL: no reference was got */
};

/* The last registers that failed, oldest first. */
struct failures {
	__u32 nr;
	struct past past[FINDING_FAILED];
};

/* Where the references of one life were got, and how many of those were put. */
struct sites {
	__u32 nr, cap;
	struct ref_site site[];
};

/* What is known of the users of an address space; while it has anything to tell. */
struct departure {
	struct mark exit;	/* of its last process, ts 0: not seen */
	__u64 rss_pages;
	__u32 mm_users;
	__u32 nr_busy;		/* faults on it that were refused with -EBUSY */
};

/* Faults on one window of a range that did not succeed, without a success between. */
struct faults {
	__u64 since, last;	/* first and last failure of the row */
	__u64 start, end;
	__u64 seq;
	__u64 lost;		/* lost_seq then */
	__u32 tgid, tid;	/* of the last */
	__u32 nr;
	__s16 ret;
	bool stale;		/* seq will never do, and tid has not read another since */
};

enum object_flag {
	OBJ_BORN_BEFORE = 1 << 0,	/* first seen in mid-life */
	OBJ_IN_GAP	= 1 << 1,	/* events were lost during its life */
	OBJ_FROM_SYNC	= 1 << 2,	/* its birth record may still come */
	OBJ_LATE	= 1 << 3,	/* has a timer of its own, the parent's does not count */
	OBJ_UNDER	= 1 << 4,	/* mirror: ended with live ranges, the timer has not fired */
	OBJ_LEFT_ORPHAN	= 1 << 5,	/* mirror: one of its ranges was flagged as an orphan */
	OBJ_NO_MIRROR	= 1 << 6,	/* range: registered with no mirror to be orphaned by */
	OBJ_NOTED	= 1 << 7,	/* has a finding of any confidence in this life */
	OBJ_INDEXED	= 1 << 8,
	OBJ_OFFENDED_PUT = 1 << 9,	/* the last thing flagged was a put below zero */
	OBJ_UNDER_SURE	= 1 << 10,	/* mirror: one of those ranges was certainly live */
	OBJ_MM_UNSURE	= 1 << 11,	/* perhaps not on the mm that was torn down, but on its heir */
	OBJ_FREED	= 1 << 12,	/* notifier: its memory went */
	OBJ_USERS_SAID	= 1 << 13,	/* notifier: nobody has counted its users one by one */
};

struct object {
	__u64 addr;
	union {
		struct { __u64 ops, ops_fn; };
		struct { __u64 read_ts; __u32 mm_users, mm_count; };	/* mm: when last read */
	};
	union {
		struct { __u64 start, end; };	/* ranges */
		struct list children;		/* the rest */
	};
	struct mark born;
	struct mark ended;	/* FAILED: the failed register; mm: its release */
	__u64 touched;		/* ts of the last event */
	__u64 sure;
	struct object *mm, *parent;
	struct list in_mm, in_parent;
	struct history *history;
	union {
		__s64 users;		/* notifier mirrors */
		struct account *account; /* struct hmm */
		struct departure *departure; /* mm */
		struct faults *faults;	/* ranges */
	};
	__u64 flagged, doubted;	/* rules found certain and inconclusive in this life, by bit */
	__u32 pins;
	__u32 serial, generation;
	__u32 seen;		/* living: the sync that named it. Not: place in the graveyard + 1 */
	__u32 tag;		/* of whoever asked for it, see engine__tag() */
	__u16 flags;
	__u16 nr_failed;	/* registers, the last of them in history.failures */
	__u8 got_at;		/* index in the sites of its struct hmm + 1: whose reference it has */
	__u8 unused;
	__u8 class, state;	/* enum hmt_class, enum life */
	__u8 doubt;		/* rule that waits for a sync to confirm it */
	__u8 layer;		/* 1: mirror API */
};

_Static_assert(RULE_NR <= 64, "object.flagged is too small");

/* --- account.c: who holds what on a struct hmm -------------------------------- */

enum hold_why {
	HOLD_GET,		/* a get not yet explained */
	HOLD_FAILED,		/* taken by a task whose register then failed */
	HOLD_ENDED,		/* of an object whose unregister began: its put is to come */
};

struct hold {
	__u64 ts;
	__u64 call_site;
	__u64 mirror, range;	/* as the get named them */
	__u64 failed_ts;
	__u64 seq;		/* place in the stream: of what is near, times may be inverted */
	__u32 tgid, tid;
	__s32 stack;
	__u32 count;
	__s16 ret;		/* of the failed register */
	__u8 why;
	__u8 failed_kind;
	__u8 got_at;		/* index in the sites + 1, 0: not known */
};

#define MAX_HOLDS 256

/* A task inside an unregister that was flagged: the put that goes with it is part of that. */
struct pardon {
	__u64 ts;
	__u32 tid;
};

#define MAX_PARDONS 4

/*
 * Two views of the same unexplained references. hold[] is who we think has
 * them: a put without a name is matched to a get of the same task, else of the
 * same process, else to the oldest. since[] is what is certain about their
 * age: whichever reference a put without a name gave back, it was at most as
 * old as the oldest, so assuming the oldest never makes a reference look older
 * than one that is really held.
 */
struct account {
	__s64 balance;
	__u32 nr_mirrors, nr_ranges;
	__u32 deficit;		/* puts too many that were flagged */
	__u32 nr, cap;
	__u32 over;		/* beyond MAX_HOLDS: counted only */
	__u64 over_ts;
	struct hold *hold;	/* in order of ts */
	__u64 *since;		/* sorted */
	struct pardon pardon[MAX_PARDONS];
	__u32 nr_pardons;
	__u32 accused;		/* aged references that a finding was about */
	struct mark last_put;
	__u64 last_put_site;
	struct mark unmirrored;	/* when its last mirror was unregistered, ts 0 if it has one */
	__u64 released_seq;
	struct mark released;	/* from here on it refuses: its notifier's release has run */
	__u64 sync_ts;		/* basis of the balance, when it comes from a sync */
	bool exact;		/* the balance is complete since kref_init */
	bool quiet;		/* from a sync, and no reference moved since */
	bool said;		/* in which it was on the word of one record */
	bool backed;		/* its own notifier was seen */
	bool mirrors_only;	/* as struct engine says */
	bool timed;		/* a timer is pending */
};

/* --- timers ------------------------------------------------------------------- */

enum timer_kind {
	TIMER_MM,		/* grace after the release of an address space */
	TIMER_MIRROR,		/* after a mirror's unregister under live ranges */
	TIMER_UNMIRRORED,	/* after the last mirror of an hmm that has ranges without one */
	TIMER_HOLDS,		/* the oldest unexplained reference comes of age */
	TIMER_LATE,		/* an object born after what it hangs on had ended */
};

struct timer {
	__u64 deadline;
	__u64 seq;
	struct object *o;
	__u8 kind;
};

/* --- blame.c ------------------------------------------------------------------ */

#define NR_PLACES 4
struct place {
	struct mark where;	/* .more: how many */
	__u64 call_site;
	__u16 kind;
};

/* One birth place, a stack or a call site, and where what was born there was released. */
struct site {
	__u32 born, released;
	struct place place[NR_PLACES];
};

/* --- a finding that may still be taken back ----------------------------------- */

struct flag {
	struct flag *next;
	struct object *o;
	__u64 fact_ts, flagged_ts;
	__u32 serial;
	__u8 rule, severity;
};

/* --- holder.c ------------------------------------------------------------------ */

/* What one walk of everybody's files said of an address space. */
struct holders {
	__u64 ts;
	__u32 nr;		/* all; of which the first FINDING_HOLDERS are here */
	struct file_holder first[FINDING_HOLDERS];
};

/* --- what is waited for ------------------------------------------------------- */

enum watch_kind {
	WATCH_ENDING,		/* mirrors and ranges whose unregister has not returned; in_mm */
	WATCH_FREEING,		/* notifiers that were put and not freed; in_parent */
	WATCH_EXITED,		/* address spaces whose last process is gone; in_mm */
	WATCH_NR
};

/* Objects in order of since, and when to look at the first again. */
struct watch {
	struct list list;
	__u64 due;		/* NEVER: nothing is on the list */
};

#define NEVER (~0ULL)

/* --- call.c: what threads are inside of --------------------------------------- */

enum call_kind { CALL_NONE, CALL_INVALIDATE, CALL_CALLBACK, CALL_RELEASE };

struct call {
	struct list fifo;	/* of all that began, oldest first */
	struct call *up;	/* the call it was made in */
	__u64 ts, mm, hmm, mirror, range;
	__u32 tgid, tid;
	__u8 kind;		/* enum call_kind */
	bool flagged;
	bool over;		/* nothing to wait for any more: something else was said */
};

#define MAX_DEPTH 8
#define MAX_IDLE 4096		/* threads remembered that are inside of nothing */

#define GRAVES (1U << 16)
#define MAX_RESTING (1U << 14)	/* address spaces remembered that nothing refers to */
#define SLAB_OBJECTS 1024

struct slab {
	struct slab *next;
	struct object objects[SLAB_OBJECTS];
};

struct engine {
	struct engine_opts opts;
	struct engine_cb cb;
	struct engine_stats stats;
	__u64 now;		/* largest time seen */
	/*
	 * Linux 5.4: what is counted are mirrors, and a range takes no reference on the struct
	 * hmm. Told by the first get of one, which there names neither, or by a walk.
	 */
	bool mirrors_only;
	bool oom;
	bool started, baseline;
	bool forgot;		/* a dead object was dropped: "never seen" proves nothing */
	bool finishing;

	struct map64 index[NR_CLASSES];
	struct slab *slabs;
	__u32 slab_used;	/* of the first slab */
	struct object *free;	/* linked through .parent */
	__u64 nr_objects, nr_graves;
	__u32 serial[NR_CLASSES];
	struct object **graves;
	__u32 grave;
	struct list resting;	/* address spaces that nothing refers to, by in_parent */
	__u32 nr_resting;

	struct watch watch[WATCH_NR];
	struct list calls, invalidations; /* of struct call, each in order of ts */
	__u64 calls_due, invalidations_due;
	__u64 next_due;		/* the first of all these */
	struct map64 threads;	/* tid -> the innermost struct call */
	struct call idle;	/* stands for: inside of nothing, as far as one knows */
	struct call *free_calls; /* linked through .up */
	__u32 nr_idle;
	bool returns;		/* unregisters and frees that are not on record did not happen */

	struct timer *timers;	/* binary heap */
	size_t nr_timers, cap_timers;
	__u64 timer_seq;

	__u64 lost_seq;		/* events lost that could overturn a verdict */
	__u64 lost_until;	/* the last of these losses was over by then */
	__u32 lost_cpu, lost_cause;
	__u64 lost_cpu_seq;	/* lost_seq before the losses, all on lost_cpu, began */

	__u32 sync;		/* serial of the sync, 0: never */
	bool in_sync, sync_snapshot, sync_carried;
	__u64 sync_ts, sync_end_ts, sync_lost_seq;

	struct map64 flags;	/* object -> struct flag */
	struct map64 holders;	/* mm -> struct holders */
	__u32 findings;

	struct map64 sites_by_key;
	struct site *sites;
	size_t nr_sites, cap_sites;
};

/* One record, with what is common to all handlers taken out. */
struct event {
	const struct hmt_hdr *h;
	const struct hmt_id *id;
	struct moment m;
};

/* list */
static inline void list_init(struct list *l)
{
	l->next = l->prev = l;
}

static inline bool list_empty(const struct list *l)
{
	return l->next == l;
}

static inline void list_add(struct list *l, struct list *head)
{
	l->prev = head->prev;
	l->next = head;
	head->prev->next = l;
	head->prev = l;
}

/* Fine for one that is on no list. */
static inline void list_del(struct list *l)
{
	l->prev->next = l->next;
	l->next->prev = l->prev;
	list_init(l);
}

#define object_of(l, member) \
	((struct object *)(void *)((char *)(l) - offsetof(struct object, member)))

#endif /* ENGINE_OBJECT_H */
