/* SPDX-License-Identifier: GPL-2.0 */
/*
 * priv.h - what the files of the engine share.
 *
 * Four classes of object: address spaces (mm), struct hmm, mirrors, ranges. An
 * address space holds its mirrors and ranges (in_mm); a struct hmm its mirrors,
 * and ranges registered without one; a mirror its ranges (in_parent). Only the
 * living are on these lists.
 *
 * An object's memory stays while anything may still ask for it: the index by
 * address, a child, a timer each pin it. The dead stay in the index, newest
 * 64k of them, so that a second unregister can name the first.
 *
 * Certainty is one comparison. Every overturning loss moves engine.lost_seq
 * forward by the events it lost; object.sure is where it stood when the state
 * of the object was last proven. Where they differ, the object is uncertain.
 */
#ifndef ENGINE_PRIV_H
#define ENGINE_PRIV_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/map64.h"
#include "base/mem.h"
#include "engine/engine.h"
#include "engine/transition.h"

#define DEFAULT_GRACE_NS	1000000000ULL
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
};

struct object {
	__u64 addr;
	__u64 ops, ops_fn;
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
	};
	__u32 flagged, doubted;	/* rules found certain and inconclusive in this life, by bit */
	__u32 pins;
	__u32 serial, generation;
	__u32 seen;		/* living: the sync that named it. Not: place in the graveyard + 1 */
	__u16 flags;
	__u16 nr_failed;
	__s16 last_failed;
	__u8 class, state;	/* enum hmt_class, enum life */
	__u8 doubt;		/* rule that waits for a sync to confirm it */
	__u8 layer;		/* 1: mirror API */
};

_Static_assert(RULE_NR <= 32, "object.flagged is too small");

/* --- account.c: who holds what on a struct hmm -------------------------------- */

enum hold_why {
	HOLD_GET,		/* a get not yet explained */
	HOLD_FAILED,		/* taken by a task whose register then failed */
	HOLD_ENDED,		/* of an object whose unregister began: its put is to come */
	HOLD_FORGIVEN,		/* for the put of an unregister that was flagged itself */
};

struct hold {
	__u64 ts;
	__u64 call_site;
	__u64 mirror, range;	/* as the get named them */
	__u64 failed_ts;
	__u32 tgid, tid;
	__s32 stack;
	__u32 count;
	__s16 ret;		/* of the failed register */
	__u8 why;
	__u8 failed_kind;
};

#define MAX_HOLDS 256

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
	struct mark last_put;
	__u64 last_put_site;
	struct mark unmirrored;	/* when its last mirror was unregistered, ts 0 if it has one */
	__u64 sync_ts;		/* basis of the balance, when it comes from a sync */
	bool exact;		/* the balance is complete since kref_init */
	bool quiet;		/* from a sync, and no reference moved since */
	bool backed;		/* its own notifier was seen */
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

#define GRAVES (1U << 16)
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

	struct timer *timers;	/* binary heap */
	size_t nr_timers, cap_timers;
	__u64 timer_seq;

	__u64 lost_seq;		/* events lost that could overturn a verdict */
	__u64 lost_until;	/* the last of these losses was over by then */
	__u32 lost_cpu, lost_cause;
	__u64 lost_cpu_seq;	/* lost_seq before the losses, all on lost_cpu, began */

	__u32 sync;		/* serial of the sync, 0: never */
	bool in_sync, sync_snapshot;
	__u64 sync_ts, sync_end_ts, sync_lost_seq;

	struct map64 flags;	/* object -> struct flag */
	__u32 findings;
	__u64 doubtful;		/* inconclusive ones of warn or error */

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

/* object.c */
struct object *object_find(const struct engine *e, enum hmt_class class, __u64 addr);
/* Return: the object, new in state NONE if need be; NULL when there is no memory or no room. */
struct object *object_get(struct engine *e, enum hmt_class class, __u64 addr);
/* The object for a new life at the address of o: o itself, or one that takes its place. */
struct object *object_reborn(struct engine *e, struct object *o);
void object_pin(struct object *o);
void object_unpin(struct engine *e, struct object *o);
void object_set_mm(struct engine *e, struct object *o, struct object *mm);
void object_set_parent(struct engine *e, struct object *o, struct object *parent);
/* Off the lists of the living and into the graveyard; the state is set already. */
void object_bury(struct engine *e, struct object *o);
void object_forget(struct engine *e, struct object *o);
void object_free_all(struct engine *e);
void history_add(struct engine *e, struct object *o, const struct moment *m);

static inline bool alive(const struct object *o)
{
	return o->state == LIFE_LIVE || o->state == LIFE_UNKNOWN;
}

static inline bool uncertain(const struct engine *e, const struct object *o)
{
	return o->sure != e->lost_seq;
}

/* The state of o is proven at ts, unless a loss may still lie between. */
static inline void make_sure(struct engine *e, struct object *o, __u64 ts)
{
	o->sure = ts < e->lost_until ? NEVER_SURE : e->lost_seq;
}

static inline void touch(struct object *o, __u64 ts)
{
	if (ts > o->touched)
		o->touched = ts;
}

static inline struct mark mark_of(const struct moment *m)
{
	return (struct mark){ .ts = m->ts, .tgid = m->tgid, .tid = m->tid, .stack = m->stack };
}

/* timer.c */
int timer_add(struct engine *e, enum timer_kind kind, struct object *o, __u64 deadline);
/* Fires what is due at ts, in order. */
void timers_run(struct engine *e, __u64 ts);
/* The trace is over: fires the rest as cut short. */
void timers_finish(struct engine *e);
void timers_free(struct engine *e);

/* birth.c: registers of mirrors and ranges */
void on_mirror_register(struct engine *e, struct event *ev);
void on_range_register(struct engine *e, struct event *ev);
/* Hangs on what has ended already: its grace runs from ts. */
void life_late(struct engine *e, struct object *o, __u64 ts);
/* A mirror or range named by something else: known, or met in mid-life. */
struct object *life_met(struct engine *e, enum hmt_class class, __u64 addr, struct event *ev,
			struct object *parent);
/* A new, certain life that is not yet on any list. NULL: no memory or no room. */
struct object *life_begin(struct engine *e, struct object *o, enum life state);
void life_link(struct engine *e, struct object *o, struct object *mm, struct object *parent);

/* life.c: what follows */
void on_mirror_unregister(struct engine *e, struct event *ev);
void on_mirror_unregister_end(struct engine *e, struct event *ev);
void on_range_unregister(struct engine *e, struct event *ev);
void on_range_unregister_end(struct engine *e, struct event *ev);
void on_range_use(struct engine *e, struct event *ev);
/* The life of a mirror or range ends; o is on the lists still, its state is set. */
void life_end(struct engine *e, struct object *o, const struct moment *m);
void life_gap(struct engine *e, struct object *o);
/* Fired timers. left: grace time that is still to go, at the end of a trace. */
void mirror_timer(struct engine *e, struct object *mirror, __u64 left);
void late_timer(struct engine *e, struct object *o, __u64 left);
/* Flags o as an orphan, unless it is not one any more or something was said before. */
void flag_orphan(struct engine *e, struct object *o, enum rule_id rule, __u64 left);
/* Says what was waiting for a confirmation: it came (sure), or it cannot come any more. */
void settle_doubt(struct engine *e, struct object *o);

/* hmm.c */
void on_ref(struct engine *e, struct event *ev);
void on_free(struct engine *e, struct event *ev);
/* The struct hmm of a register, met if it has to be. NULL: none, or no memory. */
struct object *hmm_met(struct engine *e, const struct event *ev);
/* Is this mirror cookie the notifier of a struct hmm? */
struct object *hmm_backing(const struct engine *e, const struct event *ev);
void hmm_backed(struct engine *e, struct object *hmm, const struct event *ev, __s64 ret);
void hmm_end(struct engine *e, struct object *hmm, const struct moment *m);
void hmm_gap(struct engine *e, struct object *hmm);
void hmm_timer(struct engine *e, struct object *hmm, __u64 deadline, __u64 left);
void hmm_unmirrored_timer(struct engine *e, struct object *hmm, __u64 left);
void hmm_arm(struct engine *e, struct object *hmm);
void hmm_check_released(struct engine *e, struct object *hmm, const struct moment *m);
/* After a sync: what it says of the count is the basis from here on. */
void hmm_rebase(struct engine *e, struct object *hmm, __u64 count);
void hmm_settle_doubt(struct engine *e, struct object *hmm);
struct object *hmm_begin(struct engine *e, struct object *hmm, const struct event *ev,
			 enum life state);

/* account.c */
struct account *account_new(void);
void account_free(struct account *a);
int account_add(struct engine *e, struct account *a, const struct hold *h);
/* The hold a register of this mirror or range explains goes. */
void account_registered(struct account *a, const struct event *ev);
/* A register of ev's task failed. Return: the hold that was taken for it, or NULL. */
struct hold *account_failed(struct account *a, const struct event *ev);
/* Return: false when there was nothing to put. */
bool account_put(struct account *a, const struct event *ev);
void account_drop_forgiven(struct account *a, const struct event *ev);
/* Forgets the forgiven that nobody put up to ts. */
void account_expire_forgiven(struct account *a, __u64 ts);
void account_clear(struct account *a);
static inline __u32 account_excess(const struct account *a)
{
	return a->nr + a->over;
}

/* space.c: address spaces */
enum mm_fate { MM_FINE, MM_TORN_DOWN, MM_MAYBE_TORN_DOWN };
struct mm_use {
	enum mm_fate fate;
	struct mark ended;	/* the release, unless fine */
	__u64 sure;
};
/* Something is registered on ev's address space. NULL: none named, or no memory. */
struct object *mm_used(struct engine *e, const struct event *ev, __u32 mm_users,
		       struct mm_use *ret_use);
/* The address space of what was there before, torn down or not. */
struct object *mm_met(struct engine *e, const struct event *ev);
void on_mm_release(struct engine *e, struct event *ev);
void on_mm_destroy(struct engine *e, struct event *ev);
void mm_timer(struct engine *e, struct object *mm, __u64 left);

/* sync.c: loss and what comes after */
void lose(struct engine *e, __u32 cause, __u64 count, __u32 cpu, __u64 until);
void on_lost(struct engine *e, const struct hmt_lost *l);
void on_sync_begin(struct engine *e, const struct hmt_sync_begin *s);
void on_sync_object(struct engine *e, const struct hmt_sync_object *s);
void on_sync_end(struct engine *e, const struct hmt_sync_end *s);

/* verdict.c */
struct charge {
	enum rule_id rule;
	struct object *o;
	__u64 fact_ts;
	struct moment offence, prior;
	__u64 count, expected;
	bool doubt;		/* rests on what a loss may have overturned */
	__u64 sure;		/* doubt: lost_seq when it was last proven */
	__u64 grace_left;	/* not 0: the trace was cut short */
	const struct object *parent; /* where it is not o's own */
};

void charge(struct engine *e, const struct charge *c);
/* A flagged object is gone, or its fault put right. */
void flags_released(struct engine *e, struct object *o, enum rule_id rule, const struct moment *m);
void flags_drop(struct engine *e, struct object *o);
void view_object(const struct engine *e, const struct object *o, struct object_view *v);
struct moment moment_of(const struct mark *m, __u16 kind);
__u16 birth_kind(const struct object *o);
__u16 end_kind(const struct object *o);
void life_over(struct engine *e, struct object *o, const struct moment *m);
/* Walks all objects. Fine to end, flag and bury meanwhile. */
struct object_walk {
	struct slab *slab;
	__u32 next;
};
struct object *object_walk(const struct engine *e, struct object_walk *w);
/* What is still alive and what is still open when the trace is over. */
void rules_finish(struct engine *e);

/* blame.c */
void site_born(struct engine *e, struct object *o);
void site_released(struct engine *e, const struct object *o, const struct moment *m);
void site_got(struct engine *e, __u64 call_site);
void site_put(struct engine *e, __u64 call_site, const struct moment *m);
void blame(const struct engine *e, const struct object *o, struct finding *f);
void blame_get(const struct engine *e, __u64 call_site, struct finding *f);
void sites_free(struct engine *e);

#endif /* ENGINE_PRIV_H */
